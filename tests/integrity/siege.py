"""One siege: a course, all attacks and the honest neighbours in one batch, graded and judged."""

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integrity import judge
from tests.integrity.attacks.model import EXERCISES, POINTS, Attack
from tests.integrity.course import HONEST, attack_with, hand_in, listening, make_course, run
from tests.integrity.judge import Finding
from tests.integrity.lab import ASSIGNMENT, answered

TIMEOUT_S = 60
"""Wall seconds that one hostile hand-in may take."""


@dataclass(frozen=True)
class Report:
    """What a grader made of the attacks."""

    findings: tuple[Finding, ...]
    seconds: dict[str, float]
    """Student to wall seconds, where the grader says it."""
    wall_s: float

    def of(self, student: str) -> list[str]:
        """What went wrong with one hand-in."""
        return [f.what for f in self.findings if f.student == student]


@contextmanager
def _besieged_course(attacks: list[Attack]) -> Iterator[tuple[Path, list[bytes]]]:
    with (
        tempfile.TemporaryDirectory(prefix="siege-", dir=Path.cwd() / ".cache") as name,
        listening() as ear,
    ):
        course = Path(name)
        released = make_course(course)
        for student, (answers, _) in HONEST.items():
            hand_in(course, student, answered(released, answers))
        for attack in attacks:
            attack_with(course, attack, released, ear.port)
        yield course, ear.heard


def expected_marks(attacks: list[Attack]) -> dict[str, dict[str, float]]:
    """Student to exercise to the points that each hand-in deserves."""
    full = dict.fromkeys(EXERCISES, POINTS)
    honest = {
        "honest-a": full,
        "honest-b": full,
        "honest-half": {**full, "mean": 0.0, "count": 1.5},
    }
    return {**honest, **{attack.student: attack.deserved for attack in attacks}}


def besiege_labhub(attacks: list[Attack]) -> Report:
    """Grades all attacks with labhub in one batch and judges what came of it."""
    Path(".cache").mkdir(exist_ok=True)
    with _besieged_course(attacks) as (course, heard):
        start = time.perf_counter()
        graded = run(
            ["labhub", "autograde", ASSIGNMENT, "--course-dir", str(course),
             "--timeout", str(TIMEOUT_S), "--json"],
            course, timeout_s=3600,
        )  # fmt: skip
        wall_s = time.perf_counter() - start
        outcomes = json.loads(graded.stdout)["outcomes"] if graded.stdout.strip() else []
        pages = run(
            ["labhub", "generate-feedback", ASSIGNMENT, "--course-dir", str(course)], course
        )
        findings = [*_judge(course, attacks, {o["student"]: o for o in outcomes})]
        if graded.returncode:
            findings.append(
                Finding("(grader)", f"exit {graded.returncode}: {graded.stderr[-1500:]}")
            )
        if pages.returncode:
            findings.append(
                Finding("(feedback)", f"exit {pages.returncode}: {pages.stderr[-1500:]}")
            )
        findings += [Finding("(network)", f"heard {data!r}") for data in heard]
        return Report(tuple(findings), {o["student"]: o["wall_s"] for o in outcomes}, wall_s)


def _judge(
    course: Path, attacks: list[Attack], outcomes: dict[str, dict[str, Any]]
) -> Iterator[Finding]:
    for finding in judge.judge_marks(course, expected_marks(attacks)):
        yield Finding(finding.student, f"{finding.what}{_why(outcomes.get(finding.student, {}))}")
    yield from judge.judge_status({s: str(o["standing"]) for s, o in outcomes.items()}, attacks)
    yield from judge.judge_secrets(course)
    yield from judge.judge_bait(course)
    yield from judge.judge_pages(course)
    for attack in attacks:
        seconds = float(str(outcomes.get(attack.student, {}).get("wall_s", 0)))
        if seconds > TIMEOUT_S + 5:
            yield Finding(attack.student, f"took {seconds:.0f} s of {TIMEOUT_S}")


def _why(outcome: dict[str, Any]) -> str:
    """What the grader says about a hand-in, for the reader of a failure."""
    codes = ", ".join(problem["code"] for problem in outcome.get("problems", ()))
    return f" ({codes})" if codes else ""


def besiege_nbgrader(attacks: list[Attack]) -> dict[str, list[str]]:
    """Grades each attack alone with plain nbgrader, and says what went wrong with each.

    Each has a course of its own, since one attack stops or spoils the batch of the others. In it
    the honest neighbours are graded already, so that only the attack takes time.
    """
    verdicts = {}
    with _besieged_course([]) as (clean, _):
        run(["nbgrader", "autograde", ASSIGNMENT], clean, timeout_s=300)
        run(["nbgrader", "generate_feedback", ASSIGNMENT], clean, timeout_s=300)
        for attack in attacks:
            with tempfile.TemporaryDirectory(prefix="plain-", dir=Path.cwd() / ".cache") as name:
                verdicts[attack.student] = _plain(attack, clean, Path(name) / "course")
            print(f"plain nbgrader: {attack.name}", verdicts[attack.student], file=sys.stderr)
    return verdicts


def _plain(attack: Attack, clean: Path, course: Path) -> list[str]:
    import nbformat

    shutil.copytree(clean, course, symlinks=True)
    released = nbformat.read(course / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", as_version=4)
    attack_with(course, attack, released, 9)
    try:
        run(
            ["nbgrader", "autograde", ASSIGNMENT, "--ExecutePreprocessor.timeout=10",
             "--ExecutePreprocessor.interrupt_on_timeout=True"],
            course, timeout_s=90,
        )  # fmt: skip
        run(["nbgrader", "generate_feedback", ASSIGNMENT], course, timeout_s=90)
    except Exception as error:  # the grader hangs: that is the finding
        return [type(error).__name__]
    found = [
        *judge.judge_marks(course, expected_marks([attack])),
        *judge.judge_secrets(course),
        *judge.judge_bait(course),
        *judge.judge_pages(course),
    ]
    mine = [f.what for f in found if f.student in (attack.student, "(bait)")]
    others = sum(f.student.startswith("honest") and "points" in f.what for f in found)
    return [*mine, *([f"{others} marks of others changed"] if others else [])]
