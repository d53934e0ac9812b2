"""Who may what, as one table of data: the name of a route, and the least role for it.

A test walks every route of the app and asserts the answer for every role. Nothing here knows
HTTP; `guard` reads the table.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from labhub.service.identity import Role


@dataclass(frozen=True)
class Access:
    """What one route asks of who calls it."""

    role: Role | None = None
    """The least role in the course of the address; None: anybody who is logged in."""
    login: bool = True
    own: bool = False
    """Whether a student sees only the own things here; staff of the course see all."""
    upload: bool = False
    """Whether the body streams, so that the form's token stands in it before the first file."""


PUBLIC = Access(login=False)
ANYBODY = Access()
STUDENT = Access(Role.STUDENT)
OWN = Access(Role.STUDENT, own=True)
TA = Access(Role.TA)
INSTRUCTOR = Access(Role.INSTRUCTOR)

REST: Mapping[str, Access] = {
    "openapi": PUBLIC,
    "health": PUBLIC,
    "metrics": PUBLIC,  # asks for its own token, or for staff
    "courses": ANYBODY,
    "assignments": STUDENT,
    "assignment": STUDENT,
    "versions": STUDENT,
    "release-version": Access(Role.TA, upload=True),
    "version-archive": STUDENT,
    "withdraw-version": TA,
    "hand-in": Access(Role.STUDENT, own=True, upload=True),
    "submissions": OWN,
    "submission": OWN,
    "submission-archive": OWN,
    "submission-receipt": OWN,
    "receipt-key": STUDENT,
    "check-hand-in": Access(Role.STUDENT, upload=True),
    "result": OWN,
    "feedback": OWN,
    "put-feedback": Access(Role.TA, upload=True),
    "my-group": OWN,
    "groups": TA,
    "form-group": OWN,
    "invite": OWN,
    "join-group": OWN,
    "decline-invitation": OWN,
    "leave-group": OWN,
    "marks": OWN,
    "appeals": OWN,
    "appeal": OWN,
    "answer-appeal": TA,
    "jobs": TA,
    "start-job": TA,
    "job": OWN,
    "job-events": OWN,
}
"""The routes of `labhub.service.api`."""

LOGIN: Mapping[str, Access] = {
    "login-callback": PUBLIC,
    "logout": ANYBODY,
    "development-login": PUBLIC,
}
