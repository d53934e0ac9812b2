"""Brings a newer version of a lab and a student's own work together, cell by cell."""

from labhub.exchange.merge.notebooks import Merged, merge_notebooks
from labhub.exchange.merge.report import Change, ChangeKind

__all__ = ["Change", "ChangeKind", "Merged", "merge_notebooks"]
