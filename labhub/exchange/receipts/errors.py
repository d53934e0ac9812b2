"""What can be wrong with a receipt or the key of receipts."""

from labhub.errors import ConfigurationError, LabhubError


class ReceiptKeyError(ConfigurationError):
    """The key of receipts cannot be read or made."""

    code = "receipt-key"


class ReceiptUnreadableError(LabhubError):
    """The file is no receipt of ours."""

    code = "receipt-unreadable"
    http_status = 422


class ReceiptInvalidError(LabhubError):
    """The receipt was changed, or another key signed it."""

    code = "receipt-invalid"
    http_status = 422
