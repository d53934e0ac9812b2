"""What people may start: a lab of a course, with what its server needs; or a server without one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from labhub.course.model import Assignment, AssignmentState, Course
from labhub.hub.tables import LimitsTable
from labhub.ids import AssignmentId, CourseId

PLAIN = "plain"
"""The id of the profile without a lab."""
MIB = 1 << 20


@dataclass(frozen=True)
class Profile:
    """One choice of the page on which servers are started."""

    id: str
    title: str
    cpus: float
    memory_bytes: int
    time_limit: timedelta
    course: CourseId | None = None
    course_title: str = ""
    assignment: AssignmentId | None = None
    release: datetime | None = None
    due: datetime | None = None
    gpu: bool = False
    gpu_memory_bytes: int = 0
    """A smaller slice or share of a GPU is not enough."""
    image: str = ""

    @property
    def url(self) -> str:
        """Where the server opens: at the lab, or at the launcher."""
        return f"/labhub/open/{self.course}/{self.assignment}" if self.assignment else "/lab"


def plain_profile(limits: LimitsTable) -> Profile:
    """JupyterLab, and no lab chosen."""
    return Profile(
        id=PLAIN,
        title="JupyterLab without a lab",
        cpus=limits.cpus,
        memory_bytes=limits.memory_mib * MIB,
        time_limit=timedelta(minutes=limits.minutes),
    )


def lab_profiles(courses: Mapping[CourseId, Course], limits: LimitsTable) -> Iterator[Profile]:
    """Every lab of every course that has notebooks, in the order of course.toml."""
    for name, course in courses.items():
        for assignment in course.assignments:
            if assignment.state is AssignmentState.READY:
                yield _lab_profile(name, course, assignment, limits)


def _lab_profile(
    name: CourseId, course: Course, assignment: Assignment, limits: LimitsTable
) -> Profile:
    needs = assignment.server
    memory = needs.memory_bytes or limits.memory_mib * MIB
    return Profile(
        id=f"{name}/{assignment.id}",
        title=assignment.title,
        cpus=min(needs.cpus or limits.cpus, limits.most_cpus or float("inf")),
        memory_bytes=min(memory, (limits.most_memory_mib or memory) * MIB),
        time_limit=needs.time_limit or timedelta(minutes=limits.minutes),
        course=name,
        course_title=course.title,
        assignment=assignment.id,
        release=assignment.timeline.release,
        due=assignment.timeline.due,
        gpu=assignment.gpu,
        gpu_memory_bytes=needs.gpu_memory_bytes or 0,
        image=needs.image,
    )
