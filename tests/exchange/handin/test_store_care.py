"""A store is verified, backed up while others write, and restored byte for byte, to either kind."""

import hashlib
import json
import threading
from pathlib import Path

import pytest
from sqlalchemy import update

from labhub.exchange.handin import HandInDesk, collect, keep_pages
from labhub.exchange.handin.backups import MANIFEST, back_up, read_backup
from labhub.exchange.handin.restoring import restore
from labhub.exchange.handin.verifying import verify_store
from labhub.exchange.store.copying import rows_in
from labhub.exchange.store.engine import FILE
from labhub.exchange.store.errors import (
    BackupExistsError,
    BackupUnreadableError,
    StoreNotEmptyError,
)
from labhub.exchange.store.events import history
from labhub.exchange.store.hand_in_tables import receipts, submission_files
from labhub.exchange.store.hand_in_tables import submissions as table
from labhub.exchange.store.projects import ProjectHandIn, add_project_hand_in
from labhub.exchange.store.submissions import receipt_text, submissions
from labhub.ids import AssignmentId
from tests.exchange.handin.counter import (
    ANN,
    BO,
    CLEO,
    NOW,
    TEACHER,
    author,
    desk_of,
    give,
    kept_files,
    notebook,
    write_course,
)

REPORT = "projects/report/ann/report.pdf"


@pytest.fixture
def filled(desk: HandInDesk) -> HandInDesk:
    """Hand-ins, feedback and a part of a project."""
    for student in (ANN, BO):
        give(desk, student, f"# {student}".encode())
    collect(desk, "lab1")
    page = desk.folder.feedback(AssignmentId("lab1"), ANN) / "lab1.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>Good.</p>")
    keep_pages(desk, TEACHER, "lab1")
    report = desk.folder.root / REPORT
    report.parent.mkdir(parents=True)
    report.write_bytes(b"%PDF")
    digest = hashlib.sha256(b"%PDF").hexdigest()
    part = ProjectHandIn("report", ANN, NOW, file=REPORT, sha256=digest, size_bytes=4)
    with desk.store.writing() as db:
        add_project_hand_in(db, author(), part)
    return desk


def codes(desk: HandInDesk) -> list[tuple[str, str]]:
    return [(each.code, each.subject) for each in verify_store(desk).findings]


def file_of(root: Path) -> str:
    return f"sqlite:///{root / FILE}"


def test_a_sound_store_has_no_findings(filled: HandInDesk) -> None:
    found = verify_store(filled)
    assert found.findings == ()
    assert (found.versions, found.submissions, found.files, found.unused) == (2, 2, 6, 0)
    assert found.size_bytes > len(notebook("lab1"))


def test_damaged_and_missing_bytes_are_found_with_who_names_them(filled: HandInDesk) -> None:
    with filled.store.reading() as db:
        ann, bo = submissions(db)
    filled.blobs.path(ann.files[0].sha256).write_bytes(b"damaged")
    filled.blobs.path(bo.files[0].sha256).unlink()
    assert codes(filled) == [("blob-corrupt", "submission/1"), ("blob-missing", "submission/2")]


def test_changed_records_are_found(filled: HandInDesk) -> None:
    files = submission_files
    with filled.store.writing() as db:
        db.execute(update(table).where(table.c.id == 1).values(late=True))
        db.execute(update(files).where(files.c.submission == 2).values(path="x"))
    damaged = {("record-damaged", "submission/1"), ("record-damaged", "submission/2")}
    assert set(codes(filled)) == damaged


def test_a_changed_receipt_and_a_wrong_size_are_found(filled: HandInDesk) -> None:
    files = submission_files
    with filled.store.writing() as db:
        db.execute(update(receipts).where(receipts.c.submission == 1).values(text="{}"))
        db.execute(update(files).where(files.c.submission == 2).values(size_bytes=1))
    assert ("receipt-unreadable", "submission/1") in codes(filled)
    assert ("record-damaged", "submission/2") in codes(filled)


def test_project_files_are_looked_at_too(filled: HandInDesk) -> None:
    (filled.folder.root / REPORT).write_bytes(b"other")
    assert codes(filled) == [("blob-corrupt", "project/report/ann")]
    (filled.folder.root / REPORT).unlink()
    assert codes(filled) == [("blob-missing", "project/report/ann")]


