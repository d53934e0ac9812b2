"""`labhub lms passback`: the grades of a course go to a learning system on this machine."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.term_course import COLLEGE, course_in, invoke, lines, refused, run
from tests.exchange.lti.platform import FakePlatform, running_platform

PASSBACK = ("lms", "passback", "--assignment", "report")
LTI = """
[lti]
issuer = "https://lms.example"
client_id = "labhub-1"
deployment_id = "d-7"
auth_url = "{url}/auth"
token_url = "{url}/token"
jwks_url = "{url}/jwks"
line_items_url = "{url}/items"
"""


@pytest.fixture
def fake() -> Iterator[FakePlatform]:
    with running_platform() as platform:
        yield platform


@pytest.fixture
def course(tmp_path: Path, fake: FakePlatform) -> Path:
    folder = course_in(tmp_path / "course", COLLEGE)
    with (folder / "course.toml").open("a", encoding="utf-8") as file:
        file.write(LTI.format(url=fake.url))
    for student, lms_id, points in (("ann", "17", 88.5), ("bo", "18", 60)):
        run(folder, "people", "add", student, "--name", student.title(), "--lms-id", lms_id)
        run(folder, "marks", "set", "report", "--student", student, "--points", points)
    fake.tool_jwks = json.loads(run(folder, "lms", "key"))
    return folder


def test_what_is_marked_is_sent_once(course: Path, fake: FakePlatform) -> None:
    seen = lines(run(course, *PASSBACK, "--dry-run"))
    assert seen[1:] == ["ann\treport\t88.5 of 100\tto send", "bo\treport\t60 of 100\tto send"]
    assert fake.scores == {}
    sent = run(course, *PASSBACK)
    assert [line.split("\t")[3] for line in sent.splitlines()[1:]] == ["sent", "sent"]
    assert {user: score["scoreGiven"] for user, score in fake.scores["1"].items()} == {
        "17": 88.5,
        "18": 60,
    }
    run(course, "marks", "set", "report", "--student", "bo", "--points", 61, "--reason", "appeal")
    again = run(course, *PASSBACK)
    assert [line.split("\t")[3] for line in again.splitlines()[1:]] == ["unchanged", "sent"]


def test_a_refusal_is_told_and_fails_the_verb(course: Path, fake: FakePlatform) -> None:
    run(course, "people", "add", "cia", "--name", "Cia")
    run(course, "marks", "set", "report", "--student", "cia", "--points", "1")
    fake.strangers = {"17"}
    result = invoke(course, *PASSBACK)
    assert result.exit_code == 1
    assert [line.split("\t")[3] for line in result.stdout.splitlines()[1:]] == [
        "refused",
        "sent",
        "refused",
    ]


def test_the_key_stays_and_is_private(course: Path) -> None:
    assert run(course, "lms", "key") == run(course, "lms", "key")
    assert stat.S_IMODE((course / "lti-key.pem").stat().st_mode) == 0o600


def test_the_key_may_lie_elsewhere(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABHUB_LTI_KEY", str(tmp_path / "other.pem"))
    run(course, "lms", "key")
    assert (tmp_path / "other.pem").is_file()


def test_without_the_extra_the_verb_says_so(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labhub.cli.passback.find_spec", lambda name: None)
    code, said = refused(course, "lms", "passback")
    assert (code, "Install labhub with its extra: lti." in said) == (3, True), said


def test_a_course_without_a_platform_is_refused(tmp_path: Path) -> None:
    folder = course_in(tmp_path / "plain", COLLEGE)
    code, said = refused(folder, "lms", "passback")
    assert (code, "names no learning system" in said) == (3, True), said
    assert not (folder / "lti-key.pem").exists()


def test_an_unknown_item_is_refused(course: Path) -> None:
    code, said = refused(course, "lms", "passback", "--assignment", "reprt")
    assert (code, "no graded item 'reprt'" in said) == (2, True), said


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('surprise = "x"', "[lti], key 'surprise': is unknown"),
        ('[[lti.line_items]]\nitem = "reprt"\nurl = "https://a.example/1"', "'reprt' is no"),
        ('[[lti.line_items]]\nitem = "report"\nurl = "http://a.example/1"', "key 'url'"),
        ('[[lti.line_items]]\nitem = "report"\nurl = "https://a.example/1"\n' * 2, "used twice"),
    ],
)
def test_a_mistake_in_the_course_file_has_a_line(course: Path, more: str, words: str) -> None:
    with (course / "course.toml").open("a", encoding="utf-8") as file:
        file.write(more + "\n")
    code, said = refused(course, "lms", "passback")
    assert (code, words in said) == (3, True), said
