"""`make integrity`: the table of all attacks, plain nbgrader beside labhub.

    python -m tests.integrity [--labhub-only] [WORD...]

Words choose the attacks whose name holds one of them.
"""

import sys

from rich.console import Console
from rich.table import Table

from tests.integrity.attacks import CLASSES
from tests.integrity.attacks.model import Attack
from tests.integrity.siege import besiege_labhub, besiege_nbgrader

TAKES_THE_MACHINE = "not run: would take the machine down"
BOMBS = {"exhaust a resource"}


def main(words: list[str]) -> int:
    """Prints the table; the exit code says whether labhub stood."""
    alone = "--labhub-only" in words
    wanted = [word for word in words if not word.startswith("--")]
    chosen = {
        kind: [a for a in attacks if not wanted or any(w in a.name for w in wanted)]
        for kind, attacks in CLASSES.items()
    }
    attacks = [a for group in chosen.values() for a in group]
    report = besiege_labhub(attacks)
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
            table.add_row(attack.name, before, _words(report.of(attack.student)), f"{seconds:.1f}")
    console = Console(width=160)
    console.print(table)
    around = [f for f in report.findings if f.student not in {a.student for a in attacks}]
    for finding in around:
        console.print(f"{finding.student}: {finding.what}")
    _summary(console, attacks, report.findings, plain)
    return 1 if report.findings else 0


def _words(findings: list[str] | None) -> str:
    if findings is None:
        return ""
    return "; ".join(findings)[:90] if findings else "[green]stood[/]"


def _summary(
    console: Console, attacks: list[Attack], findings: object, plain: dict[str, list[str]]
) -> None:
    hit = {f.student for f in findings}  # type: ignore[attr-defined]
    console.print(
        f"labhub stood against {sum(a.student not in hit for a in attacks)} of {len(attacks)}."
    )
    if plain:
        stood = sum(not found for found in plain.values())
        console.print(f"plain nbgrader stood against {stood} of {len(plain)} that were run.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
