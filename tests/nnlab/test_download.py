"""Data sets are fetched whole or not at all. The network is this machine's own."""

import gzip
import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from nnlab import download
from nnlab.datasets import DataError
from nnlab.download import DownloadError, content_sha256, fetch, is_right
from nnlab.sources import SETS, DataSet
from tests.nnlab.mirror import Mirror, serving

TEXT = b"word\tNOUN\n" * 5000
IMAGES = bytes(range(256)) * 40
FILES = {"train.conllu": TEXT, "images.gz": gzip.compress(IMAGES, mtime=0)}
DIGESTS = {
    "train.conllu": hashlib.sha256(TEXT).hexdigest(),
    "images.gz": hashlib.sha256(IMAGES).hexdigest(),
}


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with serving(dict(FILES)) as running:
        yield running


@pytest.fixture
def spare() -> Iterator[Mirror]:
    with serving(dict(FILES)) as running:
        yield running


def data_set(*mirrors: Mirror | str) -> DataSet:
    addresses = tuple(each if isinstance(each, str) else each.address for each in mirrors)
    return DataSet("tiny", "Tiny", DIGESTS, addresses, 1, "MIT", "nothing")


def quiet(_: str) -> None:
    pass


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_every_file_arrives(mirror, tmp_path):
    said: list[str] = []
    folder = fetch(data_set(mirror), tmp_path, say=said.append)
    assert folder == tmp_path / "tiny"
    assert {name: (folder / name).read_bytes() for name in FILES} == FILES
    assert names(folder) == [".lock", "images.gz", "train.conllu"]
    assert [line.split(":")[0] for line in said] == ["train.conllu", "images.gz"]


def test_what_is_there_is_not_fetched_again(mirror, tmp_path):
    fetch(data_set(mirror), tmp_path, say=quiet)
    fetch(data_set(mirror), tmp_path, say=quiet)
    assert len(mirror.asked) == 2


def test_a_damaged_file_is_fetched_again(mirror, tmp_path):
    folder = fetch(data_set(mirror), tmp_path, say=quiet)
    (folder / "train.conllu").write_bytes(b"damaged")
    fetch(data_set(mirror), tmp_path, say=quiet)
    assert (folder / "train.conllu").read_bytes() == TEXT


def test_a_packed_file_is_known_by_what_is_inside(tmp_path):
    for level in (1, 9):
        path = tmp_path / f"{level}.gz"
        path.write_bytes(gzip.compress(IMAGES, level))
        assert content_sha256(path) == DIGESTS["images.gz"]


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b broken", b"plain"])
def test_a_broken_packed_file_is_not_right(tmp_path, content):
    path = tmp_path / "images.gz"
    path.write_bytes(content)
    assert not is_right(path, DIGESTS["images.gz"])
    assert not is_right(tmp_path / "missing", DIGESTS["images.gz"])


@pytest.mark.parametrize("fault", ["missing", "breaks", "silence"])
def test_the_next_mirror_is_tried(mirror, spare, tmp_path, fault):
    mirror.faults["train.conllu"] = [fault]
    said: list[str] = []
    fetch(data_set(mirror, spare), tmp_path, timeout_s=0.3, say=said.append)
    assert spare.asked == [("train.conllu", "")]
    assert "does not give it" in said[0]


def test_a_mirror_that_cannot_be_reached_is_passed_over(mirror, tmp_path):
    nobody = "http://127.0.0.1:9/data"
    folder = fetch(data_set(nobody, mirror), tmp_path, say=quiet)
    assert is_right(folder / "train.conllu", DIGESTS["train.conllu"])


def test_a_file_with_another_content_is_never_kept(mirror, spare, tmp_path):
    mirror.files["train.conllu"] = b"something else"
    folder = fetch(data_set(mirror, spare), tmp_path, say=quiet)
    assert (folder / "train.conllu").read_bytes() == TEXT
    assert names(folder) == [".lock", "images.gz", "train.conllu"]


