"""`labhub check` on the real engine, in the real sandbox and a real kernel."""

import pytest

from labhub.authoring.release import generate_assignment
from labhub.grading.check import CheckOptions, Stage, check_assignment
from labhub.grading.engine import Engine
from tests.authoring import mini_course


def engine() -> Engine:
    return Engine(jobs=2, preload=("numpy", "IPython"))


@pytest.mark.slow
def test_a_whole_check_is_green(tmp_path):
    course = mini_course.write_course(tmp_path / "course")
    generate_assignment(course, "lab1")
    report = check_assignment(course, "lab1", engine, CheckOptions(seeds=1))
    assert report.ok, report.findings
    assert set(report.stages) == set(Stage)
    assert [verdict.failed for verdict in report.verdicts] == [("l1e01-t1",), ()]
    assert report.kernel_runs[0].score == 3


@pytest.mark.slow
def test_a_fault_of_every_kind_is_found(tmp_path):
    cells = mini_course.lab_cells()
    cells[5]["source"] = 'assert spread([1.0, 5.0]) == 4.0, "a law"'
    cells.append(mini_course.test_cell('assert 1 + 1 == 2, "a law"', "l1e02-t2", 1))
    text = mini_course.MUTANTS.replace("return running / len(x)", "return running")
    course = mini_course.write_course(
        tmp_path / "course", cells, nnlab={}, checks={"mean.py": text}
    )
    stages = frozenset({Stage.REFERENCE, Stage.EMPTY, Stage.MUTANTS, Stage.ALTERNATES})
    report = check_assignment(course, "lab1", engine, CheckOptions(stages))
    found = {finding.code for finding in report.findings}
    assert found == {"free-points", "mutant-kills-others", "alternate-fails"}
