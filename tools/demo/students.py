"""The demo class: who hands in what, and what it deserves.

Points are computed from the exercises that a hand-in solves, never copied from a run.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tools.demo import damage
from tools.demo.lab import Lab, Notebook


@dataclass(frozen=True)
class Deserved:
    """What grading has to find out."""

    points: float
    """Of the tests; what a person grades comes later."""
    refused: str = ""
    """The named status of a hand-in that cannot be read."""
    problem: str = ""
    """The named status of what went wrong while it ran."""
    repaired: bool = False
    late: bool = False


@dataclass(frozen=True)
class HandIn:
    """One student's hand-in."""

    student: str
    """The Hub name."""
    what: str
    """What is special about it, for the audience."""
    file_name: str
    content: bytes
    deserved: Deserved
    through_hub: bool = False
    """Handed in from the student's JupyterLab instead of being laid into the exchange."""


def demo_class(lab: Lab) -> list[HandIn]:
    """All hand-ins of the class."""
    return [*_good_ones(lab), *_damaged_ones(lab), *_hostile_ones(lab), *_unreadable_ones(lab)]


def _good_ones(lab: Lab) -> Iterable[HandIn]:
    half = lab.first(len(lab.exercises) // 2)
    yield _hand_in(lab, "ada", "solved everything", lab.exercises)
    yield _hand_in(lab, "bo", "got half-way", half)
    yield _hand_in(lab, "chen", "solved two exercises", lab.first(2))
    yield _hand_in(lab, "dana", "handed in the untouched lab", ())
    yield _hand_in(
        lab, "eli", "hands in late, from JupyterLab", lab.exercises, late=True, through_hub=True
    )


def _damaged_ones(lab: Lab) -> Iterable[HandIn]:
    everything = lab.exercises
    yield _hand_in(
        lab, "farah", "worked in Colab, which lost all marks of cells", everything,
        damage.colab_shaped, repaired=True,
    )  # fmt: skip
    yield _hand_in(
        lab, "goran", "deleted a test cell", everything, damage.without_a_test, repaired=True
    )
    yield _hand_in(
        lab, "hanna", "copied cells, ids and all", everything, damage.with_cells_twice,
        repaired=True,
    )  # fmt: skip
    yield _hand_in(
        lab, "ivo", "handed in 'Copy of ... (1).ipynb'", everything,
        file_name=f"Copy of {lab.name} (1).ipynb", repaired=True,
    )  # fmt: skip


def _hostile_ones(lab: Lab) -> Iterable[HandIn]:
    for student, what, code, problem in (
        ("jun", "kills the process", damage.EXIT, "process-died"),
        ("kim", "loops for ever", damage.LOOP, "cell-timeout"),
        ("lea", "fills all memory", damage.HOARD, "memory-limit"),
    ):
        spoil = damage.with_start(lab.last, code)
        yield _hand_in(
            lab, student, f"{what} in the last exercise", lab.exercises, spoil,
            costs=lab.last, problem=problem,
        )  # fmt: skip
    yield _hand_in(
        lab, "milo", "patches NumPy and swallows every exception", lab.first(1),
        damage.swallowing, repaired=True,
    )  # fmt: skip
    yield _hand_in(
        lab, "nora", "overwrote every test with 'pass'", lab.first(2),
        damage.with_tests_passed, repaired=True,
    )  # fmt: skip
    yield _hand_in(
        lab, "omar", "prints 7 MB", lab.exercises, damage.with_extra_cell(damage.FLOOD),
        problem="output-limit",
    )  # fmt: skip


def _unreadable_ones(lab: Lab) -> Iterable[HandIn]:
    name = f"{lab.name}.ipynb"
    pdf = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"
    yield HandIn("petra", "handed in a PDF", name, pdf, Deserved(0.0, refused="not-json"))
    yield HandIn("quinn", "handed in an empty file", name, b"", Deserved(0.0, refused="empty-file"))


def _hand_in(
    lab: Lab,
    student: str,
    what: str,
    solves: Iterable[str],
    spoil: Callable[[Notebook], Notebook] = lambda notebook: notebook,
    *,
    file_name: str = "",
    costs: str = "",
    problem: str = "",
    repaired: bool = False,
    late: bool = False,
    through_hub: bool = False,
) -> HandIn:
    """A hand-in that answers these exercises; `costs` is one whose points the damage takes."""
    exercises = tuple(solves)
    earned = [exercise for exercise in exercises if exercise != costs]
    return HandIn(
        student=student,
        what=what,
        file_name=file_name or f"{lab.name}.ipynb",
        content=_bytes(spoil(lab.solved(exercises))),
        deserved=Deserved(lab.worth(earned), "", problem, repaired, late),
        through_hub=through_hub,
    )


def _bytes(notebook: Notebook) -> bytes:
    return json.dumps(notebook, ensure_ascii=False).encode()
