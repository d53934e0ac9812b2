"""What grading found, beside what the hand-in deserves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tools.demo.students import HandIn


@dataclass(frozen=True)
class Verdict:
    """One line of the summary."""

    hand_in: HandIn
    points: float
    refused: str
    problems: tuple[str, ...]
    sentence: str
    """Why, in the words that the student reads."""
    repaired: bool
    late: bool
    open_points: float
    """What a person has still to grade."""

    @property
    def status(self) -> str:
        """In a word or two."""
        words = [self.refused or ", ".join(self.problems), "late" if self.late else ""]
        if self.repaired and not self.refused:
            words.append("repaired")
        return ", ".join(filter(None, words)) or "ok"

    @property
    def mistakes(self) -> tuple[str, ...]:
        """Where grading and deserts part; empty when all is well."""
        deserved = self.hand_in.deserved
        compared = {
            "points": (round(self.points, 6), round(deserved.points, 6)),
            "refused": (self.refused, deserved.refused),
            "problems": (self.problems, (deserved.problem,) if deserved.problem else ()),
            "repaired": (self.repaired, deserved.repaired),
            "late": (self.late, deserved.late),
        }
        return tuple(
            f"{self.hand_in.student}: {name} {found!r}, deserved {right!r}"
            for name, (found, right) in compared.items()
            if found != right
        )


def verdicts(hand_ins: Iterable[HandIn], outcomes: Iterable[Mapping[str, Any]]) -> list[Verdict]:
    """The class in its order, each with what `labhub autograde --json` says about it."""
    by_student = {outcome["student"]: outcome for outcome in outcomes}
    return [_verdict(each, by_student[each.student]) for each in hand_ins]


def _verdict(hand_in: HandIn, outcome: Mapping[str, Any]) -> Verdict:
    problems = outcome["problems"]
    refused = outcome["standing"] == "refused"
    codes = tuple(dict.fromkeys(problem["code"] for problem in problems))
    return Verdict(
        hand_in=hand_in,
        points=outcome["score"],
        refused=codes[0] if refused else "",
        problems=() if refused else codes,
        sentence=problems[0]["sentence"] if problems else "",
        repaired=bool(outcome["repaired"]),
        late=outcome["seconds_late"] > 0,
        open_points=0.0,
    )
