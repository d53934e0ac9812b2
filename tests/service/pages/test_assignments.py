"""What an assignment wants from a student, in one word."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from labhub.exchange.store.files import FileRecord
from labhub.exchange.store.submissions import Place, Submission
from labhub.exchange.store.versions import Version
from labhub.ids import AssignmentId, StudentId
from labhub.policy.dates import Dates, LateStep
from labhub.policy.timelines import timeline
from labhub.policy.workdays import Calendar
from labhub.service.pages.assignments import Card, Facts, State, card_of, in_order, state_of
from labhub.service.pages.handins import attempts_of, notebook_of
from labhub.service.pages.languages import words_in
from tests.service.pages.test_deadlines import DUE, LATE, RELEASE, ZONE

EN = words_in("en")
LINE = timeline(Dates("Lab", RELEASE, DUE, (LateStep(LATE, Decimal("0.8")),)), Calendar(ZONE))
ADA = StudentId("ada")
FACTS = Facts("lab", "Lab", LINE, released_version=1)
BEFORE, EARLY, LATE_NOW, AFTER = (
    datetime(2027, 1, 17, tzinfo=UTC),
    datetime(2027, 1, 25, tzinfo=UTC),
    datetime(2027, 2, 12, tzinfo=UTC),
    datetime(2027, 3, 1, tzinfo=UTC),
)
SOON = DUE.astimezone(UTC) - timedelta(hours=47)


def handed_in(number: int, at: datetime, *, late: bool = False, version: int = 1) -> Submission:
    files = (FileRecord("lab.ipynb", "0" * 64, 1200),)
    credit = Decimal("0.8") if late else Decimal(1)
    name = AssignmentId("lab")
    return Submission(
        name, version, None, (ADA,), ADA, at, Place.COLAB, files, late, credit, "",
        id=number, digest="", attempt=number,
    )  # fmt: skip


def card(now: datetime = EARLY, **changes: object) -> Card:
    return card_of(replace(FACTS, **changes), now, EN)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "changes", "state"),
    [
        (BEFORE, {}, State.BEFORE_RELEASE),
        (EARLY, {"released_version": None}, State.BEFORE_RELEASE),
        (EARLY, {"planned": True}, State.PLANNED),
        (EARLY, {}, State.TO_DO),
        (SOON, {}, State.DUE_SOON),
        (LATE_NOW, {}, State.OVERDUE),
        (AFTER, {}, State.MISSED),
        (AFTER, {"excused": True}, State.EXCUSED),
        (AFTER, {"handed_in": (handed_in(1, EARLY),)}, State.HANDED_IN),
        (AFTER, {"handed_in": (handed_in(1, LATE_NOW, late=True),)}, State.HANDED_IN_LATE),
        (AFTER, {"feedback": True}, State.FEEDBACK),
    ],
)
def test_the_state_follows_time_and_hand_ins(
    now: datetime, changes: dict[str, object], state: State
) -> None:
    assert state_of(replace(FACTS, **changes), now) is state  # type: ignore[arg-type]


def test_every_state_has_a_sign_a_word_and_a_tint() -> None:
    chips = {card(now).chip for now in (BEFORE, EARLY, SOON, LATE_NOW, AFTER)}
    assert len({chip.word for chip in chips}) == len(chips)
    assert all(chip.sign and chip.tone for chip in chips)


def test_a_late_hand_in_after_one_in_time_stays_in_time() -> None:
    both = (handed_in(1, EARLY), handed_in(2, LATE_NOW, late=True))
    assert card(AFTER, handed_in=both).state is State.HANDED_IN
    attempts = attempts_of(both, LINE, frozenset({1}), {"ada": "Ada"}, EN)
    assert [(each.number, each.counts, each.feedback) for each in attempts] == [
        (2, False, False),
        (1, True, True),
    ]
    assert attempts[0].lateness.word == "Late: 80 % of the points"
    assert (attempts[1].by, attempts[1].place, attempts[1].size) == (
        "Ada (ada)",
        "from Colab",
        "1 kB",
    )


def test_a_newer_version_than_the_one_handed_in_is_said() -> None:
    done = (handed_in(1, EARLY),)
    assert card(handed_in=done, released_version=2).outdated
    assert not card(handed_in=done, released_version=1).outdated


def test_what_can_be_worked_on_comes_first() -> None:
    later = timeline(Dates("Later", AFTER, AFTER + timedelta(days=7)), Calendar(ZONE))
    cards = [
        card(id="c-coming", timeline=later),
        card(id="b-done", feedback=True),
        card(id="a-open"),
    ]
    assert [each.id for each in in_order(cards, EARLY)] == ["a-open", "c-coming", "b-done"]


def test_the_notebook_of_the_assignment_is_opened_before_others() -> None:
    files = tuple(FileRecord(name, "0" * 64, 1) for name in ("a.ipynb", "data.txt", "lab.ipynb"))
    version = Version(AssignmentId("lab"), 1, "", files, EARLY, "teacher")
    assert notebook_of(version) == "lab.ipynb"
    assert notebook_of(replace(version, files=files[:2])) == "a.ipynb"
    assert notebook_of(replace(version, files=files[1:2])) == ""
