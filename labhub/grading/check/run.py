"""`labhub check`: one assignment put to the proof, from reading its source to its last mutant."""

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from labhub.authoring.checks import Checks, read_checks
from labhub.authoring.errors import ChecksFileError, ReleaseBuildError
from labhub.authoring.findings import Finding, has_errors
from labhub.authoring.folders import ChangeKind
from labhub.authoring.leaks import scan
from labhub.authoring.notebook import read_notebook
from labhub.authoring.release import CourseFolders, Release, course_folders, trial_build
from labhub.authoring.review import review
from labhub.authoring.secrets import Secrets, secrets_of
from labhub.grading.check.exams import Lab
from labhub.grading.check.kernel import run_in_kernel
from labhub.grading.check.reference import (
    EngineFactory,
    ExamRunner,
    check_empty,
    check_reference,
    times_of,
)
from labhub.grading.check.report import CheckReport, Progress, Stage, Step
from labhub.grading.check.seeds import check_repeat, check_seeds
from labhub.grading.check.variants import check_variants, review_checks
from labhub.grading.model import ExamResult, Limits
from labhub.ids import AssignmentId

CHECKS = "checks"
"""The folder beside source/ that holds mutants and alternates."""
ENGINE_STAGES = {
    Stage.REFERENCE,
    Stage.EMPTY,
    Stage.MUTANTS,
    Stage.ALTERNATES,
    Stage.SEEDS,
    Stage.REPEAT,
}


@dataclass(frozen=True)
class CheckOptions:
    """What to check, and how thoroughly."""

    stages: frozenset[Stage] = frozenset(Stage)
    exercise: str = ""
    """Only the mutants and alternates of this exercise (`softmax` or `l1e03`)."""
    seeds: int = 0
    """Run the author's solution with so many other seeds, to prove the thresholds, and once more
    with its own, to prove that its results are always the same."""
    whole: bool = False
    """Run every cell for every mutant and alternate, not only those that can matter."""
    data_dir: Path | None = None
    limits: Limits = field(default_factory=Limits)
    in_process: bool = False
    """Run the tests beside the student's code: for an assignment that is graded so."""


def check_assignment(
    course_dir: Path,
    assignment: str,
    engine: EngineFactory,
    options: CheckOptions | None = None,
    progress: Progress = lambda _: None,
) -> CheckReport:
    """Put an assignment to the proof; what is wrong stands in the report's findings.

    `engine` opens a grading engine; it is called only if an exam is to be run. Stages whose result
    an earlier finding makes pointless are left out and missing in the report's `stages`.

    Raises NoSourceError, NbgraderConfigError and NotebookUnreadableError.
    """
    started = time.monotonic()
    check = _Check(course_dir, assignment, engine, options or CheckOptions(), progress)
    check.run()
    return replace(check.report, seconds=time.monotonic() - started)


