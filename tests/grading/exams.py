"""Short ways to write an exam and to grade it."""

from labhub.grading.engine import Engine
from labhub.grading.model import (
    CellResult,
    Exam,
    ExamResult,
    Limits,
    StudentCell,
    TestCell,
    TestResult,
)

SHORT = Limits(
    submission_timeout_s=30,
    cell_timeout_s=4,
    test_timeout_s=5,
    cpu_s=30,
    memory_bytes=512 << 20,
    processes=24,
    file_bytes=64 << 20,
    workdir_bytes=32 << 20,
    output_bytes=100_000,
)


class check(str):  # noqa: N801 - reads like a function in the tables of tests
    """The source of a test cell that runs beside the student's code."""


class split(str):  # noqa: N801
    """The source of a test cell that runs in the examiner."""


def exam(*sources: str, limits: Limits = SHORT, reference: tuple[str, ...] = ()) -> Exam:
    """A notebook of these cells: plain strings are the student's."""
    cells = tuple(
        TestCell(i, f"t{i}", 1.0, str(source), in_process=isinstance(source, check))
        if isinstance(source, check | split)
        else StudentCell(i, source)
        for i, source in enumerate(sources)
    )
    return Exam("lab", cells, limits=limits, reference=reference)


def grade(engine: Engine, *sources: str, limits: Limits = SHORT) -> ExamResult:
    """The result of one notebook of these cells."""
    [(_, result)] = engine.run([("it", exam(*sources, limits=limits))])
    return result


def cell(result: ExamResult, index: int) -> CellResult:
    """The result of the student's cell at `index`."""
    return next(each for each in result.cells if each.index == index)


def verdict(result: ExamResult, index: int) -> TestResult:
    """The result of the test cell at `index`."""
    return next(each for each in result.tests if each.index == index)


def text(shown: CellResult) -> str:
    """All that a cell showed as text: streams, results, and errors without colour."""
    parts = []
    for output in shown.outputs:
        parts.append(str(output.get("text", "")))
        parts.append(str(output.get("data", {}).get("text/plain", "")))
        if output["output_type"] == "error":
            parts.append(f"{output['ename']}: {output['evalue']}")
    return "".join(parts)


def codes(result: ExamResult) -> set[str]:
    """The codes of the problems, but that a test ran beside the student's code."""
    return {problem.code for problem in result.problems} - {"in-process-test"}
