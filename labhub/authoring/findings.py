"""What a check has to say to an author: a code, a place, a sentence, and what to do."""

from dataclasses import asdict, dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Whether a finding makes `labhub check` fail."""

    ERROR = "error"
    ADVICE = "advice"


@dataclass(frozen=True)
class Finding:
    """One thing an author should know.

    `place` names file and cell (`lab1.ipynb: l1e03-t1`, `checks/lab1/softmax.py:12`).
    """

    code: str
    place: str
    sentence: str
    hint: str = ""
    severity: Severity = Severity.ERROR

    @property
    def is_error(self) -> bool:
        """Whether the finding makes a check fail."""
        return self.severity is Severity.ERROR

    def as_dict(self) -> dict[str, str]:
        """The finding as plain JSON data."""
        return {key: str(value) for key, value in asdict(self).items()}


def advice(code: str, place: str, sentence: str, hint: str = "") -> Finding:
    """A finding that informs and does not make a check fail."""
    return Finding(code, place, sentence, hint, Severity.ADVICE)


def has_errors(findings: tuple[Finding, ...]) -> bool:
    """Whether any of the findings makes a check fail."""
    return any(finding.is_error for finding in findings)
