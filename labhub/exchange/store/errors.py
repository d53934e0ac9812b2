"""What can go wrong with the course's memory."""

from labhub.errors import ConfigurationError, LabhubError, UsageError


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


class DiskFullError(LabhubError):
    """There is no room for what came in; nothing of it was kept."""

    code = "disk-full"
    http_status = 507


class StoreBusyError(LabhubError):
    """Others have kept the database busy for too long; nothing was written."""

    code = "store-busy"
    http_status = 503


class BlobMissingError(LabhubError):
    """The bytes of a file that the database knows are not there."""

    code = "blob-missing"


class BlobCorruptError(LabhubError):
    """The bytes of a file are not those that were put there."""

    code = "blob-corrupt"


class UnknownVersionError(UsageError):
    """No version of the assignment has this number."""

    code = "unknown-version"
    http_status = 404


class UnknownSubmissionError(UsageError):
    """No hand-in has this number."""

    code = "unknown-submission"
    http_status = 404


class UnknownJobError(UsageError):
    """No job has this number."""

    code = "unknown-job"
    http_status = 404


class JobLostError(LabhubError):
    """Another worker has taken the job over, because this one was not heard of for long."""

    code = "job-lost"


class BackupExistsError(UsageError):
    """Something lies where the backup should go."""

    code = "backup-exists"


class BackupUnreadableError(LabhubError):
    """The folder is no backup, or it is not whole."""

    code = "backup-unreadable"


class StoreNotEmptyError(LabhubError):
    """Restoring would write over a store that holds something."""

    code = "store-not-empty"
