"""Fetching data sets: several mirrors, verified, resumable, and safe beside another fetch.

A file appears under its name only when it is whole and its SHA-256 is right. What a broken
connection left behind is gone on with next time.
"""

import contextlib
import gzip
import hashlib
import importlib
import os
import shutil
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterator, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any

from nnlab.datasets import DataError
from nnlab.sources import DataSet

TIMEOUT_S = 30.0
"""Silence of a mirror after which the next one is tried."""
LOCK_S = 900.0
"""How long to wait for another process that fetches the same set."""
CHUNK = 1 << 18
LIMIT_BYTES = 1 << 30
"""A mirror that sends more than this sends something else."""
PROBLEMS = (OSError, HTTPException, EOFError, zlib.error, DataError, ValueError)
"""What can go wrong with one mirror; the next one is tried."""


class DownloadError(DataError):
    """No mirror gave the right file."""


def fetch(
    data_set: DataSet,
    data_dir: Path,
    *,
    first: Sequence[str] = (),
    timeout_s: float = TIMEOUT_S,
    say: Callable[[str], None] = print,
) -> Path:
    """The folder of the data set below `data_dir`, with every file in place.

    `first` are mirrors to try before the set's own: addresses, or folders such as a USB stick.
    Raises `DownloadError` when a file can be had nowhere; files that were fetched stay.
    """
    folder = data_dir / data_set.name
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder / ".lock"):
        for name, sha256 in data_set.files.items():
            if not is_right(folder / name, sha256):
                _fetch_file(folder / name, sha256, [*first, *data_set.mirrors], timeout_s, say)
    return folder


def is_right(path: Path, sha256: str) -> bool:
    """Whether the file is there and has the content that it should have."""
    try:
        return content_sha256(path) == sha256
    except (OSError, EOFError, zlib.error):
        return False


def content_sha256(path: Path, name: str = "") -> str:
    """The SHA-256 of a file's content; of a `.gz`, of what is inside.

    `name` stands in for the file's own, where that is a temporary one.
    """
    opened = gzip.open if (name or path.name).endswith(".gz") else open
    digest = hashlib.sha256()
    with opened(path, "rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _fetch_file(
    path: Path, sha256: str, mirrors: list[str], timeout_s: float, say: Callable[[str], None]
) -> None:
    complaints = []
    for mirror in mirrors:
        began = time.monotonic()
        try:
            _from_mirror(mirror, path, sha256, timeout_s)
        except PROBLEMS as problem:
            complaints.append(f"  {mirror}: {_in_words(problem)}")
            say(f"{path.name}: {mirror} does not give it: {_in_words(problem)}")
        else:
            megabytes = path.stat().st_size / 1e6
            say(f"{path.name}: {megabytes:.1f} MB in {time.monotonic() - began:.1f} s")
            return
    raise DownloadError("\n".join([f"{path.name} cannot be had:", *complaints]))


def _in_words(problem: BaseException) -> str:
    if isinstance(problem, urllib.error.HTTPError):
        return f"it answers {problem.code} {problem.reason}"
    if isinstance(problem, urllib.error.URLError):
        return f"it cannot be reached ({problem.reason})"
    return str(problem) or type(problem).__name__


def _from_mirror(mirror: str, path: Path, sha256: str, timeout_s: float) -> None:
    """Put the file in its place, at once, or raise one of `PROBLEMS`."""
    part = path.with_name(f".{path.name}.{hashlib.sha256(mirror.encode()).hexdigest()[:8]}.part")
    if mirror.startswith(("http://", "https://")):
        _download(f"{mirror.rstrip('/')}/{path.name}", part, timeout_s)
    else:
        shutil.copyfile(Path(mirror) / path.name, part)
    found = _sha256_or_nothing(part, path.name)
    if found != sha256:
        part.unlink(missing_ok=True)
        raise DataError(f"what it sends has another SHA-256 ({found[:12] or 'unreadable'}…)")
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)


def _sha256_or_nothing(part: Path, name: str) -> str:
    try:
        return content_sha256(part, name)
    except (OSError, EOFError, zlib.error):
        return ""


def _download(address: str, part: Path, timeout_s: float) -> None:
    """Write what the address sends into `part`, behind what is already there."""
    have = part.stat().st_size if part.is_file() else 0
    headers = {"User-Agent": "nnlab"} | ({"Range": f"bytes={have}-"} if have else {})
    request = urllib.request.Request(address, headers=headers)  # noqa: S310 - http and https only
    try:
        answer = urllib.request.urlopen(request, timeout=timeout_s)  # noqa: S310
    except urllib.error.HTTPError as error:
        if error.code == 416 and have:
            return  # there is no more: the part is whole, or it is wrong and will be thrown away
        raise
    with answer, part.open("ab" if have and answer.status == 206 else "wb") as file:
        _pour(answer, file)
        expected = answer.headers.get("Content-Length")
        got = file.tell() - (have if answer.status == 206 else 0)
    if expected is not None and got < int(expected):
        raise DataError(f"the connection broke after {got} of {expected} bytes")


def _pour(answer: Any, file: IO[bytes]) -> None:  # noqa: ANN401 - what urlopen returns
    while chunk := answer.read(CHUNK):
        file.write(chunk)
        if file.tell() > LIMIT_BYTES:
            raise DataError("it sends far more than the file has")


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One fetch of a set at a time; the lock of a process that ended is free."""
    with path.open("w") as file:
        deadline = time.monotonic() + LOCK_S
        while not _try_lock(file):
            if time.monotonic() > deadline:
                raise DownloadError(
                    f"another process has been fetching into {path.parent} for long"
                )
            time.sleep(0.2)
        yield


def _try_lock(file: IO[str]) -> bool:
    try:
        if os.name == "nt":
            windows: Any = importlib.import_module("msvcrt")
            windows.locking(file.fileno(), windows.LK_NBLCK, 1)
        else:
            fcntl: Any = importlib.import_module("fcntl")
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
