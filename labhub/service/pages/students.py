"""The pages of a student: my assignments, one assignment, handing in, checking before."""

from collections.abc import Mapping
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from labhub.exchange.handin import HandedIn, hand_in, receiving
from labhub.exchange.handin.checking import Report, look_over
from labhub.exchange.handin.uploads import Upload
from labhub.exchange.store.errors import UnknownRecordError
from labhub.exchange.store.marks import add_appeal
from labhub.exchange.store.submissions import Place
from labhub.ids import StudentId
from labhub.policy.timelines import Phase
from labhub.service.access import OWN, STUDENT, Access
from labhub.service.context import CurrentCourse, CurrentRole, CurrentState, CurrentUser
from labhub.service.courses import OpenedCourse
from labhub.service.guard import form_check
from labhub.service.identity import Role, User
from labhub.service.marks import released_items
from labhub.service.pages.assignments import card_of, in_order
from labhub.service.pages.checks import check_view
from labhub.service.pages.frame import Visit, render
from labhub.service.pages.handins import Desk, Offer, attempts_of, desk_of, offer_of
from labhub.service.pages.marks import LONGEST, appeal_text
from labhub.service.pages.reading import (
    Mine,
    read_all,
    read_marks,
    read_names,
    read_one,
    read_results,
)
from labhub.service.pages.receipts import said_name
from labhub.service.pages.visiting import CurrentVisit, go
from labhub.service.settings import ServiceSettings
from labhub.service.uploads import read_form

UPLOAD = Access(Role.STUDENT, own=True, upload=True)
ACCESS: Mapping[str, Access] = {
    "my-assignments": STUDENT,
    "assignment-page": STUDENT,
    "results-part": OWN,
    "hand-in-form": UPLOAD,
    "check-form": UPLOAD,
    "appeal-form": OWN,
}

router = APIRouter(include_in_schema=False)


@router.get("/{course}/", name="my-assignments")
def my_assignments(
    visit: CurrentVisit, course: CurrentCourse, user: CurrentUser, role: CurrentRole
) -> Response:
    """What the course wants from the student, the nearest first."""
    found = read_all(course.desk, student_of(user, role))
    cards = [card_of(mine.facts, visit.now, visit.words) for mine in found]
    return render(visit, "student/assignments.html", cards=in_order(cards, visit.now))


@router.get("/{course}/{assignment}/", name="assignment-page")
def assignment_page(
    visit: CurrentVisit,
    course: CurrentCourse,
    user: CurrentUser,
    role: CurrentRole,
    state: CurrentState,
    assignment: str,
) -> Response:
    """One assignment: work on it, hand in, and what became of it."""
    mine = read_one(course.desk, assignment, student_of(user, role))
    shown = _shown(visit, course, state.settings, mine, StudentId(user.name))
    return render(visit, "student/assignment.html", **shown)


@router.get("/{course}/{assignment}/results", name="results-part")
def results_part(
    request: Request,
    visit: CurrentVisit,
    course: CurrentCourse,
    user: CurrentUser,
    role: CurrentRole,
    assignment: str,
) -> Response:
    """What the tests said, for the page that waits for it; a browser is shown the whole page."""
    mine = read_one(course.desk, assignment, student_of(user, role))
    results = read_results(course.desk, mine, visit.words)
    href = visit.links.assignment(course.id, mine.plan.id)
    if "hx-request" not in request.headers:
        return go(visit, href)
    if results is None:  # there is more to see by now than results
        return Response(headers={"HX-Redirect": href})
    return render(visit, "student/results.html", results=results, assignment=mine.plan.id)


@router.post("/{course}/{assignment}/hand-in", name="hand-in-form")
async def hand_in_form(
    request: Request,
    visit: CurrentVisit,
    course: CurrentCourse,
    user: CurrentUser,
    assignment: str,
) -> Response:
    """Take the files of the form; then show the receipt."""
    course.course.assignment(assignment)
    begun = course.clock.now()
    with receiving(course.desk.blobs, course.course.hand_in_limits, begun) as upload:
        fields = await read_form(request, upload, form_check(request))
        version = version_in(fields)
        done = await run_sync(_hand_in, course, user, assignment, upload, version)
    href = visit.links.receipt(course.id, done.submission.id)
    return go(visit, href, said="handed-in" if done.is_new else "already-in")


