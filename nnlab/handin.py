"""The last cell of a lab: is this notebook complete, and, on Colab, download it.

On Colab the notebook is not a file; its JSON is asked for through a helper that may be absent
(for instance when VS Code drives a Colab kernel), so every helper is looked for, not assumed.
"""

import importlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nnlab.manifests import CELLS

Notebook = dict[str, Any]

PERSONAL_KEYS = ("executionInfo", "outputId", "colab")
"""What Colab writes into a cell's metadata: the user's name and id among other things."""
DECLARATION_BLANK = "(write here)"


def handin(lab: str, path: str | Path | None = None) -> bool:
    """Print what is missing in the notebook of `lab`; on Colab, download it. True when complete.

    Looks for the saved file in `path`, where Jupyter or VS Code say it is, and in the folder of
    the kernel. Never raises for what it finds in a notebook: it only reports.
    """
    notebook = notebook_from_colab()
    on_colab = notebook is not None
    if notebook is None:
        file = Path(path) if path else find_notebook(lab)
        if file is None:
            print(
                f"{lab}.ipynb is not in this folder: nothing to check. "
                "Save it first, or give path=."
            )
            return False
        notebook = _read(file)
        print(f"checking the saved file {file.name}; save the notebook first if you changed it")
    problems = find_problems(notebook, lab)
    for problem in problems:
        print("  -", problem)
    if not problems:
        print("  complete: every graded cell is there once, with its type")
    if on_colab:
        _download(scrub(notebook), f"{lab}.ipynb")
    else:
        print(
            f"Now hand in {lab}.ipynb on the course page or with the assignment list of JupyterLab."
        )
    return not problems


def find_problems(notebook: Notebook, lab: str) -> list[str]:
    """Sentences for what is wrong with the structure of `notebook`, in the order of the lab."""
    cells = list(_cells(notebook))
    if not cells:
        return ["this is not a notebook, or it has no cells"]
    wanted = CELLS.get(lab) or _named_in(notebook)
    seen = Counter(grade_id for grade_id, _ in cells)
    problems = [
        f"cell {name} is missing: take it from a fresh copy" for name in wanted if not seen[name]
    ]
    problems += [
        f"cell {name} is there {seen[name]} times: delete the copies"
        for name in wanted
        if seen[name] > 1
    ]
    problems += [
        f"cell {name} is now a {kind} cell: change its type back to {wanted[name]}"
        for name, kind in cells
        if name in wanted and kind != wanted[name]
    ]
    if _declaration_is_blank(notebook):
        problems.append("the declaration near the top is not filled in")
    return problems


def _named_in(notebook: Notebook) -> dict[str, str]:
    """The cells that a hand-in put together from exercises lists in its own metadata."""
    return dict(notebook.get("metadata", {}).get("nnlab", {}).get("cells", {}))


def scrub(notebook: Notebook) -> Notebook:
    """`notebook` without what Colab wrote about its user."""
    copy: Notebook = json.loads(json.dumps(notebook))
    copy.get("metadata", {}).pop("colab", None)
    for cell in copy.get("cells", ()):
        for key in PERSONAL_KEYS:
            cell.get("metadata", {}).pop(key, None)
    return copy


def find_notebook(lab: str) -> Path | None:
    """The file of the running notebook, as far as the environment tells."""
    names = (os.environ.get("JPY_SESSION_NAME"), _vscode_file(), f"{lab}.ipynb")
    for name in names:
        if name and name.endswith(".ipynb") and Path(name).is_file():
            return Path(name)
    return None


def notebook_from_colab() -> Notebook | None:
    """The notebook's JSON as Colab's editor holds it; None where there is no such editor."""
    try:
        message = importlib.import_module("google.colab._message")
        answer = message.blocking_request("get_ipynb", request="", timeout_sec=30)
    except (ImportError, AttributeError, TimeoutError):
        return None
    return dict(answer["ipynb"]) if isinstance(answer, Mapping) and "ipynb" in answer else None


def _download(notebook: Notebook, name: str) -> None:
    Path(name).write_text(json.dumps(notebook, indent=1), encoding="utf-8")
    try:
        importlib.import_module("google.colab.files").download(name)
    except (ImportError, AttributeError):
        print(f"{name} is saved: fetch it from the file browser on the left and hand it in.")
    else:
        print(f"Your browser is downloading {name}: hand in that file.")


def _vscode_file() -> str | None:
    """VS Code leaves the notebook's path in the user's namespace."""
    try:
        shell = importlib.import_module("IPython").get_ipython()
    except ImportError:
        return None
    path = shell.user_ns.get("__vsc_ipynb_file__") if shell else None
    return str(path) if path else None


def _read(path: Path) -> Notebook:
    """The notebook in the file, or one without cells when the file holds none."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells = notebook["cells"]
    except (OSError, ValueError, TypeError, KeyError):
        return {}
    well_formed = isinstance(cells, list) and all(isinstance(cell, dict) for cell in cells)
    return notebook if well_formed else {}


def _cells(notebook: Notebook) -> Iterator[tuple[str, str]]:
    """Grade id (or, where an editor lost it, cell id) and type of every cell."""
    for cell in notebook.get("cells", ()):
        metadata = cell.get("metadata", {})
        graded = metadata.get("nbgrader", {}).get("grade_id")
        yield graded or cell.get("id") or metadata.get("id") or "", cell.get("cell_type", "")


def _declaration_is_blank(notebook: Notebook) -> bool:
    return any(
        DECLARATION_BLANK in "".join(cell.get("source", ()))
        for cell in notebook.get("cells", ())
        if cell.get("cell_type") == "markdown"
    )
