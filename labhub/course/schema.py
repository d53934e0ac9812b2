"""The shape of course.toml: keys, types and single values. Rules between values: `rules`."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Seconds = Annotated[float, Field(gt=0, le=86_400)]
Count = Annotated[int, Field(gt=0)]
Mebibytes = Annotated[int, Field(gt=0, le=1 << 20)]


class Table(BaseModel):
    """A table of the file: a key that is not named here is an error."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class CourseTable(Table):
    """`[course]`."""

    id: Id
    title: Annotated[str, Field(min_length=1)]
    term: str = ""
    zone: str
    credits: Annotated[float, Field(ge=0)] = 0.0


class LimitsTable(Table):
    """`[assignments.limits]`: seconds are wall seconds, sizes are MiB."""

    submission_timeout_s: Seconds | None = None
    cell_timeout_s: Seconds | None = None
    test_timeout_s: Seconds | None = None
    cpu_s: Seconds | None = None
    memory_mib: Mebibytes | None = None
    processes: Count | None = None
    open_files: Count | None = None
    file_mib: Mebibytes | None = None
    workdir_mib: Mebibytes | None = None
    output_mib: Mebibytes | None = None


class FeedbackTable(Table):
    """`[assignments.feedback]`."""

    laws: bool = True
    outputs: bool = True


class AssignmentTable(Table):
    """`[[assignments]]`."""

    id: Id
    title: Annotated[str, Field(min_length=1)]
    state: Literal["ready", "planned"] = "ready"
    release: AwareDatetime
    due: AwareDatetime
    late_until: AwareDatetime
    weight_percent: Annotated[float, Field(ge=0, le=100)]
    credits: Annotated[float, Field(ge=0)] = 0.0
    gpu: bool = False
    grading: Literal["split", "in-process"] = "split"
    in_process_cells: list[str] = []
    limits: LimitsTable = LimitsTable()
    feedback: FeedbackTable = FeedbackTable()


class GroupTable(Table):
    """`[[groups]]`."""

    id: Id
    title: Annotated[str, Field(min_length=1)]
    students: list[Id] = []


class GpuSessionTable(Table):
    """`[[gpu_sessions]]`."""

    assignment: Id
    group: Id
    room: Annotated[str, Field(min_length=1)]
    start: AwareDatetime
    end: AwareDatetime
    gpus: Count


class CourseFile(Table):
    """course.toml, whole."""

    course: CourseTable
    assignments: Annotated[list[AssignmentTable], Field(min_length=1)]
    groups: list[GroupTable] = []
    gpu_sessions: list[GpuSessionTable] = []
