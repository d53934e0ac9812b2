"""What can go wrong between a client and the hand-in service."""

from labhub.errors import ConfigurationError, LabhubError, PolicyError, UsageError


class ServiceUnreachableError(LabhubError):
    """The hand-in service does not answer, and did not on repeated asking."""

    code = "service-unreachable"
    http_status = 502


class ServiceCertificateError(ConfigurationError):
    """The certificate of the hand-in service is not to be trusted."""

    code = "service-certificate"


class ServiceFailedError(LabhubError):
    """The hand-in service met a fault of its own, or says what no client understands."""

    code = "service-failed"
    http_status = 502


class ServiceRefusedError(PolicyError):
    """The hand-in service refuses; its own words stand in the message."""

    code = "service-refused"

    def __init__(self, message: str, *, hint: str = "", said: str = "") -> None:
        super().__init__(message, hint=hint)
        self.said = said
        """The service's own code for the reason."""

    def __reduce__(self) -> tuple[object, ...]:
        return (_refused, (self.message, self.hint, self.said))


def _refused(message: str, hint: str, said: str) -> ServiceRefusedError:
    return ServiceRefusedError(message, hint=hint, said=said)


class ServiceUrlError(ConfigurationError):
    """The address of the hand-in service is none, or would show the token to others."""

    code = "service-url"


class TokenNeededError(ConfigurationError):
    """Nobody said who hands in: there is no token."""

    code = "token-needed"


class TokenRefusedError(PolicyError):
    """The hand-in service does not know the token, or it has expired."""

    code = "token-refused"


class TokenNotGivenError(PolicyError):
    """The Hub gives no token to this program."""

    code = "token-not-given"


class ReceiptMismatchError(LabhubError):
    """A receipt is signed, but is not about what was sent."""

    code = "receipt-mismatch"


class DownloadDamagedError(LabhubError):
    """What came from the hand-in service is not what it said it would be."""

    code = "download-damaged"


class CourseNotSaidError(UsageError):
    """Several courses, or none, could be meant."""

    code = "course-not-said"


class AlreadyFetchedError(UsageError):
    """The folder of the assignment is there, and holds the newest version."""

    code = "already-fetched"
    http_status = 409


class NotFetchedError(UsageError):
    """There is no folder of the assignment to work with."""

    code = "not-fetched"


class TwoCopiesError(UsageError):
    """The student has worked on two versions of the same file; only one can be handed in."""

    code = "two-copies"
    http_status = 409


class NotebooksMissingError(UsageError):
    """Strictness was asked for, and a released notebook is not among the files."""

    code = "notebooks-missing"
