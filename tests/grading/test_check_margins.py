"""How near the assertions of a test come to failing."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from labhub.grading.check.margins import Margin, read_notes, with_notes, worst_of
from labhub.grading.model import Exam, StudentCell, TestStatus
from labhub.grading.model import TestCell as Graded
from tests.grading.check_engine import InProcessEngine


def noted(source: str, **names: Any) -> tuple[list[tuple[str, float, bool, float]], Any]:
    """The margins of a test of 2 points, and its result with the notes taken out."""
    cells = (StudentCell(0, "pass"), Graded(1, "l1e01-t1", 2, source))
    exam = with_notes(Exam("lab1", cells))
    engine = InProcessEngine()
    ((_, result),) = engine.run([("x", _with_names(exam, names))])
    clean, margins = read_notes(result)
    return [(m.law, m.limit, m.is_upper, m.value) for m in margins], clean.tests[0]


def _with_names(exam: Exam, names: dict[str, Any]) -> Exam:
    SHARED.__dict__.clear()
    SHARED.__dict__.update(names)
    setting = StudentCell(0, "from tests.grading.test_check_margins import SHARED as v")
    return Exam("lab1", (setting, *exam.cells[1:]))


SHARED = SimpleNamespace()


@pytest.mark.parametrize(
    ("assertion", "limit", "upper"),
    [
        ("v.x < 0.9", 0.9, True),
        ("v.x <= 0.9", 0.9, True),
        ("0.9 > v.x", 0.9, True),
        ("v.x > 0.1", 0.1, False),
        ("0.1 <= v.x", 0.1, False),
        ("v.x > -1", -1.0, False),
        ("(v.x > 0.1 and True)", 0.1, False),
    ],
)
def test_a_comparison_with_a_number_is_noted(assertion, limit, upper):
    margins, test = noted(f"assert {assertion}, 'a law'", x=0.5)
    assert margins == [("a law", limit, upper, 0.5)]
    assert (test.status, test.score) == (TestStatus.PASSED, 2)


def test_both_ends_of_a_band_are_noted():
    assert noted("assert 0.1 < v.x < 0.9, 'a band'", x=0.5)[0] == [
        ("a band", 0.1, False, 0.5),
        ("a band", 0.9, True, 0.5),
    ]


def test_of_many_values_the_nearest_is_kept():
    loop = "for x in v.xs:\n    assert x < 1.0, 'a law'"
    assert noted(loop, xs=[0.2, 0.7, 0.4])[0] == [("a law", 1.0, True, 0.7)]
    arrays = "assert (v.xs < 1.0).all() and np.all(v.xs > -1), 'a law'"
    margins, _ = noted(f"import numpy as np\n{arrays}", xs=np.array([0.2, 0.7]))
    assert margins == [("a law", -1.0, False, 0.2)]


@pytest.mark.parametrize(
    "assertion",
    ["v.x == 0.5", "v.x < v.y", "not v.x > 0.9", "v.x > 0.9 or v.x < 0.6", "v.word < 'b'"],
)
def test_what_has_no_limit_is_not_noted(assertion):
    margins, test = noted(f"assert {assertion}, 'a law'", x=0.5, y=0.6, word="a")
    assert margins == []
    assert test.score == 2


def test_what_is_no_number_is_compared_all_the_same():
    source = "assert not (v.xs < 3) and v.xs < 5, 'a law'"
    odd = type("Odd", (), {"__lt__": lambda self, other: other > 4})()
    margins, test = noted(source, xs=odd)
    assert margins == []
    assert test.score == 2


def test_a_test_that_fails_says_so_as_ever():
    _, test = noted("assert v.x < 0.4, 'a law'", x=0.5)
    assert (test.status, test.score, test.law) == (TestStatus.FAILED, 0, "a law")


def test_partial_credit_stays():
    _, test = noted("assert v.x < 0.9, 'a law'\n1.5", x=0.5)
    assert (test.status, test.score) == (TestStatus.PARTIAL, 1.5)


def test_a_last_call_without_a_value_gives_full_credit():
    source = "def laws():\n    assert v.x < 0.9, 'a law'\nlaws()"
    margins, test = noted(source, x=0.5)
    assert (len(margins), test.score) == (1, 2)


def test_probes_and_cells_with_magics_stay_as_they_are():
    probe = "@probe\ndef _p():\n    assert 1 < 2\n    return 1\nassert _p() == 1, 'a law'"
    exam = with_notes(Exam("lab1", (Graded(0, "t", 1, probe), Graded(1, "u", 1, "%time f()"))))
    assert "_noted(" not in exam.cells[0].source.split("def _p", 1)[1].split("return")[0]
    assert exam.cells[1].source == "%time f()"


def test_the_worst_over_all_runs_is_kept_and_the_nearest_comes_first():
    def margin(value: float, limit: float = 1.0, upper: bool = True) -> Margin:
        return Margin("t", "a law", limit, upper, value)

    found = worst_of([margin(0.2), margin(0.5), margin(0.99, 0.9, upper=False), margin(0.4)])
    assert [(each.limit, each.value) for each in found] == [(0.9, 0.99), (1.0, 0.5)]
    assert [round(each.used, 2) for each in found] == [0.91, 0.5]


@pytest.mark.parametrize(
    ("value", "limit", "upper", "used"),
    [(0.5, 1.0, True, 0.5), (2.0, 1.0, False, 0.5), (-0.1, 1.0, True, 0.0), (0.5, -1, False, 0.0)],
)
def test_the_share_of_the_room_that_is_used(value, limit, upper, used):
    assert Margin("t", "a law", limit, upper, value).used == used
