import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest

from labhub.authoring.errors import NoSourceError
from labhub.authoring.release import generate_assignment
from labhub.grading.check import CheckOptions, CheckReport, Stage, Step, check_assignment
from labhub.grading.model import TestCell
from tests.authoring import mini_course
from tests.grading.check_engine import InProcessEngine

EXAMS = frozenset({Stage.REFERENCE, Stage.EMPTY, Stage.MUTANTS, Stage.ALTERNATES})
READING = frozenset({Stage.SOURCE, Stage.RELEASE, Stage.LEAKS})


def no_engine() -> InProcessEngine:
    raise AssertionError("no exam is to be run")


def check(
    root: Path,
    cells: list | None = None,
    *,
    checks: Mapping[str, str] | None = None,
    stages: frozenset[Stage] = EXAMS,
    engine: InProcessEngine | None = None,
    **options: object,
) -> CheckReport:
    """Check the mini lab, or one with these cells and checks."""
    course = mini_course.write_course(root, cells, checks=checks)
    used = engine or InProcessEngine()
    return check_assignment(course, "lab1", lambda: used, CheckOptions(stages, **options))


def codes(report: CheckReport) -> list[str]:
    return [finding.code for finding in report.findings if finding.is_error]


def lab_with(grade_id: str, source: str) -> list:
    cells = mini_course.lab_cells()
    next(cell for cell in cells if cell["id"] == grade_id)["source"] = source
    return cells


class TestExams:
    def test_the_mini_lab_is_fair_and_strong(self, tmp_path):
        report = check(tmp_path)
        assert report.ok, report.findings
        assert (len(report.mutants), len(report.alternates)) == (1, 1)
        assert all(verdict.ok for verdict in report.verdicts)
        assert set(report.stages) == EXAMS | {Stage.ISOLATION}

    def test_a_reference_that_fails_a_test_is_found_and_ends_the_check(self, tmp_path):
        report = check(tmp_path, lab_with("l1e02-t1", 'assert spread([1]) == 3, "a law"'))
        assert codes(report) == ["reference-loses-points"]
        assert "a law" in report.findings[-1].sentence
        assert report.verdicts == ()

    def test_a_reference_whose_cell_raises_is_found(self, tmp_path):
        report = check(tmp_path, lab_with("l1g-picture", "print(undefined_name)"))
        assert codes(report) == ["reference-failed"]

    def test_a_test_that_cannot_be_split_is_named_with_advice(self, tmp_path):
        report = check(tmp_path, lab_with("l1e02-t1", 'raise TypeError("compare values")'))
        (finding,) = report.findings
        assert (finding.code, finding.hint) == ("not-splittable", "compare values")

    def test_points_for_nothing_are_found(self, tmp_path):
        report = check(tmp_path, lab_with("l1e02-t1", 'assert callable(print), "a law"'))
        assert "free-points" in codes(report)

    def test_a_slow_test_is_reported(self, tmp_path):
        report = check(tmp_path, engine=InProcessEngine(seconds=2.5))
        slow = [finding for finding in report.findings if finding.code == "slow-test"]
        assert len(slow) == 2
        assert report.ok

    def test_tests_run_beside_the_answers_where_the_course_says_so(self, tmp_path):
        engine = InProcessEngine()
        check(tmp_path, stages=frozenset({Stage.REFERENCE}), engine=engine, in_process=True)
        assert all(c.in_process for c in engine.exams[0].cells if isinstance(c, TestCell))

    def test_other_seeds_are_tried(self, tmp_path):
        cells = lab_with("l1e02-t1", 'assert SEED == 0, "true for one seed only"')
        cells.insert(0, mini_course.given("SEED = 0", "l1g-seed"))
        report = check(tmp_path, cells, stages=frozenset({Stage.REFERENCE, Stage.SEEDS}), seeds=2)
        assert codes(report) == ["reference-loses-points"] * 2
        assert [(run.seed, run.score, run.lost[0].law) for run in report.seed_runs] == [
            (1001, 2, "true for one seed only"),
            (1002, 2, "true for one seed only"),
        ]
        places = [finding.place for finding in report.findings]
        assert places == [f"lab1.ipynb, seed {seed}: l1e02-t1" for seed in (1001, 1002)]


