"""The mutants and alternates of a hand-in: those of the labs that change one of its answers."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import groupby

from labhub.authoring.checks import Checks, Mutant, Variant


def checks_for(checks: Checks, answers: Collection[str], tests: Collection[str]) -> Checks:
    """The variants of these answers; a mutant kills only what tests the hand-in has."""
    mutants = (_among(mutant, tests) for mutant in checks.mutants if mutant.cell in answers)
    return Checks(
        tuple(mutant for mutant in mutants if mutant.kills),
        tuple(each for each in checks.alternates if each.cell in answers),
    )


def _among(mutant: Mutant, tests: Collection[str]) -> Mutant:
    return replace(mutant, kills=tuple(name for name in mutant.kills if name in tests))


def files_of(checks: Checks) -> Iterator[tuple[str, str]]:
    """Name and text of each file, in the format of the labs' own checks."""
    ordered = sorted(checks.variants, key=lambda each: (each.path.name, each.line))
    for name, variants in groupby(ordered, key=lambda each: each.path.name):
        yield name, "\n\n".join(_block(variant) for variant in variants) + "\n"


def _block(variant: Variant) -> str:
    lines = [f"# %% [{variant.kind}] {variant.title}", f"# cell: {variant.cell}"]
    if isinstance(variant, Mutant):
        lines.append(f"# kills: {', '.join(variant.kills)}")
    if variant.replaces:
        lines.append("# replaces: yes")
    return "\n".join([*lines, variant.code])
