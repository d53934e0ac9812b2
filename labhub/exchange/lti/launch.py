"""A launch: somebody comes from the learning system, and its signature says who it is.

LTI 1.3 core, sections 4 and 5, and the 1EdTech security framework 1.0, section 5.1.3.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import jwt
from jwt.types import Options
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from labhub.clock import Clock
from labhub.course.model import LtiPlatform
from labhub.exchange.lti.errors import (
    LaunchRefusedError,
    LtiAudienceError,
    LtiDeploymentError,
    LtiExpiredError,
    LtiIssuerError,
    LtiMessageError,
    LtiNonceError,
    LtiSignatureError,
    LtiStateError,
)
from labhub.exchange.lti.keys import ALGORITHM
from labhub.exchange.lti.logins import Logins
from labhub.exchange.lti.web import Web, json_of

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS_CLAIM = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
LEEWAY = timedelta(minutes=1)
LONGEST = timedelta(hours=1)
"""How old a launch may be, whatever its own `exp` says."""
UNCHECKED: Options = {
    "verify_aud": False,
    "verify_iss": False,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_sub": False,
    "verify_jti": False,
}
"""The claims are checked here, by the clock that is passed in; the signature always by PyJWT."""


@dataclass(frozen=True)
class Launch:
    """Somebody who came from the learning system, and what they opened there."""

    user_id: str
    email: str
    name: str
    roles: tuple[str, ...]
    resource_link: str
    resource_title: str
    line_item_url: str
    """The column of the opened link; empty where it has none."""
    line_items_url: str
    scopes: tuple[str, ...]
    """What labhub may do with grades."""


class _Link(BaseModel):
    id: str = Field(min_length=1)
    title: str = ""


class _GradeServices(BaseModel):
    scope: list[str] = []
    lineitem: str = ""
    lineitems: str = ""


class _Claims(BaseModel):
    """What a launch says, of which labhub wants to know something."""

    model_config = ConfigDict(strict=True)

    sub: str = Field(min_length=1)
    iss: str = ""
    aud: str | list[str] = ""
    azp: str = ""
    exp: float = 0
    iat: float = 0
    nonce: str = ""
    email: str = ""
    name: str = ""
    roles: list[str] = Field(alias=f"{CLAIM}roles")
    version: str = Field("", alias=f"{CLAIM}version")
    message_type: str = Field("", alias=f"{CLAIM}message_type")
    deployment_id: str = Field("", alias=f"{CLAIM}deployment_id")
    link: _Link = Field(alias=f"{CLAIM}resource_link")
    grades: _GradeServices = Field(_GradeServices(), alias=AGS_CLAIM)


@dataclass
class KeySet:
    """The platform's public keys, fetched when first needed and for a key that is new."""

    url: str
    web: Web = field(default_factory=Web)
    _known: dict[str, jwt.PyJWK] = field(default_factory=dict)

    def key(self, kid: str) -> jwt.PyJWK:
        """The key of that id. Raises `LtiSignatureError`, or as `Web.call` does."""
        if kid not in self._known:
            self._known = _rsa_keys(json_of(self.web.call("GET", self.url)))
        if kid not in self._known:
            raise LtiSignatureError("The launch is signed with a key that the platform has not.")
        return self._known[kid]


def finish_launch(
    platform: LtiPlatform, state: str, id_token: str, *, logins: Logins, keys: KeySet, clock: Clock
) -> Launch:
    """Who came, once every proof holds; a state counts once.

    Raises a leaf of `LaunchRefusedError`, or as `Web.call` does.
    """
    nonce = logins.take(state)
    if nonce is None:
        raise LtiStateError(
            "No sign-in waits for this launch.", hint="Open the link in the learning system again."
        )
    claims = _claims(id_token, keys)
    _check_origin(claims, platform)
    _check_times(claims, clock.now())
    if not secrets.compare_digest(claims.nonce.encode(), nonce.encode()):
        raise LtiNonceError("The launch does not carry the nonce of its sign-in.")
    return Launch(
        claims.sub,
        claims.email,
        claims.name,
        tuple(claims.roles),
        claims.link.id,
        claims.link.title,
        claims.grades.lineitem,
        claims.grades.lineitems,
        tuple(claims.grades.scope),
    )


def _claims(id_token: str, keys: KeySet) -> _Claims:
    """What is signed, and by nobody but the platform."""
    try:
        header = jwt.get_unverified_header(id_token)
        if header.get("alg") != ALGORITHM:
            raise LtiSignatureError(f"The launch is not signed with {ALGORITHM}.")
        key = keys.key(str(header.get("kid", "")))
        payload = jwt.decode_complete(id_token, key, [ALGORITHM], options=UNCHECKED)["payload"]
    except jwt.InvalidTokenError:
        raise LtiSignatureError("The launch's signature does not hold.") from None
    try:
        return _Claims.model_validate(payload)
    except ValidationError as error:
        names = ", ".join(sorted({str(each["loc"][0]) for each in error.errors()}))
        raise LtiMessageError(f"The launch lacks, or says in a wrong way: {names}.") from None


def _check_origin(claims: _Claims, platform: LtiPlatform) -> None:
    audience = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    ours = platform.client_id in audience and (
        claims.azp == platform.client_id or (not claims.azp and len(audience) == 1)
    )
    kind = (claims.message_type, claims.version)
    checks: list[tuple[bool, type[LaunchRefusedError], str]] = [
        (claims.iss == platform.issuer, LtiIssuerError, "comes from another platform"),
        (ours, LtiAudienceError, "is meant for another tool"),
        (
            claims.deployment_id == platform.deployment_id,
            LtiDeploymentError,
            "does not come from the deployment of course.toml",
        ),
        (
            kind == ("LtiResourceLinkRequest", "1.3.0"),
            LtiMessageError,
            "is no resource link launch of LTI 1.3.0",
        ),
    ]
    for holds, error, words in checks:
        if not holds:
            raise error(f"The launch {words}.")


def _check_times(claims: _Claims, now: datetime) -> None:
    at = now.timestamp()
    made, ends = claims.iat - LEEWAY.total_seconds(), claims.exp + LEEWAY.total_seconds()
    if not made <= at < ends or at - claims.iat > LONGEST.total_seconds():
        raise LtiExpiredError(
            "The launch is too old, or from the future.",
            hint="Open the link again; if that does not help, compare the clocks.",
        )


def _rsa_keys(data: object) -> dict[str, jwt.PyJWK]:
    """The RSA keys for signatures, by id; whatever else stands in a key set is left out."""
    found: dict[str, jwt.PyJWK] = {}
    listed = data.get("keys") if isinstance(data, dict) else None
    for entry in listed if isinstance(listed, list) else []:
        if not isinstance(entry, dict) or entry.get("kty") != "RSA" or not entry.get("kid"):
            continue
        try:
            found[str(entry["kid"])] = jwt.PyJWK(entry, ALGORITHM)
        except jwt.PyJWTError:
            continue
    return found
