"""What belongs to whom: a student reaches only the own things, and learns of no others."""

from sqlalchemy import Connection

from labhub.exchange.store.errors import UnknownJobError, UnknownSubmissionError
from labhub.exchange.store.jobs import Job, job
from labhub.exchange.store.submissions import Submission, submission
from labhub.service.courses import OpenedCourse
from labhub.service.identity import Role, User


def own_submission(db: Connection, course: OpenedCourse, user: User, number: int) -> Submission:
    """A hand-in that counts for the user; for staff of the course any.

    Raises `UnknownSubmissionError`, with the same words for a hand-in of others and for none.
    """
    found = submission(db, number)
    if user.roles[course.id] < Role.TA and user.name not in found.members:
        raise UnknownSubmissionError(f"There is no hand-in number {number}.")
    return found


def own_job(db: Connection, course: OpenedCourse, user: User, number: int) -> Job:
    """A job on a hand-in of the user; for staff of the course any.

    Raises `UnknownJobError`, with the same words for a job of others and for none.
    """
    found = job(db, number)
    if user.roles[course.id] >= Role.TA:
        return found
    mine = found.submission is not None and (user.name in submission(db, found.submission).members)
    if not mine:
        raise UnknownJobError(f"There is no job number {number}.")
    return found
