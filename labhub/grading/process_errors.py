"""What can go wrong with the processes of grading, for the people who run it."""

from labhub.errors import ConfigurationError, LabhubError


class SandboxError(ConfigurationError):
    """This machine cannot wall student code in."""

    code = "sandbox-unavailable"


class WarmStartError(ConfigurationError):
    """The process that keeps the libraries warm did not come up."""

    code = "warm-start-failed"


class EngineError(LabhubError):
    """The engine lost its warm parent again and again, and gives up."""

    code = "engine-failed"


class ReferenceCellError(LabhubError):
    """A cell of the instructor's notebook that the tests need raised an exception."""

    code = "reference-failed"
