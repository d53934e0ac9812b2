"""The last cell of a lab: is this notebook complete, and hand it in.

On Colab the notebook is not a file; its JSON is asked for through a helper that may be absent
(for instance when VS Code drives a Colab kernel), so every helper is looked for, not assumed.
Nothing is sent unless somebody says yes: graders and "Validate" run this cell too.
"""

import importlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nnlab import whereabouts
from nnlab.bundle import write_bundle
from nnlab.manifests import CELLS
from nnlab.service import Account, ServiceError, account_of, find_course, hand_in

Notebook = dict[str, Any]

PERSONAL_KEYS = ("executionInfo", "outputId", "colab")
"""What Colab writes into a cell's metadata: the user's name and id among other things."""
DECLARATION_BLANK = "(write here)"
YES = ("y", "yes", "j", "ja")


@dataclass(frozen=True)
class Work:
    """A notebook that may be handed in."""

    lab: str
    content: bytes
    complete: bool
    from_editor: bool
    """Whether Colab's editor gave it; then there is no file of it."""
    version: int | None = None

    @property
    def files(self) -> dict[str, bytes]:
        """What goes into the hand-in."""
        return {f"{self.lab}.ipynb": self.content}


def handin(
    lab: str,
    path: str | Path | None = None,
    *,
    course: str = "",
    service: str = "",
    send: bool | None = None,
) -> bool:
    """Print what is missing in the notebook of `lab`, and hand it in. True when complete.

    Looks for the saved file in `path`, where Jupyter or VS Code say it is, and in the folder of
    the kernel. `service` is the address of the hand-in service and `course` the course's id,
    where they are not known. `send=False` only checks, `send=True` hands in without asking.
    Never raises for what it finds in a notebook: it only reports.
    """
    file = None
    notebook = notebook_from_colab()
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
    complete = _say_problems(find_problems(notebook, lab))
    if send is not False:
        content = _content(file) or json.dumps(scrub(notebook), indent=1).encode()
        work = Work(lab, content, complete, file is None, _version(file))
        _deliver(work, course, service, sure=bool(send))
    return complete


def _say_problems(problems: list[str]) -> bool:
    for problem in problems:
        print("  -", problem)
    if not problems:
        print("  complete: every graded cell is there once, with its type")
    return not problems


def _deliver(work: Work, course: str, service: str, *, sure: bool) -> None:
    """Hand in where a service is known and somebody wants to; else leave a file to upload."""
    if whereabouts.is_test_run() and not sure:
        _leave_file(work)
        return
    url = service or whereabouts.service_url()
    secret = whereabouts.token(url)
    if not (url or "#" in secret or (work.from_editor and not secret)):
        _leave_file(work)
        return
    try:
        answer = _wish(work, url, secret, sure=sure)
        if answer:
            _send(work, course, url, answer)
    except ServiceError as error:
        print(f"Not handed in: {error}")
        answer = ""
    if answer is None:
        _leave_file(work)
    elif not answer:
        _leave_bundle(work)


def _wish(work: Work, url: str, secret: str, *, sure: bool) -> str | None:
    """The token to hand in with; empty for "later", None for "not now" or nobody to ask."""
    if not secret:
        print("To hand in now, paste a token: the course's page 'Colab and own machine' makes one.")
        said = whereabouts.ask("Token (empty: make a file to upload): ", hidden=True)
        return said.strip() if said is not None else None
    if sure:
        return secret
    host = _account(url, secret).host
    incomplete = "" if work.complete else "It is not complete. "
    said = whereabouts.ask(f"{incomplete}Hand in {work.lab} to {host} now? [y/n] ")
    return secret if said is not None and said.strip().lower() in YES else None


def _send(work: Work, course: str, url: str, secret: str) -> None:
    """Hand in and keep the receipt. Raises ServiceError."""
    if not url and "#" not in secret:
        url = (whereabouts.ask("Address of the hand-in service: ") or "").strip()
    account = _account(url, secret)
    course = course or find_course(account, work.lab)
    place = whereabouts.place()
    receipt = hand_in(account, course, work.lab, work.files, place=place, version=work.version)
    print(f"Handed in at {receipt['received_at']}: {receipt['words']}")
    print(
        f"Receipt {receipt['submission']} (attempt {receipt['attempt']}, version "
        f"{receipt['version']}) is kept as {_keep_receipt(work, receipt)}."
    )


def _account(url: str, secret: str) -> Account:
    return account_of(url, secret, inside=whereabouts.place() == "hub")


def _keep_receipt(work: Work, receipt: dict[str, Any]) -> Path:
    """The receipt in a file; its JSON is the canonical one that the course has signed."""
    target = Path(f"{work.lab}-receipt-{receipt['submission']}.json")
    text = json.dumps(receipt, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    target.write_text(text, encoding="utf-8")
    return target


def _leave_bundle(work: Work) -> None:
    made = write_bundle(
        Path(), work.lab, work.files, place=whereabouts.place(), complete=work.complete
    )
    print(f"{made.name} holds your work. Upload it on the course page; that time counts.")
    if work.from_editor:
        _download(made)


def _leave_file(work: Work) -> None:
    name = f"{work.lab}.ipynb"
    if not work.from_editor:
        print(f"Now hand in {name} on the course page or with the assignment list of JupyterLab.")
        return
    Path(name).write_bytes(work.content)
    _download(Path(name))


def _content(file: Path | None) -> bytes:
    try:
        return file.read_bytes() if file else b""
    except OSError:
        return b""


def _version(file: Path | None) -> int | None:
    """The released version that `labhub fetch-assignment` noted beside the notebook."""
    if file is None:
        return None
    try:
        state = json.loads((file.parent / ".labhub" / "fetched.json").read_text(encoding="utf-8"))
        return int(state["version"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


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


def _download(file: Path) -> None:
    """Let Colab's browser download a file, where it can."""
    try:
        importlib.import_module("google.colab.files").download(str(file))
    except (ImportError, AttributeError):
        print(f"{file.name} is saved: fetch it from the file browser on the left and hand it in.")
    else:
        print(f"Your browser is downloading {file.name}: hand in that file.")


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
