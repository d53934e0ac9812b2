"""What the course's rules refuse, and rules that contradict each other."""

from labhub.errors import ConfigurationError, PolicyError, UsageError


class TimeWithoutZoneError(UsageError):
    """A moment came without a zone, so nobody can say when it was."""

    code = "time-without-zone"


class BadCalendarError(ConfigurationError):
    """The course names a country or region whose holidays are not known."""

    code = "bad-calendar"


class BadDatesError(ConfigurationError):
    """An assignment's dates or credits contradict each other."""

    code = "bad-dates"


class BadSchemeError(ConfigurationError):
    """Weights, scales or pass rules of the final grade contradict each other."""

    code = "bad-grading-scheme"


class UnknownItemError(UsageError):
    """A mark names something the grading scheme does not have."""

    code = "unknown-graded-item"


class BadMarkError(UsageError):
    """A mark lies below nothing or above the points there are."""

    code = "bad-mark"


class BadReviewRulesError(ConfigurationError):
    """The numbers of a peer review cannot be met by any class."""

    code = "bad-review-rules"


class GroupChangeRefusedError(PolicyError):
    """A change of groups that is not allowed."""


class GroupRuleError(GroupChangeRefusedError):
    """The course's rules for groups do not allow this change."""

    code = "group-change-refused"


class GroupsFrozenError(GroupChangeRefusedError):
    """The groups of the assignment are frozen, because its due date has passed."""

    code = "group-frozen"


class SeminarRefusedError(PolicyError):
    """The rules of the seminar do not allow this registration or withdrawal."""

    code = "seminar-refused"
