"""The tables of course.toml that hold the course's rules: keys, types and single values.

Rules between values stand in `rule_checks`; what the values mean, in `labhub.policy`.
"""

from datetime import date, time
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from labhub.course.fields import (
    Count,
    Credits,
    Id,
    Mebibytes,
    Number,
    Percent,
    Table,
    Text,
    Whole,
)


class DayOffTable(Table):
    """A day on which this course does not work, beyond the country's holidays."""

    day: date
    """The day, e.g. `2027-05-07`."""
    reason: Text
    """Why; it stands in the account of a mark."""


class CalendarTable(Table):
    """Which days are working days."""

    country: str = ""
    """ISO 3166 code whose holidays are free, e.g. `SE`; left out: only weekends are free."""
    subdivision: str = ""
    """Region of the country where holidays differ, e.g. `BY` in `DE`."""
    days_off: list[DayOffTable] = []
    """More days off."""


class DeadlineTable(Table):
    """When a date is met, and what lateness costs."""

    grace: Literal["none", "minutes", "next-working-day"] = "none"
    """`next-working-day`: a date is met by handing in before `grace_before` on the first
    working day after it. It holds for the last late date too."""
    grace_before: time = time(8)
    """Local time, e.g. `08:00:00`; for `next-working-day`."""
    grace_minutes: Whole = 0
    """For `minutes`."""
    late_credit_percent: Percent = 100.0
    """Share of the points that a late hand-in gets, until `late_until`."""
    late_graded: Literal["as-they-come", "after-last-date"] = "as-they-come"
    """`after-last-date`: late hand-ins wait until `late_until` is over."""
    daily_loss_percent: Percent = 0.0
    """What every started day of lateness costs, in place of `late_credit_percent`."""
    daily_loss_lowest_percent: Percent = 0.0
    """Credit does not fall below this before `late_until`."""


class LateStepTable(Table):
    """A late date before `late_until`, with a credit of its own."""

    until: AwareDatetime
    """Between `due` and `late_until`."""
    credit_percent: Percent
    """Share of the points until then."""


class PassTable(Table):
    """What is needed to pass a piece of work; every key that stands here must be met."""

    automatic_points: Number | None = None
    """Points from the tests, at least."""
    total_points: Number | None = None
    """Points in all, at least."""
    every_manual_percent: Percent | None = None
    """Share of its points that every manual question must reach."""
    manual_word: Text = "adequate"
    """What such an answer is called."""


class AssignmentReviewTable(Table):
    """Peer review of this assignment's hand-ins."""

    due: AwareDatetime
    """When reviews must be in."""
    answers_due: AwareDatetime
    """Until when the reviewed may rate and answer."""


class LateBudgetTable(Table):
    """Days of lateness that a student may spend without asking."""

    days: Count
    """For the whole course."""
    per_assignment: Count
    """For one assignment, at most."""


class GroupRulesTable(Table):
    """Groups that hand in together (`[[groups]]` are those that come to sessions together)."""

    smallest: Count = 1
    """Members at least."""
    largest: Count = 4
    """Members at most."""
    formation: Literal["students", "staff"] = "students"
    """Who makes groups."""
    by_invitation: bool = True
    """Whether a student needs an invitation to join."""


class CriterionTable(Table):
    """A row of the reviewers' form."""

    id: Id
    """Names the row."""
    title: Text
    """The question."""
    points: Annotated[float, Field(gt=0)]
    """The most it gives."""


class PeerReviewTable(Table):
    """How hand-ins are reviewed by peers."""

    fewest: Count = 3
    """Reviewers of a hand-in, at least."""
    most: Count = 4
    """Reviewers of a hand-in, at most."""
    fewest_words: Whole = 20
    """A shorter review counts as missing."""
    helpfulness_weight: Number = 3.0
    """Weight of the reviewed groups' ratings in a student's review quality."""
    agreement_weight: Number = 3.0
    """Weight of the agreement with the staff's mark."""
    spot_check_weight: Number = 4.0
    """Weight of the staff's spot checks."""
    tolerance_percent: Percent = 10.0
    """Distance from the staff's mark that is full agreement."""
    worthless_at_percent: Percent = 40.0
    """Distance at which agreement is worth nothing."""
    calibration_tolerance_percent: Percent = 15.0
    """How far apart a reviewer may be, on average, on the staff-marked example."""
    criteria: list[CriterionTable] = []
    """Rows of the form; left out: the manual questions of the lab."""


