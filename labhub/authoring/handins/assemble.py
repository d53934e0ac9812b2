"""`labhub assemble`: a hand-in's source notebook and checks, made of the labs' exercises."""

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from labhub.authoring.checks import Alternate, Checks, Mutant, read_checks
from labhub.authoring.errors import GivenStillOpenError, NotAHandInError
from labhub.authoring.folders import FileChange, compare, put_in_place
from labhub.authoring.handins.checks import checks_for, files_of
from labhub.authoring.handins.notebook import HandInNotebook
from labhub.authoring.handins.pool import Pool, read_pool
from labhub.authoring.handins.selection import LabSelection, select
from labhub.authoring.handins.texts import Task
from labhub.authoring.notebook import Role
from labhub.course.folder import CourseFolder, course_in
from labhub.course.model import Assignment, Course
from labhub.ids import AssignmentId

CHECKS = "checks"
PART = re.compile(r"(?<=\d)[a-z]$")
"""The letter of `l1e06b`."""


@dataclass(frozen=True)
class Assembly:
    """What `assemble` made, or, in a dry run, would make."""

    assignment: AssignmentId
    tasks: tuple[Task, ...]
    points: float
    scaled_to: float | None
    given: tuple[str, ...]
    """The grade ids of the solutions that it gives away."""
    mutants: int
    alternates: int
    changes: tuple[FileChange, ...]
    """Against the source and the checks that were there before."""
    warnings: tuple[str, ...]
    """Courses that ask later for what is given away now."""
    written: bool


@dataclass(frozen=True)
class _Places:
    """Where the hand-in's two folders lie."""

    source: Path
    checks: Path


def assemble(folder: CourseFolder, assignment: AssignmentId, *, dry_run: bool = False) -> Assembly:
    """Write `source/<hand-in>/` and `checks/<hand-in>/` anew; `dry_run` writes nothing.

    Raises NotAHandInError, UnknownExerciseError, ExerciseCycleError, MissingNeedError,
    NamesClashError and GivenStillOpenError.
    """
    course, plan = _hand_in(folder, assignment)
    labs = folder.root / course.pool_dir
    pool = read_pool(_labs_source(folder, labs))
    variants = {lab.name: read_checks(labs / CHECKS / lab.name) for lab in pool.labs}
    notebook = _notebook(plan, pool, variants.values())
    warnings = _leaks(notebook.selections, plan, course, labs)
    chosen = _checks(notebook.selections, variants)
    with _beside(folder.root) as scratch:
        new = _Places(scratch / "source", scratch / "checks")
        _write(new, notebook, chosen)
        old = _Places(folder.source(assignment), folder.root / CHECKS / assignment)
        changes = (*compare(old.source, new.source), *compare(old.checks, new.checks))
        if not dry_run:
            put_in_place(new.source, old.source)
            put_in_place(new.checks, old.checks)
    return Assembly(
        assignment=assignment,
        tasks=notebook.tasks,
        points=notebook.points,
        scaled_to=notebook.scaled_to,
        given=notebook.given,
        mutants=len(chosen.mutants),
        alternates=len(chosen.alternates),
        changes=changes,
        warnings=warnings,
        written=not dry_run,
    )


def _hand_in(folder: CourseFolder, assignment: AssignmentId) -> tuple[Course, Assignment]:
    if folder.course is None:
        raise NotAHandInError(
            f"{folder.root} has no course.toml that lists a hand-in's exercises.",
            hint='An assignment gets them so: exercises = ["l1e01", "l1e06b", "l1m-a"].',
        )
    plan = folder.course.assignment(assignment)
    if not plan.hand_in.exercises:
        hand_ins = [each.id for each in folder.course.assignments if each.hand_in.exercises]
        raise NotAHandInError(
            f"{assignment} lists no exercises in course.toml: it has a notebook of its own.",
            hint=f"Hand-ins of this course: {', '.join(hand_ins) or 'none'}.",
        )
    return folder.course, plan


def _labs_source(folder: CourseFolder, labs: Path) -> Path:
    return labs / folder.source(AssignmentId("-")).parent.relative_to(folder.root)


