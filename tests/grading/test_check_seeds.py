"""Luck and chance: other seeds, and the same seed again."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from labhub.authoring.notebook import parse_notebook
from labhub.grading.check import CheckOptions, CheckReport, Stage, check_assignment
from labhub.grading.check.exams import Lab
from labhub.grading.check.seeds import check_repeat, reseeded, with_seed
from labhub.grading.model import CellResult, CellStatus, ExamResult
from tests.authoring import mini_course
from tests.grading.check_engine import InProcessEngine

CHANCE = frozenset({Stage.REFERENCE, Stage.SEEDS, Stage.REPEAT})


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("rng = default_rng(3)", "rng = default_rng(8)"),
        ("rng = np.random.default_rng([7, 1])", "rng = np.random.default_rng([7, 1, 5])"),
        ("s = SeedSequence((7, 1))", "s = SeedSequence((7, 1, 5))"),
        ("torch.manual_seed(0)", "torch.manual_seed(5)"),
        ("g = torch.Generator().manual_seed(0)", "g = torch.Generator().manual_seed(5)"),
        ("np.random.seed(0)", "np.random.seed(5)"),
        ("random.seed(0)", "random.seed(5)"),
        ("split(X, random_state=1)", "split(X, random_state=6)"),
        ("default_rng(seed=1)", "default_rng(seed=6)"),
    ],
)
def test_a_seed_is_moved_on(source, expected):
    assert reseeded(source, 5) == expected


@pytest.mark.parametrize(
    "source",
    [
        "rng = default_rng()",
        "default_rng(*seeds)",
        "default_rng(None)",
        "bag.seed(0)",
        "x = f(0)  # a remark",
        "%time default_rng(3)",
        "default_rng(3",
    ],
)
def test_what_seeds_nothing_or_cannot_be_read_stays(source):
    assert reseeded(source, 5) == source


@pytest.mark.parametrize(
    ("seed", "moved"),
    [(3, 8), ([1, 2], [1, 2, 5]), (np.random.SeedSequence(3), None)],
    ids=["number", "list", "sequence"],
)
def test_a_seed_in_a_variable_is_moved_on_when_it_is_used(seed, moved):
    draws = []
    for source in ("x = default_rng(seed)", reseeded("x = default_rng(seed)", 5)):
        names = {"default_rng": np.random.default_rng, "seed": seed}
        exec(source, names)
        draws.append(names["x"].integers(1 << 60))
    expected = np.random.default_rng(seed if moved is None else moved).integers(1 << 60)
    assert draws[1] == expected


def test_another_seed_holds_for_student_and_author_and_tests(tmp_path):
    cells = [
        mini_course.given("SEED = 0\nrng = default_rng(SEED)", "l1g-seed"),
        *mini_course.lab_cells(),
        mini_course.test_cell("rng = default_rng([1, 2])\nassert rng, 'a law'", "l1e02-t2", 1),
    ]
    source = parse_notebook(mini_course.notebook(cells), Path("lab1.ipynb"))
    exam = with_seed(Lab(source, source, tmp_path).reference_exam(), 7)
    assert exam.cells[0].source == exam.reference[0]
    assert exam.cells[0].source.startswith("SEED = 7\n")
    test = exam.cells[-1]
    assert "default_rng([1, 2, 7])" in test.source
    assert test.visible == test.source


def lucky_lab() -> list:
    """A test that holds for the numbers that the author saw."""
    cells = mini_course.lab_cells()
    test = next(cell for cell in cells if cell["id"] == "l1e02-t1")
    first = np.random.default_rng([1, 2]).random()
    test["source"] = f"x = np.random.default_rng([1, 2]).random()\nassert x == {first!r}, 'luck'"
    return cells


def check(tmp_path: Path, cells: list | None = None, **options: int) -> CheckReport:
    course = mini_course.write_course(tmp_path, cells)
    return check_assignment(course, "lab1", InProcessEngine, CheckOptions(CHANCE, **options))


def test_a_test_that_rests_on_luck_is_found(tmp_path):
    report = check(tmp_path, lucky_lab(), seeds=3)
    assert [finding.code for finding in report.findings] == ["reference-loses-points"] * 3
    assert {test.grade_id for run in report.seed_runs for test in run.lost} == {"l1e02-t1"}
    assert [(run.score, run.max_score) for run in report.seed_runs] == [(2, 3)] * 3


def test_a_lab_without_luck_keeps_its_marks(tmp_path):
    report = check(tmp_path, seeds=3)
    assert report.ok, report.findings
    assert set(report.stages) == CHANCE
    assert all(run.lost == () for run in report.seed_runs)


def test_without_seeds_chance_is_not_looked_at(tmp_path):
    assert check(tmp_path).stages == (Stage.REFERENCE,)


def test_a_reference_that_breaks_off_with_another_seed_is_found(tmp_path):
    cells = [mini_course.given("SEED = 0\nx = 1 / (SEED == 0)", "l1g-seed")]
    report = check(tmp_path, [*cells, *mini_course.lab_cells()], seeds=2)
    assert [finding.code for finding in report.findings] == ["reference-failed"]


# --- the same seed -----------------------------------------------------------------------------


class Scripted(InProcessEngine):
    """Gives results that were written down."""

    def __init__(self, result: ExamResult) -> None:
        super().__init__()
        self.result = result

    def run(self, jobs) -> Iterator:
        for key, _ in jobs:
            yield key, self.result


def printed(text: str) -> ExamResult:
    output = {"output_type": "stream", "name": "stdout", "text": text}
    return ExamResult("lab1", (CellResult(0, CellStatus.OK, (output,)),), ())


def repeat(tmp_path: Path, first: str, second: str) -> list[str]:
    source = parse_notebook(mini_course.notebook(mini_course.lab_cells()), Path("lab1.ipynb"))
    lab = Lab(source, source, tmp_path)
    engine = Scripted(printed(second))
    found = check_repeat(lambda: engine, lab, printed(first), lambda _: None)
    assert {finding.code for finding in found} <= {"not-repeatable"}
    return [finding.sentence for finding in found]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("loss 0.3 | 1.2 s", "loss 0.3 | 1.9 s"),
        ("took 12 ms\nloss 0.3", "took 9 ms\nloss 0.3"),
        ("<object at 0x7f00aa11bb22>", "<object at 0x7f00aa11bb99>"),
    ],
)
def test_seconds_and_addresses_may_differ(tmp_path, first, second):
    assert repeat(tmp_path, first, second) == []


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        ("a\nloss 0.3", "a\nloss 0.4", "It prints 'loss 0.3' the first time, 'loss 0.4' the"),
        ("a", "a\nmore", "It prints '' the first time, 'more' the second."),
    ],
)
def test_other_words_are_found(tmp_path, first, second, sentence):
    (said,) = repeat(tmp_path, first, second)
    assert said.startswith(sentence)


def test_other_points_are_found(tmp_path):
    cells = mini_course.lab_cells()
    test = next(cell for cell in cells if cell["id"] == "l1e02-t1")
    test["source"] = "import sys\nsys.lab_runs = getattr(sys, 'lab_runs', 0) + 1\n"
    test["source"] += "assert sys.lab_runs in (1, 2, 3), 'only at first'"
    try:
        report = check(tmp_path, cells, seeds=2)
    finally:
        import sys

        del sys.lab_runs
    assert [finding.code for finding in report.findings] == ["not-repeatable"]
    assert "1 points the first time, 0 the second" in report.findings[0].sentence
