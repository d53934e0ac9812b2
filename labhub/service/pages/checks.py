"""Checking before handing in: what is there, what would be mended, what is missing."""

from dataclasses import dataclass

from labhub.exchange.handin.checking import NotebookCheck, Report
from labhub.service.pages.languages import Words
from labhub.service.pages.states import Chip, bad, good, part


@dataclass(frozen=True)
class CheckRow:
    """One cell in which an answer belongs."""

    title: str
    name: str
    state: Chip


@dataclass(frozen=True)
class CheckedNotebook:
    """One notebook of the assignment."""

    name: str
    state: Chip
    sentences: tuple[str, ...]
    """What is wrong, or was mended; in English."""
    rows: tuple[CheckRow, ...]


@dataclass(frozen=True)
class CheckView:
    """What the page of a check shows."""

    headline: Chip
    version: int
    notebooks: tuple[CheckedNotebook, ...]
    files: tuple[str, ...]
    refused: tuple[str, ...]


def check_view(report: Report, words: Words) -> CheckView:
    """The result of a check in words."""
    return CheckView(
        headline=_headline(report, words),
        version=report.version,
        notebooks=tuple(_notebook(each, words) for each in report.notebooks),
        files=report.files,
        refused=report.refused,
    )


def _headline(report: Report, words: Words) -> Chip:
    _ = words.gettext
    if any(not _readable(each) for each in report.notebooks):
        return bad(_("A notebook is missing, or cannot be read"))
    open_ = sum(row.state != "answered" for each in report.notebooks for row in each.exercises)
    if open_:
        said = words.ngettext(
            "%(num)s answer is still open", "%(num)s answers are still open", open_
        )
        return part(said % {"num": open_})
    if any(each.status == "repaired" for each in report.notebooks):
        return good(_("Everything is there; a few things would be mended"))
    return good(_("Everything is there"))


def _readable(notebook: NotebookCheck) -> bool:
    return notebook.status in ("ok", "repaired")


def _notebook(notebook: NotebookCheck, words: Words) -> CheckedNotebook:
    _ = words.gettext
    states = {
        "ok": good(_("can be read")),
        "repaired": part(_("can be read, would be mended")),
        "missing-notebook": bad(_("is missing")),
    }
    cells = {
        "answered": good(_("there is an answer")),
        "untouched": part(_("as it was given out"), "○"),
        "missing": bad(_("the cell is missing")),
    }
    return CheckedNotebook(
        name=f"{notebook.notebook_id}.ipynb",
        state=states.get(notebook.status, bad(_("cannot be read"))),
        sentences=notebook.sentences,
        rows=tuple(
            CheckRow(each.title or each.grade_id, each.grade_id, cells[each.state])
            for each in notebook.exercises
        ),
    )
