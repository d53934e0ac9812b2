"""The shared folder of data sets: whole, right, read-only; from a mirror of this machine."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from labhub.hub import shared_data
from labhub.hub.shared_data import (
    DataFolderUnusableError,
    DataUnavailableError,
    UnknownDataSetError,
    chosen,
    fill,
    look_over,
    places_in,
)
from nnlab.datasets import fashion_mnist_folder
from nnlab.session import resolve_data_dir
from nnlab.sources import SETS, DataSet
from tests.nnlab.mirror import Mirror, serving
from tests.nnlab.test_download import DIGESTS, FILES


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with serving(dict(FILES)) as running:
        yield running


@pytest.fixture
def tiny(mirror: Mirror) -> list[DataSet]:
    return [DataSet("tiny", "Tiny words", DIGESTS, (mirror.address,), 1, "MIT", "digits")]


def states(folder: Path, sets: list[DataSet]) -> dict[str, str]:
    return {each.name: each.state for each in look_over(folder, sets)}


def test_a_folder_is_filled_and_read_only(tmp_path: Path, tiny: list[DataSet]) -> None:
    said: list[str] = []
    fill(tmp_path / "data", tiny, say=said.append)
    assert states(tmp_path / "data", tiny) == {"train.conllu": "ok", "images.gz": "ok"}
    for name in FILES:
        assert stat.S_IMODE((tmp_path / "data" / "tiny" / name).stat().st_mode) == 0o444
    assert stat.S_IMODE((tmp_path / "data" / "tiny").stat().st_mode) == 0o755
    assert "Tiny words: 1 MB, MIT" in said


def test_what_is_there_is_not_fetched_again(
    tmp_path: Path, tiny: list[DataSet], mirror: Mirror
) -> None:
    fill(tmp_path, tiny)
    before = len(mirror.asked)
    fill(tmp_path, tiny)
    assert len(mirror.asked) == before


def test_a_damaged_file_is_found_and_mended(tmp_path: Path, tiny: list[DataSet]) -> None:
    fill(tmp_path, tiny)
    path = tmp_path / "tiny" / "train.conllu"
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    assert states(tmp_path, tiny)["train.conllu"] == "damaged"
    fill(tmp_path, tiny)
    assert states(tmp_path, tiny)["train.conllu"] == "ok"


def test_a_file_that_others_may_change_is_named(tmp_path: Path, tiny: list[DataSet]) -> None:
    fill(tmp_path, tiny)
    (tmp_path / "tiny" / "images.gz").chmod(0o666)
    assert states(tmp_path, tiny) == {"train.conllu": "ok", "images.gz": "writable"}
    fill(tmp_path, tiny)
    assert set(states(tmp_path, tiny).values()) == {"ok"}


def test_a_broken_connection_is_gone_on_with(
    tmp_path: Path, tiny: list[DataSet], mirror: Mirror
) -> None:
    mirror.faults["train.conllu"] = ["breaks"]
    with pytest.raises(DataUnavailableError, match="connection broke"):
        fill(tmp_path, tiny)
    fill(tmp_path, tiny)
    ranges = [wanted for name, wanted in mirror.asked if name == "train.conllu"]
    assert ranges[1].startswith("bytes=")
    assert not list(tmp_path.rglob("*.part"))


def test_a_local_copy_goes_first_in_either_form(
    tmp_path: Path, tiny: list[DataSet], mirror: Mirror
) -> None:
    for copy in (tmp_path / "flat", tmp_path / "nested" / "tiny"):
        copy.mkdir(parents=True)
        for name, content in FILES.items():
            (copy / name).write_bytes(content)
    fill(tmp_path / "one", tiny, first=[str(tmp_path / "flat")])
    fill(tmp_path / "two", tiny, first=[str(tmp_path / "nested")])
    assert mirror.asked == []
    assert set(states(tmp_path / "two", tiny).values()) == {"ok"}


def test_a_wrong_copy_does_not_get_in(tmp_path: Path, tiny: list[DataSet], mirror: Mirror) -> None:
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "train.conllu").write_bytes(b"something else")
    fill(tmp_path / "data", tiny, first=[str(tmp_path / "copy")])
    assert set(states(tmp_path / "data", tiny).values()) == {"ok"}
    assert mirror.asked


def test_an_own_mirror_is_asked_for_both_forms() -> None:
    [fashion] = chosen(["fashion-mnist"])
    assert places_in("http://m/data/", fashion) == ["http://m/data/fashion-mnist", "http://m/data"]


def test_nothing_to_be_had_says_what_to_do(
    tmp_path: Path, tiny: list[DataSet], mirror: Mirror
) -> None:
    mirror.files.clear()
    with pytest.raises(DataUnavailableError, match="Tiny words") as caught:
        fill(tmp_path, tiny)
    assert "--from" in caught.value.hint


def test_too_little_room_is_said_before_anything_is_fetched(
    tmp_path: Path, tiny: list[DataSet], mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_data, "_MB", 1 << 60)
    with pytest.raises(DataFolderUnusableError, match="room"):
        fill(tmp_path, tiny)
    assert mirror.asked == []


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path, tiny: list[DataSet]) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(DataFolderUnusableError, match="cannot be written"):
        fill(tmp_path / "data", tiny)


def test_an_unknown_set_names_the_known_ones() -> None:
    with pytest.raises(UnknownDataSetError, match="imagenet") as caught:
        chosen(["imagenet"])
    assert "fashion-mnist" in caught.value.hint
    assert chosen([]) == list(SETS.values())


def test_labs_find_the_folder_by_the_variable_that_spawners_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "fashion-mnist"
    folder.mkdir()
    for name in SETS["fashion-mnist"].files:
        (folder / name).touch()
    monkeypatch.setenv("NNLAB_DATA", str(tmp_path))
    assert fashion_mnist_folder(resolve_data_dir()) == folder
