"""Why a hand-in is not taken: one class per reason. Nothing of it is kept then."""

from labhub.errors import PolicyError, UsageError


class NotEnrolledError(PolicyError):
    """The course has no such student, or the student has left it."""

    code = "not-enrolled"


class NotExpectedError(PolicyError):
    """The student is excused from this assignment."""

    code = "not-expected"


class NotReleasedError(PolicyError):
    """The assignment has not been released yet."""

    code = "not-released"


class HandInClosedError(PolicyError):
    """The last date is over; nothing is accepted any more."""

    code = "hand-in-closed"


class VersionWithdrawnError(PolicyError):
    """The version that was worked on has been withdrawn."""

    code = "version-withdrawn"
    http_status = 409


class AttemptsUsedUpError(PolicyError):
    """The assignment limits how often one may hand in, and that often it was done."""

    code = "attempts-used-up"
    http_status = 429


class NothingHandedInError(UsageError):
    """There is no file in it."""

    code = "nothing-handed-in"
    http_status = 422


class HandInTooLargeError(UsageError):
    """A file, or all files together, are larger than the course takes."""

    code = "hand-in-too-large"
    http_status = 413


class TooManyFilesError(UsageError):
    """There are more files than the course takes."""

    code = "too-many-files"
    http_status = 413


class PathInNameError(UsageError):
    """The name of a file leads to another place, or could not be a file's name."""

    code = "path-in-name"
    http_status = 422


class NameTwiceError(UsageError):
    """Two files have the same name."""

    code = "name-twice"
    http_status = 422


class NoNotebookError(UsageError):
    """None of the files can be read as a notebook of the assignment."""

    code = "no-notebook"
    http_status = 422


class WrongAssignmentError(UsageError):
    """The notebook belongs to another assignment."""

    code = "wrong-assignment"
    http_status = 422


class BundleDamagedError(UsageError):
    """A bundle of `nnlab.handin` does not hold what it says."""

    code = "bundle-damaged"
    http_status = 422


class NothingToReleaseError(UsageError):
    """There is no student version in the folder `release/`."""

    code = "nothing-to-release"
    http_status = 409
