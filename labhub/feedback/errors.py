"""What can go wrong when feedback is made."""

from labhub.errors import UsageError


class NothingGradedError(UsageError):
    """No hand-in of the assignment has been graded, or none of the student asked for."""

    code = "nothing-graded"