@router.post("/{course}/{assignment}/check", name="check-form")
async def check_form(
    request: Request, visit: CurrentVisit, course: CurrentCourse, assignment: str
) -> Response:
    """Say what is in the files of the form, and keep nothing."""
    plan = course.course.assignment(assignment)
    with receiving(course.desk.blobs, course.course.hand_in_limits) as upload:
        fields = await read_form(request, upload, form_check(request))
        report = await run_sync(_look_over, course, assignment, upload, version_in(fields))
    view = check_view(report, visit.words)
    return render(visit, "student/check.html", check=view, plan=plan)


@router.post("/{course}/{assignment}/appeal", name="appeal-form")
def appeal_form(
    visit: CurrentVisit,
    course: CurrentCourse,
    user: CurrentUser,
    assignment: str,
    text: Annotated[str, Form(min_length=1, max_length=LONGEST)],
    exercise: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Ask about a mark that has been released."""
    plan = course.course.assignment(assignment)
    student = StudentId(user.name)
    if plan.id not in released_items(course, student):
        raise UnknownRecordError(
            f"You have no mark on {plan.title} yet.", hint="Wait until it has been released."
        )
    with course.store.writing() as db:
        author = course.desk.author(user.name)
        add_appeal(db, author, plan.id, student, appeal_text(exercise, text))
    return go(visit, f"{visit.links.assignment(course.id, plan.id)}#marks", said="appeal-sent")


def student_of(user: User, role: Role) -> StudentId | None:
    """The visitor as a student; None for staff, who have no hand-ins of their own."""
    return StudentId(user.name) if role is Role.STUDENT else None


def version_in(fields: Mapping[str, str]) -> int | None:
    """The version that a form names; None where it names none."""
    text = fields.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _hand_in(
    course: OpenedCourse, user: User, assignment: str, upload: Upload, version: int | None
) -> HandedIn:
    student = StudentId(user.name)
    return hand_in(course.desk, student, assignment, upload, place=Place.PAGE, version=version)


def _look_over(
    course: OpenedCourse, assignment: str, upload: Upload, version: int | None
) -> Report:
    return look_over(course.desk, assignment, upload, version)


def _shown(
    visit: Visit,
    course: OpenedCourse,
    settings: ServiceSettings,
    mine: Mine,
    student: StudentId,
) -> dict[str, Any]:
    """Everything that the page of one assignment shows."""
    names = read_names(course.desk)
    together = mine.members if len(mine.members) > 1 else ()
    attempts = attempts_of(mine.submissions, mine.timeline, mine.with_feedback, names, visit.words)
    return {
        "card": card_of(mine.facts, visit.now, visit.words),
        "versions": [each.number for each in mine.offered],
        "offer": _offer(visit, course, settings, mine),
        "desk": _desk(visit, course, mine),
        "attempts": attempts,
        "together": [said_name(each, names) for each in together],
        "results": read_results(course.desk, mine, visit.words),
        "assignment": mine.plan.id,
        "marks": read_marks(course.desk, mine, student, visit.words),
    }


def _offer(
    visit: Visit, course: OpenedCourse, settings: ServiceSettings, mine: Mine
) -> Offer | None:
    version = mine.version
    if version is None or mine.timeline.at(visit.now).phase is Phase.BEFORE_RELEASE:
        return None
    path = f"courses/{course.id}/assignments/{mine.plan.id}/versions/{version.number}/archive"
    return offer_of(
        version,
        course=course.id,
        download=visit.links.api(path),
        hub_url=settings.hub_url,
        repository=course.course.repository,
    )


def _desk(visit: Visit, course: OpenedCourse, mine: Mine) -> Desk:
    return desk_of(
        course.course.hand_in_limits,
        mine.plan.on_hand_in,
        why_not=_why_not(visit, mine),
        attempts_left=mine.attempts.now,
    )


def _why_not(visit: Visit, mine: Mine) -> str:
    """Why nothing can be handed in now, in words; empty where something can."""
    _ = visit.words.gettext
    phase = mine.timeline.at(visit.now).phase
    if mine.excused:
        return _("You are excused from this assignment.")
    if mine.standing is None:
        return _("Students hand in here.")
    if phase is Phase.BEFORE_RELEASE or mine.version is None:
        return _("The assignment has not been released yet.")
    if not phase.accepts:
        return _("The last date is over. If you had a reason, ask the staff for an extension.")
    if mine.attempts.now == 0:
        again = mine.attempts.again_from
        if again is not None:
            said = visit.moments.say(again)
            return _("No attempts are left for today. There are new ones from %s on.") % said
        return _("You have used all attempts. What you handed in counts.")
    return ""
