"""One assignment as the staff see it: hand-ins, statistics, the steps from release to feedback."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from labhub.exchange.handin.releasing import release_version
from labhub.exchange.store.jobs import JobState, jobs
from labhub.exchange.store.versions import versions, withdraw_version
from labhub.gradebook.marking import CellStatistics, obstacles, statistics_of
from labhub.gradebook.term.handed_in import has_gradebook
from labhub.policy.assignments import timeline_of
from labhub.service.access import TA, Access
from labhub.service.context import CurrentCourse, CurrentUser
from labhub.service.pages.deadlines import due_of, stretches
from labhub.service.pages.frame import render
from labhub.service.pages.languages import Words
from labhub.service.pages.reading import read_names
from labhub.service.pages.receipts import lateness, said_name, say_place
from labhub.service.pages.staff.jobs import job_view
from labhub.service.pages.staff.numbers import HandedIn, read_handed_in, read_missing
from labhub.service.pages.states import Chip, bad, good, part, wait
from labhub.service.pages.visiting import CurrentVisit, go

ACCESS: Mapping[str, Access] = {
    "staff-assignment": TA,
    "staff-release": TA,
    "staff-withdraw-version": TA,
}
LAST_JOBS = 5

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Row:
    """One hand-in in the table."""

    found: HandedIn
    names: str
    place: str
    lateness: Chip | None
    state: Chip
    problems: tuple[Chip, ...]


@router.get("/{course}/staff/assignments/{assignment}/", name="staff-assignment")
def assignment_page(visit: CurrentVisit, course: CurrentCourse, assignment: str) -> Response:
    """Who has handed in, what grading found, how the class did, and what is to be done next."""
    plan = course.course.assignment(assignment)
    found = read_handed_in(course, plan.id)
    marks = [mark for each in found for mark in each.marks]
    names = read_names(course.desk)
    with course.store.reading() as db:
        released = versions(db, plan.id)
        last = jobs(db, assignment=plan.id, last=LAST_JOBS)
    line = timeline_of(course.course, plan.id)
    return render(
        visit,
        "staff/assignment.html",
        plan=plan,
        due=due_of(line),
        stretches=stretches(line, visit.now, visit.words),
        versions=tuple(reversed(released)),
        rows=[row_of(each, names, visit.words) for each in found],
        missing=[said_name(each, dict(names)) for each in read_missing(course, found)],
        statistics=statistics_of(marks),
        obstacles=obstacles(course.opened, plan.id, marks) if has_gradebook(course.folder) else (),
        jobs=[job_view(each, visit.words) for each in reversed(last)],
        busy=any(each.state is JobState.RUNNING for each in last),
        bars=bars,
    )


@router.post("/{course}/staff/assignments/{assignment}/release", name="staff-release")
def release(
    visit: CurrentVisit,
    course: CurrentCourse,
    user: CurrentUser,
    assignment: str,
    note: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Release what lies in `release/` as a version; the same bytes again are the same version."""
    release_version(course.desk, user.name, assignment, note.strip())
    href = visit.links.staff_assignment(course.id, assignment)
    return go(visit, href, said="version-released")


@router.post(
    "/{course}/staff/assignments/{assignment}/versions/{number}/withdraw",
    name="staff-withdraw-version",
)
def withdraw(
    visit: CurrentVisit, course: CurrentCourse, user: CurrentUser, assignment: str, number: int
) -> Response:
    """Take a version back: it can no longer be fetched or answered."""
    plan = course.course.assignment(assignment)
    with course.store.writing() as db:
        withdraw_version(db, course.desk.author(user.name), plan.id, number)
    href = visit.links.staff_assignment(course.id, assignment)
    return go(visit, href, said="version-withdrawn")


def row_of(found: HandedIn, names: Mapping[str, str], words: Words) -> Row:
    """A hand-in for the table."""
    sent = found.submission
    return Row(
        found,
        ", ".join(said_name(each, dict(names)) for each in found.members),
        say_place(sent.place, words) if sent is not None else words.gettext("folder"),
        lateness(late=sent.late, credit=sent.credit, words=words) if sent is not None else None,
        state_of(found, words),
        problems_of(found, words),
    )


def state_of(found: HandedIn, words: Words) -> Chip:
    """How far a hand-in is."""
    if not found.graded:
        label = words.gettext("Collected") if found.collected else words.gettext("Not collected")
        return wait(label)
    if found.waiting:
        count = words.ngettext("%(num)s answer waits", "%(num)s answers wait", found.waiting)
        return part(count % {"num": found.waiting})
    return good(words.gettext("Marked"))


def problems_of(found: HandedIn, words: Words) -> tuple[Chip, ...]:
    """What grading noted, by code: the codes are those of docs/reference/problems.md."""
    codes = dict.fromkeys(problem.code for problem in found.report.problems)
    chips = [bad(code, "!") for code in codes]
    if found.report.in_process:
        chips.append(part(words.gettext("in-process marks")))
    if found.report.repairs:
        chips.append(wait(words.gettext("repaired"), "✎"))
    return tuple(chips)


def bars(cell: CellStatistics) -> tuple[tuple[float, float, int], ...]:
    """A histogram in a box of 100 by 30: left edge, height and count of each bar."""
    most = max(cell.histogram, default=0) or 1
    width = 100 / len(cell.histogram)
    return tuple(
        (place * width, 30 * count / most, count) for place, count in enumerate(cell.histogram)
    )
