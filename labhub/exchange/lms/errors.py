"""What can be wrong with the table of a learning system."""

from labhub.errors import UsageError


class AmbiguousPersonError(UsageError):
    """A row fits several people, or two rows fit the same person."""

    code = "ambiguous-person"


class UnmatchedRowError(UsageError):
    """A row fits nobody of the course."""

    code = "unmatched-row"


class LmsColumnError(UsageError):
    """A column is missing, stands twice, or gives other points than the course."""

    code = "lms-column"
