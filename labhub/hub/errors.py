"""What can be wrong with a Hub before it starts, and while it comes up."""

from labhub.errors import ConfigurationError, LabhubError


class HubSettingsError(ConfigurationError):
    """hub.toml says something that cannot be."""

    code = "hub-settings-invalid"


class DemoLoginsPublicError(ConfigurationError):
    """Demo logins were asked for on an address that other machines can reach."""

    code = "demo-logins-public"


class ProxyMissingError(ConfigurationError):
    """The proxy program, or the node that runs it, is not on this machine."""

    code = "proxy-missing"


class HubStartError(LabhubError):
    """The Hub ended, or did not answer in time, while it was starting."""

    code = "hub-start-failed"
