"""The hand-in service as an object: one method for each thing that it does."""

import hashlib
import time
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from labhub.exchange.client.answers import (
    AssignmentEntry,
    CourseEntry,
    SubmissionEntry,
    VersionEntry,
    read_as,
)
from labhub.exchange.client.errors import ReceiptMismatchError
from labhub.exchange.client.forms import Form
from labhub.exchange.client.transport import Patience, Transport, unpacked

if TYPE_CHECKING:
    from labhub.exchange.receipts.receipt import Receipt


@dataclass(frozen=True)
class GivenReceipt:
    """A receipt whose signature was checked."""

    receipt: "Receipt"
    text: str
    """As it was given, byte for byte: what `labhub verify-receipt` reads."""
    key_pem: str
    """The course's public key."""


class Service:
    """One hand-in service, as the holder of one token sees it.

    Every method raises what the service refuses with (as the error of that code), and
    `ServiceUnreachableError`, `ServiceCertificateError`, `TokenRefusedError` or
    `ServiceFailedError`.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        patience: Patience | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`url` is the service's own address. Raises `ServiceUrlError`."""
        self._transport = Transport(url, token, patience=patience, sleep=sleep)
        self.url = self._transport.url

    def courses(self) -> list[CourseEntry]:
        """The courses in which one has a part."""
        return read_as(list[CourseEntry], self._transport.json("GET", ("courses",)))

    def assignments(self, course: str) -> list[AssignmentEntry]:
        """The assignments of a course."""
        found = self._transport.json("GET", (*_course(course), "assignments"))
        return read_as(list[AssignmentEntry], found)

    def assignment(self, course: str, assignment: str) -> AssignmentEntry:
        """One assignment."""
        found = self._transport.json("GET", _assignment(course, assignment))
        return read_as(AssignmentEntry, found)

    def versions(self, course: str, assignment: str) -> list[VersionEntry]:
        """The released versions, the oldest first."""
        path = (*_assignment(course, assignment), "versions")
        return read_as(list[VersionEntry], self._transport.json("GET", path))

    def version_archive(self, course: str, assignment: str, number: int) -> bytes:
        """A released version as a zip."""
        path = (*_assignment(course, assignment), "versions", str(number), "archive")
        with self._transport.download(path) as archive:
            unpacked(archive)  # nobody keeps a damaged one
            return archive.read_bytes()

    def release(
        self, course: str, assignment: str, files: Mapping[str, Path], note: str = ""
    ) -> VersionEntry:
        """Release files as the next version; the same bytes as the newest are that one."""
        path = (*_assignment(course, assignment), "versions")
        form = Form(files, {"note": note})
        return read_as(VersionEntry, self._transport.json("POST", path, form=form))

    def withdraw(self, course: str, assignment: str, number: int, reason: str = "") -> None:
        """Withdraw a version."""
        path = (*_assignment(course, assignment), "versions", str(number), "withdraw")
        self._transport.raw("POST", path, body={"reason": reason})

    def hand_in(
        self,
        course: str,
        assignment: str,
        files: Mapping[str, Path],
        *,
        place: str,
        version: int | None = None,
    ) -> GivenReceipt:
        """Hand in; the same bytes twice are one hand-in, with the receipt that was given first.

        Raises `ReceiptMismatchError` and what the signature's check raises.
        """
        sent = {_name(path): _sha256(file) for path, file in files.items()}
        fields = {"place": place} | ({} if version is None else {"version": str(version)})
        path = (*_assignment(course, assignment), "submissions")
        text = self._transport.raw("POST", path, form=Form(files, fields)).decode()
        given = self._checked(course, text)
        received = {file.path: file.sha256 for file in given.receipt.files}
        about = (given.receipt.course, given.receipt.assignment)
        if about != (course, assignment) or received != sent:
            raise ReceiptMismatchError(
                f"The receipt {given.receipt.submission} is about other files than were sent.",
                hint="Hand in again; when it happens again, show both to your TA.",
            )
        return given

    def submissions(
        self, course: str, assignment: str = "", student: str = ""
    ) -> list[SubmissionEntry]:
        """Hand-ins, the oldest first: one's own; for staff everybody's."""
        wanted = {"assignment": assignment, "student": student}
        query = {name: value for name, value in wanted.items() if value}
        found = self._transport.json("GET", (*_course(course), "submissions"), query=query)
        return read_as(list[SubmissionEntry], found)

    def submission_files(self, course: str, number: int) -> dict[str, bytes]:
        """The files of a hand-in."""
        with self._transport.download((*_submission(course, number), "archive")) as archive:
            return unpacked(archive)

    def receipt(self, course: str, number: int) -> GivenReceipt:
        """The receipt of a hand-in."""
        said = self._transport.raw("GET", (*_submission(course, number), "receipt"))
        return self._checked(course, said.decode())

    def receipt_key(self, course: str) -> str:
        """The public key that receipts of a course are checked with (PEM)."""
        return self._transport.raw("GET", (*_course(course), "receipt-key")).decode()

    def feedback_files(self, course: str, number: int) -> dict[str, bytes]:
        """The released feedback on a hand-in."""
        with self._transport.download((*_submission(course, number), "feedback")) as archive:
            return unpacked(archive)

    def release_feedback(self, course: str, number: int, files: Mapping[str, Path]) -> None:
        """Give a hand-in its feedback, and let the student see it."""
        form = Form(files, {"release": "yes"})
        self._transport.raw("PUT", (*_submission(course, number), "feedback"), form=form)

    def _checked(self, course: str, text: str) -> GivenReceipt:
        from labhub.exchange.receipts.receipt import verify

        key = self.receipt_key(course)
        return GivenReceipt(verify(text, key), text, key)


def _course(course: str) -> tuple[str, ...]:
    return ("courses", course)


def _assignment(course: str, assignment: str) -> tuple[str, ...]:
    return ("courses", course, "assignments", assignment)


def _submission(course: str, number: int) -> tuple[str, ...]:
    return ("courses", course, "submissions", str(number))


def _name(path: str) -> str:
    """The path as the service keeps it."""
    return unicodedata.normalize("NFC", path)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
