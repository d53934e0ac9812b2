"""Takes out of a hand-in who made it, before peers read it."""

from labhub.exchange.anonymise.identities import Identity, Scrubber
from labhub.exchange.anonymise.notebooks import anonymised

__all__ = ["Identity", "Scrubber", "anonymised"]
