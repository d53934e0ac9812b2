"""Words of a hand-in on nbgrader's own page for marking, where nothing in them may run."""

from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.filters.markdown_mistune import InvalidNotebook, IPythonRenderer, MarkdownWithMath


@pass_context
def inert_markdown(context: Context, source: str) -> str:
    """A cell's Markdown as HTML: mathematics and attached pictures stay, HTML becomes text.

    A filter for nbconvert's templates, in the place of `markdown2html`.
    """
    attachments = context.get("cell", {}).get("attachments", {})
    try:
        return _rendered(source, attachments)
    except (InvalidNotebook, AttributeError, TypeError):  # a picture that is not there, or is none
        return _rendered(source.replace("attachment:", ""), {})


def _rendered(source: str, attachments: object) -> str:
    renderer = IPythonRenderer(escape=True, allow_harmful_protocols=False, attachments=attachments)
    page: str = MarkdownWithMath(renderer=renderer).render(source)
    return page