def test_a_broken_download_goes_on_where_it_stopped(mirror, tmp_path):
    mirror.faults["train.conllu"] = ["breaks"]
    with pytest.raises(DownloadError, match="the connection broke after 25000 of 50000 bytes"):
        fetch(data_set(mirror), tmp_path, say=quiet)
    assert not (tmp_path / "tiny" / "train.conllu").exists()
    fetch(data_set(mirror), tmp_path, say=quiet)
    assert mirror.asked[1] == ("train.conllu", "bytes=25000-")
    assert (tmp_path / "tiny" / "train.conllu").read_bytes() == TEXT


def test_a_mirror_that_knows_no_ranges_starts_anew(mirror, tmp_path):
    mirror.faults["train.conllu"] = ["breaks", "no ranges"]
    with pytest.raises(DownloadError):
        fetch(data_set(mirror), tmp_path, say=quiet)
    folder = fetch(data_set(mirror), tmp_path, say=quiet)
    assert (folder / "train.conllu").read_bytes() == TEXT


def test_a_part_that_was_whole_already_takes_its_place(mirror, tmp_path):
    mirror.faults["train.conllu"] = ["breaks"]
    with pytest.raises(DownloadError):
        fetch(data_set(mirror), tmp_path, say=quiet)
    (part,) = (tmp_path / "tiny").glob(".train.conllu.*.part")
    part.write_bytes(TEXT)
    folder = fetch(data_set(mirror), tmp_path, say=quiet)
    assert (folder / "train.conllu").read_bytes() == TEXT


def test_a_wrong_part_is_thrown_away(mirror, tmp_path):
    mirror.faults["train.conllu"] = ["breaks"]
    with pytest.raises(DownloadError):
        fetch(data_set(mirror), tmp_path, say=quiet)
    (part,) = (tmp_path / "tiny").glob(".train.conllu.*.part")
    part.write_bytes(b"x" * len(TEXT))
    with pytest.raises(DownloadError, match="another SHA-256"):
        fetch(data_set(mirror), tmp_path, say=quiet)
    fetch(data_set(mirror), tmp_path, say=quiet)


def test_a_mirror_that_never_ends_is_cut_off(mirror, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "LIMIT_BYTES", 1000)
    monkeypatch.setattr(download, "CHUNK", 500)
    with pytest.raises(DownloadError, match="far more than the file has"):
        fetch(data_set(mirror), tmp_path, say=quiet)


def test_every_mirror_is_named_when_none_helps(mirror, tmp_path):
    mirror.files.clear()
    with pytest.raises(DownloadError) as caught:
        fetch(data_set("http://127.0.0.1:9/data", mirror), tmp_path, say=quiet)
    assert isinstance(caught.value, DataError)
    first, second, third = str(caught.value).splitlines()
    assert first == "train.conllu cannot be had:"
    assert "it cannot be reached" in second
    assert third == f"  {mirror.address}: it answers 404 Not Found"


def test_a_folder_can_stand_in_for_a_mirror(tmp_path):
    stick = tmp_path / "stick"
    stick.mkdir()
    for name, content in FILES.items():
        (stick / name).write_bytes(content)
    folder = fetch(data_set(), tmp_path / "data", first=[str(stick)], say=quiet)
    assert is_right(folder / "images.gz", DIGESTS["images.gz"])


def test_two_fetches_at_once_ask_once(mirror, tmp_path):
    threads = [
        threading.Thread(target=fetch, args=(data_set(mirror), tmp_path), kwargs={"say": quiet})
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(name for name, _ in mirror.asked) == ["images.gz", "train.conllu"]


def test_a_lock_that_is_held_for_too_long_is_an_error(mirror, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "LOCK_S", 0.0)
    monkeypatch.setattr(download, "_try_lock", lambda file: False)
    with pytest.raises(DownloadError, match="another process"):
        fetch(data_set(mirror), tmp_path, say=quiet)


@pytest.mark.parametrize("each", SETS.values(), ids=list(SETS))
def test_a_set_names_its_files_mirrors_licence_and_substitute(each):
    assert each.files
    assert all(len(digest) == 64 for digest in each.files.values())
    assert all(mirror.startswith("http") and mirror.endswith("/") for mirror in each.mirrors)
    assert each.licence
    assert each.substitute
