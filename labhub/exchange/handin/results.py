"""What automatic grading found in a hand-in, for staff whole, for students as the course sets."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from labhub.course.model import OnHandIn, ShownOnHandIn
from labhub.exchange.store.collected import put_result, result_of


@dataclass(frozen=True)
class TestFound:
    """One test cell."""

    __test__ = False  # not a test case of pytest's

    notebook_id: str
    grade_id: str
    title: str
    """Of the exercise, where the notebook names it."""
    status: str
    """`passed`, `partial`, `failed`, `error`, `timeout` and the like."""
    score: float
    points: float
    """The most that it gives."""
    law: str = ""
    """The sentence that the test stands for, where it failed."""
    hidden: bool = False
    """Whether a part of it is not in the student version."""

    @property
    def passed(self) -> bool:
        """Whether it gave all its points."""
        return self.status == "passed"


@dataclass(frozen=True)
class GradingFound:
    """What one grading found in one hand-in."""

    standing: str
    """`graded`, `regraded`, `refused` and the like; `not-counted` where another one counts."""
    score: float = 0.0
    max_score: float = 0.0
    needs_person: bool = False
    """Whether somebody has still to grade something."""
    tests: tuple[TestFound, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()
    """Codes and sentences: crash, timeout, unreadable notebook."""
    repairs: tuple[str, ...] = ()
    """What intake had to mend, in words for the student."""
    graded_at: datetime | None = None


def keep_result(db: Connection, submission: int, at: datetime, found: GradingFound) -> None:
    """Write down what was found, in the place of what was found before."""
    put_result(db, submission, at, plain(found))


def read_result(db: Connection, submission: int) -> GradingFound | None:
    """What was found in a hand-in; None before it was graded. For staff."""
    row = result_of(db, submission)
    return None if row is None else replace(found_of(row[1]), graded_at=row[0])


def shown_result(db: Connection, rules: OnHandIn, submission: int) -> GradingFound | None:
    """What its students may see before feedback is released; None where there is nothing."""
    found = read_result(db, submission)
    return None if found is None else shown(found, rules.shows)


def shown(found: GradingFound, shows: ShownOnHandIn) -> GradingFound | None:
    """The part of a result that students see; its score is that of the tests they see."""
    if shows is ShownOnHandIn.NOTHING:
        return None
    tests = tuple(
        replace(test, law="") if test.hidden else test
        for test in found.tests
        if shows is ShownOnHandIn.NAMES or not test.hidden
    )
    score, most = sum(test.score for test in tests), sum(test.points for test in tests)
    return replace(found, tests=tests, score=score, max_score=most)


def plain(found: GradingFound) -> dict[str, Any]:
    """A result as JSON data."""
    data = asdict(found)
    del data["graded_at"]
    return data


def found_of(data: Mapping[str, Any]) -> GradingFound:
    """The result of JSON data."""
    return GradingFound(
        **{
            **data,
            "tests": tuple(TestFound(**test) for test in data["tests"]),
            "problems": tuple((code, sentence) for code, sentence in data["problems"]),
            "repairs": tuple(data["repairs"]),
        }
    )
