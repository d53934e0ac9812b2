"""What can be wrong with a Hub before it starts, and while it comes up."""

from labhub.errors import ConfigurationError, LabhubError, PolicyError, UsageError


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


class BadStartError(UsageError):
    """A server was asked for with options that do not exist."""

    code = "bad-start-options"


class LabNotOfferedError(PolicyError):
    """The lab is not one of those that this person may start."""

    code = "lab-not-offered"


class GpuRefusedError(PolicyError):
    """The GPUs are booked for others, and waiting would be in vain."""

    code = "gpu-booked"


class GpuQueueFullError(PolicyError):
    """Too many people wait for a GPU."""

    code = "gpu-queue-full"
    http_status = 503


class GpuWaitOverError(PolicyError):
    """No GPU became free in the time that somebody waits at most."""

    code = "gpu-wait-over"
    http_status = 503


class GpuMissingError(ConfigurationError):
    """The Hub has no GPU of the size that the lab needs."""

    code = "gpu-missing"
    http_status = 503


class DataFolderMissingError(ConfigurationError):
    """The folder of shared data is not there."""

    code = "data-folder-missing"
    http_status = 503


class ImageMissingError(ConfigurationError):
    """The container image of a lab is not there."""

    code = "image-missing"
    http_status = 503


class UnknownDataSetError(UsageError):
    """A data set was named that the labs do not know."""

    code = "unknown-data-set"


class DataFolderUnusableError(ConfigurationError):
    """The folder of shared data cannot be written, or has too little room."""

    code = "data-folder-unusable"


class DataUnavailableError(LabhubError):
    """No mirror and no copy gave a data set whole."""

    code = "data-unavailable"
