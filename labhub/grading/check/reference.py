"""The author's own solution gets full marks, and a hand-in without an answer gets nothing."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from labhub.authoring.findings import Finding, Severity, advice
from labhub.grading.check.exams import Lab
from labhub.grading.check.report import Progress, Stage, Step, TestTime
from labhub.grading.model import CellStatus, Exam, ExamResult, TestResult, TestStatus
from labhub.grading.problems import IN_PROCESS_TEST, NO_SANDBOX
from labhub.grading.process_errors import ReferenceCellError

SLOW_TEST_S = 2.0
EXPECTED = (NO_SANDBOX, IN_PROCESS_TEST)
"""What the engine says because it was told to grade so."""
K = TypeVar("K", bound=Hashable)


class ExamRunner(Protocol):
    """What a check needs of labhub.grading.engine.Engine."""

    def run(self, jobs: Iterable[tuple[K, Exam]]) -> Iterator[tuple[K, ExamResult]]:
        """Each result as its exam ends."""
        ...


EngineFactory = Callable[[], AbstractContextManager[ExamRunner]]
"""Opens a grading engine."""


def lost(result: ExamResult) -> tuple[TestResult, ...]:
    """The tests that did not give all their points."""
    return tuple(test for test in result.tests if test.score < test.points)


def check_reference(
    engine: ExamRunner, lab: Lab, progress: Progress
) -> tuple[ExamResult | None, tuple[Finding, ...]]:
    """Full marks for the author's solution; no result where its notebook breaks off."""
    name = lab.source.path.name
    try:
        ((_, result),) = engine.run([(name, lab.reference_exam())])
    except ReferenceCellError as error:
        return None, (Finding(error.code, name, error.message, error.hint),)
    progress(Step(Stage.REFERENCE, 1, 1, name))
    slow = _slow_tests(name, times_of(result))
    return result, (*reference_findings(lab, name, result), *slow)


def times_of(result: ExamResult) -> tuple[TestTime, ...]:
    """How long each test took."""
    return tuple(TestTime(test.grade_id, test.seconds) for test in result.tests)


def reference_findings(lab: Lab, label: str, result: ExamResult) -> Iterator[Finding]:
    """What kept the author's solution from full marks; `label` names the run."""
    for problem in result.problems:
        severity = Severity.ADVICE if problem.code in EXPECTED else Severity.ERROR
        yield Finding(problem.code, label, problem.sentence, severity=severity)
    places = {cell.index: cell.place for cell in lab.released.cells}
    for cell in result.cells:
        if cell.status is not CellStatus.OK:
            yield Finding(
                "reference-fails",
                f"{label}: {places.get(cell.index, cell.index)}",
                f"The author's own cell ended as {cell.status}. {_error_of(cell.outputs)}".strip(),
            )
    for test in lost(result):
        yield _reference_loses(label, test)


def _error_of(outputs: tuple[object, ...]) -> str:
    errors = [out for out in outputs if isinstance(out, dict) and out.get("output_type") == "error"]
    return f"{errors[-1]['ename']}: {errors[-1]['evalue']}" if errors else ""


def _reference_loses(label: str, test: TestResult) -> Finding:
    if test.status is TestStatus.NOT_SPLITTABLE:
        return Finding(
            "not-splittable",
            f"{label}: {test.grade_id}",
            "The test asks for something that cannot cross the border to the student's process.",
            test.detail or test.law,
        )
    return Finding(
        "reference-loses-points",
        f"{label}: {test.grade_id}",
        f"The author's own solution gets {test.score:g} of {test.points:g} points: "
        f"{test.law or test.status}",
        test.detail,
    )


def _slow_tests(name: str, times: tuple[TestTime, ...]) -> list[Finding]:
    return [
        advice(
            "slow-test",
            f"{name}: {time.grade_id}",
            f"The test took {time.seconds:.1f} s; {SLOW_TEST_S:.0f} s are the rule.",
            "Smaller sizes and fewer repetitions find the same mistakes.",
        )
        for time in times
        if time.seconds > SLOW_TEST_S
    ]


def check_empty(engine: ExamRunner, lab: Lab, progress: Progress) -> tuple[Finding, ...]:
    """No points for handing in what was given out."""
    name = lab.source.path.name
    ((_, result),) = engine.run([(name, lab.empty_exam())])
    progress(Step(Stage.EMPTY, 1, 1, name))
    return tuple(
        Finding(
            "free-points",
            f"{name}: {test.grade_id}",
            f"The released notebook, handed in as it is, gets {test.score:g} of {test.points:g}.",
            "Test something that only an answer can do.",
        )
        for test in result.tests
        if test.score > 0
    )
