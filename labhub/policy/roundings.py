"""Exact numbers and named rounding: what a student reads is what was computed."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

HALF = Fraction(1, 2)


def exact(number: float | str | Decimal | Fraction) -> Fraction:
    """The number as a person wrote it: the float 0.1 is one tenth, not the nearest binary.

    >>> exact(0.1) + exact(0.2) == exact(0.3)
    True
    """
    return Fraction(repr(number)) if isinstance(number, float) else Fraction(number)


class RoundingRule(StrEnum):
    """What happens between two neighbours."""

    HALF_UP = "half-up"
    """To the nearer one; from the middle upwards, as people are taught."""
    HALF_EVEN = "half-even"
    """To the nearer one; from the middle to the even one, as banks do."""
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True)
class Rounding:
    """A rule and the number of decimal places. Applied once, at the very end."""

    rule: RoundingRule = RoundingRule.HALF_UP
    places: int = 0

    def apply(self, value: Fraction) -> Decimal:
        """The rounded value, which must not be negative.

        >>> Rounding().apply(Fraction("89.5")), Rounding(RoundingRule.DOWN).apply(Fraction("89.9"))
        (Decimal('90'), Decimal('89'))
        """
        whole, rest = divmod(value * 10**self.places, 1)
        return Decimal(whole + self._step(whole, rest)).scaleb(-self.places)

    def _step(self, whole: int, rest: Fraction) -> int:
        match self.rule:
            case RoundingRule.HALF_UP:
                return int(rest >= HALF)
            case RoundingRule.HALF_EVEN:
                return int(rest > HALF or (rest == HALF and whole % 2 == 1))
            case RoundingRule.UP:
                return int(rest > 0)
            case RoundingRule.DOWN:
                return 0

    @property
    def words(self) -> str:
        """The rule for a sentence that begins with "rounded"."""
        if self.places == 0:
            return f"{self.rule} to a whole number"
        return f"{self.rule} to {self.places} decimal place{'s' if self.places > 1 else ''}"


def say_number(value: Fraction) -> str:
    """The number in decimals, marked where it goes on for ever.

    >>> say_number(Fraction("12.50")), say_number(Fraction(100, 3))
    ('12.5', '≈33.3333')
    """
    scaled = value * 10**4
    text = f"{float(value):.4f}".rstrip("0").rstrip(".")
    return text if scaled.denominator == 1 else f"≈{text}"
