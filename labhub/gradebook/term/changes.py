"""Whom another date concerns."""

from labhub.course.load import parse_course
from labhub.gradebook.term.cases import cases
from labhub.gradebook.term.records import Term
from labhub.ids import AssignmentId
from labhub.policy.assignments import dates_of
from labhub.policy.changes import Change, is_changed


def concerned(term: Term, assignment: AssignmentId, text: str) -> tuple[Change, ...]:
    """Every student whose verdict differs under the dates of another course.toml.

    Who hands in together is taken as it is now: a new date does not move a freeze of groups that
    has happened. Those whom a decision of the staff protects are listed as kept.
    """
    dates = dates_of(parse_course(text), assignment)
    before, after = cases(term, assignment), cases(term, assignment, dates)
    return tuple(
        Change(student, old.verdict, after[student].verdict, kept=old.verdict.decision is not None)
        for student, old in before.items()
        if is_changed(old.verdict, after[student].verdict)
    )
