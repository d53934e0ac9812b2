"""An engine for tests of the bookkeeping: it runs every cell with `exec`, in this process.

No sandbox, no processes: only what the gradebook's tests feed it is run. The real engine has
its own tests, and one slow test here compares it with nbgrader.
"""

import ast
import contextlib
import io
import traceback
from collections.abc import Iterable, Iterator
from contextlib import chdir
from pathlib import Path

from labhub.gradebook.reference import Key
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


class PlainEngine:
    """Runs exams one after the other and remembers which."""

    def __init__(self) -> None:
        self.ran: list[Key] = []
        self.exams: dict[Key, Exam] = {}

    def run(self, jobs: Iterable[tuple[Key, Exam]]) -> Iterator[tuple[Key, ExamResult]]:
        for key, exam in jobs:
            self.ran.append(key)
            self.exams[key] = exam
            yield key, run_exam(exam)


def run_exam(exam: Exam) -> ExamResult:
    names: dict[str, object] = {}
    cells, tests = [], []
    with chdir(exam.workdir or Path()):
        for count, cell in enumerate(exam.cells, start=1):
            if isinstance(cell, StudentCell):
                cells.append(_student(cell, names, count))
            else:
                tests.append(_test(cell, names))
    return ExamResult(exam.notebook_id, tuple(cells), tuple(tests), cpu_s=0.5, wall_s=1.0)


def _student(cell: StudentCell, names: dict[str, object], count: int) -> CellResult:
    shown = io.StringIO()
    outputs, status = [], CellStatus.OK
    with contextlib.redirect_stdout(shown):
        try:
            exec(cell.source, names)
        except Exception as error:
            status = CellStatus.ERROR
            outputs = [_error(error)]
    if shown.getvalue():
        outputs.insert(0, {"output_type": "stream", "name": "stdout", "text": shown.getvalue()})
    return CellResult(cell.index, status, tuple(outputs), count)


def _test(cell: TestCell, names: dict[str, object]) -> TestResult:
    tree = ast.parse(cell.source)
    last = tree.body[-1]
    try:
        value: object = None
        if isinstance(last, ast.Expr):
            exec(compile(ast.Module(tree.body[:-1], []), "test", "exec"), names)
            value = eval(compile(ast.Expression(last.value), "test", "eval"), names)
        else:
            exec(cell.source, names)
    except AssertionError as error:
        return _verdict(cell, 0.0, TestStatus.FAILED, law=str(error), detail=traceback.format_exc())
    except Exception as error:
        return _verdict(cell, 0.0, TestStatus.ERROR, law="It raised an error.", detail=repr(error))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _verdict(cell, float(value), TestStatus.PARTIAL)
    return _verdict(cell, cell.points, TestStatus.PASSED)


def _verdict(
    cell: TestCell, score: float, status: TestStatus, law: str = "", detail: str = ""
) -> TestResult:
    return TestResult(
        index=cell.index,
        grade_id=cell.grade_id,
        points=cell.points,
        score=score,
        status=status,
        law=law,
        detail=detail,
        in_process=cell.in_process,
    )


def _error(error: Exception) -> dict[str, object]:
    name = type(error).__name__
    return {"output_type": "error", "ename": name, "evalue": str(error), "traceback": [name]}
