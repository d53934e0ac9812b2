"""`validate`: runs a notebook with nbgrader's own validator, as the button in JupyterLab does."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.validator import Validator

from labhub.gradebook.errors import NotebookMissingError


@dataclass(frozen=True)
class ValidationReport:
    """What nbgrader's validator found in one notebook."""

    path: str
    changed_types: tuple[str, ...] = ()
    """Sources of cells that turned from code to text or back."""
    changed: tuple[str, ...] = ()
    """Sources of test cells that were edited."""
    failed: tuple[tuple[str, str], ...] = ()
    """Sources and errors of cells that failed."""

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.changed_types or self.changed or self.failed)

    @property
    def summary(self) -> str:
        """One line for people."""
        if self.passed:
            return "all tests pass"
        counts = {
            "changed from code to text or back": len(self.changed_types),
            "edited although locked": len(self.changed),
            "failed": len(self.failed),
        }
        return ", ".join(f"{count} {what}" for what, count in counts.items() if count)

    @property
    def rows(self) -> list[tuple[str, str]]:
        """First line of the cell, and what is wrong with it."""
        return [
            *((_first_line(source), "its type has changed") for source in self.changed_types),
            *((_first_line(source), "it was edited") for source in self.changed),
            *((_first_line(source), _last_line(error)) for source, error in self.failed),
        ]


def validate_notebook(path: Path) -> ValidationReport:
    """Run a notebook and its visible tests, in a kernel of its own.

    Raises `NotebookMissingError` where there is no such file.
    """
    if not path.is_file():
        raise NotebookMissingError(f"There is no notebook {path}.")
    found: dict[str, list[dict[str, Any]]] = Validator().validate(str(path.resolve()))
    return ValidationReport(
        path=str(path),
        changed_types=tuple(cell["source"] for cell in found.get("type_changed", [])),
        changed=tuple(cell["source"] for cell in found.get("changed", [])),
        failed=tuple((cell["source"], cell["raw_error"]) for cell in found.get("failed", [])),
    )


def _first_line(text: str) -> str:
    return text.strip().split("\n", 1)[0]


def _last_line(text: str) -> str:
    return text.strip().rsplit("\n", 1)[-1]
