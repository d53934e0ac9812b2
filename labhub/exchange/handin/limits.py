"""How often one may hand in, and how often one has."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import Connection

from labhub.course.model import Assignment, Course
from labhub.exchange.handin.errors import AttemptsUsedUpError
from labhub.exchange.handin.standing import Standing
from labhub.exchange.store.submissions import attempts_since
from labhub.policy.words import say_count, say_moment

DAY = timedelta(days=1)


@dataclass(frozen=True)
class AttemptsLeft:
    """What is left of the attempts; None: there is no limit."""

    in_all: int | None
    today: int | None
    again_from: datetime | None
    """When there are attempts again, where only those of today are used up."""

    @property
    def now(self) -> int | None:
        """How many one may make now; None: as many as one likes."""
        limits = [each for each in (self.in_all, self.today) if each is not None]
        return min(limits, default=None)


def attempts_left(
    db: Connection, course: Course, plan: Assignment, standing: Standing, at: datetime
) -> AttemptsLeft:
    """How often the student's unit may still hand in."""
    unit = (plan.id, standing.unit.group, standing.student)
    midnight = _midnight(course, at)
    rules = plan.on_hand_in
    in_all = today = None
    if rules.attempts is not None:
        in_all = max(0, rules.attempts - attempts_since(db, *unit))
    if rules.attempts_per_day is not None:
        today = max(0, rules.attempts_per_day - attempts_since(db, *unit, since=midnight))
    tomorrow = midnight + DAY if today == 0 and in_all != 0 else None
    return AttemptsLeft(in_all, today, tomorrow)


def ensure_attempt_left(
    db: Connection, course: Course, plan: Assignment, standing: Standing, at: datetime
) -> None:
    """Raises `AttemptsUsedUpError` where the unit may not hand in now."""
    left = attempts_left(db, course, plan, standing, at)
    if left.now != 0:
        return
    if left.again_from is not None:
        often = say_count(plan.on_hand_in.attempts_per_day or 0, "time")
        raise AttemptsUsedUpError(
            f"{plan.title} can be handed in {often} a day, and that is done.",
            hint=f"You can hand in again from {say_moment(left.again_from, course.zone)} on. "
            "What you handed in counts.",
        )
    often = say_count(plan.on_hand_in.attempts or 0, "time")
    raise AttemptsUsedUpError(
        f"{plan.title} can be handed in {often}, and that is done.",
        hint="What you handed in counts. If you need one more, ask the staff.",
    )


def _midnight(course: Course, at: datetime) -> datetime:
    """The last midnight of the course's zone."""
    return datetime.combine(at.astimezone(course.zone).date(), time(), course.zone)
