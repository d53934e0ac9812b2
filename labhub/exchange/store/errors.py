"""What can go wrong with the course's memory."""

from labhub.errors import ConfigurationError, UsageError


class StoreUnreachableError(ConfigurationError):
    """The database of the course cannot be opened."""

    code = "store-unreachable"


class StoreTooNewError(ConfigurationError):
    """The database was written by a newer labhub."""

    code = "store-too-new"


class UnknownPersonError(UsageError):
    """Nobody of the course has this id."""

    code = "unknown-person"
    http_status = 404


class BadIdError(UsageError):
    """An id that could not be the name of a folder."""

    code = "bad-id"


class UnknownGroupError(UsageError):
    """No group of the course has this id."""

    code = "unknown-group"
    http_status = 404


class UnknownRecordError(UsageError):
    """There is no such extension, appeal or review."""

    code = "unknown-record"
    http_status = 404
