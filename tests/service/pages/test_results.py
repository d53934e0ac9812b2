"""What students see of tests that ran as soon as they handed in."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from labhub.course.model import OnHandIn, ShownOnHandIn
from labhub.exchange.handin.results import GradingFound, TestFound, keep_result, shown
from labhub.exchange.store.jobs import Job, JobKind, JobState, NewJob, claim, enqueue
from labhub.exchange.store.submissions import Place, Submission
from labhub.ids import AssignmentId, StudentId
from labhub.service.pages.languages import words_in
from labhub.service.pages.results import results_view
from tests.service.pages.conftest import TOML, Campus, campus_of
from tests.service.stand import answers

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
EN = words_in("en")
ADA = StudentId("ada")
HAND_IN = Submission(
    AssignmentId("ps1"), 1, None, (ADA,), ADA, NOW, Place.PAGE, (), False, Decimal(1), "",
    id=7, digest="", attempt=2,
)  # fmt: skip
FOUND = GradingFound(
    "graded",
    tests=(
        TestFound("problem1", "squares-t1", "Squares", "passed", 1, 1),
        TestFound("problem1", "squares-t2", "Squares", "failed", 0, 2, "n squares come back"),
        TestFound("problem1", "squares-t3", "Squares", "error", 0, 1, "a secret", hidden=True),
    ),
)


def job(state: JobState, kind: JobKind = JobKind.GRADE) -> Job:
    return Job(
        1, kind, AssignmentId("ps1"), 7, 0, {}, state, {}, None, "ada", NOW, None, None, None,
        None, 0,
    )  # fmt: skip


def view(shows: ShownOnHandIn, found: GradingFound | None = None, *jobs: Job) -> Any:
    rules = OnHandIn(grade=True, shows=shows)
    seen = shown(found, shows) if found is not None else None
    return results_view(HAND_IN, rules, seen, jobs, EN)


def test_visible_tests_are_told_with_their_laws_and_hidden_ones_not_at_all() -> None:
    found = view(ShownOnHandIn.VISIBLE, FOUND)
    assert found.headline.word == "1 of 2 tests passed"
    assert found.headline.tone == "part"
    assert [(row.name, row.state.word) for row in found.tests] == [
        ("squares-t1", "passed"),
        ("squares-t2", "not passed"),
    ]
    assert found.tests[1].sentence == "n squares come back"
    assert "Hidden tests and marks come with the feedback" in found.words


def test_hidden_tests_are_told_by_name_where_the_course_says_so() -> None:
    found = view(ShownOnHandIn.NAMES, FOUND)
    assert found.headline.word == "1 of 3 tests passed"
    hidden = found.tests[2]
    assert (hidden.name, hidden.hidden, hidden.sentence) == ("squares-t3", True, "")


def test_nothing_is_told_where_the_course_says_so() -> None:
    assert view(ShownOnHandIn.NOTHING, FOUND, job(JobState.QUEUED)) is None
    rules = OnHandIn(grade=False)
    assert results_view(HAND_IN, rules, FOUND, [], EN) is None


@pytest.mark.parametrize(
    ("state", "said", "waiting"),
    [
        (JobState.QUEUED, "The tests will run soon", True),
        (JobState.RUNNING, "The tests are running", True),
        (JobState.FAILED, "The tests could not be run", False),
    ],
)
def test_before_there_is_a_result_the_job_is_told(
    state: JobState, said: str, waiting: bool
) -> None:
    found = view(ShownOnHandIn.VISIBLE, None, job(state))
    assert (found.headline.word, found.waiting) == (said, waiting)


def test_a_hand_in_that_nobody_queued_says_nothing() -> None:
    assert view(ShownOnHandIn.VISIBLE) is None
    assert view(ShownOnHandIn.VISIBLE, None, job(JobState.DONE, JobKind.COLLECT)) is None


def test_all_passed_is_good_and_no_test_at_all_is_bad() -> None:
    all_right = GradingFound("graded", tests=FOUND.tests[:1])
    assert view(ShownOnHandIn.VISIBLE, all_right).headline.tone == "good"
    crash = GradingFound("graded", problems=(("crash", "Your process ended in cell 3."),))
    found = view(ShownOnHandIn.VISIBLE, crash)
    assert found.headline.tone == "bad"
    assert found.problems == ("Your process ended in cell 3.",)


@pytest.fixture
def campus(tiny_course: Any, tmp_path: Any) -> Any:
    toml = TOML.replace("{ attempts_per_day = 3 }", "{ grade = true, attempts = 5 }")
    with campus_of(tiny_course, tmp_path / "dl", toml) as made:
        yield made


def test_the_page_waits_for_the_tests_and_then_tells_them(campus: Campus) -> None:
    ada = campus.browser("ada")
    ada.post("ps1/hand-in", "ps1/", files=answers(campus.stand.root))
    page = ada.get("ps1/").text
    assert "The tests will run soon" in page
    assert "Look again" in page
    part = ada.get("ps1/results", **{"HX-Request": "true"})
    assert part.text.startswith('<section aria-labelledby="results"')
    desk = campus.desk
    with desk.store.writing() as db:
        keep_result(db, 1, desk.clock.now(), FOUND)
    part = ada.get("ps1/results", **{"HX-Request": "true"}).text
    assert "1 of 2 tests passed" in part
    assert "hx-get" not in part
    assert "4 attempts are left." in ada.get("ps1/").text


def test_a_browser_that_opens_the_part_gets_the_whole_page(campus: Campus) -> None:
    assert str(campus.browser("ada").get("ps1/results").url).endswith("/ps1/")


def test_a_job_under_way_is_told(campus: Campus) -> None:
    ada = campus.browser("ada")
    ada.post("ps1/hand-in", "ps1/", files=answers(campus.stand.root))
    desk = campus.desk
    with desk.store.writing() as db:
        enqueue(db, desk.author("ada"), NewJob(JobKind.GRADE, AssignmentId("ps1"), 1))
        claim(db, "worker", desk.clock.now())
    assert "The tests are running" in ada.get("ps1/").text
