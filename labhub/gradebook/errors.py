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
