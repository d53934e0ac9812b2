"""What the service refuses before a route runs, and what can be wrong with its surroundings."""

from labhub.errors import ConfigurationError, LabhubError, PolicyError, UsageError


class NotLoggedInError(LabhubError):
    """A request that needs to know who asks came without a login."""

    code = "not-logged-in"
    http_status = 401


class BadTokenError(LabhubError):
    """The Hub does not know the token of a request, or it has expired."""

    code = "bad-token"
    http_status = 401


class NotYourCourseError(PolicyError):
    """Who asks has no part in this course, or there is no such course."""

    code = "not-your-course"


class RoleNeededError(PolicyError):
    """The role of who asks does not go far enough for this."""

    code = "role-needed"


class ServiceAccessError(PolicyError):
    """The token, or the person, may not use this service at all."""

    code = "service-access"


class FormTokenError(PolicyError):
    """A form was sent without its token: by another site, or after a new login."""

    code = "form-token"


class LoginStateError(PolicyError):
    """A login comes back from the Hub that this browser did not begin, or too late."""

    code = "login-state"


class HubUnreachableError(LabhubError):
    """The Hub does not say who asks."""

    code = "hub-unreachable"
    http_status = 502


class BadRequestError(UsageError):
    """A part of the request is not of the form that the route asks for."""

    code = "bad-request"
    http_status = 422


class BadUploadError(UsageError):
    """The body of an upload cannot be read: no multipart form, or cut short."""

    code = "bad-upload"


class BodyTooLargeError(UsageError):
    """The body of a request is larger than any that the route takes."""

    code = "body-too-large"
    http_status = 413


class NothingHereError(UsageError):
    """There is nothing at this address, or nothing that who asks may see."""

    code = "nothing-here"
    http_status = 404


class MethodNotAllowedError(UsageError):
    """The address exists, but not for this HTTP method."""

    code = "method-not-allowed"
    http_status = 405


class CourseUnavailableError(LabhubError):
    """The course cannot be opened: its files or its database are not in order."""

    code = "course-unavailable"
    http_status = 503


class InternalError(LabhubError):
    """The service met something it was not prepared for; its log has the details."""

    code = "internal"


class ServiceSettingsError(ConfigurationError):
    """The service cannot start with these settings."""

    code = "service-settings"
