"""A course as frozen, typed objects: what course.toml says, checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from zoneinfo import ZoneInfo

from labhub.course.errors import UnknownAssignmentError
from labhub.course.rule_model import CourseRules
from labhub.ids import AssignmentId, CourseId, GradeId, GroupId, StudentId


class AssignmentState(StrEnum):
    """How far the notebooks of an assignment are."""

    READY = "ready"
    """`source/` holds the instructor's notebooks; every verb works."""
    PLANNED = "planned"
    """Dates and weight are fixed, the notebooks are not written yet; no verb works on it."""


class GradingMode(StrEnum):
    """Where the test cells of an assignment run."""

    SPLIT = "split"
    """In the examiner, out of reach of student code."""
    IN_PROCESS = "in-process"
    """Beside the student's code, for tests that cannot be split. Said on every mark."""


@dataclass(frozen=True)
class Timeline:
    """The three moments of an assignment; each carries its zone."""

    release: datetime
    due: datetime
    """The first due date: what comes later is late."""
    late_until: datetime
    """The last due date: what comes later is not accepted."""


@dataclass(frozen=True)
class LimitOverrides:
    """Limits that differ from the engine's own; None keeps the engine's.

    The names are those of `labhub.grading.model.Limits`.
    """

    submission_timeout_s: float | None = None
    cell_timeout_s: float | None = None
    test_timeout_s: float | None = None
    cpu_s: float | None = None
    memory_bytes: int | None = None
    processes: int | None = None
    open_files: int | None = None
    file_bytes: int | None = None
    workdir_bytes: int | None = None
    output_bytes: int | None = None


@dataclass(frozen=True)
class ServerNeeds:
    """What a student's server needs for an assignment; None is what the Hub gives all."""

    cpus: float | None = None
    memory_bytes: int | None = None
    gpu_memory_bytes: int | None = None
    time_limit: timedelta | None = None
    image: str = ""


@dataclass(frozen=True)
class FeedbackOptions:
    """What a student's feedback page shows beside points and comments."""

    laws: bool = True
    """The sentence of the law that a failed test stands for."""
    outputs: bool = True
    """What the student's own cells showed when they were graded."""


class ShownOnHandIn(StrEnum):
    """What students see of the tests when a hand-in is graded at once."""

    NOTHING = "nothing"
    VISIBLE = "visible"
    """The tests of the student version."""
    NAMES = "names"
    """All tests; of the hidden ones their names and whether they passed."""


@dataclass(frozen=True)
class OnHandIn:
    """What happens as soon as something is handed in; None: without a limit."""

    grade: bool = False
    shows: ShownOnHandIn = ShownOnHandIn.VISIBLE
    attempts: int | None = None
    attempts_per_day: int | None = None


@dataclass(frozen=True)
class HandInLimits:
    """What one hand-in may hold."""

    file_bytes: int = 32 << 20
    total_bytes: int = 64 << 20
    files: int = 50


@dataclass(frozen=True)
class HandInRecipe:
    """What a hand-in is put together from; without exercises, it is a lab of its own."""

    exercises: tuple[str, ...] = ()
    scaled_to: float | None = None


@dataclass(frozen=True)
class Outcome:
    """A learning outcome."""

    id: str
    text: str
    elsewhere: str = ""
    """Where it is assessed if no lab tests it; empty for one that the labs must test."""


@dataclass(frozen=True)
class Assignment:
    """One lab or hand-in."""

    id: AssignmentId
    title: str
    state: AssignmentState
    timeline: Timeline
    weight_percent: float
    """Share of the final grade; all assignments together give 100."""
    credits: float
    """Credits that a passed assignment earns; those of modules stand in `Course.rules`."""
    gpu: bool = False
    server: ServerNeeds = field(default_factory=ServerNeeds)
    grading: GradingMode = GradingMode.SPLIT
    in_process_cells: tuple[GradeId, ...] = ()
    """Single test cells that run beside the student's code."""
    limits: LimitOverrides = field(default_factory=LimitOverrides)
    feedback: FeedbackOptions = field(default_factory=FeedbackOptions)
    on_hand_in: OnHandIn = OnHandIn()
    hand_in: HandInRecipe = field(default_factory=HandInRecipe)
    variants: bool = False
    """Whether each group gets its own numbers, drawn from its id."""


@dataclass(frozen=True)
class Group:
    """Students who come to the same sessions."""

    id: GroupId
    title: str
    students: tuple[StudentId, ...] = ()


@dataclass(frozen=True)
class GpuSession:
    """A time at which a group has GPUs for an assignment."""

    assignment: AssignmentId
    group: GroupId
    room: str
    start: datetime
    end: datetime
    gpus: int


@dataclass(frozen=True)
class LtiPlatform:
    """A learning system that students come from and grades go to, by LTI 1.3."""

    issuer: str
    client_id: str
    deployment_id: str
    auth_url: str
    token_url: str
    jwks_url: str
    line_items_url: str = ""
    """Where columns are found and made; empty: only those of `line_items` are known."""
    line_items: Mapping[str, str] = field(default_factory=dict)
    """The address of the column of a graded item, by the item's id."""


@dataclass(frozen=True)
class Course:
    """A course, whole."""

    id: CourseId
    title: str
    term: str
    zone: ZoneInfo
    credits: float
    assignments: tuple[Assignment, ...]
    groups: tuple[Group, ...] = ()
    gpu_sessions: tuple[GpuSession, ...] = ()
    rules: CourseRules = field(default_factory=CourseRules)
    outcomes: tuple[Outcome, ...] = ()
    pool_dir: str = "."
    """Folder of the course whose labs hand-ins are put together from, relative to this one."""
    lti: LtiPlatform | None = None
    hand_in_limits: HandInLimits = HandInLimits()
    repository: str = ""
    """`owner/name` or `owner/name@branch` on GitHub; empty without a public copy."""

    def assignment(self, assignment_id: str) -> Assignment:
        """The assignment of that id.

        Raises `UnknownAssignmentError`, with the nearest id as a hint.
        """
        for assignment in self.assignments:
            if assignment.id == assignment_id:
                return assignment
        known = [assignment.id for assignment in self.assignments]
        near = get_close_matches(assignment_id, known, n=1)
        raise UnknownAssignmentError(
            f"The course {self.id} has no assignment '{assignment_id}'.",
            hint=f"Did you mean '{near[0]}'?" if near else f"It has: {', '.join(known)}.",
        )
