"""The fields of the form that gives a mark."""

from pydantic import BaseModel, Field

from labhub.gradebook.marking import NewMark
from labhub.service.errors import BadRequestError


class MarkFields(BaseModel):
    """What the form of one mark sends. `level` and `phrase` are buttons: a row of the rubric, a
    comment of the palette."""

    exercise: str = Field(max_length=64)
    answer: str = Field(max_length=16)
    cell: str = Field(max_length=128)
    seen: str = Field(max_length=32)
    points: str = Field(default="", max_length=16)
    extra: str = Field(default="", max_length=16)
    comment: str = Field(default="", max_length=20_000)
    reason: str = Field(default="", max_length=2000)
    level: str = Field(default="", max_length=16)
    phrase: str = Field(default="", max_length=2000)
    back: str = Field(default="", max_length=2000)
    form_token: str = Field(default="", max_length=256)

    @property
    def mark(self) -> NewMark:
        """The mark that these fields mean. Raises `BadRequestError`."""
        said = [each.strip() for each in (self.comment, self.phrase) if each.strip()]
        return NewMark(
            number_in(self.level or self.points),
            "\n\n".join(said),
            number_in(self.extra) or 0.0,
            self.reason.strip(),
        )


def number_in(text: str) -> float | None:
    """The number in a field of a form, with a point or a comma; None for an empty one.

    >>> number_in("2,5"), number_in("")
    (2.5, None)
    """
    if not text.strip():
        return None
    try:
        found = float(text.strip().replace(",", "."))
    except ValueError:
        found = float("nan")
    if not -1e6 < found < 1e6:
        raise BadRequestError(f"'{text[:16]}' is no number of points.", hint="For example: 2.5")
    return found
