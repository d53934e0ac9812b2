"""What is not taken as a part of a project."""

from labhub.errors import PolicyError, UsageError


class PartRefusedError(PolicyError):
    """The item does not accept this kind of part, or not one so large."""

    code = "project-part-refused"
    http_status = 422


class ProjectClosedError(PolicyError):
    """The item's due date is over."""

    code = "project-closed"


class BadLinkError(UsageError):
    """A link that no browser would follow."""

    code = "bad-link"
