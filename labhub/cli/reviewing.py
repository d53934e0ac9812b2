"""What the verbs of peer review share."""

import json
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labhub.cli.errors import BadCsvError
from labhub.cli.term import read_csv

if TYPE_CHECKING:
    from labhub.course.folder import CourseFolder
    from labhub.course.rule_model import FormRow
    from labhub.exchange.anonymise import Identity
    from labhub.exchange.store.reviewing import Round
    from labhub.gradebook.term import Term
    from labhub.ids import AssignmentId, StudentId
    from labhub.policy.allocations import Pair
    from labhub.policy.calibrations import Criterion
    from labhub.policy.deadlines import Deadline

Late = Annotated[bool, typer.Option("--late", help="Take them although the deadline is over.")]
Reviewer = Annotated[str, typer.Option("--reviewer", help="Id, or pseudonym such as 'Reviewer A'.")]


def round_of(term: "Term", lab: "AssignmentId") -> "Round":
    """The peer review of an assignment. Raises `NotAllocatedError` before it is allocated."""
    from labhub.exchange.peer.errors import NotAllocatedError

    held = term.rounds.get(lab)
    if held is None:
        raise NotAllocatedError(
            f"Nothing of {lab} has been allocated yet.", hint=f"Run: labhub review allocate {lab}"
        )
    return held


def until(term: "Term", lab: "AssignmentId") -> tuple[str, str]:
    """In words, when reviews and when answers must be in. Raises `NoPeerReviewError`."""
    from labhub.policy.words import say_moment

    reviews, answers = _deadlines(term, lab)
    zone = term.course.zone
    return say_moment(reviews.ends_at, zone), say_moment(answers.ends_at, zone)


def require_open(term: "Term", lab: "AssignmentId", *, answers: bool, late: bool) -> None:
    """Raises `ReviewsClosedError` when the deadline is over, unless staff take late ones."""
    from labhub.exchange.peer.errors import ReviewsClosedError
    from labhub.policy.traces import sentence

    end = _deadlines(term, lab)[int(answers)]
    if term.now >= end.ends_at and not late:
        raise ReviewsClosedError(
            f"It is too late. {sentence(end.because)}", hint="Staff may take them with --late."
        )


def _deadlines(term: "Term", lab: "AssignmentId") -> "tuple[Deadline, Deadline]":
    from labhub.exchange.peer.errors import NoPeerReviewError
    from labhub.policy.assignments import review_deadlines_of

    found = review_deadlines_of(term.course, lab)
    if found is None:
        raise NoPeerReviewError(
            f"course.toml has no table [assignments.peer_review] for {lab}.",
            hint="Add one with the dates due and answers_due.",
        )
    return found


def require_pair(held: "Round", reviewer: str, work: str) -> "Pair":
    """The pair of a reviewer (id or pseudonym) and a work (name or pseudonym).

    Raises `NotAllocatedError`.
    """
    from labhub.exchange.peer.errors import NotAllocatedError

    found = held.work(work)
    for each in held.pairs:
        mine = reviewer in (each.pair.reviewer, each.pseudonym)
        if found is not None and mine and each.pair.work == found.work:
            return each.pair
    raise NotAllocatedError(
        f"{reviewer} was not to review {work}.", hint="See: labhub review show."
    )


def identities(
    term: "Term", students: "Iterable[StudentId]", group: str = ""
) -> "tuple[Identity, ...]":
    """Everything that names these students."""
    from labhub.exchange.anonymise import Identity

    people = (term.people[student] for student in sorted(students))
    found = [Identity(p.id, p.name, p.email, (p.lms_id,) if p.lms_id else ()) for p in people]
    return (*found, Identity(group)) if group else tuple(found)


def rows_of(term: "Term", folder: "CourseFolder", lab: "AssignmentId") -> "tuple[FormRow, ...]":
    """The rows of the form: the course's own, else the manual questions of the lab."""
    from labhub.course.rule_model import FormRow

    if term.course.rules.peer_review.criteria:
        return term.course.rules.peer_review.criteria
    found = [
        FormRow(str(unit["id"]), str(unit["title"]), float(unit["points"]))
        for path in folder.source_notebooks(lab).values()
        for unit in json.loads(path.read_text(encoding="utf-8"))["metadata"]
        .get("nnlab", {})
        .get("manual", [])
    ]
    return tuple(found) or (FormRow("overall", "How good is the work as a whole?", 10.0),)


def criteria_of(rows: "Sequence[FormRow]", example: Path) -> "tuple[Criterion, ...]":
    """The staff's points for the example. Raises `BadCsvError` where a row is missing."""
    from labhub.policy.calibrations import Criterion
    from labhub.policy.roundings import exact

    given = {row["criterion"]: row["points"] for row in read_csv(example, ("criterion", "points"))}
    try:
        return tuple(
            Criterion(row.id, row.title, exact(row.points), Fraction(given[row.id])) for row in rows
        )
    except (KeyError, ValueError):
        names = ", ".join(row.id for row in rows)
        raise BadCsvError(f"{example} does not give points for each of: {names}.") from None
