"""The course's rules as course.toml writes them: frozen objects, one for each table.

The keys, their units and their meaning are those of `rule_tables` (and of
docs/reference/course-toml.md); `labhub.policy.rulebooks` turns them into the objects of the policy.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time

from labhub.ids import AssignmentId


@dataclass(frozen=True)
class OffDay:
    """A day on which this course does not work."""

    day: date
    reason: str


@dataclass(frozen=True)
class CalendarRules:
    """Which days are working days."""

    country: str = ""
    subdivision: str = ""
    days_off: tuple[OffDay, ...] = ()


@dataclass(frozen=True)
class DeadlineRules:
    """When a date is met, and what lateness costs."""

    grace: str = "none"
    grace_before: time = time(8)
    grace_minutes: int = 0
    late_credit_percent: float = 100.0
    late_graded: str = "as-they-come"
    daily_loss_percent: float = 0.0
    daily_loss_lowest_percent: float = 0.0


@dataclass(frozen=True)
class LateDate:
    """A late date before the last one, with a credit of its own."""

    until: datetime
    credit_percent: float


@dataclass(frozen=True)
class PassLine:
    """What is needed to pass a piece of work."""

    automatic_points: float | None = None
    total_points: float | None = None
    every_manual_percent: float | None = None
    manual_word: str = "adequate"


@dataclass(frozen=True)
class ReviewDates:
    """The dates of a peer review."""

    due: datetime
    answers_due: datetime


@dataclass(frozen=True)
class AssignmentRules:
    """What an assignment's own table says about the rules; None: as the course."""

    points: float | None = None
    category: str = ""
    group_work: bool = False
    late_steps: tuple[LateDate, ...] = ()
    deadlines: DeadlineRules | None = None
    passed_with: PassLine = PassLine()
    peer_review: ReviewDates | None = None


@dataclass(frozen=True)
class LateDays:
    """Days of lateness that a student may spend."""

    days: int
    per_assignment: int


@dataclass(frozen=True)
class GroupSizes:
    """Groups that hand in together."""

    smallest: int = 1
    largest: int = 4
    formation: str = "students"
    by_invitation: bool = True


@dataclass(frozen=True)
class FormRow:
    """A row of the reviewers' form."""

    id: str
    title: str
    points: float


@dataclass(frozen=True)
class PeerReviewRules:
    """How hand-ins are reviewed by peers."""

    fewest: int = 3
    most: int = 4
    fewest_words: int = 20
    helpfulness_weight: float = 3.0
    agreement_weight: float = 3.0
    spot_check_weight: float = 4.0
    tolerance_percent: float = 10.0
    worthless_at_percent: float = 40.0
    calibration_tolerance_percent: float = 15.0
    criteria: tuple[FormRow, ...] = ()


@dataclass(frozen=True)
class GradedItem:
    """Graded work that is no lab."""

    id: str
    title: str
    kind: str = "staff"
    points: float = 100.0
    weight_percent: float = 0.0
    category: str = ""
    passed_with: PassLine = PassLine()
    due: datetime | None = None
    accepts: tuple[str, ...] = ()
    limit_mib: int = 200
    group_work: bool = False


@dataclass(frozen=True)
class CategoryRules:
    """Work that counts together."""

    id: str
    title: str
    drop_lowest: int = 0
    at_least_percent: float | None = None


@dataclass(frozen=True)
class CreditModule:
    """Credits for having passed some work."""

    id: str
    title: str
    credits: float
    needs: tuple[str, ...]
    optional: bool = False


@dataclass(frozen=True)
class GradeBound:
    """One grade of the course's own scale."""

    grade: str
    at_least_percent: float


@dataclass(frozen=True)
class GradingRules:
    """From a percentage to a grade."""

    scale: str = "pass-fail"
    grades: tuple[GradeBound, ...] = ()
    failed: str = "F"
    rounding: str = "half-up"
    decimals: int = 0


@dataclass(frozen=True)
class ParticipationShares:
    """How a session's share is made."""

    attendance_percent: float = 50.0
    most_engagement: int = 3


@dataclass(frozen=True)
class Meeting:
    """One meeting of the schedule."""

    id: str
    title: str
    kind: str
    start: datetime
    end: datetime
    room: str = ""
    reading: str = ""
    counts: bool = True


@dataclass(frozen=True)
class SeminarSlot:
    """One seminar with places for so many talks."""

    id: str
    start: datetime
    minutes: int
    room: str
    capacity: int


@dataclass(frozen=True)
class SeminarRules:
    """Seminars for which students register."""

    item: str
    register_until: datetime
    domain: str
    slots: tuple[SeminarSlot, ...]


@dataclass(frozen=True)
class CourseRules:
    """All rules of a course, as written. `assignments` holds those that say something."""

    calendar: CalendarRules = CalendarRules()
    deadlines: DeadlineRules = DeadlineRules()
    late_budget: LateDays | None = None
    group_rules: GroupSizes = GroupSizes()
    peer_review: PeerReviewRules = PeerReviewRules()
    grading: GradingRules = GradingRules()
    categories: tuple[CategoryRules, ...] = ()
    items: tuple[GradedItem, ...] = ()
    modules: tuple[CreditModule, ...] = ()
    participation: ParticipationShares = ParticipationShares()
    sessions: tuple[Meeting, ...] = ()
    seminar: SeminarRules | None = None
    assignments: dict[AssignmentId, AssignmentRules] = field(default_factory=dict)

    def of(self, assignment: AssignmentId) -> AssignmentRules:
        """What the table of an assignment says about the rules."""
        return self.assignments.get(assignment, AssignmentRules())
