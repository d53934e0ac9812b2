"""Gives a mark by hand. No mark is overwritten that the person has not seen."""

from dataclasses import dataclass

from nbgrader.api import Comment, Grade, Gradebook, MissingEntry
from sqlalchemy.exc import NoResultFound

from labhub.exchange.store import Store
from labhub.exchange.store.events import Author, record
from labhub.gradebook.errors import (
    MarkChangedError,
    MarkOutOfRangeError,
    NotGradedYetError,
    ReasonMissingError,
)
from labhub.gradebook.marking.rows import GivenMark, Place, gradebook_of, marks_in
from labhub.gradebook.opening import OpenCourse


@dataclass(frozen=True)
class NewMark:
    """What a person decides on one cell."""

    points: float | None
    """None takes a person's points back: the machine's count again, or nobody's."""
    comment: str = ""
    extra: float = 0.0
    reason: str = ""
    """Why an automatic mark is changed; everybody who may see the mark can read it."""


def give_mark(
    course: OpenCourse, store: Store, author: Author, place: Place, new: NewMark, seen: str
) -> GivenMark:
    """Write a mark and its event; what stands there afterwards.

    `seen` is the stamp of the mark that the person had in front of them. Raises
    `MarkChangedError` where another stands there by now, `NotGradedYetError` where there is no
    graded hand-in, `MarkOutOfRangeError`, and `ReasonMissingError` where an automatic mark
    would change without a word. Nothing is written then.
    """
    with store.writing() as db, gradebook_of(course) as gradebook:
        before = _standing(gradebook, place)
        if before.stamp != seen:
            raise MarkChangedError(
                f"Somebody has marked this answer meanwhile: {say_mark(before)}.",
                hint="Nothing of theirs was lost, and nothing of yours was saved. Look at it and "
                "decide again.",
            )
        _check(before, new)
        record(db, author, "mark", _subject(place), _event(before, new))
        _write(gradebook, place, new)
        return _standing(gradebook, place)


def say_mark(mark: GivenMark) -> str:
    """A mark in words: `3 of 5 points, "See the transpose."`."""
    points = "not marked" if mark.points is None else f"{mark.points:g} of {mark.possible:g} points"
    extra = f" and {mark.extra:g} extra" if mark.extra else ""
    return f'{points}{extra}, "{mark.comment}"' if mark.comment else f"{points}{extra}"


def _check(before: GivenMark, new: NewMark) -> None:
    if new.points is not None and not 0 <= new.points <= before.possible:
        raise MarkOutOfRangeError(
            f"{new.points:g} points lie outside 0 to {before.possible:g}.",
            hint="Points beyond the full mark are extra credit.",
        )
    if not 0 <= new.extra <= 1000:
        raise MarkOutOfRangeError(f"{new.extra:g} extra points lie outside 0 to 1000.")
    counts = before.automatic if new.points is None else new.points
    changed = before.automatic is not None and counts != before.points
    if changed and not new.reason.strip():
        raise ReasonMissingError(
            "The machine gave this mark: say why it changes.",
            hint="One sentence will do; the student and other TAs can read it.",
        )


def _standing(gradebook: Gradebook, place: Place) -> GivenMark:
    gradebook.db.expire_all()
    found = marks_in(gradebook, place.assignment).get(place)
    if found is None:
        raise NotGradedYetError(
            f"{place.student} has no graded cell {place.cell} in {place.assignment}.",
            hint=f"Run `labhub autograde {place.assignment}` first.",
        )
    return found


def _write(gradebook: Gradebook, place: Place, new: NewMark) -> None:
    names = (place.cell, place.notebook, place.assignment, place.student)
    grade: Grade = gradebook.find_grade(*names)
    grade.manual_score = new.points
    grade.extra_credit = new.extra or None
    # As the formgrader does: what anybody has marked waits no more.
    grade.needs_manual_grade = new.points is None and grade.auto_score is None
    comment = _comment(gradebook, names)
    if comment is not None:
        comment.manual_comment = new.comment or None
    gradebook.db.commit()


def _comment(gradebook: Gradebook, names: tuple[str, ...]) -> Comment | None:
    """Tests have no comment in nbgrader: only answers and tasks have one."""
    try:
        return gradebook.find_comment(*names)
    except (MissingEntry, NoResultFound):
        return None


def _subject(place: Place) -> str:
    return f"mark/{place.assignment}/{place.student}/{place.notebook}/{place.cell}"


def _event(before: GivenMark, new: NewMark) -> dict[str, object]:
    return {
        "before": before.points,
        "after": before.automatic if new.points is None else new.points,
        "automatic": before.automatic,
        "extra": new.extra,
        "comment": new.comment,
        "comment_before": before.comment,
        "reason": new.reason.strip(),
    }
