"""Bytes are kept whole under their hash or not at all; leftovers of a kill are cleared."""

import errno
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labhub.exchange.store.blobs import Blobs, open_blobs
from labhub.exchange.store.errors import BlobCorruptError, BlobMissingError, DiskFullError
from labhub.exchange.store.files import FileRecord, digest_of

ROOT = Path(__file__).parents[3]


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return open_blobs(tmp_path)


def put(blobs: Blobs, content: bytes) -> str:
    with blobs.receiving() as incoming:
        incoming.write(content)
        return incoming.keep()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(pieces=st.lists(st.binary(max_size=2000), max_size=8))
def test_what_goes_in_comes_out_under_its_hash(blobs: Blobs, pieces: list[bytes]) -> None:
    with blobs.receiving() as incoming:
        for piece in pieces:
            incoming.write(piece)
        name = incoming.keep()
    content = b"".join(pieces)
    assert (name, incoming.size_bytes) == (hashlib.sha256(content).hexdigest(), len(content))
    assert blobs.read(name) == content
    assert blobs.check(name) == len(content)
    assert list(blobs.partial.iterdir()) == []


def test_the_same_bytes_are_kept_once(blobs: Blobs) -> None:
    first = put(blobs, b"same")
    before = blobs.path(first).stat().st_ino
    assert put(blobs, b"same") == first
    assert blobs.path(first).stat().st_ino == before
    assert list(blobs.names()) == [first]


def test_what_is_not_kept_vanishes(blobs: Blobs) -> None:
    with blobs.receiving() as incoming:
        incoming.write(b"half")
        assert len(list(blobs.partial.iterdir())) == 1
    assert list(blobs.partial.iterdir()) == []
    assert list(blobs.names()) == []


def test_nobody_else_may_read_it(blobs: Blobs) -> None:
    path = blobs.path(put(blobs, b"mine"))
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_the_bytes_are_synced_before_the_name_and_the_name_before_the_return(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, rename = os.fsync, Path.rename

    def synced(descriptor: int) -> None:
        is_folder = Path(f"/proc/self/fd/{descriptor}").resolve().is_dir()
        done.append("folder" if is_folder else "bytes")
        sync(descriptor)

    def renamed(self: Path, target: Path) -> Path:
        done.append("name")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "rename", renamed)
    put(blobs, b"durable")
    assert done == ["bytes", "folder", "name", "folder"]
    done.clear()
    put(blobs, b"durable")
    assert done == ["folder"], "the name that another hand-in gave may not be durable yet"


def test_missing_and_damaged_bytes_are_named(blobs: Blobs, tmp_path: Path) -> None:
    name = put(blobs, b"content")
    blobs.path(name).write_bytes(b"c0ntent")
    for look in (blobs.read, blobs.check):
        with pytest.raises(BlobCorruptError, match=name[:12]):
            look(name)
    assert not blobs.holds(name)
    blobs.path(name).unlink()
    for look in (blobs.read, blobs.check, blobs.open):
        with pytest.raises(BlobMissingError, match=name[:12]):
            look(name)
    with pytest.raises(BlobMissingError):
        blobs.copy(FileRecord("x", name, 7), tmp_path)


def test_handing_in_again_mends_damaged_bytes(blobs: Blobs) -> None:
    name = put(blobs, b"content")
    blobs.path(name).write_bytes(b"c0ntent")
    put(blobs, b"content")
    assert blobs.read(name) == b"content"


def test_a_copy_lies_where_its_path_says(blobs: Blobs, tmp_path: Path) -> None:
    name = put(blobs, b"png")
    copy = blobs.copy(FileRecord("figures/plot.png", name, 3), tmp_path / "out")
    assert copy == tmp_path / "out" / "figures" / "plot.png"
    assert copy.read_bytes() == b"png"


KILLED = """
import os, signal, sys
from pathlib import Path
from labhub.exchange.store.blobs import open_blobs
with open_blobs(Path(sys.argv[1])).receiving() as incoming:
    incoming.write(b"half of it")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_leftovers_of_a_kill_are_cleared_but_not_what_is_being_written(tmp_path: Path) -> None:
    blobs = open_blobs(tmp_path)
    with blobs.receiving() as living:
        living.write(b"still coming")
        killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=ROOT)
        assert killed.returncode == -9
        assert len(list(blobs.partial.iterdir())) == 2
        open_blobs(tmp_path)
        assert len(list(blobs.partial.iterdir())) == 1
        name = living.keep()
    assert blobs.read(name) == b"still coming"


FULL = """
import sys
from pathlib import Path
from labhub.exchange.store.blobs import open_blobs
from labhub.exchange.store.errors import DiskFullError
blobs = open_blobs(Path(sys.argv[1]))
try:
    with blobs.receiving() as incoming:
        for _ in range(64):
            incoming.write(b"x" * 65536)
except DiskFullError as error:
    print(error.code, error.http_status, len(list(blobs.partial.iterdir())), *blobs.names())
with blobs.receiving() as incoming:
    incoming.write(b"small")
    print(incoming.keep()[:8])
"""


def test_a_disk_that_is_really_full_is_named_and_nothing_stays(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["bwrap", "--dev-bind", "/", "/", "--size", "1000000", "--tmpfs", str(folder)]
    command += [sys.executable, "-c", FULL, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [
        "disk-full",
        "507",
        "0",
        hashlib.sha256(b"small").hexdigest()[:8],
    ]


def test_another_failure_of_the_disk_is_not_called_full(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="Input/output error") as caught:
        put(blobs, b"x")
    assert not isinstance(caught.value, DiskFullError)


@given(files=st.lists(st.tuples(st.text(max_size=9), st.text("0f", min_size=4)), max_size=5))
def test_the_digest_knows_paths_and_hashes_but_no_order(files: list[tuple[str, str]]) -> None:
    records = [FileRecord(path, sha256, 1) for path, sha256 in files]
    assert digest_of(records) == digest_of(reversed(records))
    if records:
        path, *others = records
        renamed = FileRecord(path.path + "x", path.sha256, 1)
        assert digest_of([renamed, *others]) != digest_of(records)
