"""The form that a reviewer fills in: a text file with a row for every question of the rubric."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from labhub.course.rule_model import FormRow
from labhub.exchange.peer.errors import BadFormError
from labhub.policy.roundings import exact, say_number

HEAD = re.compile(r"^## \[(?P<id>[A-Za-z0-9_.-]+)\]")
POINTS = re.compile(r"^Points(?: \(0 to [^)]*\))?:\s*(?P<points>.*?)\s*$", re.IGNORECASE)
REMARKS = "remarks"
FORM_BYTES = 1 << 20
"""The largest form that is read."""
HINT = "Write a number after 'Points:', and leave the other words of the form as they are."


@dataclass(frozen=True)
class FilledForm:
    """Points by row, and everything that was written."""

    points: Mapping[str, Fraction]
    text: str

    def share(self, rows: Sequence[FormRow]) -> Fraction:
        """The points as a share of all there are."""
        most = sum((exact(row.points) for row in rows), Fraction(0))
        return sum(self.points.values(), Fraction(0)) / most


def empty_form(work: str, rows: Iterable[FormRow], until: str) -> str:
    """The form as a reviewer gets it. `until` says when it must be back, in words."""
    lines = [
        f"# Review of {work}",
        "",
        f"Hand this file in before {until}. Be specific and kind; do not say who you are.",
        "",
    ]
    for row in rows:
        lines += [f"## [{row.id}] {row.title}", ""]
        lines += [f"Points (0 to {say_number(exact(row.points))}):", "", "Why:", "", ""]
    lines += [f"## [{REMARKS}] What else should the authors know?", "", ""]
    return "\n".join(lines)


def read_form(text: str, rows: Sequence[FormRow], name: str) -> FilledForm:
    """What a reviewer filled in; `name` stands in the errors.

    Raises `BadFormError` where points are missing, no number, or too many.
    """
    said, points = _sections(text), {}
    for row in rows:
        if row.id not in said:
            _refuse(name, f"the part '## [{row.id}]' is missing")
        points[row.id] = _points(said[row.id], row, name)
    words = [_words(lines) for key, lines in said.items() if key == REMARKS or key in points]
    return FilledForm(points, "\n\n".join(each for each in words if each))


def _sections(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in text.splitlines():
        if head := HEAD.match(line):
            current = found.setdefault(head["id"], [])
        else:
            current.append(line)
    return found


def _points(lines: Iterable[str], row: FormRow, name: str) -> Fraction:
    given = [match["points"] for line in lines if (match := POINTS.match(line))]
    most = exact(row.points)
    try:
        points = Fraction(given[0].replace(",", ".")) if given else Fraction(-1)
    except (ValueError, ZeroDivisionError):
        points = Fraction(-1)
    if not 0 <= points <= most:
        shown = f"'{given[0]}'" if given and given[0] else "nothing"
        _refuse(name, f"[{row.id}] says {shown}; expected points from 0 to {say_number(most)}")
    return points


def _words(lines: Iterable[str]) -> str:
    kept = [line for line in lines if not POINTS.match(line)]
    return re.sub(r"^Why:[ \t]*", "", "\n".join(kept).strip()).strip()


def _refuse(name: str, what: str) -> None:
    raise BadFormError(f"{name}: {what}.", hint=HINT)
