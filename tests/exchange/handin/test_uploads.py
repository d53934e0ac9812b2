"""Names and sizes are held to while bytes arrive; checking keeps nothing."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labhub.course.errors import CourseFileNeededError
from labhub.course.folder import CourseFolder
from labhub.course.model import HandInLimits
from labhub.exchange.handin import errors, look_over, receiving, release_version
from labhub.exchange.handin.desk import open_desk
from labhub.exchange.handin.uploads import DEEPEST, LONGEST_PATH, checked_path
from labhub.exchange.store.blobs import open_blobs
from labhub.exchange.store.versions import withdraw_version
from tests.exchange.handin.conftest import Opener
from tests.exchange.handin.counter import TEACHER, author, kept_files, notebook

SMALL = HandInLimits(file_bytes=100, total_bytes=150, files=2)


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("lab1.ipynb", "lab1.ipynb"),
        ("./lab1.ipynb", "lab1.ipynb"),
        ("figures/a b.png", "figures/a b.png"),
        ("lab1 (1).ipynb", "lab1 (1).ipynb"),
        (
            unicodedata.normalize("NFD", "läsning.ipynb"),
            unicodedata.normalize("NFC", "läsning.ipynb"),
        ),
        ("实验.ipynb", "实验.ipynb"),
    ],
)
def test_a_plain_name_is_taken(path: str, kept: str) -> None:
    assert checked_path(path) == kept


@pytest.mark.parametrize(
    "path",
    [
        "../lab1.ipynb",
        "a/../../b",
        "/etc/passwd",
        "C:\\lab1.ipynb",
        "a\\b.ipynb",
        "",
        ".",
        "..",
        "a//b",
        "a/",
        " lab1.ipynb",
        "lab1.ipynb ",
        "a\x00b",
        "a\nb",
        "x" * (LONGEST_PATH + 1),
        "ä" * 128,
        "/".join("a" * (DEEPEST + 1)),
        "bad\udcff.ipynb",
        'a"b',
        "a\u0085b",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(errors.PathInNameError, match="no name for a file") as caught:
        checked_path(path)
    assert caught.value.http_status == 422
    caught.value.message.encode()


@given(path=st.text(max_size=60))
def test_whatever_is_taken_stays_inside(path: str) -> None:
    try:
        kept = checked_path(path)
    except errors.PathInNameError:
        return
    inside = (Path("/course/inside") / kept).resolve()
    assert inside.is_relative_to("/course/inside") and inside != Path("/course/inside")
    assert checked_path(kept) == kept


def test_a_file_that_grows_too_large_is_refused_at_once(tmp_path: Path) -> None:
    blobs = open_blobs(tmp_path)
    with receiving(blobs, SMALL) as upload:
        part = upload.begin("a.ipynb")
        part.write(b"x" * 100)
        with pytest.raises(errors.HandInTooLargeError, match=r"'a\.ipynb' is larger") as caught:
            part.write(b"x")
        assert caught.value.http_status == 413
        other = upload.begin("b")
        with pytest.raises(errors.HandInTooLargeError, match="All files together"):
            other.write(b"x" * 51)
        with pytest.raises(errors.TooManyFilesError, match="more than 2 files") as many:
            upload.begin("c")
        assert many.value.http_status == 413
    assert list(blobs.partial.iterdir()) == []


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    with receiving(open_blobs(tmp_path), SMALL) as upload:
        upload.begin("a.ipynb")
        with pytest.raises(errors.NameTwiceError, match=r"two files 'A\.ipynb'"):
            upload.begin("A.ipynb")


def test_the_limits_are_those_of_the_course(open_course: Opener) -> None:
    desk = open_course(more="\n[hand_ins]\nfile_mib = 1\ntotal_mib = 2\nfiles = 3\n")
    assert desk.course.hand_in_limits == HandInLimits(1 << 20, 2 << 20, 3)


def test_looking_over_tells_what_is_answered_and_keeps_nothing(open_course: Opener) -> None:
    desk = open_course()
    before = kept_files(desk)
    with receiving(desk.blobs, desk.course.hand_in_limits) as upload:
        upload.begin("lab1.ipynb").write(notebook("lab1"))
        upload.begin("notes.txt").write(b"mine")
        report = look_over(desk, "lab1", upload)
    (found,) = report.notebooks
    assert (report.assignment, report.version, report.files) == ("lab1", 1, ("notes.txt",))
    assert (found.status, found.exercises[0].state) == ("ok", "untouched")
    assert not report.complete
    with receiving(desk.blobs, desk.course.hand_in_limits) as upload:
        upload.begin("Kopia av lab1.ipynb").write(notebook("lab1", "a = abs"))
        report = look_over(desk, "lab1", upload, version=1)
    assert report.complete
    assert report.notebooks[0].status == "repaired"
    assert "another name" in report.notebooks[0].sentences[0]
    assert kept_files(desk) == before
    assert [path.name for path in desk.blobs.root.glob(".check*")] == []


def test_looking_over_names_what_cannot_be_read(open_course: Opener) -> None:
    desk = open_course()
    with receiving(desk.blobs, desk.course.hand_in_limits) as upload:
        upload.begin("lab1.ipynb").write(b"PK\x03\x04")
        report = look_over(desk, "lab1", upload)
    assert not report.complete
    assert report.notebooks[0].status == "not-json"
    assert "zip archive" in report.notebooks[0].sentences[0]


def test_looking_over_needs_a_version(open_course: Opener) -> None:
    desk = open_course('state = "planned"\n')
    with desk.store.writing() as db:
        withdraw_version(db, author(), "lab1", 1)
    with (
        receiving(desk.blobs, desk.course.hand_in_limits) as upload,
        pytest.raises(errors.NotReleasedError),
    ):
        look_over(desk, "lab1", upload)


def test_releasing_takes_the_student_version_without_what_nobody_copies(
    open_course: Opener,
) -> None:
    desk = open_course()
    folder = desk.folder.root / "release" / "lab1"
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "lab1-checkpoint.ipynb").write_text("{}")
    (folder / "secret").symlink_to("/etc/passwd")
    assert release_version(desk, TEACHER, "lab1").number == 1
    (folder / "data.txt").write_text("4 5 6")
    second = release_version(desk, TEACHER, "lab1", "other numbers")
    assert (second.number, second.note) == (2, "other numbers")
    assert [file.path for file in second.files] == ["data.txt", "lab1.ipynb"]


def test_there_must_be_something_to_release(open_course: Opener) -> None:
    desk = open_course()
    (desk.folder.root / "release" / "lab2" / "lab2.ipynb").unlink()
    with pytest.raises(errors.NothingToReleaseError, match="no notebook in"):
        release_version(desk, TEACHER, "lab2")


def test_a_folder_without_a_course_file_takes_no_hand_ins(tmp_path: Path) -> None:
    with pytest.raises(CourseFileNeededError):
        open_desk(CourseFolder(tmp_path, "x", "sqlite://"))
