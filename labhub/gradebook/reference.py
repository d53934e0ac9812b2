"""Other people's notebooks: which of their tests cannot be split, decided on the reference alone.

A course with course.toml says itself which tests run in process, and `labhub check` tells its
author. A plain nbgrader folder has no such author: its own solution is run through the engine
first. A student's run is never asked, or a hand-in could choose how it is graded. The answer is
remembered in a file, as long as neither the assignment nor labhub changes.
"""

import contextlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Protocol

import labhub
from labhub.gradebook.exams import reference_exam
from labhub.gradebook.plan import AssignmentPlan, NotebookPlan
from labhub.grading.model import Exam, ExamResult, TestStatus
from labhub.grading.problems import EXAMINER_DIED
from labhub.ids import GradeId, NotebookId, StudentId

Key = tuple[StudentId, NotebookId]
REFERENCE = StudentId("(reference)")
EARNED = {TestStatus.PASSED, TestStatus.PARTIAL}


class ExamEngine(Protocol):
    """What grading needs of an engine; `labhub.grading.engine.Engine` is one."""

    def run(self, jobs: Iterable[tuple[Key, Exam]]) -> Iterator[tuple[Key, ExamResult]]:
        """Run exams; results come as each ends, jobs are taken as there is room."""
        ...


@dataclass(frozen=True)
class UnsplitTest:
    """A test that the reference passes beside the student's code only, or not at all."""

    notebook_id: NotebookId
    grade_id: GradeId
    in_process: bool
    """Whether it will run in process; else the reference fails it in either way."""
    reason: str


def with_unsplit_tests(
    plan: AssignmentPlan, engine: ExamEngine, memory: Path
) -> tuple[AssignmentPlan, tuple[UnsplitTest, ...]]:
    """The plan with every test in process that the reference passes only so, and a report.

    `memory` is the file that keeps the report for the next time.
    """
    version = f"{labhub.__version__} {plan.digest}"
    report = _remembered(memory, version)
    if report is None:
        report = _unsplit_tests(plan, engine)
        remembered = {"version": version, "unsplit": [asdict(each) for each in report]}
        memory.write_text(json.dumps(remembered), encoding="utf-8")
    cured = {(each.notebook_id, each.grade_id) for each in report if each.in_process}
    return replace(plan, in_process=plan.in_process | cured), report


def _remembered(memory: Path, version: str) -> tuple[UnsplitTest, ...] | None:
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        kept = json.loads(memory.read_text(encoding="utf-8"))
        if kept["version"] == version:
            return tuple(UnsplitTest(**each) for each in kept["unsplit"])
    return None


def _unsplit_tests(plan: AssignmentPlan, engine: ExamEngine) -> tuple[UnsplitTest, ...]:
    split = _run(plan, engine, plan.notebooks.values())
    failed = {key: reason for key, (earned, reason) in split.items() if not earned}
    if not failed:
        return ()
    trial = replace(plan, in_process=plan.in_process | failed.keys())
    concerned = {name for name, _ in failed}
    beside = _run(trial, engine, [plan.notebooks[name] for name in sorted(concerned)])
    return tuple(
        UnsplitTest(name, grade_id, beside.get((name, grade_id), (False, ""))[0], reason)
        for (name, grade_id), reason in sorted(failed.items())
    )


def _run(
    plan: AssignmentPlan, engine: ExamEngine, parts: Iterable[NotebookPlan]
) -> dict[tuple[NotebookId, GradeId], tuple[bool, str]]:
    """Whether the reference earns each test, and what it said."""
    jobs = [
        ((REFERENCE, part.notebook_id), reference_exam(plan, part, plan.files))
        for part in parts
        if part.source is not None
    ]
    return {
        (name, test.grade_id): (test.status in EARNED, test.law or str(test.status))
        for (_, name), result in engine.run(jobs)
        if all(problem.code != EXAMINER_DIED for problem in result.problems)
        for test in result.tests
    }
