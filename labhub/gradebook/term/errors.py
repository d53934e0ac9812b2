"""What cannot be told about a term."""

from labhub.errors import UsageError


class UnknownStudentError(UsageError):
    """No student of the course has this id."""

    code = "unknown-student"
    http_status = 404
