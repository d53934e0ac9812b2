"""A launch: only what the platform has signed, for us, now and once, signs somebody in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from jwt.algorithms import HMACAlgorithm

from labhub.clock import FixedClock
from labhub.exchange.lti import KeySet, Launch, MemoryLogins, begin_login, finish_launch
from labhub.exchange.lti.errors import LaunchRefusedError
from labhub.exchange.lti.launch import AGS_CLAIM, CLAIM
from tests.exchange.lti.platform import FakePlatform, patient_web, rsa_key, running_platform

NOW = datetime(2027, 2, 8, 12, tzinfo=UTC)
HERE = "https://labs.example/lti/launch"
GONE = object()


class Door:
    """A tool with one platform, whose clock stands still."""

    def __init__(self, fake: FakePlatform, keys: KeySet) -> None:
        self.platform, self.keys = fake.settings(), keys
        self.logins = MemoryLogins(FixedClock(NOW))

    def begin(self, **changes: str) -> tuple[str, str]:
        """State and nonce of a new sign-in."""
        request = {"iss": "https://lms.example", "login_hint": "u1", **changes}
        login = begin_login(self.platform, request, HERE, self.logins)
        return login.state, login.nonce

    def finish(self, state: str, token: str) -> Launch:
        clock = FixedClock(NOW)
        return finish_launch(
            self.platform, state, token, logins=self.logins, keys=self.keys, clock=clock
        )


@pytest.fixture
def door() -> Iterator[Door]:
    with running_platform() as fake, patient_web() as (web, _):
        yield Door(fake, KeySet(fake.settings().jwks_url, web))


def claims(fresh: str, **changes: Any) -> dict[str, Any]:
    """What a sound launch says, with changes; `GONE` takes a claim out."""
    at = int(NOW.timestamp())
    sound = {
        "iss": "https://lms.example",
        "aud": "labhub-1",
        "sub": "u1",
        "iat": at,
        "exp": at + 300,
        "nonce": fresh,
        "email": "ann@x.org",
        "name": "Ann Ek",
        f"{CLAIM}version": "1.3.0",
        f"{CLAIM}message_type": "LtiResourceLinkRequest",
        f"{CLAIM}deployment_id": "d-7",
        f"{CLAIM}roles": ["Learner"],
        f"{CLAIM}resource_link": {"id": "r1", "title": "Lab 1"},
        AGS_CLAIM: {"scope": ["score"], "lineitem": "https://lms.example/items/1"},
    }
    named = {name: value for name, value in changes.items() if name in sound}
    named |= {f"{CLAIM}{name}": value for name, value in changes.items() if name not in sound}
    if "azp" in changes:
        named["azp"] = changes["azp"]
    return {name: value for name, value in {**sound, **named}.items() if value is not GONE}


def signed(payload: dict[str, Any], key: Any = None, alg: str = "RS256", kid: str = "k1") -> str:
    return jwt.encode(payload, key or rsa_key("platform"), alg, headers={"kid": kid})


def public_as_secret(payload: dict[str, Any]) -> str:
    """An HS256 token whose secret is the platform's public key, which everybody knows."""
    pem = (
        rsa_key("platform")
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    head = signed(payload, "x" * 32, "HS256").rpartition(".")[0]
    mark = HMACAlgorithm(HMACAlgorithm.SHA256).sign(head.encode(), pem)
    return f"{head}.{jwt.utils.base64url_encode(mark).decode()}"


def test_a_sound_launch_tells_who_came(door: Door) -> None:
    state, nonce = door.begin()
    assert door.finish(state, signed(claims(nonce))) == Launch(
        "u1", "ann@x.org", "Ann Ek", ("Learner",), "r1", "Lab 1",
        "https://lms.example/items/1", "", ("score",),
    )  # fmt: skip


def test_a_login_sends_the_browser_to_the_platform(door: Door) -> None:
    request = {"iss": "https://lms.example", "login_hint": "u1", "lti_message_hint": "m"}
    login = begin_login(door.platform, request, HERE, door.logins)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(login.url).query).items()}
    assert login.url.startswith(door.platform.auth_url + "?")
    assert (asked["state"], asked["nonce"]) == (login.state, login.nonce)
    assert asked["response_mode"] == "form_post"
    assert (asked["redirect_uri"], asked["lti_message_hint"]) == (HERE, "m")


