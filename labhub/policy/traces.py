"""Why a verdict or a mark came out as it did: a list of steps, each a rule with a sentence."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Step:
    """One rule that had a say.

    `rule` is a kebab-case name for programs, `words` a whole sentence for people, `at` the moment
    the rule speaks of, in UTC, where there is one.
    """

    rule: str
    words: str
    at: datetime | None = None


Trace = tuple[Step, ...]


def sentence(trace: Trace) -> str:
    """The steps as running text, in order.

    >>> sentence((Step("due", "Lab 1 is due today."), Step("grace", "Tomorrow will do.")))
    'Lab 1 is due today. Tomorrow will do.'
    """
    return " ".join(step.words for step in trace)
