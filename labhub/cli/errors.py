"""What the command line refuses before anything is done."""

from labhub.errors import ConfigurationError, UsageError


class BadTimeError(UsageError):
    """An option names a time that cannot be read, or that has no offset from UTC."""

    code = "bad-time"


class BadWordsError(UsageError):
    """Options are missing, or do not fit together."""

    code = "bad-words"


class BadCsvError(UsageError):
    """A CSV file cannot be read, lacks a column or has a row that makes no sense."""

    code = "bad-csv"


class LtiExtraMissingError(ConfigurationError):
    """The extra `lti` is not installed."""

    code = "lti-extra"