def test_bytes_that_nothing_names_do_no_harm(filled: HandInDesk) -> None:
    with filled.blobs.receiving() as incoming:
        incoming.write(b"of a hand-in that was cut short")
        incoming.keep()
    found = verify_store(filled)
    assert (found.unused, found.findings) == (1, ())


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_is_restored_byte_for_byte(
    filled: HandInDesk, tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    made = back_up(filled, tmp_path / "backup")
    assert read_backup(tmp_path / "backup") == made
    assert (made.course, made.files, made.missing) == ("dl", 7, ())
    root = write_course(tmp_path / "restored")
    url = file_of(root) if kind == "sqlite" else request.getfixturevalue("postgresql").new()
    assert restore(tmp_path / "backup", root, url=url) == made
    again = desk_of(root, url)
    try:
        assert verify_store(again).findings == ()
        assert again.key.public_pem == filled.key.public_pem
        assert rows_in(again.store) == rows_in(filled.store)
        assert (root / REPORT).read_bytes() == b"%PDF"
        with again.store.reading() as new, filled.store.reading() as old:
            assert submissions(new) == submissions(old)
            assert receipt_text(new, 1) == receipt_text(old, 1)
            assert history(new) == history(old)
        kept = [{path.read_bytes() for path in kept_files(each)} for each in (again, filled)]
        assert kept[0] == kept[1]
        assert give(again, CLEO).submission.id == 3, "numbers go on where they were"
        assert not give(again, ANN, b"# ann").is_new
    finally:
        again.close()


def test_a_backup_made_while_others_hand_in_is_one_state(
    filled: HandInDesk, tmp_path: Path
) -> None:
    stop, errors = threading.Event(), []

    def hand_in(name: str) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            try:
                give(filled, name, f"# {number}".encode())
            except Exception as error:
                errors.append(error)

    writers = [threading.Thread(target=hand_in, args=(f"w{n}",)) for n in range(3)]
    for writer in writers:
        writer.start()
    try:
        made = back_up(filled, tmp_path / "backup")
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert (errors, made.missing) == ([], ())
    root = write_course(tmp_path / "restored")
    restore(tmp_path / "backup", root, url=file_of(root))
    again = desk_of(root, file_of(root))
    try:
        found = verify_store(again)
        assert found.findings == ()
        assert found.submissions == made.rows["submissions"] >= 2
    finally:
        again.close()


def test_a_dry_run_looks_at_everything_and_writes_nothing(
    filled: HandInDesk, tmp_path: Path
) -> None:
    back_up(filled, tmp_path / "backup")
    root = tmp_path / "restored"
    root.mkdir()
    restore(tmp_path / "backup", root, url=file_of(root), dry_run=True)
    assert list(root.iterdir()) == []
    blob = next((tmp_path / "backup" / "store" / "blobs").glob("*/*"))
    blob.write_bytes(b"damaged")
    with pytest.raises(BackupUnreadableError, match="1 files of the backup are missing or damaged"):
        restore(tmp_path / "backup", root, url=file_of(root), dry_run=True)


def test_nothing_is_written_over(filled: HandInDesk, tmp_path: Path, url: str) -> None:
    back_up(filled, tmp_path / "backup")
    with pytest.raises(BackupExistsError, match="exists already"):
        back_up(filled, tmp_path / "backup")
    with pytest.raises(StoreNotEmptyError, match="restoring would mix two stores"):
        restore(tmp_path / "backup", filled.folder.root, url=url)
    assert verify_store(filled).findings == ()


def test_what_is_missing_in_the_store_is_named_and_the_rest_saved(
    filled: HandInDesk, tmp_path: Path
) -> None:
    with filled.store.reading() as db:
        name = submissions(db)[0].files[0].sha256
    filled.blobs.path(name).unlink()
    (filled.folder.root / REPORT).unlink()
    made = back_up(filled, tmp_path / "backup")
    assert made.missing == (name, REPORT)
    root = tmp_path / "restored"
    root.mkdir()
    restore(tmp_path / "backup", root, url=file_of(root))


def test_what_is_no_backup_is_named(filled: HandInDesk, tmp_path: Path) -> None:
    with pytest.raises(BackupUnreadableError, match="is no backup"):
        read_backup(tmp_path)
    back_up(filled, tmp_path / "backup")
    manifest = tmp_path / "backup" / MANIFEST
    text = manifest.read_text()
    for wrong in ("[]", "{}", json.dumps(json.loads(text) | {"more": 1})):
        manifest.write_text(wrong)
        with pytest.raises(BackupUnreadableError, match="is no backup"):
            read_backup(tmp_path / "backup")
    manifest.write_text(text)
    with (tmp_path / "backup" / FILE).open("ab") as file:
        file.write(b"x")
    with pytest.raises(BackupUnreadableError, match="not the one that was backed up"):
        read_backup(tmp_path / "backup")


def test_only_the_owner_may_read_a_backup(filled: HandInDesk, tmp_path: Path) -> None:
    back_up(filled, tmp_path / "backup")
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0
    assert (tmp_path / "backup" / "store" / "receipt-key.pem").stat().st_mode & 0o777 == 0o600
