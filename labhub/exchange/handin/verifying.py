"""Verifying a store: every file against its hash, every record against its receipt."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from labhub.errors import LabhubError
from labhub.exchange.handin.desk import HandInDesk
from labhub.exchange.receipts.receipt import receipt_for, verify
from labhub.exchange.store.feedback import all_feedback
from labhub.exchange.store.files import FileRecord, digest_of
from labhub.exchange.store.projects import ProjectHandIn, project_hand_ins
from labhub.exchange.store.submissions import Submission, receipt_text, submissions
from labhub.exchange.store.versions import versions


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be."""

    code: str
    """That of the error, or `record-damaged`."""
    subject: str
    """What is concerned, such as `submission/17`."""
    sentence: str


@dataclass(frozen=True)
class Verified:
    """What was looked at, and what was found."""

    versions: int
    submissions: int
    files: int
    """Different files, each read whole."""
    size_bytes: int
    unused: int
    """Files that nothing names: of hand-ins that were cut short. They do no harm."""
    findings: tuple[Finding, ...]


def verify_store(desk: HandInDesk) -> Verified:
    """Read everything that the database names, and compare. Nothing is changed."""
    with desk.store.reading() as db:
        released, given = versions(db), submissions(db)
        owners: list[tuple[str, str | None, tuple[FileRecord, ...]]] = [
            *((f"version/{v.assignment}/{v.number}", v.digest, v.files) for v in released),
            *((f"submission/{s.id}", s.digest, s.files) for s in given),
            *((f"feedback/{f.submission}", None, f.files) for f in all_feedback(db)),
        ]
        findings = [finding for each in given for finding in _receipts(db, desk, each)]
        parts = project_hand_ins(db)
    known, sizes = dict[str, LabhubError | None](), dict[str, int]()
    for subject, digest, files in owners:
        findings += _records(subject, digest, files)
        for file in files:
            findings += _file(desk, subject, file, known, sizes)
    for part in parts:
        findings += _project_file(desk, part)
    unused = sum(name not in known for name in desk.blobs.names())
    read = sum(sizes.values())
    return Verified(len(released), len(given), len(known), read, unused, tuple(findings))


def _records(subject: str, digest: str | None, files: tuple[FileRecord, ...]) -> Iterator[Finding]:
    if not files:
        yield Finding("record-damaged", subject, "It has no files.")
    elif digest is not None and digest_of(files) != digest:
        yield Finding("record-damaged", subject, "Its list of files is not as it was written.")


def _file(
    desk: HandInDesk,
    subject: str,
    file: FileRecord,
    known: dict[str, LabhubError | None],
    sizes: dict[str, int],
) -> Iterator[Finding]:
    """Each file is read once, however many name it."""
    if file.sha256 not in known:
        known[file.sha256] = None
        try:
            sizes[file.sha256] = desk.blobs.check(file.sha256)
        except LabhubError as error:
            known[file.sha256] = error
    wrong = known[file.sha256]
    if wrong is not None:
        yield Finding(wrong.code, subject, f"{file.path}: {wrong.message}")
    elif sizes[file.sha256] != file.size_bytes:
        said = f"{file.path}: {sizes[file.sha256]} bytes, {file.size_bytes} were written down."
        yield Finding("record-damaged", subject, said)


def _receipts(db: Connection, desk: HandInDesk, given: Submission) -> Iterator[Finding]:
    subject = f"submission/{given.id}"
    try:
        receipt = verify(receipt_text(db, given.id), desk.key.public_pem)
    except LabhubError as error:
        yield Finding(error.code, subject, f"Its receipt: {error.message}")
        return
    if receipt_for(receipt.course, receipt.title, given, desk.key).text != receipt.text:
        yield Finding("record-damaged", subject, "The record says something else than its receipt.")


def _project_file(desk: HandInDesk, part: ProjectHandIn) -> Iterator[Finding]:
    if not part.file:
        return
    subject = f"project/{part.item}/{part.student}"
    try:
        with (desk.folder.root / part.file).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        yield Finding("blob-missing", subject, f"{part.file}: {error.strerror}.")
        return
    if digest != part.sha256:
        yield Finding("blob-corrupt", subject, f"{part.file} is not what was put there.")
