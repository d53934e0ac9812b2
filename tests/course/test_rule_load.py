"""The tables of the rules in course.toml: what they become, and how a mistake is named."""

from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from labhub.course import rule_model
from labhub.course.errors import CourseFileInvalidError
from labhub.course.load import load_course, parse_course
from labhub.course.rule_load import KINDS
from labhub.course.rule_tables import RuleTables
from labhub.course.schema import AssignmentTable
from labhub.ids import AssignmentId

ROOT = Path(__file__).parents[2]
COLLEGE = (ROOT / "examples" / "college" / "course.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", KINDS, ids=lambda table: table.__name__)
def test_a_table_and_its_object_have_the_same_fields_and_defaults(table) -> None:
    kind = KINDS[table]
    assert list(table.model_fields) == [field.name for field in fields(kind)]
    for field in fields(kind):
        default = table.model_fields[field.name].default
        if field.default is not MISSING and default is not None:
            plain = tuple(default) if isinstance(default, list) else default
            assert type(field.default) is KINDS.get(type(plain), type(plain))
            assert field.default == plain or type(plain) in KINDS


def test_every_table_of_the_rules_is_an_object_of_the_course() -> None:
    names = {field.name for field in fields(rule_model.CourseRules)}
    assert names == {*RuleTables.model_fields, "assignments"}
    own = {field.name for field in fields(rule_model.AssignmentRules)}
    assert own <= set(AssignmentTable.model_fields)


def test_both_courses_are_complete() -> None:
    phd, college = load_course(ROOT / "course.toml"), parse_course(COLLEGE)
    assert [module.credits for module in phd.rules.modules] == [3, 3]
    assert phd.rules.deadlines.late_graded == "after-last-date"
    assert phd.rules.seminar is not None
    assert [category.id for category in college.rules.categories] == [
        "participation",
        "hand-ins",
        "project",
    ]
    assert len(college.rules.sessions) == 12
    assert college.rules.of(AssignmentId("handin1")).peer_review is not None


def test_an_assignment_that_says_nothing_has_the_rules_of_the_course() -> None:
    assert parse_course(COLLEGE).rules.of(AssignmentId("none")) == rule_model.AssignmentRules()


