"""A receipt is checked with the public key alone, and every change of it is found."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from hypothesis import given
from hypothesis import strategies as st

from labhub.exchange.receipts import ReceiptKey, ensure_key, verify
from labhub.exchange.receipts.errors import (
    ReceiptInvalidError,
    ReceiptKeyError,
    ReceiptUnreadableError,
)
from labhub.exchange.receipts.keys import PRIVATE, PUBLIC, fingerprint_of
from labhub.exchange.receipts.receipt import canonical, read, receipt_for
from labhub.exchange.store.files import FileRecord, digest_of
from labhub.exchange.store.submissions import Place, Submission
from labhub.ids import AssignmentId, CourseId, GroupId, StudentId

ROOT = Path(__file__).parents[3]
FILES = (FileRecord("data/läsning.csv", "2" * 64, 7), FileRecord("lab1.ipynb", "1" * 64, 10))
MADE = Submission(
    assignment=AssignmentId("lab1"),
    version=2,
    group=GroupId("g1"),
    members=(StudentId("ann"), StudentId("bo")),
    student=StudentId("bo"),
    at=datetime(2027, 2, 8, 22, 59, 59, 123456, tzinfo=UTC),
    place=Place.COLAB,
    files=FILES,
    late=True,
    credit=Decimal("0.80"),
    words="Handed in “late”: 80 % of the points.",
    id=17,
    digest=digest_of(FILES),
    attempt=3,
)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> ReceiptKey:
    return ensure_key(tmp_path_factory.mktemp("key"))


@pytest.fixture(scope="module")
def text(key: ReceiptKey) -> str:
    return receipt_for(CourseId("dl"), "Lab 1", MADE, key).text


def test_a_receipt_comes_back_as_it_was_given(key: ReceiptKey, text: str) -> None:
    receipt = verify(text, key.public_pem)
    assert receipt.text == text
    assert (receipt.submission, receipt.attempt, receipt.version) == (17, 3, 2)
    assert (receipt.group, receipt.members, receipt.student) == ("g1", ("ann", "bo"), "bo")
    assert (receipt.received_at, receipt.place) == (MADE.at, Place.COLAB)
    assert (receipt.late, receipt.credit, receipt.words) == (True, "0.80", MADE.words)
    assert receipt.files == FILES
    assert verify(text.encode(), key.public_pem) == receipt


def test_what_is_written_is_canonical(text: str) -> None:
    data = json.loads(text)
    assert text == canonical(data)
    assert list(data) == sorted(data)
    assert data["format"] == "labhub-receipt-1"


def test_another_layout_of_the_same_content_is_genuine_too(key: ReceiptKey, text: str) -> None:
    assert verify(json.dumps(json.loads(text), indent=2), key.public_pem).text == text


def test_the_same_submission_gives_the_same_receipt(key: ReceiptKey, text: str) -> None:
    assert receipt_for(CourseId("dl"), "Lab 1", MADE, key).text == text


CHANGES = {
    "course": "other",
    "title": "Lab 2",
    "assignment": "lab2",
    "version": 3,
    "submission": 18,
    "attempt": 2,
    "group": None,
    "members": ["ann", "bo", "cleo"],
    "student": "ann",
    "place": "hub",
    "received_at": "2027-02-01T12:00:00+00:00",
    "late": False,
    "credit": "1",
    "words": "On time.",
    "files": [],
    "digest": "0" * 64,
}


@pytest.mark.parametrize("field", CHANGES)
def test_a_change_of_any_field_is_found(key: ReceiptKey, text: str, field: str) -> None:
    data = json.loads(text)
    assert data[field] != CHANGES[field]
    data[field] = CHANGES[field]
    with pytest.raises(ReceiptInvalidError, match="it was changed after it was given"):
        verify(json.dumps(data), key.public_pem)


def test_every_field_is_signed(text: str) -> None:
    assert set(json.loads(text)) == {*CHANGES, "format", "key", "signature"}


@pytest.mark.parametrize("signature", ["", "AAAA", "no base64!", "====", "å"])
def test_a_signature_that_is_none_is_found(key: ReceiptKey, text: str, signature: str) -> None:
    data = json.loads(text) | {"signature": signature}
    with pytest.raises(ReceiptInvalidError):
        verify(json.dumps(data), key.public_pem)


def test_a_receipt_of_another_key_is_named(tmp_path: Path, key: ReceiptKey, text: str) -> None:
    other = ensure_key(tmp_path)
    with pytest.raises(ReceiptInvalidError, match=f"The key {key.fingerprint} signed") as caught:
        verify(text, other.public_pem)
    assert other.fingerprint in caught.value.message
    forged = json.loads(text) | {"key": other.fingerprint}
    with pytest.raises(ReceiptInvalidError, match="changed"):
        verify(json.dumps(forged), other.public_pem)


def test_a_receipt_with_an_added_field_is_none(key: ReceiptKey, text: str) -> None:
    with pytest.raises(ReceiptUnreadableError):
        verify(json.dumps(json.loads(text) | {"bonus": 10}), key.public_pem)


@pytest.mark.parametrize("content", ["", "[]", "17", "{}", "[" * 100_000])
def test_what_is_no_receipt_is_named(key: ReceiptKey, content: str) -> None:
    with pytest.raises(ReceiptUnreadableError, match="This is no receipt"):
        verify(content, key.public_pem)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("files", [1]),
        ("files", None),
        ("place", "moon"),
        ("received_at", "then"),
        ("members", 3),
        ("signature", 17),
    ],
)
def test_a_field_of_the_wrong_kind_is_named(text: str, field: str, value: object) -> None:
    with pytest.raises(ReceiptUnreadableError):
        read(json.dumps(json.loads(text) | {field: value}))


@given(place=st.integers(min_value=0), bit=st.integers(0, 7))
def test_no_flipped_bit_goes_unseen(key: ReceiptKey, text: str, place: int, bit: int) -> None:
    content = bytearray(text.encode())
    content[place % len(content)] ^= 1 << bit
    with pytest.raises((ReceiptInvalidError, ReceiptUnreadableError)):
        verify(bytes(content), key.public_pem)


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first, again = ensure_key(tmp_path), ensure_key(tmp_path)
    assert first.public_pem == again.public_pem
    assert (tmp_path / PRIVATE).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / PUBLIC).read_text() == first.public_pem
    assert first.fingerprint == fingerprint_of(first.public_pem)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([PRIVATE, PUBLIC])


MAKE = """
import sys
from pathlib import Path
from labhub.exchange.receipts import ensure_key
print(ensure_key(Path(sys.argv[1])).fingerprint)
"""


def test_of_several_starts_at_once_all_use_one_key(tmp_path: Path) -> None:
    command = [sys.executable, "-c", MAKE, str(tmp_path)]
    starts = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    assert len({start.communicate()[0] for start in starts}) == 1


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    ensure_key(tmp_path)
    (tmp_path / PRIVATE).chmod(0o644)
    with pytest.raises(ReceiptKeyError, match="Others may read") as caught:
        ensure_key(tmp_path)
    assert "chmod 600" in caught.value.hint


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    rsa = generate_private_key(public_exponent=65537, key_size=2048)
    private = rsa.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    for content in (b"nonsense", private):
        (tmp_path / PRIVATE).write_bytes(content)
        (tmp_path / PRIVATE).chmod(0o600)
        with pytest.raises(ReceiptKeyError, match="is no Ed25519 key"):
            ensure_key(tmp_path)
    public = rsa.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for pem in ("nonsense", public.decode()):
        with pytest.raises(ReceiptKeyError, match="no public key of receipts"):
            fingerprint_of(pem)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReceiptKeyError, match="cannot be used"):
        ensure_key(tmp_path / "missing")
    assert list(tmp_path.iterdir()) == []
