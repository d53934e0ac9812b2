"""All attacks, by class."""

from tests.integrity.attacks import (
    border,
    escape,
    exhaust,
    forge,
    frames,
    malformed,
    mislead,
    steal,
    tamper,
    values,
)
from tests.integrity.attacks.model import Attack

CLASSES: dict[str, list[Attack]] = {
    "forge a result": [*forge.ATTACKS, *values.ATTACKS],
    "steal a hidden test": steal.ATTACKS,
    "deceive at the border": [*border.ATTACKS, *frames.ATTACKS],
    "tamper with files or others": tamper.ATTACKS,
    "escape": escape.ATTACKS,
    "exhaust a resource": exhaust.ATTACKS,
    "malformed file": malformed.ATTACKS,
    "mislead the human reader": mislead.ATTACKS,
}
"""Class of attack to its attacks, in the order of the table that `make integrity` prints."""


def all_attacks() -> list[Attack]:
    """Every attack, class by class."""
    return [attack for attacks in CLASSES.values() for attack in attacks]
