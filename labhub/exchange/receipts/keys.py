"""The key that signs a course's receipts: Ed25519, made at the first start, for the owner alone."""

import base64
import binascii
import hashlib
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from labhub.exchange.receipts.errors import ReceiptKeyError

PRIVATE, PUBLIC = "receipt-key.pem", "receipt-key.pub.pem"


@dataclass(frozen=True, repr=False)
class ReceiptKey:
    """The private key of a course. It is never shown."""

    private: Ed25519PrivateKey

    def sign(self, content: bytes) -> bytes:
        """The signature over these bytes."""
        return self.private.sign(content)

    @property
    def public_pem(self) -> str:
        """The public key, as anybody may have it."""
        return _pem(self.private.public_key())

    @property
    def fingerprint(self) -> str:
        """A short name of the public key."""
        return fingerprint_of(self.public_pem)


def ensure_key(folder: Path) -> ReceiptKey:
    """The key in a folder, made where there is none. Raises `ReceiptKeyError`.

    Of several that start at once, one makes the key and the others take it.
    """
    path = folder / PRIVATE
    try:
        if not path.exists():
            _make(path)
        key = ReceiptKey(_private(path))
        _write_once(folder / PUBLIC, key.public_pem.encode(), 0o644)
    except OSError as error:
        raise ReceiptKeyError(
            f"The key of receipts {path} cannot be used: {error.strerror}.",
            hint="The folder must belong to the user that runs the service.",
        ) from error
    return key


def public_key(pem: str) -> Ed25519PublicKey:
    """The key of a PEM text. Raises `ReceiptKeyError`."""
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise ReceiptKeyError(
            "This is no public key of receipts.",
            hint="Expected the file receipt-key.pub.pem of the course, or what its service gives.",
        )
    return key


def is_signed(content: bytes, signature: str, pem: str) -> bool:
    """Whether the key of a PEM text made this signature (Base64) over these bytes.

    Raises `ReceiptKeyError`.
    """
    key = public_key(pem)
    try:
        key.verify(base64.b64decode(signature, validate=True), content)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def fingerprint_of(pem: str) -> str:
    """A short name of a public key: 16 digits of the SHA-256 of its 32 bytes."""
    raw = public_key(pem).public_bytes_raw()
    return hashlib.sha256(raw).hexdigest()[:16]


def _private(path: Path) -> Ed25519PrivateKey:
    if path.stat().st_mode & 0o077:
        raise ReceiptKeyError(
            f"Others may read {path}, so anybody could have signed a receipt.",
            hint=f"Run: chmod 600 {path}. If somebody may have copied it, make a new one.",
        )
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ReceiptKeyError(
            f"{path} is no Ed25519 key.", hint="Restore it from a backup of the store."
        )
    return key


def _make(path: Path) -> None:
    content = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _write_once(path, content, 0o600)


def _write_once(path: Path, content: bytes, mode: int) -> None:
    """Write a file, whole and durable, unless it is there."""
    if path.exists():
        return
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another start was first
            os.link(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


def _pem(key: Ed25519PublicKey) -> str:
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()
