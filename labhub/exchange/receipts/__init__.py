"""Receipts: signed proofs of what was handed in and when, readable and checkable without us."""

from labhub.exchange.receipts.keys import ReceiptKey, ensure_key
from labhub.exchange.receipts.receipt import Receipt, verify

__all__ = ["Receipt", "ReceiptKey", "ensure_key", "verify"]
