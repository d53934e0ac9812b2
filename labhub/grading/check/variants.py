"""Mutants fail in their own tests and only there; alternates fail nowhere."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from labhub.authoring.cell_names import names_of
from labhub.authoring.checks import Checks, Mutant, Variant
from labhub.authoring.findings import Finding, advice
from labhub.authoring.notebook import Notebook, Role
from labhub.grading.check.exams import Lab, with_variant
from labhub.grading.check.flow import Flow
from labhub.grading.check.knockouts import tests_that_use
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
    def stage(self) -> Stage:
        return Stage.MUTANTS if isinstance(self.variant, Mutant) else Stage.ALTERNATES

    @property
    def label(self) -> str:
        return self.variant.title if self.variant else "the author's own solution"


def check_variants(
    engine: ExamRunner, lab: Lab, checks: Checks, *, whole: bool, progress: Progress
) -> tuple[tuple[Verdict, ...], tuple[Finding, ...]]:
    """Mutants fail in their own tests and only there; alternates fail nowhere.

    `whole` runs every cell of the notebook for each of them, not only those that can have to do
    with it.
    """
    exam = lab.reference_exam()
    if whole:
        jobs = [_Job(with_variant(exam, variant), variant) for variant in checks.variants]
    else:
        jobs = _selected_jobs(engine, exam, checks, progress)
    results: dict[int, ExamResult] = {}
    for key, result in engine.run((key, job.exam) for key, job in enumerate(jobs)):
        results[key] = result
        progress(Step(jobs[key].stage, len(results), len(jobs), jobs[key].label))
    verdicts: list[Verdict] = []
    findings: list[Finding] = []
    for key, job in enumerate(jobs):
        if job.variant is None:
            findings += _control_findings(lab, results[key])
        else:
            verdicts.append(_verdict(job.variant, exam, job.exam, results[key]))
            findings += _verdict_findings(verdicts[-1], results[key])
    return tuple(verdicts), tuple(dict.fromkeys(findings))


def _selected_jobs(
    engine: ExamRunner, exam: Exam, checks: Checks, progress: Progress
) -> list[_Job]:
    """Each variant with the cells that can have to do with it, and a control of each selection."""
    flow = Flow(exam.cells)
    answers = {variant.cell for variant in checks.variants}
    users = tests_that_use(engine, exam, flow, answers, progress)
    jobs: list[_Job] = []
    controls: dict[tuple[GradeId, frozenset[int]], _Job] = {}
    for variant in checks.variants:
        tests = _tests_of(variant, flow) | users[variant.cell]
        kept = flow.needed_for(variant.cell, tests, variant.code)
        if (variant.cell, kept) not in controls:
            cells = tuple(cell for cell in exam.cells if cell.index in kept)
            controls[variant.cell, kept] = _Job(replace(exam, cells=cells))
        control = controls[variant.cell, kept]
        jobs.append(_Job(with_variant(control.exam, variant), variant))
    return [*jobs, *controls.values()]


def _tests_of(variant: Variant, flow: Flow) -> frozenset[GradeId]:
    """The tests that a variant says it kills, and those that see names which it alone binds."""
    kills = frozenset(variant.kills) if isinstance(variant, Mutant) else frozenset()
    new = flow.changes(names_of(variant.code)) - flow.changed_by(variant.cell)
    return kills | flow.affected(variant.cell, new)


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
    if not checks.variants:
        sentence = "There are no mutants and alternates: nothing proves that the tests are strong."
        return (advice("no-checks", "checks", sentence, "docs/howto/write-a-lab.md, section 4"),)
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
