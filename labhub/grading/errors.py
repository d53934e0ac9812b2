"""What goes wrong at the border between the examiner and a student's process."""

from labhub.errors import LabhubError


class BorderError(LabhubError):
    """Something at the border between two processes of grading did not work."""

    code = "border"


class ProtocolError(BorderError):
    """The other process sent bytes that no honest process of ours would send."""

    code = "protocol"


class PeerGoneError(BorderError):
    """The other process has ended, or closed its end of the socket."""

    code = "peer-gone"


class ChannelTimeoutError(BorderError):
    """The other process sent no whole message, or took none, within the time given."""

    code = "channel-timeout"


class TooLargeError(BorderError):
    """A value has more bytes, elements or levels than may cross the border at once."""

    code = "value-too-large"


class NotByValueError(BorderError):
    """A value is of a kind that cannot be copied to another process."""

    code = "not-by-value"


class NotSplittableError(BorderError):
    """A test cell asks for what cannot be done with an object in another process.

    The message says what was asked, the hint what to write instead.
    """

    code = "not-splittable"
