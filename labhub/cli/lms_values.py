"""What a learning system is told about a student's items."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labhub.gradebook.term.finals import Final

TOTAL = "total"
"""Stands for the final percentage where an item's id is expected."""


def value_of(final: "Final", item: str) -> str:
    """The cell of an item; empty while it, or for the percentage anything, is not marked."""
    if item == TOTAL:
        return str(final.grade.percent) if final.complete else ""
    found = final.grade.items[item]
    if found.state in ("pending", "excused"):
        return ""
    return f"{float(found.share * found.item.points):.2f}".rstrip("0").rstrip(".")
