"""A course open for hand-ins, on both databases, with a released lab."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labhub.exchange.handin import HandInDesk, release_version
from tests.exchange.handin.counter import TEACHER, desk_of, write_course

Opener = Callable[..., HandInDesk]


@pytest.fixture
def open_course(tmp_path: Path, url: str) -> Iterator[Opener]:
    """Opens a course with these lines in its first lab's table; both labs are released."""
    opened: list[HandInDesk] = []

    def opener(lab1: str = "", more: str = "") -> HandInDesk:
        desk = desk_of(write_course(tmp_path / "course", lab1, more), url)
        opened.append(desk)
        for lab in ("lab1", "lab2"):
            release_version(desk, TEACHER, lab)
        return desk

    yield opener
    for desk in opened:
        desk.close()


@pytest.fixture
def desk(open_course: Opener) -> HandInDesk:
    """A course without particular rules."""
    return open_course()
