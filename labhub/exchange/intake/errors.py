"""What makes a handed-in file unreadable: one class per named status.

They are raised while a file is read and end as a status of that notebook: the batch goes on.
The message is the sentence that the student reads; it says what to do next.
"""

from labhub.errors import ConfigurationError, LabhubError


class IntakeError(LabhubError):
    """A handed-in notebook that cannot be graded as it is."""

    http_status = 422


class MissingNotebookError(IntakeError):
    """No file of the hand-in is this notebook, neither by name nor by content."""

    code = "missing-notebook"


class LinkOutsideError(IntakeError):
    """The file is a link to a place outside the handed-in folder."""

    code = "link-outside"


class NotAFileError(IntakeError):
    """A folder, pipe, socket or device stands in place of the file."""

    code = "not-a-file"


class UnreadableFileError(IntakeError):
    """The operating system refuses to read the file."""

    code = "unreadable-file"


class EmptyFileError(IntakeError):
    """The file holds no bytes, or white space only."""

    code = "empty-file"


class TooLargeError(IntakeError):
    """The file has more bytes, values or cells than a notebook needs."""

    code = "too-large"


class NotJsonError(IntakeError):
    """The file is not JSON text: cut short, another kind of file, or conflict markers in it."""

    code = "not-json"


class TooDeepError(IntakeError):
    """The JSON of the file is nested deeper than any notebook is."""

    code = "too-deep"


class NotANotebookError(IntakeError):
    """The file is JSON, but no Jupyter notebook."""

    code = "not-a-notebook"


class Nbformat3Error(IntakeError):
    """The file is a notebook of format 3 or older."""

    code = "nbformat-3"


class NewerNbformatError(IntakeError):
    """The file is a notebook of a format that does not exist yet."""

    code = "newer-nbformat"


class WrongKernelError(IntakeError):
    """The notebook ran in another language than the lab's."""

    code = "wrong-kernel"


class ReleaseOutOfStepError(ConfigurationError):
    """The released notebook and the course's table of cells do not belong together."""

    code = "release-out-of-step"
