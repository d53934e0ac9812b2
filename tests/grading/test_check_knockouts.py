import pytest

from labhub.authoring.cell_names import names_of
from labhub.grading.check.flow import Flow
from labhub.grading.check.knockouts import knock_outs, tests_that_use
from labhub.grading.model import Exam, StudentCell, TestCell
from labhub.ids import GradeId, NotebookId
from tests.grading.check_engine import InProcessEngine

tests_that_use.__test__ = False

ANSWER = "class Net:\n    size = 3\ndef relu(x):\n    return max(x, 0)\nhand = {'a': 1}"


def users(*tests: str, answer: str = ANSWER, after: str = "pass") -> set[str]:
    """The tests (named t0, t1, ...) that use the answer, with a given cell before them."""
    cells: list[StudentCell | TestCell] = [
        StudentCell(0, answer, GradeId("answer")),
        StudentCell(1, after, GradeId("after"), given=True),
        *(TestCell(2 + i, GradeId(f"t{i}"), 1.0, source) for i, source in enumerate(tests)),
    ]
    exam = Exam(NotebookId("lab"), tuple(cells), reference=(answer,))
    found = tests_that_use(
        InProcessEngine(), exam, Flow(exam.cells), [GradeId("answer")], lambda _: None
    )
    return set(found[GradeId("answer")])


@pytest.mark.parametrize(
    "test",
    [
        "assert relu(-1) == 0",
        "assert Net().size == 3",
        "assert Net.size == 3",
        "assert hand['a'] == 1",
        "result = relu(-1)\nassert result is not None",
        "try:\n    relu('x')\nexcept Exception:\n    pass\nelse:\n    raise AssertionError",
    ],
)
def test_a_test_that_rests_on_the_answer_is_found(test):
    assert users(test) == {"t0"}


@pytest.mark.parametrize(
    "test",
    [
        "assert other(1)",
        "relu = reference.relu\nassert relu(-1) == 0",
        "Net = reference.Net\nassert use(Net)",
    ],
)
def test_a_test_with_the_authors_own_in_its_place_does_not_rest_on_it(test):
    after = "def other(x): return x\ndef use(net): return net().size"
    assert users(test, after=after) == set()


def test_what_an_earlier_cell_made_of_the_answer_counts():
    assert users("assert value == 1", after="value = relu(1)") == {"t0"}


def test_both_ways_leave_valid_code():
    for code in knock_outs(names_of(ANSWER)):
        exec(ANSWER + "\n" + code, {})
