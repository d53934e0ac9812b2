"""Scores go to the platform once, survive its bad moments, and tell no secret."""

import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from labhub.clock import FixedClock
from labhub.errors import LabhubError
from labhub.exchange.lti import Entry, GradeService, Score, ToolKey, Web, ensure_key, pass_back
from labhub.exchange.lti.web import place
from tests.exchange.lti.platform import TOKEN, FakePlatform, patient_web, rsa_key, running_platform

NOW = datetime(2027, 2, 8, 12, tzinfo=UTC)
KEY = ToolKey(rsa_key("tool"))
ENTRIES = [
    Entry("ann", "u1", "lab1", "Lab 1", 40.5, 60),
    Entry("bo", "", "lab1", "Lab 1", 10, 60),
    Entry("cia", "u3", "lab1", "Lab 1", 0, 60),
]


@pytest.fixture
def fake() -> Iterator[FakePlatform]:
    with running_platform() as platform:
        platform.tool_jwks = KEY.public_jwks()
        yield platform


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def web(pauses: list[float]) -> Iterator[Web]:
    with patient_web() as (found, slept):
        yield found
        pauses.extend(slept)


def service(fake: FakePlatform, web: Web, **changes: Any) -> GradeService:
    return GradeService(fake.settings(**changes), KEY, FixedClock(NOW), web)


def whats(service: GradeService, dry_run: bool = False) -> list[str]:
    return [each.what for each in pass_back(service, ENTRIES, NOW, dry_run=dry_run)]


def test_scores_are_sent_once_into_a_column_that_is_made(fake: FakePlatform, web: Web) -> None:
    assert whats(service(fake, web)) == ["sent", "refused", "sent"]
    assert [(i["resourceId"], i["label"], i["scoreMaximum"]) for i in fake.line_items] == [
        ("lab1", "Lab 1", 60)
    ]
    assert fake.scores["1"]["u1"] == {
        "userId": "u1",
        "scoreGiven": 40.5,
        "scoreMaximum": 60,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "timestamp": "2027-02-08T12:00:00.000+00:00",
    }
    assert whats(service(fake, web)) == ["unchanged", "refused", "unchanged"]
    assert len(fake.line_items) == 1
    assert fake.asked.count(("POST", "/items/1/scores")) == 2


def test_a_dry_run_changes_nothing(fake: FakePlatform, web: Web) -> None:
    assert whats(service(fake, web), dry_run=True) == ["to send", "refused", "to send"]
    assert (fake.line_items, fake.scores) == ([], {})


def test_one_token_serves_all_requests(fake: FakePlatform, web: Web) -> None:
    whats(service(fake, web))
    assert fake.asked.count(("POST", "/token")) == 1


def test_a_comment_goes_along(fake: FakePlatform, web: Web) -> None:
    score = Score("u1", 1, 2, NOW, comment="Well done")
    service(fake, web).put_score(f"{fake.url}/items/9", score)
    assert fake.scores["9"]["u1"]["comment"] == "Well done"


@pytest.mark.parametrize("troubles", [[503], [429, 500], [502, 503, 504]])
def test_a_busy_platform_is_asked_again(fake: FakePlatform, web: Web, troubles: list[int]) -> None:
    fake.troubles = list(troubles)
    assert whats(service(fake, web)) == ["sent", "refused", "sent"]
    assert fake.asked.count(("POST", "/items/1/scores")) == 2 + len(troubles)


def test_a_platform_that_stays_down_is_named(fake: FakePlatform, web: Web) -> None:
    fake.troubles = [503] * 4
    with pytest.raises(LabhubError) as caught:
        whats(service(fake, web))
    assert caught.value.code == "lti-unreachable"
    assert f"{fake.url}/items/1/scores answered 503, asked 4 times." in str(caught.value)


def test_a_platform_that_is_not_there_is_named(fake: FakePlatform, web: Web) -> None:
    gone = service(fake, web, token_url="http://127.0.0.1:9/token")
    with pytest.raises(LabhubError, match=r"127\.0\.0\.1:9/token did not answer"):
        whats(gone)


def test_a_student_whom_the_platform_does_not_know_stops_nobody_else(
    fake: FakePlatform, web: Web
) -> None:
    fake.strangers = {"u1"}
    found = list(pass_back(service(fake, web), ENTRIES, NOW))
    assert [each.what for each in found] == ["refused", "refused", "sent"]
    assert "status 404" in found[0].why
    assert "is not known" in found[1].why


def test_no_message_holds_a_secret(fake: FakePlatform, web: Web) -> None:
    fake.tool_jwks = {"keys": []}
    with pytest.raises(LabhubError) as caught:
        whats(service(fake, web))
    assert caught.value.code == "lti-refused"
    assert f"{fake.url}/token refused with status 401." in str(caught.value)
    assert "eyJ" not in str(caught.value), "no assertion"
    assert TOKEN not in repr(service(fake, web))
    assert place("https://a.example/x?token=1") == "https://a.example/x"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"line_items_url": ""}, "lti-settings"),
        ({"token_url": "{url}/jwks"}, "lti-refused"),
        ({"line_items_url": "{url}/elsewhere"}, "lti-refused"),
    ],
)
def test_a_wrong_address_is_an_error(
    fake: FakePlatform, web: Web, changes: dict[str, str], code: str
) -> None:
    filled = {name: value.format(url=fake.url) for name, value in changes.items()}
    with pytest.raises(LabhubError) as caught:
        whats(service(fake, web, **filled))
    assert caught.value.code == code


def test_an_answer_that_is_none_is_an_error(
    fake: FakePlatform, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake, "answer", lambda *_: (200, {"strange": 1}))
    with pytest.raises(LabhubError, match="without a sound access_token") as caught:
        whats(service(fake, web))
    assert caught.value.code == "lti-answer"


def test_a_column_of_the_course_file_is_used_as_it_is(fake: FakePlatform, web: Web) -> None:
    named = {"lab1": f"{fake.url}/items/5?type_id=3"}
    assert whats(service(fake, web, line_items=named, line_items_url=""))[0] == "sent"
    assert list(fake.scores) == ["5"]


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    first = ensure_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert ensure_key(path).public_jwks() == first.public_jwks()
    assert [item.name for item in tmp_path.iterdir()] == ["key.pem"]
    assert set(first.public_jwks()["keys"][0]) == {"kty", "n", "e", "kid", "alg", "use"}
    assert "rivate" not in repr(first)


@pytest.mark.parametrize(("text", "mode"), [("", 0o644), ("no key", 0o600)])
def test_a_key_that_is_none_or_open_is_refused(tmp_path: Path, text: str, mode: int) -> None:
    path = tmp_path / "key.pem"
    path.write_text(text)
    path.chmod(mode)
    with pytest.raises(LabhubError) as caught:
        ensure_key(path)
    assert caught.value.code == "lti-key"


def test_a_key_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabhubError, match="cannot be used"):
        ensure_key(tmp_path / "none" / "key.pem")
