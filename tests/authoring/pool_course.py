"""Two small labs, and a course whose hand-ins are put together from their exercises."""

from pathlib import Path
from typing import Any

from tests.authoring import mini_course
from tests.authoring.mini_course import Cell, given, markdown, notebook, solution, test_cell

FIRST, SECOND = "lab1_small", "lab2_small"

COURSE = """
[course]
id = "small"
title = "A small course"
zone = "Europe/Stockholm"

[pool]
course_dir = "{pool}"

[[assignments]]
id = "lab1_small"
title = "Lab 1"
release = 2027-01-10T08:00:00+01:00
due = 2027-01-20T08:00:00+01:00
late_until = 2027-01-30T08:00:00+01:00
weight_percent = 50

[[assignments]]
id = "handin1"
title = "Hand-in 1"
release = {release}
due = 2027-06-20T08:00:00+02:00
late_until = 2027-06-30T08:00:00+02:00
weight_percent = 50
exercises = [{exercises}]
{keys}
"""

MUTANT = "# %% [mutant] {title}\n# cell: {cell}\n# kills: {kills}\n{code}\n"
ALTERNATE = "# %% [alternate] {title}\n# cell: {cell}\n# replaces: yes\n{code}\n"


def answer(name: str, grade_id: str, body: str) -> Cell:
    """An answer that defines one function."""
    lines = [f"def {name}(x):", "    ### BEGIN SOLUTION", f"    return {body}"]
    return solution("\n".join([*lines, "    ### END SOLUTION"]), grade_id)


def header(lab: str, prefix: str, rules: str) -> list[Cell]:
    """What stands before the exercises."""
    return [
        markdown(f"# Lab {prefix[1]} · {lab}\n\nAbout it.", "title"),
        markdown("Where to work.", "badge"),
        markdown(f"| | exercise |\n|---|---|\n| 1 | a |\n\nHow it works.\n\n{rules}", "map"),
        given("SEED = 1", f"{prefix}g-parameters") | {"metadata": _tagged(f"{prefix}g-parameters")},
        given("import numpy as np", f"{prefix}g-bootstrap"),
    ]


def _tagged(grade_id: str) -> dict[str, Any]:
    return given("", grade_id)["metadata"] | {"tags": ["parameters"]}


def first_lab() -> dict[str, Any]:
    """Mean; spread in two parts, of which the second uses the first; a plot; a question."""
    cells = [
        *header("numbers", "l1", "Use NumPy."),
        markdown("## 1.1 Mean\n*20 minutes · 2 points · D1*\n\nAdd and divide.", "e01"),
        answer("mean", "l1e01-mean", "sum(x) / len(x)"),
        given("DATA = [1.0, 5.0]\nprint(mean(DATA))", "l1g-check-mean"),
        test_cell("assert mean([2.0, 4.0]) == 3.0, 'a law'", "l1e01-t1", 2),
        markdown("## 1.2 Spread\n*30 minutes · 3 points · D1, D2*\n\nTwo ways.", "e02"),
        markdown("> part a", "e02-spec-a"),
        answer("spread", "l1e02-spread", "mean([(v - mean(x)) ** 2 for v in x])"),
        test_cell(
            "mean = reference.mean\nassert spread(DATA) == reference.spread(DATA), 'a law'",
            "l1e02-t1",
            2,
        ),
        markdown("> part b", "e02-spec-b"),
        answer("deviation", "l1e02-deviation", "spread(x) ** 0.5"),
        test_cell("mean = reference.mean\nassert deviation(DATA) == 2.0, 'b'", "l1e02-t2", 1),
        given("print(deviation(DATA))", "l1g-plot"),
        markdown("## 1.3 Range\n*10 minutes · 1 point · D1*", "e03"),
        answer("width", "l1e03-width", "max(x) - min(x)"),
        test_cell("assert width([1, 5]) == 4, 'a law'", "l1e03-t1", 1),
        markdown("## Written answers\n*about an hour · 5 points*\n\nWrite well.", "written"),
        markdown("### M1.a Outliers\n*15 minutes · 5 points · D2*\n\nWhy?", "l1m-a-question"),
        mini_course.manual("**Answer**", "l1m-a", 5),
        markdown("## Hand in", "handin"),
        given('print("lab1_small")', "l1g-handin"),
    ]
    units = [
        _unit("l1e01", "Mean", 2, 20, [], ["mean"], ["D1"]),
        _unit("l1e02", "Spread", 3, 30, ["l1e01"], ["spread", "deviation"], ["D1", "D2"]),
        _unit("l1e03", "Range", 1, 10, [], ["width"], ["D1"]),
    ]
    question = {"id": "l1m-a", "title": "Outliers", "points": 5, "minutes": 15}
    manual = [question | {"outcomes": ["D2"], "needs": ["l1e02"]}]
    return notebook(cells, {"units": units, "manual": manual})


def second_lab() -> dict[str, Any]:
    """One exercise that stands alone; the header's cells have the ids of the first lab's."""
    cells = [
        *header("words", "l2", "Use words."),
        markdown("## 2.1 Length\n*20 minutes · 2 points · D2*", "e01"),
        answer("length", "l2e01-length", "len(x)"),
        test_cell("assert length('ab') == 2, 'a law'", "l2e01-t1", 2),
        markdown("## Hand in", "handin"),
        given('print("lab2_small")', "l2g-handin"),
    ]
    return notebook(
        cells, {"units": [_unit("l2e01", "Length", 2, 20, [], ["length"], ["D2"])], "manual": []}
    )


def _unit(
    name: str,
    title: str,
    points: int,
    minutes: int,
    needs: list[str],
    provides: list[str],
    outcomes: list[str],
) -> dict[str, Any]:
    return {
        "id": name,
        "title": title,
        "points": points,
        "minutes": minutes,
        "needs": needs,
        "provides": provides,
        "outcomes": outcomes,
    }


def checks() -> dict[str, str]:
    """A mutant and an alternate of each exercise of the first lab."""
    spread = "def spread(x):\n    return 0.0"
    both = MUTANT.format(title="None", cell="l1e02-spread", kills="l1e02-t1, l1e02-t2", code=spread)
    other = "def mean(x):\n    return sum(v / len(x) for v in x)"
    return {
        "l1e01.py": MUTANT.format(
            title="Sum", cell="l1e01-mean", kills="l1e01-t1", code="mean = sum"
        )
        + ALTERNATE.format(title="Shares", cell="l1e01-mean", code=other),
        "l1e02.py": both,
    }


def write_pool(
    root: Path, first: dict[str, Any] | None = None, second: dict[str, Any] | None = None
) -> Path:
    """The two labs with the checks of the first, in a folder of a course."""
    for name, content in ((FIRST, first or first_lab()), (SECOND, second or second_lab())):
        mini_course.write_notebook(root / "source" / name / f"{name}.ipynb", content)
    for name, text in checks().items():
        path = root / "checks" / FIRST / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (root / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "small"\n', encoding="utf-8"
    )
    return root


def course_text(
    *exercises: str,
    pool: str = ".",
    release: str = "2027-06-01T08:00:00+02:00",
    keys: str = "",
) -> str:
    """course.toml with one hand-in of these exercises."""
    listed = ", ".join(f'"{name}"' for name in exercises)
    return COURSE.format(exercises=listed, pool=pool, release=release, keys=keys)
