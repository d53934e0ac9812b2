"""Uploads: limits hold while bytes arrive, and what is refused leaves nothing behind."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labhub.exchange.store import blobs
from tests.service.stand import API, BASE, LAB, Stand, TestClient, answers, make_stand

BOUNDARY = "limit"
FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


@pytest.fixture
def small(tiny_course: Path, tmp_path: Path) -> Iterator[Stand]:
    """A course that takes three files of 200 kB, 300 kB in all."""
    made = make_stand(tiny_course, tmp_path / "dl")
    with TestClient(made.app) as client:
        made.clients[""] = client
        made.release()
        course = made.app.state.service.courses._opened["dl"]
        limits = type(course.course.hand_in_limits)(200_000, 300_000, 3)
        object.__setattr__(course.desk.course, "hand_in_limits", limits)
        yield made


def leftovers(stand: Stand) -> list[Path]:
    return list((stand.root / "store" / "partial").iterdir())


def kept(stand: Stand) -> int:
    return len(list((stand.root / "store" / "blobs").rglob("*")))


def code(reply: Any) -> tuple[int, str]:
    return reply.status_code, reply.json()["error"]["code"]


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([200_001], "hand-in-too-large"),
        ([150_000, 150_001], "hand-in-too-large"),
        ([1, 1, 1, 1], "too-many-files"),
    ],
)
def test_what_goes_beyond_a_limit_is_refused_and_leaves_nothing(
    small: Stand, sizes: list[int], expected: str
) -> None:
    before = kept(small)
    files = [("files", (f"f{place}.ipynb", b"x" * size)) for place, size in enumerate(sizes)]
    assert code(small.hand_in("ada", files)) == (413, expected)
    assert leftovers(small) == []
    assert kept(small) == before


def test_the_size_that_is_allowed_is_taken(small: Stand) -> None:
    extra = ("files", ("data.csv", b"1\n" * 50_000))
    assert small.hand_in("ada", [*answers(small.root), extra]).status_code == 201


def test_two_files_of_one_name_are_refused(released: Stand) -> None:
    files = answers(released.root)
    assert code(released.hand_in("ada", [*files, files[0]])) == (422, "name-twice")


def test_an_upload_without_files_is_refused(released: Stand) -> None:
    reply = released.call("ada", "POST", f"{LAB}/submissions", files=[("place", (None, "own"))])
    assert code(reply) == (422, "nothing-handed-in")


def part(name: bytes, body: bytes, *more: bytes) -> bytes:
    """One part of a form, as it stands in the body."""
    head = b"; ".join((b'Content-Disposition: form-data; name="' + name + b'"', *more))
    return b"--limit\r\n" + head + b"\r\n\r\n" + body + b"\r\n"


END = b"--limit--\r\n"


def test_a_file_field_in_which_nothing_was_chosen_is_no_file(released: Stand) -> None:
    empty = part(b"files", b"", b'filename=""') + END
    reply = released.call("ada", "POST", f"{LAB}/submissions", content=empty, headers=FORM)
    assert code(reply) == (422, "nothing-handed-in")


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        ({"Content-Type": "application/json"}, b"{}"),
        ({"Content-Type": "multipart/form-data"}, b""),
        ({"Content-Type": f"multipart/form-data; boundary={'x' * 300}"}, b""),
        (FORM, b""),
        (FORM, b"no form at all"),
        (FORM, part(b"files", b"cut sho", b'filename="a"')),
        (FORM, part(b"\xff", b"x") + END),
        (FORM, part(b"other", b"x", b'filename="a"') + END),
        (FORM, part(b"version", b"1" * 5000) + END),
        (FORM, b"".join(part(str(n).encode(), b"x") for n in range(20)) + END),
        (FORM, b"--limit\r\n" + b"X-Header: y\r\n" * 50 + b"\r\nx\r\n" + END),
    ],
)
def test_a_form_that_cannot_be_read_is_refused_and_leaves_nothing(
    released: Stand, headers: dict[str, str], content: bytes
) -> None:
    reply = released.call("ada", "POST", f"{LAB}/submissions", content=content, headers=headers)
    assert code(reply) == (400, "bad-upload")
    assert leftovers(released) == []


def test_a_full_disk_gives_507_no_receipt_and_the_service_stays_up(
    released: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(blobs.os, "fsync", full)
        reply = released.hand_in("ada")
    assert code(reply) == (507, "disk-full")
    assert "signature" not in reply.text
    assert leftovers(released) == []
    assert released.call("ada", "GET", f"{BASE}/submissions").json() == []
    assert released.hand_in("ada").status_code == 201


def test_checking_before_handing_in_keeps_nothing(released: Stand) -> None:
    before = kept(released)
    files = answers(released.root, {"squares": "def squares(n):\n    return []"})
    reply = released.call("ada", "POST", f"{LAB}/submissions/check", files=files)
    assert reply.status_code == 200, reply.text
    states = {
        each["grade_id"]: each["state"]
        for notebook in reply.json()["notebooks"]
        for each in notebook["exercises"]
    }
    assert states["squares"] == "answered"
    assert states["total"] == "untouched"
    assert kept(released) == before
    assert leftovers(released) == []


def test_checking_says_what_is_wrong_with_a_file(released: Stand) -> None:
    files = [("files", ("problem1.ipynb", b"not json"))]
    reply = released.call("ada", "POST", f"{LAB}/submissions/check", files=files)
    assert reply.json()["complete"] is False


def test_refusals_are_counted_by_their_code(released: Stand) -> None:
    released.hand_in("ada")
    released.hand_in("ada")
    released.hand_in("ada", [("files", ("../x.ipynb", b"{}"))])
    text = released.call("ta", "GET", f"{API}/metrics").text
    for outcome in ("new", "known", "path-in-name"):
        assert f'labhub_hand_ins_total{{course="dl",outcome="{outcome}"}} 1.0' in text
