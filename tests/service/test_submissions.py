"""Handing in over HTTP: a receipt for what was kept, the first one for the same bytes."""

import hashlib
import io
import zipfile

import pytest

from labhub.exchange.receipts.receipt import verify
from tests.service.stand import BASE, LAB, Stand, answers


def test_a_hand_in_gets_a_receipt_that_can_be_verified_offline(released: Stand) -> None:
    reply = released.hand_in("ada")
    assert reply.status_code == 201, reply.text
    key = released.call("ada", "GET", f"{BASE}/receipt-key").text
    receipt = verify(reply.content, key)
    assert (receipt.student, receipt.version, receipt.late) == ("ada", 1, False)
    sent = {name: hashlib.sha256(data).hexdigest() for _, (name, data, _) in answers(released.root)}
    assert {file.path: file.sha256 for file in receipt.files} == sent


def test_the_same_bytes_twice_are_one_hand_in_and_the_answer_says_so(released: Stand) -> None:
    first, second = released.hand_in("ada"), released.hand_in("ada")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.content == second.content
    assert len(released.call("ada", "GET", f"{BASE}/submissions").json()) == 1


def test_a_hand_in_comes_back_byte_for_byte(released: Stand) -> None:
    number = released.hand_in("ada").json()["submission"]
    reply = released.call("ada", "GET", f"{BASE}/submissions/{number}/archive")
    with zipfile.ZipFile(io.BytesIO(reply.content)) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    assert found == {name: data for _, (name, data, _) in answers(released.root)}
    again = released.call("ada", "GET", f"{BASE}/submissions/{number}/receipt")
    assert again.json()["submission"] == number


def test_a_late_hand_in_is_taken_and_says_that_it_is_late(released: Stand) -> None:
    released.clock.turn(days=8)
    receipt = released.hand_in("ada").json()
    assert receipt["late"] is True
    assert "late" in receipt["words"].lower()


@pytest.mark.parametrize(
    ("path", "code", "status"),
    [
        ("../problem1.ipynb", "path-in-name", 422),
        ("/etc/passwd", "path-in-name", 422),
        ("a" * 300, "path-in-name", 422),
        ("notes.txt", "no-notebook", 422),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(
    released: Stand, path: str, code: str, status: int
) -> None:
    reply = released.hand_in("ada", [("files", (path, b"{}"))])
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)
    assert released.call("ada", "GET", f"{BASE}/submissions").json() == []


def test_after_the_last_date_nothing_is_taken(released: Stand) -> None:
    released.clock.turn(days=60)
    reply = released.hand_in("ada")
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "hand-in-closed")


def test_no_version_no_hand_in(stand: Stand) -> None:
    reply = stand.hand_in("ada")
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "not-released")


def test_a_hand_in_for_a_withdrawn_version_is_refused(released: Stand) -> None:
    released.call("ta", "POST", f"{LAB}/versions/1/withdraw", json={"reason": "a wrong cell"})
    reply = released.hand_in("ada", version="1")
    assert (reply.status_code, reply.json()["error"]["code"]) == (409, "version-withdrawn")


def test_a_student_cannot_hand_in_for_somebody_else_but_staff_can(released: Stand) -> None:
    assert released.hand_in("ada", student="bob").status_code == 422
    reply = released.hand_in("ta", student="bob")
    assert (reply.json()["student"], reply.json()["place"]) == ("bob", "staff")
    assert len(released.call("bob", "GET", f"{BASE}/submissions").json()) == 1


@pytest.mark.parametrize("fields", [{"place": "moon"}, {"version": "one"}, {"version": "9" * 30}])
def test_fields_that_make_no_sense_are_refused(released: Stand, fields: dict[str, str]) -> None:
    assert released.hand_in("ada", **fields).status_code in (404, 422)
