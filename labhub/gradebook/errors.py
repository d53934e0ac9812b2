"""What can go wrong between labhub and nbgrader's own files, database and exchange."""

from labhub.errors import ConfigurationError, LabhubError, UsageError


class NotGeneratedError(ConfigurationError):
    """The gradebook does not know the assignment: its student version was never generated."""

    code = "assignment-not-generated"


class NothingSubmittedError(UsageError):
    """There is no hand-in of the assignment, or none of the student asked for."""

    code = "nothing-submitted"


class ExchangeFailedError(LabhubError):
    """nbgrader's exchange refused; its own words stand in the message."""

    code = "exchange-failed"


class GradebookWriteError(LabhubError):
    """The gradebook could not be written; the transaction left nothing behind."""

    code = "gradebook-write"


class NotebookMissingError(UsageError):
    """There is no notebook at the path given."""

    code = "notebook-missing"


class BusyError(LabhubError):
    """Another command is grading the same assignment."""

    code = "grading-busy"
    http_status = 409


class WorkerRunsError(LabhubError):
    """Another worker does the jobs of this course."""

    code = "worker-runs"
    http_status = 409


class MarkChangedError(LabhubError):
    """Somebody else has marked the answer since this person looked at it."""

    code = "mark-changed"
    http_status = 409


class MarkOutOfRangeError(UsageError):
    """Points that the cell cannot give."""

    code = "mark-out-of-range"
    http_status = 422


class ReasonMissingError(UsageError):
    """An automatic mark is to change, and nobody says why."""

    code = "reason-missing"
    http_status = 422


class NotGradedYetError(UsageError):
    """The hand-in has no graded cell of that name."""

    code = "not-graded-yet"
    http_status = 404
