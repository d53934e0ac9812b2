"""Mutants fail in their own tests and only there; alternates fail nowhere."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from labhub.authoring.checks import Checks, Mutant, Variant
from labhub.authoring.findings import Finding, advice
from labhub.authoring.notebook import Notebook, Role
from labhub.grading.check.exams import Lab, with_variant
from labhub.grading.check.flow import Flow
from labhub.grading.check.reference import ExamRunner, lost
from labhub.grading.check.report import Progress, Stage, Step, Verdict
from labhub.grading.model import Exam, ExamResult
from labhub.grading.problems import EXAMINER_DIED
from labhub.ids import GradeId


@dataclass(frozen=True)
class _Job:
    """A variant with the cells that it is run with; without a variant, the control of these."""

    exam: Exam
    variant: Variant | None = None

    @property
    def kept(self) -> frozenset[int]:
        return frozenset(cell.index for cell in self.exam.cells)


def check_variants(
    engine: ExamRunner, lab: Lab, checks: Checks, *, whole: bool, progress: Progress
) -> tuple[tuple[Verdict, ...], tuple[Finding, ...]]:
    """Mutants fail in their own tests and only there; alternates fail nowhere.

    `whole` runs every cell of the notebook for each of them, not only those that can have to do
    with it.
    """
    exam = lab.reference_exam()
    flow = None if whole else Flow(exam.cells)
    jobs = [_job(exam, variant, flow) for variant in checks.variants]
    controls = {job.kept: _Job(_only(exam, job.kept)) for job in jobs} if flow else {}
    plan = dict(enumerate([*jobs, *controls.values()]))
    results: dict[int, ExamResult] = {}
    for key, result in engine.run((key, job.exam) for key, job in plan.items()):
        results[key] = result
        label = variant.title if (variant := plan[key].variant) else "the author's own"
        progress(Step(_stage(plan[key]), len(results), len(plan), label))
    verdicts: list[Verdict] = []
    findings: list[Finding] = []
    for key, job in plan.items():
        if job.variant is None:
            findings += _control_findings(lab, results[key])
        else:
            verdicts.append(_verdict(job.variant, exam, job.exam, results[key]))
            findings += _verdict_findings(verdicts[-1], results[key])
    return tuple(verdicts), tuple(dict.fromkeys(findings))


def _stage(job: _Job) -> Stage:
    return Stage.MUTANTS if isinstance(job.variant, Mutant) else Stage.ALTERNATES


def _job(exam: Exam, variant: Variant, flow: Flow | None) -> _Job:
    changed = with_variant(exam, variant)
    if flow is None:
        return _Job(changed, variant)
    kills = variant.kills if isinstance(variant, Mutant) else ()
    return _Job(_only(changed, flow.select(variant.cell, variant.code, kills)), variant)


def _only(exam: Exam, kept: frozenset[int]) -> Exam:
    return replace(exam, cells=tuple(cell for cell in exam.cells if cell.index in kept))


def _control_findings(lab: Lab, result: ExamResult) -> list[Finding]:
    return [
        Finding(
            "selection-unsound",
            f"{lab.source.path.name}: {test.grade_id}",
            "With only the cells that it seems to need, the author's solution loses points: "
            f"{test.law or test.status}",
            "A cell changes this test's result in a way that names do not show. "
            "Check with --whole, and make the test independent of that cell.",
        )
        for test in lost(result)
    ]


def _verdict(variant: Variant, whole: Exam, run: Exam, result: ExamResult) -> Verdict:
    expected: tuple[GradeId, ...] = variant.kills if isinstance(variant, Mutant) else ()
    return Verdict(
        kind=variant.kind,
        title=variant.title,
        exercise=variant.exercise,
        cell=variant.cell,
        place=variant.place,
        expected=expected,
        failed=tuple(test.grade_id for test in lost(result)),
        cells_run=len(run.cells),
        cells=len(whole.cells),
        seconds=result.wall_s,
    )


def _verdict_findings(verdict: Verdict, result: ExamResult) -> Iterator[Finding]:
    place = f"{verdict.place} ({verdict.title})"
    for problem in result.problems:
        if problem.code == EXAMINER_DIED:
            yield Finding(problem.code, place, problem.sentence)
            return
    laws = {test.grade_id: test.law or str(test.status) for test in lost(result)}
    for grade_id in sorted(set(verdict.expected) - set(verdict.failed)):
        yield Finding(
            "mutant-survives",
            place,
            f"The wrong solution passes {grade_id}.",
            "Add an assertion that this mistake breaks, or correct `kills`.",
        )
    for grade_id in sorted(set(verdict.failed) - set(verdict.expected)):
        if verdict.kind == "mutant":
            yield Finding(
                "mutant-kills-others",
                place,
                f"The wrong solution also fails {grade_id}: {laws[grade_id]}",
                "Let that test use reference.<name>, so that one mistake costs points once.",
            )
        else:
            yield Finding(
                "alternate-fails",
                place,
                f"A right solution fails {grade_id}: {laws[grade_id]}",
                "The test asks for more than the specification says.",
            )


# --- what the checks themselves lack ---------------------------------------------------------


def review_checks(notebooks: list[Notebook], checks: Checks) -> tuple[Finding, ...]:
    """Names in the checks that no notebook has, and tests that no mutant puts to the proof."""
    answers = {
        cell.grade_id
        for notebook in notebooks
        for cell in notebook.with_role(Role.SOLUTION, Role.MANUAL)
        if cell.kind == "code"
    }
    tests = {
        cell.grade_id: notebook.path.name
        for notebook in notebooks
        for cell in notebook.with_role(Role.TEST)
        if cell.grade_id
    }
    found = [
        Finding("unknown-cell", variant.place, f"No notebook has an answer {variant.cell}.")
        for variant in checks.variants
        if variant.cell not in answers
    ]
    found += [
        Finding("unknown-test", mutant.place, f"No notebook has a test {grade_id}.")
        for mutant in checks.mutants
        for grade_id in mutant.kills
        if grade_id not in tests
    ]
    proved = {grade_id for mutant in checks.mutants for grade_id in mutant.kills}
    found += [
        advice(
            "test-without-mutant",
            f"{name}: {grade_id}",
            "No mutant proves that this test can fail for a wrong answer.",
        )
        for grade_id, name in tests.items()
        if grade_id not in proved
    ]
    return tuple(found)
