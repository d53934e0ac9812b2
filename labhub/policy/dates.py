"""The dates of an assignment as a course writes them, and what they may not say."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import NoReturn

from labhub.policy.deadlines import Grace
from labhub.policy.errors import BadDatesError
from labhub.policy.workdays import Day

FULL = Decimal(1)
NONE = Decimal(0)


@dataclass(frozen=True)
class LateStep:
    """Late hand-ins until a day get a share of the points.

    `graded_after`: they are graded when that day is over, and not as they come in.
    """

    until: Day
    credit: Decimal = FULL
    graded_after: bool = False


@dataclass(frozen=True)
class DailyLoss:
    """Every started day of lateness costs `credit`, for at most `days` days."""

    credit: Decimal
    days: int
    lowest: Decimal = NONE
    """Credit does not fall below this while late hand-ins are taken."""

    def after(self, days: int) -> Decimal:
        """The credit that is left after so many started days."""
        return max(FULL - days * self.credit, self.lowest)


@dataclass(frozen=True)
class Dates:
    """The dates of one assignment, as the course wrote them.

    Grace holds for the due date and for every late deadline alike.
    """

    title: str
    release: Day | None = None
    due: Day | None = None
    """None: it can be handed in for full credit at any time."""
    late: tuple[LateStep, ...] = ()
    daily_loss: DailyLoss | None = None
    grace: Grace | None = None
    afterwards: Decimal | None = None
    """Credit after the last deadline; None means that nothing is taken any more."""


def check(dates: Dates) -> None:
    """Raises `BadDatesError` where late rules contradict the due date or each other."""
    loss = dates.daily_loss
    if dates.due is None and (dates.late or loss or dates.afterwards is not None):
        refuse(dates, "has late rules but no due date", "Give it a due date.")
    if dates.late and loss:
        refuse(dates, "has both late deadlines and a daily loss", "Keep one of them.")
    if loss is not None and (loss.days < 1 or loss.credit <= 0):
        refuse(dates, "has a daily loss of nothing", "Give 1 day or more, and what a day costs.")
    credit = late_credits(dates)
    if not all(NONE <= share <= FULL for share in credit):
        refuse(dates, "has a credit below 0 or above 1", "0.8 stands for 80 % of the points.")
    if any(later > earlier for earlier, later in pairwise(credit)):
        refuse(dates, "gives more credit later than earlier", "Let credit fall with time.")


def late_credits(dates: Dates) -> list[Decimal]:
    """The credit of each late step in order, and of what comes after them."""
    credit = [step.credit for step in dates.late]
    if (loss := dates.daily_loss) is not None:
        credit += [loss.after(day) for day in range(1, loss.days + 1)]
    return credit if dates.afterwards is None else [*credit, dates.afterwards]


def refuse(dates: Dates, what: str, hint: str) -> NoReturn:
    """Raises `BadDatesError` about this assignment."""
    raise BadDatesError(f"{dates.title} {what}.", hint=hint)
