"""What nbgrader's own page for marking shows of a hand-in runs nothing."""

from pathlib import Path
from typing import Any

import nbgrader
import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from traitlets.config import Config

from labhub.cli.nbgrader_door import show_students_work_inert

TEMPLATES = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader" / "templates"
PAGE = ("student", "notebook_id", "assignment_id", "submission_id", "unique_key", "last_name",
        "first_name", "mathjax_url", "my_mathjax_url", "notebook_path", "prefix")  # fmt: skip
SCRIPT = "<script>steal()</script>"


def shown(cell: Any) -> str:
    config = Config()
    show_students_work_inert(config)
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [str(TEMPLATES)]
    resources = dict.fromkeys(PAGE, "x") | {"base_url": "/", "index": 0, "total": 1}
    page, _ = HTMLExporter(config=config).from_notebook_node(new_notebook(cells=[cell]), resources)
    return str(page)


@pytest.mark.parametrize(
    "data",
    [
        {"text/html": f"{SCRIPT}<b onclick=steal()>x</b>"},
        {"application/javascript": "steal()"},
        {"image/svg+xml": "<svg onload='steal()'></svg>"},
        {"text/markdown": SCRIPT},
    ],
)
def test_outputs_run_nothing(data: dict[str, str]) -> None:
    page = shown(new_code_cell("1", outputs=[new_output("display_data", data)]))
    assert SCRIPT not in page
    assert "<b onclick" not in page
    assert "onload='steal" not in page


def test_words_run_nothing() -> None:
    page = shown(
        new_markdown_cell(f"{SCRIPT}\n\n<img src=x onerror=steal()> [a](javascript:steal())")
    )
    assert SCRIPT not in page
    assert "<img src=x" not in page
    assert 'href="javascript' not in page


def test_words_keep_their_pictures_and_mathematics() -> None:
    cell = new_markdown_cell("**bold** $x<y$ ![p](attachment:a.png)")
    cell["attachments"] = {"a.png": {"image/png": "iVBORw0KGgo="}}
    page = shown(cell)
    assert "<strong>bold</strong>" in page
    assert "data:image/png;base64,iVBORw0KGgo=" in page


def test_a_picture_that_is_missing_stops_nothing() -> None:
    assert "words" in shown(new_markdown_cell("words ![p](attachment:a.png)"))
