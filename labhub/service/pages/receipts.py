"""A receipt in words: what came, when, from whom, what it counts, and how to prove it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from labhub.exchange.receipts import Receipt
from labhub.exchange.store.submissions import Place
from labhub.service.pages.deadlines import say_credit
from labhub.service.pages.languages import Words
from labhub.service.pages.states import Chip, good, part


@dataclass(frozen=True)
class FileRow:
    """One file that was handed in."""

    path: str
    size: str
    sha256: str


@dataclass(frozen=True)
class ReceiptView:
    """What the page of a receipt shows."""

    number: int
    title: str
    assignment: str
    version: int
    attempt: int
    at: datetime
    student: str
    members: Sequence[str]
    """Names of those for whom it counts."""
    group: str
    place: str
    lateness: Chip
    words: str
    """The verdict of the rules in whole sentences, in English."""
    files: tuple[FileRow, ...]
    digest: str
    key: str
    signature: str


def receipt_view(receipt: Receipt, names: Mapping[str, str], words: Words) -> ReceiptView:
    """A receipt for people; `names` are those of students by their ids."""
    return ReceiptView(
        number=receipt.submission,
        title=receipt.title,
        assignment=receipt.assignment,
        version=receipt.version,
        attempt=receipt.attempt,
        at=receipt.received_at,
        student=said_name(receipt.student, names),
        members=[said_name(each, names) for each in receipt.members],
        group=receipt.group or "",
        place=say_place(receipt.place, words),
        lateness=lateness(late=receipt.late, credit=Decimal(receipt.credit), words=words),
        words=receipt.words,
        files=tuple(
            FileRow(file.path, say_size(file.size_bytes), file.sha256) for file in receipt.files
        ),
        digest=receipt.digest,
        key=receipt.key,
        signature=receipt.signature,
    )


def said_name(student: str, names: Mapping[str, str]) -> str:
    """A student's name with the id, or the id alone.

    >>> said_name("ann", {"ann": "Ann Berg"}), said_name("bo", {})
    ('Ann Berg (ann)', 'bo')
    """
    name = names.get(student, "")
    return f"{name} ({student})" if name else student


def lateness(*, late: bool, credit: Decimal, words: Words) -> Chip:
    """On time or late, and the share of the points that is left."""
    said = say_credit(credit, words)
    if late:
        return part(words.gettext("Late: %s") % said)
    return good(words.gettext("On time: %s") % said)


def say_place(place: Place, words: Words) -> str:
    """From where a hand-in came."""
    _ = words.gettext
    return {
        Place.HUB: _("from the Hub"),
        Place.COLAB: _("from Colab"),
        Place.OWN: _("from an own machine"),
        Place.PAGE: _("on the course page"),
        Place.STAFF: _("by the staff"),
    }[place]


def say_size(size_bytes: int) -> str:
    """A size for people.

    >>> say_size(512), say_size(48_200), say_size(3_400_000)
    ('512 B', '48 kB', '3.4 MB')
    """
    if size_bytes < 1000:
        return f"{size_bytes} B"
    if size_bytes < 1_000_000:
        return f"{round(size_bytes / 1000)} kB"
    return f"{size_bytes / 1_000_000:.1f} MB"
