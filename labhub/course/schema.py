"""The shape of course.toml: keys, types and single values. Rules between values: `rules`.

The sentence below a key is its description in docs/reference/course-toml.md.
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from labhub.course.fields import (
    Count,
    Credits,
    Id,
    Mebibytes,
    Number,
    Percent,
    Seconds,
    Table,
    Text,
)
from labhub.course.handing_in import HandInsTable, OnHandInTable, Repository
from labhub.course.handins import ExerciseName, PoolTable
from labhub.course.lti import LtiTable
from labhub.course.outcomes import OutcomeTable
from labhub.course.rule_tables import (
    AssignmentReviewTable,
    DeadlineTable,
    LateStepTable,
    PassTable,
    RuleTables,
)


class CourseTable(Table):
    """The course itself."""

    id: Id
    """Names the course in the exchange and the gradebook (nbgrader's `course_id`)."""
    title: Text
    """For people."""
    term: str = ""
    """For people, e.g. `Spring 2027`."""
    zone: str
    """Time zone of the course, e.g. `Europe/Stockholm`; every offset is checked against it."""
    credits: Credits = 0.0
    """Credits of the whole course; those of the assignments, or of the modules, sum to it."""
    repository: Repository = ""
    """Public copy of `release/` on GitHub, as `owner/name` or `owner/name@branch`; students open
    labs from it in Colab."""


class LimitsTable(Table):
    """What one notebook of a hand-in may use while it is graded; left out: the engine's own."""

    submission_timeout_s: Seconds | None = None
    """Wall seconds for the whole notebook."""
    cell_timeout_s: Seconds | None = None
    """Wall seconds for one cell of the student's."""
    test_timeout_s: Seconds | None = None
    """Wall seconds for one test."""
    cpu_s: Seconds | None = None
    """CPU seconds for the whole notebook."""
    memory_mib: Mebibytes | None = None
    """Memory of all its processes, in MiB."""
    processes: Count | None = None
    """Processes and threads at once."""
    open_files: Count | None = None
    """Open files at once."""
    file_mib: Mebibytes | None = None
    """Size of one file that it writes, in MiB."""
    workdir_mib: Mebibytes | None = None
    """Size of all files that it writes, in MiB."""
    output_mib: Mebibytes | None = None
    """Text and images kept per cell, in MiB."""


class FeedbackTable(Table):
    """What a feedback page shows beside points and comments."""

    laws: bool = True
    """The sentence of the law that a failed test stands for."""
    outputs: bool = True
    """What the student's own cells showed when they were graded."""


class ServerTable(Table):
    """What the server needs in which a student works on it; left out: what hub.toml gives all."""

    cpus: Annotated[float, Field(gt=0, le=1024)] | None = None
    """Processor cores."""
    memory_mib: Mebibytes | None = None
    """Memory, in MiB."""
    gpu_memory_mib: Mebibytes | None = None
    """Memory of its GPU, in MiB; a smaller slice is not given."""
    minutes: Count | None = None
    """How long it may run."""
    image: str = ""
    """Container image, where the Hub starts containers."""


class AssignmentTable(Table):
    """One lab or hand-in."""

    id: Id
    """Name of its folder below `source/`."""
    title: Text
    """For people."""
    state: Literal["ready", "planned"] = "ready"
    """`planned`: dates and weight are fixed, the notebooks are not written yet."""
    release: AwareDatetime
    """When students get it; with an offset from UTC, e.g. `2027-01-18T08:00:00+01:00`."""
    due: AwareDatetime
    """The first due date: what comes later is late."""
    late_until: AwareDatetime
    """The last due date: what comes later is not accepted."""
    weight_percent: Percent
    """Share of the final grade; all assignments and items together give 100."""
    credits: Credits = 0.0
    """Credits that passing it earns; left out where the course has modules."""
    points: Number | None = None
    """The most it gives; left out: the sum of its graded cells."""
    category: str = ""
    """Id of a category."""
    group_work: bool = False
    """Whether a group hands in once."""
    late_steps: list[LateStepTable] = []
    """See `[[assignments.late_steps]]`."""
    deadlines: DeadlineTable | None = None
    """Its own rules for dates; left out: those of `[deadlines]`."""
    passed_with: PassTable = PassTable()
    """See `[assignments.passed_with]`."""
    peer_review: AssignmentReviewTable | None = None
    """Present where hand-ins are reviewed by peers."""
    gpu: bool = False
    """Whether it has sessions with GPUs."""
    server: ServerTable = ServerTable()
    """See `[assignments.server]`."""
    grading: Literal["split", "in-process"] = "split"
    """`in-process`: all tests run beside the student's code; every mark says so."""
    in_process_cells: list[str] = []
    """Ids of single test cells that run beside the student's code."""
    limits: LimitsTable = LimitsTable()
    """See `[assignments.limits]`."""
    feedback: FeedbackTable = FeedbackTable()
    """See `[assignments.feedback]`."""
    on_hand_in: OnHandInTable = OnHandInTable()
    """See `[assignments.on_hand_in]`."""
    exercises: list[ExerciseName] = []
    """Exercises (`l1e07`), parts (`l1e06b`) and written questions (`l1m-a`) of the labs, from
    which `labhub assemble` writes the notebook; left out: a lab with a notebook of its own."""
    scaled_to: Count | None = None
    """Points that full marks count as, e.g. `100`; left out: the sum of the exercises' points."""
    variants: bool = False
    """Whether each group gets its own numbers, drawn from its id."""


class GroupTable(Table):
    """Students who come to the same sessions."""

    id: Id
    """Names the group."""
    title: Text
    """For people."""
    students: list[Id] = []
    """Ids of its students; nobody is in two groups."""


class GpuSessionTable(Table):
    """A time at which a group has GPUs for an assignment."""

    assignment: Id
    """Id of an assignment with `gpu = true`."""
    group: Id
    """Id of a group."""
    room: Text
    """Where; one room holds one group at a time."""
    start: AwareDatetime
    """With an offset from UTC."""
    end: AwareDatetime
    """With an offset from UTC."""
    gpus: Count
    """How many there are."""


class CoreTables(Table):
    """The tables that every course has."""

    course: CourseTable
    """The course itself."""
    assignments: Annotated[list[AssignmentTable], Field(min_length=1)]
    """Its labs and hand-ins, at least one."""
    groups: list[GroupTable] = []
    """Its groups."""
    gpu_sessions: list[GpuSessionTable] = []
    """Its sessions with GPUs."""
    outcomes: list[OutcomeTable] = []
    """What its students can do afterwards; `labhub coverage` compares it with the labs."""
    pool: PoolTable = PoolTable()
    """Where the labs are, from whose exercises hand-ins are put together."""
    hand_ins: HandInsTable = HandInsTable()
    """What one hand-in may hold."""
    lti: LtiTable | None = None
    """The learning system that students come from and grades go to."""


class CourseFile(RuleTables, CoreTables):
    """course.toml, whole."""
