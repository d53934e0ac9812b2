"""What can go wrong between a learning system and labhub. No message holds a token or a key."""

from labhub.errors import ConfigurationError, LabhubError


class LaunchRefusedError(LabhubError):
    """A sign-in that does not come from the course's learning system."""

    http_status = 401


class LtiLoginError(LaunchRefusedError):
    """A request to begin a sign-in names another platform, client or deployment."""

    code = "lti-login"
    http_status = 400


class LtiStateError(LaunchRefusedError):
    """A launch belongs to no sign-in that was begun here, or to one that was used or is too old."""

    code = "lti-state"


class LtiSignatureError(LaunchRefusedError):
    """A launch is not signed by a key of the platform."""

    code = "lti-signature"


class LtiIssuerError(LaunchRefusedError):
    """A launch comes from another platform."""

    code = "lti-issuer"


class LtiAudienceError(LaunchRefusedError):
    """A launch is meant for another tool."""

    code = "lti-audience"


class LtiExpiredError(LaunchRefusedError):
    """A launch is too old, or from the future."""

    code = "lti-expired"


class LtiNonceError(LaunchRefusedError):
    """A launch does not carry the nonce of its sign-in."""

    code = "lti-nonce"


class LtiDeploymentError(LaunchRefusedError):
    """A launch comes from another deployment of the tool."""

    code = "lti-deployment"


class LtiMessageError(LaunchRefusedError):
    """A launch lacks a claim, or is no resource link launch of LTI 1.3."""

    code = "lti-message"


class LtiSettingsError(ConfigurationError):
    """course.toml names no learning system, or not enough of it."""

    code = "lti-settings"


class LtiKeyError(ConfigurationError):
    """The tool's private key cannot be read, or others can read it."""

    code = "lti-key"


class LtiUnreachableError(LabhubError):
    """The platform does not answer, even when asked again."""

    code = "lti-unreachable"
    http_status = 502


class LtiRefusedError(LabhubError):
    """The platform refuses a request of labhub."""

    code = "lti-refused"
    http_status = 502


class LtiAnswerError(LabhubError):
    """The platform's answer is none that LTI knows."""

    code = "lti-answer"
    http_status = 502
