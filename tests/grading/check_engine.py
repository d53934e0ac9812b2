"""An engine for tests of `labhub check` itself: everything in this process, no walls."""

from collections.abc import Hashable, Iterable, Iterator
from types import SimpleNamespace
from typing import Any

from labhub.authoring.magics import probe
from labhub.grading.model import (
    CellResult,
    CellStatus,
    Exam,
    ExamResult,
    StudentCell,
    TestCell,
    TestResult,
    TestStatus,
)
from labhub.grading.process_errors import ReferenceCellError


class InProcessEngine:
    """Runs exams one after the other with `exec`; remembers them in `exams`."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.exams: list[Exam] = []
        self.seconds = seconds

    def __enter__(self) -> "InProcessEngine":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def run(self, jobs: Iterable[tuple[Hashable, Exam]]) -> Iterator[tuple[Any, ExamResult]]:
        for key, exam in jobs:
            self.exams.append(exam)
            yield key, self._grade(exam)

    def _grade(self, exam: Exam) -> ExamResult:
        reference = _reference(exam)
        student: dict[str, Any] = {}
        cells: list[CellResult] = []
        tests: list[TestResult] = []
        for cell in exam.cells:
            if isinstance(cell, StudentCell):
                cells.append(_run(cell, student))
            else:
                tests.append(self._test(cell, student, reference))
        return ExamResult(exam.notebook_id, tuple(cells), tuple(tests))

    def _test(self, cell: TestCell, student: dict[str, Any], reference: Any) -> TestResult:
        snapshot = dict(student)
        student |= {"reference": reference, "probe": probe}
        status, law = TestStatus.PASSED, ""
        try:
            exec(cell.source, student)
        except AssertionError as error:
            status, law = TestStatus.FAILED, str(error)
        except TypeError as error:
            status, law = TestStatus.NOT_SPLITTABLE, str(error)
        except Exception as error:
            status, law = TestStatus.ERROR, repr(error)
        student.clear()
        student.update(snapshot)
        score = cell.points if status is TestStatus.PASSED else 0.0
        return TestResult(
            cell.index, cell.grade_id, cell.points, score, status, law, law, seconds=self.seconds
        )


def _reference(exam: Exam) -> Any:
    names: dict[str, Any] = {}
    for source in exam.reference:
        try:
            exec(source, names)
        except Exception as error:
            raise ReferenceCellError(f"{error!r}") from error
    return SimpleNamespace(**names)


def _run(cell: StudentCell, names: dict[str, Any]) -> CellResult:
    try:
        exec(cell.source, names)
    except Exception as error:
        output = {"output_type": "error", "ename": type(error).__name__, "evalue": str(error)}
        return CellResult(cell.index, CellStatus.ERROR, (output,))
    return CellResult(cell.index, CellStatus.OK)
