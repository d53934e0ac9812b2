"""What belongs to one hand-in: its receipt to print, and the feedback on it."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from labhub.exchange.receipts.receipt import read
from labhub.exchange.store.feedback import feedback_of
from labhub.exchange.store.submissions import receipt_text
from labhub.service.access import OWN, Access
from labhub.service.context import CurrentCourse, CurrentUser
from labhub.service.errors import NothingHereError
from labhub.service.owning import own_submission
from labhub.service.pages.frame import render
from labhub.service.pages.reading import read_names
from labhub.service.pages.receipts import receipt_view
from labhub.service.pages.visiting import CurrentVisit

ACCESS: Mapping[str, Access] = {
    "receipt-page": OWN,
    "feedback-page": OWN,
    "feedback-file": OWN,
}
SANDBOX = (
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""For pages that hold what a student wrote: no script, no form, no origin, nothing loaded."""

router = APIRouter(include_in_schema=False)


@router.get("/{course}/receipts/{number}", name="receipt-page")
def receipt_page(
    visit: CurrentVisit, course: CurrentCourse, user: CurrentUser, number: int
) -> Response:
    """A receipt, to read and to print."""
    with course.store.reading() as db:
        found = own_submission(db, course, user, number)
        receipt = read(receipt_text(db, found.id))
    view = receipt_view(receipt, read_names(course.desk), visit.words)
    return render(visit, "student/receipt.html", receipt=view)


@router.get("/{course}/feedback/{number}/", name="feedback-page")
def feedback_page(
    visit: CurrentVisit, course: CurrentCourse, user: CurrentUser, number: int
) -> Response:
    """The feedback on a hand-in: of a single page that page, else a list of them."""
    with course.store.reading() as db:
        found = own_submission(db, course, user, number)
        feedback = feedback_of(db, found.id)
    if feedback is None:
        raise NothingHereError(
            f"There is no feedback on hand-in {number} yet.",
            hint="It shows on the page of the assignment when the staff have released it.",
        )
    pages = [file.path for file in feedback.files if file.path.endswith(".html")]
    if len(pages) == 1:
        return RedirectResponse(visit.links.feedback(course.id, number, pages[0]), 302)
    plan = course.course.assignment(found.assignment)
    return render(visit, "student/feedback.html", plan=plan, number=number, pages=pages)


@router.get("/{course}/feedback/{number}/{file:path}", name="feedback-file")
def feedback_file(course: CurrentCourse, user: CurrentUser, number: int, file: str) -> Response:
    """One page of feedback. It shows a student's work, so it may do nothing at all."""
    with course.store.reading() as db:
        found = own_submission(db, course, user, number)
        feedback = feedback_of(db, found.id)
    pages = {each.path: each for each in feedback.files} if feedback is not None else {}
    if file not in pages or not file.endswith(".html"):
        raise NothingHereError(f"There is no page '{file[:80]}' in the feedback on {number}.")
    content = course.desk.blobs.read(pages[file].sha256)
    headers = {"Content-Security-Policy": SANDBOX}
    return Response(content, media_type="text/html; charset=utf-8", headers=headers)
