"""Hands in, fetches and collects through the hand-in service, from any machine."""

from labhub.exchange.client.configured import Account, account, is_configured
from labhub.exchange.client.service import GivenReceipt, Service

__all__ = ["Account", "GivenReceipt", "Service", "account", "is_configured"]
