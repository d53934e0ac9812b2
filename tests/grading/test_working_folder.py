"""What a snapshot does with the files that cells have written."""

from pathlib import Path

import pytest

from labhub.grading.answer import files
from labhub.grading.answer.files import WorkingFolder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a process, with a file of the release."""
    (tmp_path / "digits.txt").write_text("3 1 4")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path.parent))
    return tmp_path


def test_it_is_shared_as_long_as_no_cell_has_written(folder: Path) -> None:
    assert WorkingFolder().copy_if_changed() is None


def test_what_cells_have_written_is_copied_with_the_rest(folder: Path) -> None:
    working = WorkingFolder()
    (folder / "notes").mkdir()
    (folder / "notes" / "mine.txt").write_text("as it was")
    copy = working.copy_if_changed()
    assert copy is not None
    (folder / "notes" / "mine.txt").write_text("later")
    assert (copy / "notes" / "mine.txt").read_text() == "as it was"
    assert (copy / "digits.txt").read_text() == "3 1 4"


def test_it_is_shared_where_a_copy_would_be_large(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "COPY_BYTES", 10)
    working = WorkingFolder()
    (folder / "mine.txt").write_text("x" * 10)
    assert working.copy_if_changed() is not None
    (folder / "mine.txt").write_text("x" * 11)
    assert working.copy_if_changed() is None


def test_it_is_shared_where_there_are_many_files(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "COPY_FILES", 5)
    working = WorkingFolder()
    for number in range(3):
        (folder / f"{number}.txt").write_text("mine")
    assert working.copy_if_changed() is not None
    (folder / "3.txt").write_text("mine")
    assert working.copy_if_changed() is None


def test_it_is_shared_where_there_are_many_folders(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "COPY_FILES", 5)
    working = WorkingFolder()
    (folder / "a/b/c/d").mkdir(parents=True)
    assert working.copy_if_changed() is None


def test_it_is_shared_where_the_release_has_many_files(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "COPY_FILES", 1)
    working = WorkingFolder()
    monkeypatch.setattr(files, "COPY_FILES", 5)
    (folder / "mine.txt").write_text("mine")
    assert working.copy_if_changed() is None
