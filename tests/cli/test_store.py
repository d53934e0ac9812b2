"""`labhub store` and `labhub verify-receipt`: sound, saved and brought back; genuine or not."""

import json
from pathlib import Path

import pytest

from labhub.exchange.handin import HandedIn, release_version
from tests.exchange.handin.counter import ANN, TEACHER, desk_of, give, notebook, write_course


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return write_course(tmp_path / "course")


@pytest.fixture
def given(course: Path) -> HandedIn:
    """A hand-in of the course."""
    desk = desk_of(course)
    release_version(desk, TEACHER, "lab1")
    handed = give(desk, ANN)
    desk.close()
    (course.parent / "receipt.json").write_text(handed.receipt.text)
    return handed


def test_a_sound_store_is_said_to_be(labhub, course: Path, given: HandedIn) -> None:
    done = labhub("store", "verify", "--course-dir", course)
    assert done.exit_code == 0
    assert "1 hand-ins, 1 versions: 3 files read" in done.stdout
    assert "0 findings; 0 files unused" in done.stdout


def test_a_damaged_store_is_said_to_be(labhub, course: Path, given: HandedIn) -> None:
    name = given.submission.files[0].sha256
    (course / "store" / "blobs" / name[:2] / name[2:]).write_bytes(b"x")
    done = labhub("store", "verify", "--course-dir", course)
    assert done.exit_code == 1
    assert "blob-corrupt\tsubmission/1\tlab1.ipynb" in done.stdout
    told = labhub("store", "verify", "--course-dir", course, "--json")
    assert json.loads(told.stdout)["findings"][0]["code"] == "blob-corrupt"


def test_a_backup_is_made_and_restored(labhub, course: Path, given: HandedIn) -> None:
    place, other = course.parent / "backup", write_course(course.parent / "other")
    done = labhub("store", "backup", place, "--course-dir", course)
    assert (done.exit_code, "3 files" in done.stdout) == (0, True)
    assert labhub("store", "backup", place, "--course-dir", course).exit_code == 2
    tried = labhub("store", "restore", place, "--course-dir", other, "--dry-run")
    assert (tried.exit_code, "can be restored" in tried.stdout) == (0, True)
    assert not (other / "labhub.db").exists()
    assert labhub("store", "restore", place, "--course-dir", other).exit_code == 0
    assert labhub("store", "verify", "--course-dir", other).exit_code == 0
    again = labhub("store", "restore", place, "--course-dir", other)
    assert (again.exit_code, "would mix two stores" in again.stderr) == (1, True)
    told = labhub("store", "restore", place, "--course-dir", other, "--url", "nonsense")
    assert told.exit_code == 1 or told.exit_code == 3


def test_a_backup_of_a_damaged_store_says_what_it_lacks(
    labhub, course: Path, given: HandedIn
) -> None:
    name = given.submission.files[0].sha256
    (course / "store" / "blobs" / name[:2] / name[2:]).unlink()
    done = labhub("store", "backup", course.parent / "backup", "--course-dir", course, "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["missing"] == [name]
    assert "not in the backup" in done.stderr


def test_a_genuine_receipt_is_told_in_words(labhub, course: Path, given: HandedIn) -> None:
    receipt = course.parent / "receipt.json"
    done = labhub("verify-receipt", receipt, "--course-dir", course)
    assert done.exit_code == 0
    assert "Genuine: Lab 1 (lab1), version 1, dl" in done.stdout
    assert "received 2027-02-01 12:00:00 UTC, from: hub" in done.stdout
    assert given.submission.files[0].sha256 in done.stdout
    key = course / "store" / "receipt-key.pub.pem"
    told = labhub("verify-receipt", receipt, "--key", key, "--json")
    assert told.stdout.strip() == given.receipt.text


def test_a_changed_receipt_is_refused(labhub, course: Path, given: HandedIn) -> None:
    receipt = course.parent / "receipt.json"
    receipt.write_text(given.receipt.text.replace('"late":false', '"late":true'))
    done = labhub("verify-receipt", receipt, "--course-dir", course)
    assert (done.exit_code, "it was changed after" in done.stderr) == (1, True)


def test_files_are_compared_with_the_receipt(labhub, course: Path, given: HandedIn) -> None:
    receipt, mine = course.parent / "receipt.json", course.parent / "lab1.ipynb"
    mine.write_bytes(notebook("lab1", "a = abs"))
    command = ("verify-receipt", receipt, "--course-dir", course, "--file", mine)
    assert labhub(*command).exit_code == 0
    mine.write_bytes(notebook("lab1", "a = max"))
    done = labhub(*command)
    assert (done.exit_code, "does not name the bytes of" in done.stderr) == (1, True)


def test_a_file_that_is_not_there_is_named(labhub, course: Path, given: HandedIn) -> None:
    done = labhub("verify-receipt", course / "none.json", "--course-dir", course)
    assert (done.exit_code, "cannot be read" in done.stderr) == (2, True)
