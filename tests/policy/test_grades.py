import csv
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labhub.policy.errors import BadMarkError, UnknownItemError
from labhub.policy.grades import ItemState, final_grade, what_if
from labhub.policy.marks import Item, ManualMark, Mark
from labhub.policy.scales import LETTERS
from labhub.policy.schemes import Category, Scheme
from tests.policy.schemes import COLLEGE, PHD

SPREADSHEET = Path(__file__).with_name("hand_calculated_grades.csv")
with SPREADSHEET.open(newline="", encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file))


def marks_of(row: dict[str, str]) -> Iterator[Mark]:
    credit = {"hand_in_1": Fraction(row["credit_1"])}
    ids = {"hand_in_1": "h1", "hand_in_2": "h2"}
    for column in ("sessions", "reviews", "hand_in_1", "hand_in_2", "proposal", "report"):
        name, text = ids.get(column, column), row[column]
        if text == "excused":
            yield Mark(name, excused=True)
        elif text:
            yield Mark(name, Fraction(text), credit=credit.get(column, Fraction(1)))


@pytest.mark.parametrize("row", ROWS, ids=[row["student"] for row in ROWS])
def test_the_final_grade_equals_the_spreadsheet(row):
    found = final_grade(COLLEGE, marks_of(row))
    expected = [Fraction(row[f"{part}_points"]) for part in ("participation", "hand_in", "project")]
    assert [part.contribution for part in found.categories] == expected
    assert found.exact_percent == Fraction(row["total"])
    assert (str(found.percent), found.grade) == (row["rounded"], row["grade"])
    assert found.complete is bool(row["report"])


def lab(number: int, automatic: int, *manual: int, **more: object) -> Mark:
    marks = tuple(
        ManualMark(f"{number}.{n}", Fraction(points), Fraction(5))
        for n, points in enumerate(manual)
    )
    return Mark(f"lab{number}", Fraction(automatic), marks, **more)


GOOD = [lab(n, 30, 4, 4, 4, 4) for n in (1, 2, 3)]
SEMINAR = Mark("seminar", Fraction(1))


@pytest.mark.parametrize(
    ("marks", "grade", "earned"),
    [
        ([*GOOD, SEMINAR], "P", 6),
        (GOOD, "P", 3),
        ([*GOOD, Mark("seminar", Fraction(0))], "P", 3),
        ([*GOOD[:2], SEMINAR], "F", 3),
        ([*GOOD[:2], lab(3, 23, 5, 5, 5, 5)], "F", 0),
        ([*GOOD[:2], lab(3, 40, 5, 5, 5, 1)], "F", 0),
        ([*GOOD[:2], lab(3, 30, 4, 4, 4, 4, credit=Fraction(0))], "F", 0),
        ([*GOOD[:2], Mark("lab3", excused=True)], "P", 3),
        ([], "F", 0),
    ],
)
def test_the_phd_course_gives_three_credits_and_three_more_for_the_project(marks, grade, earned):
    found = final_grade(PHD, marks)
    assert (found.grade, found.passed, found.credits) == (grade, grade == "P", earned)


HOMEWORK = Scheme(
    (
        Category(
            "hw",
            "Homework",
            Fraction(100),
            tuple(Item(f"hw{n}", f"Homework {n}", Fraction(10)) for n in (1, 2, 3)),
            drop_lowest=1,
        ),
    ),
    scale=LETTERS,
)


@pytest.mark.parametrize(
    ("points", "percent", "dropped"),
    [
        (("10", "8", "2"), "90", ["hw3"]),
        (("2", "8", "10"), "90", ["hw1"]),
        (("5", "5", "5"), "50", ["hw3"]),
        (("10", "8", None), "90", ["hw3"]),
        (("10", "excused", "2"), "100", ["hw3"]),
        (("excused", "excused", "2"), "20", []),
        (("excused", "excused", "excused"), "0", []),
    ],
)
def test_the_lowest_is_dropped_among_what_counts(points, percent, dropped):
    marks = [
        Mark(f"hw{n}", excused=True) if text == "excused" else Mark(f"hw{n}", Fraction(text))
        for n, text in enumerate(points, start=1)
        if text is not None
    ]
    found = final_grade(HOMEWORK, marks)
    assert str(found.percent) == percent
    assert [n for n, r in found.items.items() if r.state is ItemState.DROPPED] == dropped


