"""The tool's own key: it proves to the platform that a request for a token is labhub's."""

import hashlib
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from labhub.exchange.lti.errors import LtiKeyError

ALGORITHM = "RS256"
BITS = 3072


@dataclass(frozen=True)
class ToolKey:
    """An RSA key that signs as the tool."""

    _private: RSAPrivateKey = field(repr=False)

    @property
    def id(self) -> str:
        """The key's thumbprint (RFC 7638)."""
        public = self._public()
        needed = {name: public[name] for name in ("e", "kty", "n")}
        text = json.dumps(needed, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def public_jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public half as a JSON Web Key Set: what the platform is to know."""
        public = self._public()
        key = {"kty": "RSA", "n": public["n"], "e": public["e"]}
        return {"keys": [{**key, "kid": self.id, "alg": ALGORITHM, "use": "sig"}]}

    def sign(self, claims: Mapping[str, object]) -> str:
        """The claims as a signed JSON Web Token."""
        return jwt.encode(dict(claims), self._private, ALGORITHM, headers={"kid": self.id})

    def _public(self) -> dict[str, str]:
        return dict(RSAAlgorithm.to_jwk(self._private.public_key(), as_dict=True))


def ensure_key(path: Path) -> ToolKey:
    """The key of a file, made at first use with mode 0600.

    Raises `LtiKeyError` where it cannot be read or made, or where others can read it.
    """
    try:
        try:
            return _read(path)
        except FileNotFoundError:
            _make(path)
            return _read(path)
    except OSError as error:
        raise LtiKeyError(f"The key {path} cannot be used: {error.strerror}.") from None


def _read(path: Path) -> ToolKey:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise LtiKeyError(
            f"Others than its owner may read the key {path}.", hint=f"chmod 600 {path}"
        )
    try:
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError):
        private = None
    if not isinstance(private, RSAPrivateKey):
        raise LtiKeyError(
            f"{path} holds no RSA key that can be read.",
            hint="Move it away; the next call makes another, which the platform must then know.",
        )
    return ToolKey(private)


def _make(path: Path) -> None:
    """Write a whole new key, unless somebody else was faster."""
    private = generate_private_key(public_exponent=65537, key_size=BITS)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    part = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink()
