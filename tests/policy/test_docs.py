import doctest
import re
import tomllib
from pathlib import Path

import pytest

from labhub.course.load import load_course
from labhub.course.rule_checks import broken_rule_tables
from labhub.course.rules import broken_rules
from labhub.course.schema import CourseFile
from labhub.ids import AssignmentId
from labhub.policy.assignments import timeline_of
from labhub.policy.deadlines import NextWorkingDay, deadline
from labhub.policy.timelines import Phase, say_phase, timeline
from labhub.policy.verdicts import resolve
from tests.policy.courses import STOCKHOLM, day, local, phd_lab

DOCS = Path(__file__).parents[2] / "docs"
RULES = (DOCS / "explanation" / "rules.md").read_text(encoding="utf-8")
DUE_ROWS = re.findall(r"^\| (\d{4}-\d\d-\d\d) \| (\d{4}-\d\d-\d\d \d\d:\d\d) \|", RULES, re.M)
LAB_ROWS = re.findall(r"^\| (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) \| (.*) \|$", RULES, re.M)

COLLEGE_ROWS = re.findall(r"^\| (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d E[DS]T) \| (.*) \|$", RULES, re.M)


@pytest.mark.parametrize(("due", "met_before"), DUE_ROWS)
def test_the_worked_due_dates_are_true(due, met_before):
    assert deadline("Due", day(due), NextWorkingDay(), STOCKHOLM).ends_at == local(met_before)


@pytest.mark.parametrize(("handed_in", "outcome"), LAB_ROWS)
def test_the_worked_lab_is_true(handed_in, outcome):
    verdict = resolve(timeline(phd_lab("Lab 1", "2020-11-05"), STOCKHOLM), local(handed_in))
    phase, _, waits = outcome.partition(", ")
    assert verdict.phase is Phase(phase.replace(" ", "-"))
    after = waits.partition("graded after ")[2]
    assert verdict.graded_from == (local(after) if after else None)


@pytest.mark.parametrize(("handed_in", "outcome"), COLLEGE_ROWS)
def test_the_worked_hand_in_of_the_college_is_true(handed_in, outcome):
    course = load_course(DOCS.parent / "examples" / "college" / "course.toml")
    line = timeline_of(course, AssignmentId("handin2"))
    moment = local(handed_in[:19], course.zone.key)
    assert moment.tzname() == handed_in[20:]
    assert say_phase(line.at(moment)) == outcome


def test_all_worked_rows_are_read():
    assert (len(DUE_ROWS), len(LAB_ROWS), len(COLLEGE_ROWS)) == (11, 5, 7)


def test_every_line_of_the_how_to_runs():
    text = (DOCS / "howto" / "write-your-rules.md").read_text(encoding="utf-8")
    examples = doctest.DocTestParser().get_doctest(text, {}, "write-your-rules.md", None, 0)
    told: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    outcome = runner.run(examples, out=told.append)
    assert outcome.failed == 0, "".join(told)
    assert outcome.attempted > 20


HOW_TO = DOCS / "howto" / "write-your-rules.md"
TABLES = re.findall(r"^```toml\n(.*?)^```", HOW_TO.read_text(encoding="utf-8"), re.M | re.S)
AROUND = {
    "course": {"id": "x", "title": "X", "zone": "Europe/Stockholm"},
    "assignments": [
        {
            "id": "lab",
            "title": "Lab",
            "release": local("2027-01-18 08:00"),
            "due": local("2027-02-08 23:59"),
            "late_until": local("2027-02-08 23:59"),
            "weight_percent": 100,
        }
    ],
}
"""What every course has, for tables that stand alone on the page."""


@pytest.mark.parametrize("text", TABLES, ids=lambda text: text.split("\n")[0])
def test_every_table_of_the_how_to_is_a_part_of_a_course(text):
    tables = AROUND | tomllib.loads(text)
    total = sum(item.get("weight_percent", 0) for item in tables.get("items", []))
    assignments = [a | {"weight_percent": 100 - total} for a in tables["assignments"]]
    earned = sum(module["credits"] for module in tables.get("modules", []))
    course = tables["course"] | {"credits": earned}
    file = CourseFile.model_validate(tables | {"assignments": assignments, "course": course})
    assert [*broken_rules(file), *broken_rule_tables(file)] == []


def test_all_tables_of_the_how_to_are_read():
    assert len(TABLES) == 7