@dataclass
class _Check:
    """One run of a check; `report` grows from stage to stage."""

    course_dir: Path
    assignment: str
    engine: EngineFactory
    options: CheckOptions
    progress: Progress
    report: CheckReport = field(init=False)

    def __post_init__(self) -> None:
        self.report = CheckReport(AssignmentId(self.assignment), stages=())

    def run(self) -> None:
        """All stages that were asked for and that make sense, in order."""
        folders = course_folders(self.course_dir, self.assignment)
        checks = self._read_checks(folders.root / CHECKS / self.assignment)
        try:
            with trial_build(self.course_dir, self.assignment) as trial:
                labs = self._read_labs(folders, trial)
                self._check_source(labs, checks)
                self._check_release(folders, trial)
                self._check_leaks(folders, trial, labs, checks)
                with self._kernel_beside(labs):
                    self._check_exams(labs, self._wanted(checks))
        except ReleaseBuildError as error:
            self._review_sources(folders)
            self._add([Finding(error.code, self.assignment, error.message)], Stage.RELEASE)

    def _wanted(self, checks: Checks) -> Checks:
        exercise = self.options.exercise
        return checks.of_exercise(exercise) if exercise else checks

    def _wants(self, stage: Stage) -> bool:
        return stage in self.options.stages

    def _add(self, findings: Iterable[Finding], *stages: Stage) -> None:
        new = [stage for stage in stages if stage not in self.report.stages]
        self.report = replace(
            self.report,
            stages=(*self.report.stages, *new),
            findings=(*self.report.findings, *findings),
        )

    @contextmanager
    def _step(self, stage: Stage) -> Iterator[None]:
        self.progress(Step(stage, 0, 1))
        yield
        self.progress(Step(stage, 1, 1))

    # --- reading -----------------------------------------------------------------------------

    def _read_checks(self, folder: Path) -> Checks:
        try:
            return read_checks(folder)
        except ChecksFileError as error:
            self._add([Finding(error.code, folder.name, error.message, error.hint)])
            return Checks()

    def _read_labs(self, folders: CourseFolders, trial: Release) -> list[Lab]:
        return [
            Lab(
                source=read_notebook(folders.source / f"{name}.ipynb"),
                released=read_notebook(trial.folder / f"{name}.ipynb"),
                workdir=trial.folder,
                limits=self.options.limits,
                in_process=self.options.in_process,
            )
            for name in trial.notebooks
        ]

    def _review_sources(self, folders: CourseFolders) -> None:
        """Even a source that cannot be built can be read; that tells more than nbgrader does."""
        paths = sorted(folders.source.glob("*.ipynb"))
        self._add((f for path in paths for f in review(read_notebook(path))), Stage.SOURCE)

    def _check_source(self, labs: list[Lab], checks: Checks) -> None:
        if self._wants(Stage.SOURCE):
            with self._step(Stage.SOURCE):
                sources = [lab.source for lab in labs]
                self._add((f for source in sources for f in review(source)), Stage.SOURCE)
                self._add(review_checks(sources, checks), Stage.SOURCE)

    # --- the student version -----------------------------------------------------------------

    def _check_release(self, folders: CourseFolders, trial: Release) -> None:
        if self._wants(Stage.RELEASE):
            with self._step(Stage.RELEASE):
                self._add(_release_findings(folders.release, trial), Stage.RELEASE)

    def _check_leaks(
        self, folders: CourseFolders, trial: Release, labs: list[Lab], checks: Checks
    ) -> None:
        """Scan the fresh build, and what lies in release/ if that is something else."""
        if not self._wants(Stage.LEAKS):
            return
        with self._step(Stage.LEAKS):
            secrets = Secrets()
            for lab in labs:
                secrets = secrets.merged(secrets_of(lab.source, lab.released, checks))
            result = scan(trial.folder, secrets)
            self._add(result.findings, Stage.LEAKS)
            if trial.changes:
                old = scan(folders.release, secrets).findings
                self._add((f for f in old if f not in result.findings), Stage.LEAKS)
            self.report = replace(self.report, files_scanned=result.files, secrets=result.secrets)

    # --- running -----------------------------------------------------------------------------

    @contextmanager
    def _kernel_beside(self, labs: list[Lab]) -> Iterator[None]:
        """Run the notebooks in a kernel while the engine works: both wait for a process of one."""
        if not self._wants(Stage.KERNEL):
            yield
            return
        self.progress(Step(Stage.KERNEL, 0, len(labs)))
        with ThreadPoolExecutor(1) as pool:
            coming = [
                pool.submit(run_in_kernel, lab.source, lab.workdir, data_dir=self.options.data_dir)
                for lab in labs
            ]
            yield
            for done, (lab, future) in enumerate(zip(labs, coming, strict=True), start=1):
                run, findings = future.result()
                self.progress(Step(Stage.KERNEL, done, len(labs), lab.source.path.name))
                self._add(findings, Stage.KERNEL)
                self.report = replace(self.report, kernel_runs=(*self.report.kernel_runs, run))

    def _check_exams(self, labs: list[Lab], checks: Checks) -> None:
        if not ENGINE_STAGES & self.options.stages:
            return
        firsts: list[tuple[Lab, ExamResult]] = []
        with self.engine() as engine:
            for lab in labs:
                first, goes_on = self._check_reference(engine, lab)
                if goes_on:
                    self._check_empty(engine, lab)
                    self._check_variants(engine, lab, checks.of_notebook(lab.source))
                    self._check_seeds(engine, lab)
                    firsts += [(lab, first)] if first else []
        for lab, result in firsts:
            self._check_repeat(lab, result)

    def _check_reference(self, engine: ExamRunner, lab: Lab) -> tuple[ExamResult | None, bool]:
        """Its result, and whether to go on: where the author's solution fails, mutants prove
        nothing."""
        if not self._wants(Stage.REFERENCE):
            return None, True
        result, findings = check_reference(engine, lab, self.progress)
        self._add(findings, Stage.REFERENCE)
        if result:
            times = (*self.report.test_times, *times_of(result))
            self.report = replace(self.report, test_times=times)
        return result, not has_errors(findings)

    def _check_seeds(self, engine: ExamRunner, lab: Lab) -> None:
        if self.options.seeds and self._wants(Stage.SEEDS):
            runs, margins, findings = check_seeds(engine, lab, self.options.seeds, self.progress)
            self._add(findings, Stage.SEEDS)
            self.report = replace(
                self.report,
                seed_runs=(*self.report.seed_runs, *runs),
                margins=(*self.report.margins, *margins),
            )

    def _check_repeat(self, lab: Lab, first: ExamResult) -> None:
        if self.options.seeds and self._wants(Stage.REPEAT):
            self._add(check_repeat(self.engine, lab, first, self.progress), Stage.REPEAT)

    def _check_empty(self, engine: ExamRunner, lab: Lab) -> None:
        if self._wants(Stage.EMPTY):
            self._add(check_empty(engine, lab, self.progress), Stage.EMPTY)

    def _check_variants(self, engine: ExamRunner, lab: Lab, checks: Checks) -> None:
        wanted = Checks(
            checks.mutants if self._wants(Stage.MUTANTS) else (),
            checks.alternates if self._wants(Stage.ALTERNATES) else (),
        )
        if not wanted.variants:
            return
        verdicts, findings = check_variants(
            engine, lab, wanted, whole=self.options.whole, progress=self.progress
        )
        stages = [s for s in (Stage.MUTANTS, Stage.ALTERNATES) if self._wants(s)]
        self._add(findings, *([] if self.options.whole else [Stage.ISOLATION]), *stages)
        self.report = replace(self.report, verdicts=(*self.report.verdicts, *verdicts))


def _release_findings(release: Path, trial: Release) -> Iterator[Finding]:
    hint = f"Run `labhub generate-assignment {trial.assignment}`."
    if not release.is_dir():
        yield Finding("no-release", str(trial.assignment), "There is no student version.", hint)
        return
    for change in trial.changes:
        state = {
            ChangeKind.ADDED: "is missing in the release",
            ChangeKind.CHANGED: "is not what the source gives today",
            ChangeKind.REMOVED: "does not come from the source",
        }[change.kind]
        place = f"{release.name}/{change.path}"
        yield Finding("release-outdated", place, f"{change.path} {state}.", hint)
