"""One receipt: what it says, how it is written, signed and checked.

It is written as canonical JSON (keys in order, no spaces, UTF-8), so that the same content is the
same bytes. The signature is made over those bytes without the key `signature`.
"""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from labhub.exchange.receipts.errors import ReceiptInvalidError, ReceiptUnreadableError
from labhub.exchange.receipts.keys import ReceiptKey, fingerprint_of, is_signed
from labhub.exchange.store.files import FileRecord, digest_of
from labhub.exchange.store.submissions import Place, Submission
from labhub.ids import AssignmentId, CourseId, GroupId, StudentId

FORMAT = "labhub-receipt-1"
TEXTS = frozenset(
    {"course", "title", "assignment", "student", "place", "received_at", "credit", "words"}
    | {"digest", "key", "signature"}
)
NUMBERS = frozenset({"version", "submission", "attempt"})


@dataclass(frozen=True)
class Receipt:
    """What was received. Everything in it is signed."""

    course: CourseId
    title: str
    """Of the assignment, for people."""
    assignment: AssignmentId
    version: int
    submission: int
    attempt: int
    group: GroupId | None
    members: tuple[StudentId, ...]
    student: StudentId
    """In whose name it came."""
    place: Place
    received_at: datetime
    """The server's time, in UTC."""
    late: bool
    credit: str
    """The share of the points by the rules at that time, as a decimal number."""
    words: str
    """The rules' verdict in whole sentences."""
    files: tuple[FileRecord, ...]
    digest: str
    """SHA-256 over the paths and hashes of all files."""
    key: str
    """The fingerprint of the key that signed it."""
    signature: str = ""
    """Base64."""

    @property
    def text(self) -> str:
        """The receipt as it is given: canonical JSON with its signature."""
        return canonical({**_plain(self), "signature": self.signature})


def receipt_for(course: CourseId, title: str, made: Submission, key: ReceiptKey) -> Receipt:
    """The signed receipt of a submission."""
    content = {
        "course": course,
        "title": title,
        "assignment": made.assignment,
        "version": made.version,
        "submission": made.id,
        "attempt": made.attempt,
        "group": made.group,
        "members": made.members,
        "student": made.student,
        "place": made.place,
        "received_at": made.at,
        "late": made.late,
        "credit": str(made.credit),
        "words": made.words,
        "files": made.files,
        "digest": made.digest,
        "key": key.fingerprint,
    }
    unsigned = Receipt(**content)  # type: ignore[arg-type]
    signature = key.sign(canonical(_plain(unsigned)).encode())
    return Receipt(**content, signature=base64.b64encode(signature).decode())  # type: ignore[arg-type]


def verify(text: str | bytes, public_pem: str) -> Receipt:
    """The receipt of a text, when the key has signed it.

    Raises `ReceiptUnreadableError`, `ReceiptInvalidError` or `ReceiptKeyError`.
    """
    data = _data(text)
    receipt = read(text)
    if receipt.key != fingerprint_of(public_pem):
        raise ReceiptInvalidError(
            f"The key {receipt.key} signed this receipt, not {fingerprint_of(public_pem)}.",
            hint="Take the public key of the course that gave it.",
        )
    signature = data.pop("signature")
    if not is_signed(canonical(data).encode(), signature, public_pem):
        raise ReceiptInvalidError(
            "The signature does not belong to this receipt: it was changed after it was given.",
            hint="Ask the course for the receipt as it was given.",
        )
    if digest_of(receipt.files) != receipt.digest:
        raise ReceiptInvalidError("The list of files does not fit the receipt's own digest.")
    return receipt


def read(text: str | bytes) -> Receipt:
    """The receipt of a text, its signature not checked. Raises `ReceiptUnreadableError`."""
    data = dict(_data(text))
    if data.pop("format", None) != FORMAT:
        raise _unreadable("it does not say that it is one")
    _ensure_kinds(data)
    try:
        files = tuple(FileRecord(f["path"], f["sha256"], f["size_bytes"]) for f in data["files"])
        return Receipt(
            **{
                **data,
                "files": files,
                "members": tuple(data["members"]),
                "place": Place(data["place"]),
                "received_at": datetime.fromisoformat(data["received_at"]),
            }
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _unreadable(f"something in it does not fit ({error})") from None


def canonical(data: dict[str, Any]) -> str:
    """JSON that is the same for the same content."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(receipt: Receipt) -> dict[str, Any]:
    data = {**vars(receipt), "format": FORMAT}
    del data["signature"]
    data["files"] = [vars(file) for file in receipt.files]
    data["members"] = list(receipt.members)
    data["place"] = receipt.place.value
    data["received_at"] = receipt.received_at.isoformat()
    return data


def _ensure_kinds(data: dict[str, Any]) -> None:
    """What JSON holds is of the kind that a receipt has there, before anything is made of it."""
    wrong = [name for name in TEXTS if not isinstance(data.get(name), str)]
    wrong += [name for name in NUMBERS if type(data.get(name)) is not int]
    wrong += [name for name in ("late",) if type(data.get(name)) is not bool]
    wrong += [name for name in ("members", "files") if not isinstance(data.get(name), list)]
    wrong += [name for name in ("group",) if not isinstance(data.get(name, 0), str | None)]
    if wrong:
        raise _unreadable(f"{', '.join(sorted(wrong))} is missing or of another kind")


def _data(text: str | bytes) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise _unreadable("it is no JSON object")
    return data


def _unreadable(why: str) -> ReceiptUnreadableError:
    return ReceiptUnreadableError(
        f"This is no receipt: {why}.", hint="Expected the JSON file that the course gave."
    )