class ItemTable(Table):
    """Graded work that is no lab: project parts, participation, the quality of reviews."""

    id: Id
    """Names it."""
    title: Text
    """For people."""
    kind: Literal["staff", "sessions", "reviews"] = "staff"
    """Where its mark comes from: staff, attendance in `[[sessions]]`, or peer reviews."""
    points: Annotated[float, Field(gt=0)] = 100.0
    """The most it gives."""
    weight_percent: Percent = 0.0
    """Share of the final grade; with the assignments' all together give 100."""
    category: str = ""
    """Id of a category."""
    passed_with: PassTable = PassTable()
    """See `[items.passed_with]`."""
    due: AwareDatetime | None = None
    """When it must be handed in."""
    accepts: list[Literal["link", "file", "text"]] = []
    """What may be handed in for it."""
    limit_mib: Mebibytes = 200
    """The largest file, in MiB."""
    group_work: bool = False
    """Whether a group hands in once."""


class CategoryTable(Table):
    """Work that counts together; its weight is the sum of that of its members."""

    id: Id
    """Names it."""
    title: Text
    """For people."""
    drop_lowest: Whole = 0
    """So many of its lowest results do not count."""
    at_least_percent: Percent | None = None
    """Share of it that is needed to pass the course."""


class ModuleTable(Table):
    """Credits for having passed some work."""

    id: Id
    """Names it."""
    title: Text
    """For people."""
    credits: Credits
    """What it earns; all modules together give the course's credits."""
    needs: Annotated[list[Id], Field(min_length=1)]
    """Ids of assignments and items."""
    optional: bool = False
    """Whether the course can be passed without it."""


class GradeTable(Table):
    """One grade of the course's own scale."""

    grade: Text
    """Its name, e.g. `VG`."""
    at_least_percent: Percent
    """The percentage from which it is given."""


class GradingTable(Table):
    """From a percentage to a grade."""

    scale: Literal["pass-fail", "letters", "own"] = "pass-fail"
    """`letters`: A 93, A- 90, ... D 60; `own`: the grades below."""
    grades: list[GradeTable] = []
    """Of the scale `own`, the best first."""
    failed: Text = "F"
    """The failing grade of the scale `own`."""
    rounding: Literal["half-up", "half-even", "up", "down"] = "half-up"
    """How the percentage is rounded, once, at the end."""
    decimals: Annotated[int, Field(ge=0, le=4)] = 0
    """Decimal places of the rounded percentage."""


class ParticipationTable(Table):
    """How a session's share is made."""

    attendance_percent: Percent = 50.0
    """For being there; the rest is for engagement."""
    most_engagement: Count = 3
    """Engagement is noted from 0 to this."""


class SessionTable(Table):
    """One meeting of the schedule."""

    id: Id
    """Names it."""
    title: Text
    """What it is about."""
    kind: Literal["lecture", "lab", "seminar", "other"] = "lecture"
    """What it is."""
    start: AwareDatetime
    """With an offset from UTC."""
    end: AwareDatetime
    """With an offset from UTC."""
    room: str = ""
    """Where."""
    reading: str = ""
    """What to read before it."""
    counts: bool = True
    """Whether it counts for participation."""


class SlotTable(Table):
    """One seminar with places for so many talks."""

    id: Id
    """Names it."""
    start: AwareDatetime
    """With an offset from UTC."""
    minutes: Count
    """How long it lasts."""
    room: Text
    """Where."""
    capacity: Count
    """Places."""


class SeminarTable(Table):
    """Seminars for which students register."""

    item: Id
    """Id of the item whose talks are given there."""
    register_until: AwareDatetime
    """Registration ends then, with the grace of `[deadlines]`."""
    domain: str = "labhub.invalid"
    """Names the entries of calendar files: what stands behind the @ of their ids."""
    slots: Annotated[list[SlotTable], Field(min_length=1)]
    """The seminars."""


class RuleTables(Table):
    """The tables of the rules, all of them optional."""

    calendar: CalendarTable = CalendarTable()
    """Which days are working days."""
    deadlines: DeadlineTable = DeadlineTable()
    """When a date is met, and what lateness costs; an assignment may differ."""
    late_budget: LateBudgetTable | None = None
    """Late days without asking; left out: there are none."""
    group_rules: GroupRulesTable = GroupRulesTable()
    """Groups that hand in together."""
    peer_review: PeerReviewTable = PeerReviewTable()
    """How hand-ins are reviewed by peers."""
    grading: GradingTable = GradingTable()
    """From a percentage to a grade."""
    categories: list[CategoryTable] = []
    """Work that counts together."""
    items: list[ItemTable] = []
    """Graded work that is no lab."""
    modules: list[ModuleTable] = []
    """Credits for having passed some work."""
    participation: ParticipationTable = ParticipationTable()
    """How a session's share is made."""
    sessions: list[SessionTable] = []
    """The schedule."""
    seminar: SeminarTable | None = None
    """Seminars for which students register."""