@pytest.mark.parametrize(
    "changes",
    [{"iss": "https://evil.example"}, {"client_id": "x"}, {"lti_deployment_id": "x"},
     {"login_hint": ""}],
)  # fmt: skip
def test_a_login_of_somebody_else_is_refused(door: Door, changes: dict[str, str]) -> None:
    with pytest.raises(LaunchRefusedError) as caught:
        door.begin(**changes)
    assert caught.value.code == "lti-login"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"iss": "https://evil.example"}, "lti-issuer"),
        ({"aud": "other"}, "lti-audience"),
        ({"aud": ["other", "third"]}, "lti-audience"),
        ({"aud": ["labhub-1", "other"]}, "lti-audience"),
        ({"aud": ["labhub-1", "other"], "azp": "other"}, "lti-audience"),
        ({"azp": "other"}, "lti-audience"),
        ({"exp": int(NOW.timestamp()) - 61}, "lti-expired"),
        ({"exp": GONE}, "lti-expired"),
        ({"iat": int(NOW.timestamp()) + 120}, "lti-expired"),
        ({"iat": int(NOW.timestamp()) - 7200}, "lti-expired"),
        ({"nonce": "another"}, "lti-nonce"),
        ({"nonce": GONE}, "lti-nonce"),
        ({"deployment_id": "d-8"}, "lti-deployment"),
        ({"deployment_id": GONE}, "lti-deployment"),
        ({"message_type": "LtiDeepLinkingRequest"}, "lti-message"),
        ({"version": "1.1"}, "lti-message"),
        ({"sub": GONE}, "lti-message"),
        ({"roles": GONE}, "lti-message"),
        ({"resource_link": {}}, "lti-message"),
    ],
)
def test_a_claim_that_does_not_fit_is_refused(door: Door, changes: Any, code: str) -> None:
    state, nonce = door.begin()
    with pytest.raises(LaunchRefusedError) as caught:
        door.finish(state, signed(claims(nonce, **changes)))
    assert caught.value.code == code


def test_several_audiences_need_an_authorised_party(door: Door) -> None:
    state, nonce = door.begin()
    several = claims(nonce, aud=["labhub-1", "other"], azp="labhub-1")
    assert door.finish(state, signed(several)).user_id == "u1"


@pytest.mark.parametrize(
    "forge",
    [
        lambda payload: signed(payload, rsa_key("mallory")),
        lambda payload: signed(payload, kid="k2"),
        lambda payload: jwt.encode(payload, None, "none", headers={"kid": "k1"}),
        public_as_secret,
        lambda payload: signed(payload)[:-8] + "AAAAAAAA",
        lambda payload: signed(payload, alg="RS512"),
        lambda payload: "no token",
    ],
    ids=["wrong key", "unknown key", "none", "public key as secret", "cut", "RS512", "words"],
)
def test_a_forged_signature_is_refused(door: Door, forge: Any) -> None:
    state, nonce = door.begin()
    with pytest.raises(LaunchRefusedError) as caught:
        door.finish(state, forge(claims(nonce)))
    assert caught.value.code == "lti-signature"


def test_a_launch_counts_once(door: Door) -> None:
    state, nonce = door.begin()
    token = signed(claims(nonce))
    door.finish(state, token)
    with pytest.raises(LaunchRefusedError) as caught:
        door.finish(state, token)
    assert caught.value.code == "lti-state"
    with pytest.raises(LaunchRefusedError) as caught:
        door.finish(door.begin()[0], token)
    assert caught.value.code == "lti-nonce"


def test_a_sign_in_that_took_too_long_is_forgotten() -> None:
    logins = MemoryLogins(FixedClock(NOW))
    logins.keep("s", "n")
    logins.clock = FixedClock(NOW + timedelta(minutes=11))
    assert logins.take("s") is None
