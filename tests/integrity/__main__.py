"""`make integrity`: the table of all attacks, plain nbgrader beside labhub.

    python -m tests.integrity [--labhub-only] [--plain-only] [--part=1/2] [WORD...]

Words choose the attacks whose name holds one of them; `--part=1/2` every second one of those, so
that the slow column of plain nbgrader can be made in parts. `--plain-only` leaves out labhub's.
"""

import re
import sys
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from tests.integrity.attacks import CLASSES
from tests.integrity.siege import Report, besiege_labhub, besiege_nbgrader

TAKES_THE_MACHINE = "not run: would take the machine down"
BOMBS = {"exhaust a resource"}
MARK = re.compile(r"\w+: (\S+) points, deserves (\S+)").match
KINDS: dict[str, Callable[[str], bool]] = {
    "gave undeserved points": lambda t: bool((m := MARK(t)) and float(m[1]) > float(m[2])),
    "took deserved points": lambda t: bool((m := MARK(t)) and float(m[1]) < float(m[2])),
    "showed hidden text": lambda t: "CANARY" in t or " in feedback" in t or " in autograded" in t,
    "showed active content": lambda t: t.startswith("active content"),
    "changed the marks of others": lambda t: "marks of others" in t,
    "stopped the grader": lambda t: t.endswith(("Expired", "Error")),
}
"""What a finding is, by its words."""


def main(words: list[str]) -> int:
    """Prints the table; the exit code says whether labhub stood."""
    alone, others = "--labhub-only" in words, "--plain-only" in words
    place, parts = _part(words)
    wanted = [word for word in words if not word.startswith("--")]
    chosen = {
        kind: [a for a in attacks if not wanted or any(w in a.name for w in wanted)][place::parts]
        for kind, attacks in CLASSES.items()
    }
    attacks = [a for group in chosen.values() for a in group]
    report = Report((), {}, 0.0) if others else besiege_labhub(attacks)
    for finding in report.findings:
        print(f"labhub: {finding.student}: {finding.what}", file=sys.stderr)
    safe = [a for kind, group in chosen.items() if kind not in BOMBS for a in group]
    plain = {} if alone else besiege_nbgrader(safe)
    table = Table("attack", "plain nbgrader", "labhub", "seconds", title="Integrity")
    for kind, group in chosen.items():
        if group:
            table.add_section()
            table.add_row(f"[bold]{kind}[/]")
        for attack in group:
            before = (
                TAKES_THE_MACHINE
                if kind in BOMBS and not alone
                else _words(plain.get(attack.student))
            )
            seconds = report.seconds.get(attack.student, 0.0)
            ours = None if others else report.of(attack.student)
            table.add_row(attack.name, before, _words(ours), f"{seconds:.1f}")
    console = Console(width=160)
    console.print(table)
    around = [f for f in report.findings if f.student not in {a.student for a in attacks}]
    for finding in around:
        console.print(f"{finding.student}: {finding.what}")
    if not others:
        _summary(console, "labhub", {a.student: report.of(a.student) for a in attacks})
    if plain:
        _summary(console, "plain nbgrader", plain)
    return 1 if report.findings else 0


def _words(findings: list[str] | None) -> str:
    if findings is None:
        return ""
    return "; ".join(findings)[:90] if findings else "[green]stood[/]"


def _part(words: list[str]) -> tuple[int, int]:
    """The place to begin at and the step, from `--part=1/2`."""
    asked = next((word for word in words if word.startswith("--part=")), "--part=1/1")
    number, _, parts = asked.removeprefix("--part=").partition("/")
    return int(number) - 1, int(parts)


def _summary(console: Console, grader: str, verdicts: dict[str, list[str]]) -> None:
    """How many attacks it stood against, and what the others did."""
    stood = sum(not found for found in verdicts.values())
    console.print(f"{grader} stood against {stood} of {len(verdicts)}.")
    for kind, belongs in KINDS.items():
        count = sum(any(belongs(each) for each in found) for found in verdicts.values())
        console.print(f"  {kind}: {count}")
    gained = [float(m[1]) - float(m[2]) for v in verdicts.values() for t in v if (m := MARK(t))]
    console.print(f"  undeserved points in all: {sum(g for g in gained if g > 0):g}")
    console.print(f"  points lost that were deserved: {-sum(g for g in gained if g < 0):g}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
