"""Assignments, as the one who asks sees them."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import Connection

from labhub.course.model import Assignment, AssignmentState
from labhub.exchange.handin.errors import NotEnrolledError, NotExpectedError
from labhub.exchange.handin.limits import attempts_left
from labhub.exchange.handin.standing import Rules, Standing, read_rules, standing_of
from labhub.exchange.store.submissions import submissions
from labhub.exchange.store.versions import newest
from labhub.ids import StudentId
from labhub.policy.assignments import timeline_of
from labhub.policy.timelines import Phase, Timeline
from labhub.service.api.ids import AssignmentPath, CoursePath
from labhub.service.context import CurrentCourse, CurrentRole, CurrentUser
from labhub.service.courses import OpenedCourse
from labhub.service.identity import Role
from labhub.service.pages.deadlines import announced_end

router = APIRouter(tags=["assignments"], prefix="/courses/{course}/assignments")


class AssignmentModel(BaseModel):
    """An assignment: its dates with my extensions, and how far I am with it."""

    id: str
    title: str
    planned: bool = Field(description="The notebooks are not written yet.")
    version: int | None = Field(description="The newest version to work on; null: none yet.")
    release: AwareDatetime | None
    due: AwareDatetime | None = Field(description="As announced, with my extensions.")
    late_until: AwareDatetime | None = Field(description="Null where nothing late is taken.")
    late_words: list[str] = Field(description="What a hand-in gets at which time.")
    status: str = Field(description="`before-release`, `on-time`, `late`, `closed` or `excused`.")
    credit: str = Field(description="The share of the points for a hand-in now, e.g. `0.8`.")
    extended: bool = Field(description="Whether I have an extension.")
    group_work: bool
    members: list[str] = Field(description="With whom I hand in, myself too; empty for staff.")
    attempts: int = Field(description="How often my unit has handed in.")
    attempts_left: int | None = Field(description="How often it may now; null: no limit.")
    handed_in_at: AwareDatetime | None = Field(description="The last hand-in of my unit.")


@router.get("", name="assignments")
def assignments(
    course: CurrentCourse, user: CurrentUser, role: CurrentRole, _: CoursePath
) -> list[AssignmentModel]:
    """The assignments of the course, as course.toml lists them."""
    view = _View(course, user.name, role)
    with course.store.reading() as db:
        view.read(db)
        return [view.of(db, plan) for plan in course.course.assignments]


@router.get("/{assignment}", name="assignment")
def assignment(
    course: CurrentCourse,
    user: CurrentUser,
    role: CurrentRole,
    assignment: AssignmentPath,
    _: CoursePath,
) -> AssignmentModel:
    """One assignment."""
    view = _View(course, user.name, role)
    plan = course.course.assignment(assignment)
    with course.store.reading() as db:
        view.read(db)
        return view.of(db, plan)


class _View:
    """The assignments as one person sees them at one moment."""

    def __init__(self, course: OpenedCourse, name: str, role: Role) -> None:
        self.course = course
        self.student = StudentId(name) if role is Role.STUDENT else None
        self.now = course.clock.now()
        self.rules: Rules

    def read(self, db: Connection) -> None:
        self.rules = read_rules(db, self.course.course)

    def of(self, db: Connection, plan: Assignment) -> AssignmentModel:
        standing = self._standing(plan)
        line = standing.timeline if standing else timeline_of(self.course.course, plan.id)
        plain = timeline_of(self.course.course, plan.id)
        released = newest(db, plan.id)
        mine = submissions(db, plan.id, self.student) if self.student else ()
        left = attempts_left(db, self.course.course, plan, standing, self.now) if standing else None
        segment = line.at(self.now)
        excused = self.student is not None and standing is None
        return AssignmentModel(
            id=plan.id,
            title=plan.title,
            planned=plan.state is AssignmentState.PLANNED,
            version=released.number if released else None,
            release=plan.timeline.release,
            due=_last_end(line, Phase.ON_TIME),
            late_until=_last_end(line, Phase.LATE),
            late_words=list(line.describe()),
            status="excused" if excused else segment.phase.value,
            credit=str(segment.credit),
            extended=line.segments != plain.segments,
            group_work=self.course.course.rules.of(plan.id).group_work,
            members=list(standing.unit.students) if standing else [],
            attempts=len(mine),
            attempts_left=left.now if left else None,
            handed_in_at=mine[-1].at if mine else None,
        )

    def _standing(self, plan: Assignment) -> Standing | None:
        if self.student is None:
            return None
        try:
            return standing_of(self.rules, plan.id, self.student, self.now)
        except (NotEnrolledError, NotExpectedError):
            return None


def _last_end(line: Timeline, phase: Phase) -> datetime | None:
    """When the last stretch of a phase ends, as students are told."""
    found = [segment for segment in line.segments if segment.phase is phase]
    return announced_end(found[-1]) if found else None
