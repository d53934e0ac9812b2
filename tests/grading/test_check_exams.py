from pathlib import Path

import pytest

from labhub.authoring.checks import read_checks
from labhub.authoring.notebook import parse_notebook
from labhub.grading.check.exams import Lab, set_parameter, with_variant
from labhub.grading.model import StudentCell, TestCell
from tests.authoring import mini_course


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    cells = mini_course.lab_cells()
    source = parse_notebook(mini_course.notebook(cells), Path("lab1.ipynb"))
    for cell in cells:
        if cell["id"] in ("l1e01-mean", "l1e02-spread"):
            cell["source"] = "raise NotImplementedError()"
        cell["source"] = cell["source"].split("### BEGIN HIDDEN TESTS")[0]
    return Lab(source, parse_notebook(mini_course.notebook(cells), Path("lab1.ipynb")), tmp_path)


def sources(exam) -> dict[str, str]:
    return {cell.grade_id: cell.source for cell in exam.cells}


def test_the_reference_has_the_authors_answers(lab):
    assert "total_of_all_numbers" in sources(lab.reference_exam())["l1e01-mean"]


def test_the_empty_hand_in_has_the_released_cells(lab):
    assert sources(lab.empty_exam())["l1e01-mean"] == "raise NotImplementedError()"


def test_both_are_tested_with_the_hidden_tests(lab):
    for exam in (lab.reference_exam(), lab.empty_exam()):
        (test, _) = [cell for cell in exam.cells if isinstance(cell, TestCell)]
        assert (test.grade_id, test.points) == ("l1e01-t1", 2)
        assert "shifted_by_seven" in test.source
        assert "shifted_by_seven" not in test.visible


def test_the_examiner_gets_the_authors_code_without_tests(lab):
    reference = "\n".join(lab.reference_exam().reference)
    assert "total_of_all_numbers" in reference
    assert "assert" not in reference


def test_words_are_no_part_of_an_exam(lab):
    assert "l1m-a" not in sources(lab.reference_exam())


def test_given_cells_are_marked(lab):
    given = [c.grade_id for c in lab.empty_exam().cells if isinstance(c, StudentCell) and c.given]
    assert given == ["l1g-imports", "l1g-picture"]


def test_a_variant_changes_its_cell_and_no_other(lab, tmp_path):
    (tmp_path / "mean.py").write_text(mini_course.MUTANTS)
    (mutant,) = read_checks(tmp_path).mutants
    before = sources(lab.reference_exam())
    after = sources(with_variant(lab.reference_exam(), mutant))
    assert {name for name in before if before[name] != after[name]} == {"l1e01-mean"}
    assert after["l1e01-mean"].startswith(before["l1e01-mean"])


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("SEED = 0", "SEED = 7"),
        ("MODE = 'test'\nSEED = 12345  # ours", "MODE = 'test'\nSEED = 7  # ours"),
        ("é = 1; SEED = 0", "é = 1; SEED = 7"),
        ("SEED = None or 1", "SEED = None or 1"),
        ("def f():\n    SEED = 0", "def f():\n    SEED = 0"),
        ("OTHER = 0", "OTHER = 0"),
        ("%magic\nSEED = 0", "%magic\nSEED = 0"),
    ],
)
def test_a_parameter_is_replaced_where_it_is_set(source, expected):
    assert set_parameter(source, "SEED", 7) == expected