@pytest.mark.parametrize(
    ("weights", "dropped"), [((1, 2, 3), "hw3"), ((3, 2, 1), "hw1"), ((1, 1, 1), "hw3")]
)
def test_of_equals_the_heavier_is_dropped_and_then_the_later(weights, dropped):
    items = [Item(f"hw{n}", "", Fraction(10), Fraction(w)) for n, w in enumerate(weights, start=1)]
    scheme = Scheme((Category("hw", "Homework", Fraction(100), tuple(items), drop_lowest=1),))
    found = final_grade(scheme, [Mark(item.id, Fraction(5)) for item in items])
    assert [n for n, r in found.items.items() if r.state is ItemState.DROPPED] == [dropped]


@pytest.mark.parametrize(("points", "grade"), [(70, "B"), (50, "C"), (49, "F")])
def test_a_category_can_have_a_hurdle_of_its_own(points, grade):
    half = Fraction(1, 2)
    exam = Category("e", "Exam", Fraction(50), (Item("e", "Exam", Fraction(100)),), at_least=half)
    rest = Category("r", "Rest", Fraction(50), (Item("r", "Rest", Fraction(100)),))
    scheme = Scheme((exam, rest), scale=LETTERS)
    found = final_grade(scheme, [Mark("e", Fraction(points)), Mark("r", Fraction(100))])
    assert found.grade == grade
    assert ("Exam: 50 % are needed to pass the course." in found.words) is (grade == "F")


def test_a_grade_tells_its_whole_story():
    scheme = Scheme(
        (
            Category("p", "Participation", Fraction(20), (Item("s", "Sessions", Fraction(10)),)),
            Category("h", "Hand-ins", Fraction(80), (Item("h1", "Hand-in 1", Fraction(60)),)),
        ),
        scale=LETTERS,
    )
    found = final_grade(
        scheme, [Mark("s", Fraction(9)), Mark("h1", Fraction(50), credit=Fraction("0.9"))]
    )
    assert found.words == (
        "Sessions: 9 of 10 points. Participation: 90 % of weight 20 gives 18. "
        "Hand-in 1: 50 of 60 points. Hand-in 1: Lateness leaves 90 % of the points: 45. "
        "Hand-ins: 75 % of weight 80 gives 60. "
        "Together 78 %, rounded half-up to a whole number: 78 %. "
        "Final grade on the scale letters: C+."
    )


@pytest.mark.parametrize(
    ("instead", "words"),
    [
        (
            [lab(3, 30, 4, 4, 4, 4)],
            "51 % (F) would become 77 % (P), 0 credits would become 3.",
        ),
        ([SEMINAR], "51 % (F) would become 51 % (F), 0 credits would become 3."),
        ([], "51 % (F) would become 51 % (F), 0 credits would become 0."),
    ],
)
def test_what_if_compares_without_changing_anything(instead, words):
    assert what_if(PHD, GOOD[:2], instead).words == words


@pytest.mark.parametrize(
    ("marks", "error"),
    [
        ([Mark("nope")], UnknownItemError),
        ([Mark("lab1"), Mark("lab1")], UnknownItemError),
        ([Mark("lab1", Fraction(61))], BadMarkError),
    ],
)
def test_marks_that_cannot_be_are_refused(marks, error):
    with pytest.raises(error):
        final_grade(PHD, marks)


points = st.integers(0, 20).map(lambda halves: Fraction(halves, 2))
all_points = st.tuples(points, points, points)


@given(all_points, st.integers(0, 2), points)
@settings(max_examples=80, deadline=None, derandomize=True)
def test_a_better_mark_never_lowers_the_grade(given_, place, better):
    def percent(values: tuple[Fraction, ...]) -> Fraction:
        marks = [Mark(f"hw{n}", value) for n, value in enumerate(values, start=1)]
        return final_grade(HOMEWORK, marks).exact_percent

    raised = tuple(max(p, better) if n == place else p for n, p in enumerate(given_))
    assert percent(raised) >= percent(given_)


@given(all_points)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_dropping_the_lowest_never_lowers_the_grade(values):
    marks = [Mark(f"hw{n}", value) for n, value in enumerate(values, start=1)]
    assert final_grade(HOMEWORK, marks).exact_percent >= sum(values) / 30 * 100
