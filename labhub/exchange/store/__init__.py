"""The course's memory beside the gradebook: people, groups, grants, reviews, projects, events.

A database of its own, `labhub.db` in the course's folder (SQLite with a write-ahead log) or one
that a URL names. Writing happens in transactions; whatever changes leaves an event that nobody
changes any more.
"""

from labhub.exchange.store.engine import Store, open_store

__all__ = ["Store", "open_store"]
