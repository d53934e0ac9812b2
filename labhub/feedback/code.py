"""Python source in colours, as spans with the classes of the page's style sheet."""

from functools import lru_cache

from markupsafe import Markup, escape
from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Literal, Name, Operator, String, _TokenType

from labhub.feedback.text import plain

MOST_CODE = 30_000
"""Characters that are coloured; a longer cell is shown in plain."""

_CLASSES = (
    (Comment, "c"),
    (Keyword, "k"),
    (Operator.Word, "k"),
    (String, "s"),
    (Literal.Number, "n"),
    (Name.Function, "f"),
    (Name.Class, "f"),
    (Name.Decorator, "d"),
    (Name.Builtin, "b"),
)
_LEXER = PythonLexer(stripnl=False, ensurenl=False)


@lru_cache(maxsize=2_048)
def render_code(source: str) -> Markup:
    """The source as HTML. Given code is the same on every page, so that it is coloured once."""
    text = plain(source)
    if len(text) > MOST_CODE:
        return escape(text)
    pieces = [_span(_class_of(kind), value) for kind, value in _LEXER.get_tokens(text)]
    return Markup("".join(pieces))  # noqa: S704 - every piece is escaped in _span


@lru_cache(maxsize=256)
def _class_of(kind: _TokenType) -> str:
    return next((name for token, name in _CLASSES if kind in token), "")


def _span(name: str, text: str) -> str:
    return f'<span class="{name}">{escape(text)}</span>' if name else str(escape(text))
