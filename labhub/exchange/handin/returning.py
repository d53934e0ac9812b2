"""Giving feedback back: pages that were written become a part of the hand-in; then students see."""

from collections.abc import Iterable

from labhub.exchange.handin.desk import HandInDesk
from labhub.exchange.store.collected import collected
from labhub.exchange.store.feedback import Feedback, keep_feedback, release_feedback
from labhub.exchange.store.files import FileRecord
from labhub.ids import StudentId

PAGES = ".html"


def keep_pages(
    desk: HandInDesk, by: str, assignment: str, students: Iterable[str] | None = None
) -> tuple[Feedback, ...]:
    """Keep what lies in `feedback/`, of everybody's collected hand-in or of these students'.

    Raises `UnknownAssignmentError` or `DiskFullError`.
    """
    plan = desk.course.assignment(assignment)
    with desk.store.reading() as db:
        lies = collected(db, plan.id)
    chosen = (
        lies
        if students is None
        else {StudentId(s): lies[StudentId(s)] for s in students if StudentId(s) in lies}
    )
    found = []
    for student, submission in chosen.items():
        folder = desk.folder.feedback(plan.id, student)
        pages = [path for path in sorted(folder.glob(f"*{PAGES}")) if path.is_file()]
        files = [desk.blobs.add(page) for page in pages]
        if files:
            found.append(_keep(desk, by, submission, files))
    return tuple(found)


def release_pages(
    desk: HandInDesk, by: str, assignment: str, submissions: Iterable[int] | None = None
) -> tuple[int, ...]:
    """Let students see the feedback that is kept; the numbers of the hand-ins concerned."""
    plan = desk.course.assignment(assignment)
    with desk.store.writing() as db:
        return release_feedback(db, desk.author(by), plan.id, submissions)


def _keep(desk: HandInDesk, by: str, submission: int, files: list[FileRecord]) -> Feedback:
    with desk.store.writing() as db:
        return keep_feedback(db, desk.author(by), submission, files)