def _notebook(plan: Assignment, pool: Pool, checks: Iterable[Checks]) -> HandInNotebook:
    codes: dict[str, list[str]] = {}
    for variant in (each for some in checks for each in some.variants):
        codes.setdefault(variant.cell, []).append(variant.code)
    selections = select(pool, plan.hand_in.exercises, codes)
    return HandInNotebook(plan.id, plan.title, selections, plan.hand_in.scaled_to)


def _checks(selections: tuple[LabSelection, ...], checks: dict[AssignmentId, Checks]) -> Checks:
    mutants: list[Mutant] = []
    alternates: list[Alternate] = []
    for selection in selections:
        cells = [selection.lab.notebook.cells[index] for index in sorted(selection.asked)]
        answers = {str(cell.grade_id) for cell in cells if cell.role is Role.SOLUTION}
        tests = {str(cell.grade_id) for cell in cells if cell.role is Role.TEST}
        found = checks_for(checks[selection.lab.name], answers, tests)
        mutants += found.mutants
        alternates += found.alternates
    return Checks(tuple(mutants), tuple(alternates))


# --- what is given may not be leaked -----------------------------------------------------------


def _leaks(
    selections: tuple[LabSelection, ...], plan: Assignment, own: Course, labs: Path
) -> tuple[str, ...]:
    """Warnings about courses to come; raises GivenStillOpenError for what can still be handed in.

    In its own course, what is given away must be closed. In the course of the labs it must not be
    open on that day; if that course asks for it later, that is a warning.
    """
    release = plan.timeline.release
    for lab, away in _given_by(own, plan, selections):
        if lab.timeline.late_until > release:
            raise _still_open(plan, own, lab, away)
    other = course_in(labs.resolve())
    if other is None or other.id == own.id:
        return ()
    for lab, away in _given_by(other, plan, selections):
        if lab.timeline.release <= release < lab.timeline.late_until:
            raise _still_open(plan, other, lab, away)
    return tuple(
        f"{lab.id} of {other.id} asks for {', '.join(away)} from "
        f"{lab.timeline.release:%d %B %Y} on, when {plan.id} has given the solutions away."
        for lab, away in _given_by(other, plan, selections)
        if lab.timeline.release > release
    )


def _still_open(
    plan: Assignment, course: Course, lab: Assignment, away: list[str]
) -> GivenStillOpenError:
    return GivenStillOpenError(
        f"{plan.id} would give away {', '.join(away)} on {plan.timeline.release:%d %B %Y}, but "
        f"{lab.id} of {course.id} can be handed in until {lab.timeline.late_until:%d %B %Y}.",
        hint="Release the hand-in later, or ask these exercises instead of giving their solutions.",
    )


def _given_by(
    course: Course, plan: Assignment, selections: tuple[LabSelection, ...]
) -> Iterator[tuple[Assignment, list[str]]]:
    """The assignments that ask for what is given away, each with these solutions."""
    for lab in course.assignments:
        asked = tuple(f"{PART.sub('', name)}-" for name in lab.hand_in.exercises)
        away = [
            name
            for selection in selections
            for name in selection.given_away
            if selection.lab.name == lab.id or name.startswith(asked)
        ]
        if away and lab is not plan:
            yield lab, away


# --- writing -----------------------------------------------------------------------------------


@contextmanager
def _beside(root: Path) -> Iterator[Path]:
    """A folder on the file system of the course, gone afterwards."""
    scratch = Path(tempfile.mkdtemp(prefix=".assembling-", dir=root))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _write(places: _Places, notebook: HandInNotebook, checks: Checks) -> None:
    places.source.mkdir()
    places.checks.mkdir()
    for selection in notebook.selections:
        _copy_files_beside(selection.lab.notebook.path, places.source)
    path = places.source / f"{notebook.name}.ipynb"
    path.write_text(notebook.as_json(), encoding="utf-8")
    for name, text in files_of(checks):
        (places.checks / name).write_text(text, encoding="utf-8")


def _copy_files_beside(notebook: Path, target: Path) -> None:
    """Data and pictures that lie beside a lab's notebook go to students with the hand-in."""
    for path in sorted(notebook.parent.rglob("*")):
        inside = path.relative_to(notebook.parent)
        if path.is_file() and path.suffix != ".ipynb" and ".ipynb_checkpoints" not in path.parts:
            (target / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / inside)