class TestVariants:
    def test_a_mutant_that_survives_is_found(self, tmp_path):
        same = "# %% [mutant] Not wrong\n# cell: l1e01-mean\n# kills: l1e01-t1\nunused = 1\n"
        report = check(tmp_path, checks={"mean.py": same})
        assert codes(report) == ["mutant-survives"]
        assert report.findings[-1].place == "lab1/mean.py:1 (Not wrong)"

    def test_a_mutant_that_costs_points_elsewhere_is_found(self, tmp_path):
        cells = lab_with("l1e02-t1", 'assert spread([1.0, 5.0]) == 4.0, "a law"')
        report = check(tmp_path, cells)
        assert codes(report) == ["mutant-kills-others"]
        assert "l1e02-t1: a law" in report.findings[-1].sentence

    def test_an_alternate_that_fails_is_found(self, tmp_path):
        text = mini_course.MUTANTS.replace("return running / len(x)", "return running")
        report = check(tmp_path, checks={"mean.py": text})
        assert codes(report) == ["alternate-fails"]

    def test_cells_that_cannot_matter_are_left_out(self, tmp_path):
        engine = InProcessEngine()
        report = check(tmp_path, engine=engine)
        (mutant,) = report.mutants
        assert (mutant.cells_run, mutant.cells) == (3, 6)

    def test_the_whole_notebook_is_run_on_request(self, tmp_path):
        report = check(tmp_path, whole=True)
        assert [verdict.cells_run for verdict in report.verdicts] == [6, 6]

    def test_a_selection_that_changes_the_result_is_found(self, tmp_path):
        cells = [mini_course.given("import numpy as np\nbox = {}", "l1g-box")]
        cells += mini_course.lab_cells()
        cells.insert(4, mini_course.given("(lambda: globals()['box'])()['k'] = 1", "l1g-hidden"))
        cells[5]["source"] = "assert globals().get('box'), 'a law'\n" + cells[5]["source"]
        report = check(tmp_path, cells)
        assert "selection-unsound" in codes(report)

    def test_one_exercise_is_checked_on_request(self, tmp_path):
        assert check(tmp_path, exercise="l1e02").verdicts == ()
        assert len(check(tmp_path, exercise="l1e01").verdicts) == 2
        assert len(check(tmp_path, exercise="mean").verdicts) == 2

    def test_only_alternates_are_checked_on_request(self, tmp_path):
        report = check(tmp_path, stages=frozenset({Stage.ALTERNATES}))
        assert [verdict.kind for verdict in report.verdicts] == ["alternate"]
        assert report.stages == (Stage.ISOLATION, Stage.ALTERNATES)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mini course with its student version."""
    course = mini_course.write_course(tmp_path_factory.mktemp("built") / "course")
    generate_assignment(course, "lab1")
    return course


class TestReading:
    def read(self, course: Path) -> CheckReport:
        return check_assignment(course, "lab1", no_engine, CheckOptions(READING))

    def test_a_built_lab_is_fine(self, built):
        report = self.read(built)
        assert report.ok, report.findings
        assert report.stages == (Stage.SOURCE, Stage.RELEASE, Stage.LEAKS)
        assert report.files_scanned == 1
        assert report.secrets > 8

    def test_a_test_without_a_mutant_is_advised_against(self, built):
        (finding,) = self.read(built).findings
        assert (finding.code, finding.place) == ("test-without-mutant", "lab1.ipynb: l1e02-t1")

    def test_a_missing_release_is_found(self, tmp_path):
        assert codes(check(tmp_path, stages=READING)) == ["no-release"]

    def test_an_old_release_is_found_and_scanned(self, built, tmp_path):
        course = Path(shutil.copytree(built, tmp_path / "course"))
        (course / "release/lab1/extra.txt").write_text("total_of_all_numbers / np.size(x)")
        report = self.read(course)
        assert codes(report) == ["release-outdated", "leak"]

    def test_checks_of_cells_that_do_not_exist_are_found(self, tmp_path):
        text = mini_course.MUTANTS.replace("l1e01-t1", "l1e01-t9").replace(
            "# cell: l1e01-mean\ndef mean(x):\n    running", "# cell: l9\ndef mean(x):\n    running"
        )
        report = check(tmp_path, checks={"mean.py": text}, stages=frozenset({Stage.SOURCE}))
        assert codes(report) == ["unknown-cell", "unknown-test"]

    def test_a_lab_without_checks_gets_one_piece_of_advice(self, tmp_path):
        report = check(tmp_path, checks={}, stages=frozenset({Stage.SOURCE}))
        assert [finding.code for finding in report.findings] == ["no-checks"]

    def test_a_broken_checks_file_is_a_finding(self, tmp_path):
        report = check(tmp_path, checks={"mean.py": "x = 1\n"}, stages=frozenset({Stage.SOURCE}))
        assert codes(report) == ["checks-file"]

    def test_a_source_that_cannot_be_built_is_reviewed_all_the_same(self, tmp_path):
        report = check(tmp_path, lab_with("l1e01-mean", "### BEGIN SOLUTION\nx = 1"))
        assert "unbalanced-markers" in codes(report)
        assert codes(report)[-1] == "release-build"

    def test_an_unknown_assignment_is_an_error(self, built):
        with pytest.raises(NoSourceError):
            check_assignment(built, "lab9", no_engine)


def test_progress_is_told_per_stage(tmp_path):
    steps: list[Step] = []
    course = mini_course.write_course(tmp_path)
    check_assignment(course, "lab1", InProcessEngine, CheckOptions(EXAMS), steps.append)
    assert [step.stage for step in steps if step.done == step.total] == [
        Stage.REFERENCE,
        Stage.EMPTY,
        Stage.ISOLATION,
        Stage.ALTERNATES,
    ]
    assert steps[-1].total == 3  # a mutant, an alternate and the control of their cells


def test_the_report_is_plain_json(tmp_path):
    content = json.loads(json.dumps(check(tmp_path).as_dict()))
    assert content["ok"] is True
    assert "1 of 1 mutants killed, 1 of 1 alternates accepted" in content["summary"]
    assert content["verdicts"][0]["failed"] == ["l1e01-t1"]


def test_the_engine_of_tests_is_honest(tmp_path):
    """A wrong answer loses points, so that the tests above prove something."""
    engine = InProcessEngine()
    check(tmp_path, engine=engine)
    results = dict(engine.run([(0, exam) for exam in engine.exams[1:2]]))
    assert SimpleNamespace(score=results[0].score) == SimpleNamespace(score=0)