MISTAKES = {
    "a misspelt key of a rule": (
        ("grace_minutes", "grace_minuts"),
        "[deadlines], key 'grace_minuts': is unknown; did you mean 'grace_minutes'?",
    ),
    "a misspelt key in a table of a table": (
        ('room = "Auditorium"', 'rooom = "Auditorium"'),
        "[[seminar.slots]] 'dec-14', key 'rooom': is unknown; did you mean 'room'?",
    ),
    "a grace that is none": (
        ('grace = "minutes"', 'grace = "weeks"'),
        "[deadlines], key 'grace': 'weeks' does not fit: input should be 'none', 'minutes' or",
    ),
    "minutes without the grace that has them": (
        ('grace = "minutes"', 'grace = "none"'),
        "[deadlines], key 'grace_minutes': 15 does not fit grace = 'none'",
    ),
    "two prices of lateness": (
        ("daily_loss_percent = 10", "daily_loss_percent = 10\nlate_credit_percent = 50"),
        "[deadlines], key 'daily_loss_percent': there is a late credit as well",
    ),
    "an item with the name of an assignment": (
        ('id = "proposal"', 'id = "handin1"'),
        "[[items]] 'handin1', key 'id': 'handin1' is used twice; expected a new id",
    ),
    "a category that is none": (
        ('category = "hand-ins"', 'category = "labs"'),
        "[[assignments]] 'handin1', key 'category': 'labs' is no category; expected one of: hand",
    ),
    "a category without members": (
        ('category = "project"', ""),
        "[[categories]] 'project', key 'id': nothing belongs to 'project'; expected a member",
    ),
    "a category that drops everything": (
        ('title = "Hand-ins"', 'title = "Hand-ins"\ndrop_lowest = 2'),
        "[[categories]] 'hand-ins', key 'drop_lowest': 2 of 2 cannot be dropped; expected at most",
    ),
    "weights with and without": (
        ("weight_percent = 5\n", "weight_percent = 0\n"),
        "'participation' mixes weight 0 and others; expected one kind",
    ),
    "weights that are not the whole": (
        ("weight_percent = 15", "weight_percent = 10"),
        "the weights of all assignments and items sum to 95; expected 100",
    ),
    "a module of nothing known": (
        (
            "[participation]",
            '[[modules]]\nid="m"\ntitle="M"\ncredits=0\nneeds=["x"]\n[participation]',
        ),
        "[[modules]] 'm', key 'needs': 'x' is no assignment or item; expected one of: handin1,",
    ),
    "modules and credits of assignments": (
        (
            "[participation]",
            '[[modules]]\nid="m"\ntitle="M"\ncredits=3\nneeds=["report"]\n[participation]',
        ),
        "[course], key 'credits': the modules' credits sum to 3; expected 0",
    ),
    "a review due before the hand-in": (
        ("due = 2026-10-19T17", "due = 2026-10-01T17"),
        "[[assignments]] 'handin1', table peer_review, key 'due': reviews come after the due date",
    ),
    "the summer's offset in winter, in a slot": (
        ("start = 2026-12-14T10:00:00-05:00", "start = 2026-12-14T10:00:00-04:00"),
        "[[seminar.slots]] 'dec-14', key 'start': 2026-12-14 10:00:00-04:00 has an offset that",
    ),
    "a session that ends before it starts": (
        ("end = 2026-09-08T11:45", "end = 2026-09-08T10:15"),
        "[[sessions]] 'week-01', key 'end': 2026-09-08 10:15:00-04:00 is not after the start",
    ),
    "group sizes upside down": (
        ("smallest = 2", "smallest = 5"),
        "[group_rules], key 'smallest': 5 is more than the largest; expected at most 4",
    ),
    "reviewers upside down": (
        ("fewest = 3", "fewest = 5"),
        "[peer_review], key 'fewest': 5 is more than the most; expected at most 4",
    ),
    "an agreement that is worth nothing at once": (
        ("most = 4", "most = 4\ntolerance_percent = 40"),
        "[peer_review], key 'tolerance_percent': 40 is not below worthless_at_percent",
    ),
    "a quality made of nothing": (
        (
            "most = 4",
            "most = 4\nhelpfulness_weight = 0\nagreement_weight = 0\nspot_check_weight = 0",
        ),
        "[peer_review], key 'agreement_weight': all weights are 0; expected a positive one",
    ),
    "a pass that nobody reaches": (
        ("points = 38", "points = 38\npassed_with = { automatic_points = 61 }"),
        "'handin1', table passed_with, key 'automatic_points': 61 points are needed of 38",
    ),
    "grades without the scale that has them": (
        ('rounding = "half-up"', 'grades = [{ grade = "G", at_least_percent = 50 }]'),
        "[grading], key 'grades': stand with scale = 'own', and only there",
    ),
    "grades out of order": (
        (
            'scale = "letters"',
            'scale = "own"\ngrades = [{ grade = "G", at_least_percent = 50 }, '
            '{ grade = "VG", at_least_percent = 75 }]',
        ),
        "[grading], key 'grades': are not in order; expected the best first",
    ),
    "a grade named twice": (
        (
            'scale = "letters"',
            'scale = "own"\ngrades = [{ grade = "F", at_least_percent = 50 }]',
        ),
        "[grading], key 'grades': name a grade twice; expected every grade once",
    ),
    "late steps out of order": (
        (
            "points = 38",
            "points = 38\nlate_steps = "
            "[{ until = 2026-10-01T17:00:00-04:00, credit_percent = 90 }]",
        ),
        "[[assignments]] 'handin1', key 'late_steps': the late steps are not in order",
    ),
    "a late step beside a daily loss": (
        (
            "points = 38",
            "points = 38\nlate_steps = "
            "[{ until = 2026-10-03T17:00:00-04:00, credit_percent = 90 }]",
        ),
        "[[assignments]] 'handin1', key 'late_steps': there is a daily loss as well",
    ),
    "credit that rises": (
        (
            "daily_loss_percent = 10",
            "late_credit_percent = 50\n[[assignments]]\nid='x'\ntitle='X'\n"
            "release=2026-10-01T09:00:00-04:00\ndue=2026-10-02T09:00:00-04:00\n"
            "late_until=2026-10-09T09:00:00-04:00\nweight_percent=0\n"
            "late_steps=[{ until = 2026-10-05T09:00:00-04:00, credit_percent = 40 }]",
        ),
        "[[assignments]] 'x', key 'late_steps': credit rises with time; expected that it falls",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_with_table_key_and_what_was_expected(name: str) -> None:
    (old, new), expected = MISTAKES[name]
    assert old in COLLEGE
    with pytest.raises(CourseFileInvalidError) as caught:
        parse_course(COLLEGE.replace(old, new))
    assert expected in str(caught.value)
