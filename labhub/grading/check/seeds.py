"""Thresholds hold for other random numbers too, and the same numbers give the same results.

A lab draws its numbers where it seeds a generator: `default_rng([7, 1, 3])`, `manual_seed(0)`,
`seed_all(SEED)`. To try another seed, every seed that stands in the notebook is moved on, in the
author's cells and in the tests alike; the parameter SEED is set; and a group's own numbers become
those of another group. A test that fails then rests on luck: a student whose right solution draws
its numbers in another order could fail it too.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from labhub.authoring.findings import Finding
from labhub.authoring.names import parse, plain_python
from labhub.grading.check.exams import SEED, VARIANT, Lab, set_parameter
from labhub.grading.check.margins import Margin, read_notes, with_notes, worst_of
from labhub.grading.check.reference import EngineFactory, ExamRunner, lost, reference_findings
from labhub.grading.check.report import LostTest, Progress, SeedRun, Stage, Step
from labhub.grading.model import CellResult, Exam, ExamResult, StudentCell, TestCell
from labhub.grading.process_errors import ReferenceCellError

FIRST_SEED = 1001
"""The first of the other seeds that are tried."""
SEEDING = frozenset({"default_rng", "SeedSequence", "RandomState", "manual_seed", "seed_all"})
OF_RANDOM = frozenset({"seed", "Random"})
"""Seeding calls only as a part of a module `random`."""
SECONDS = re.compile(r"\d+(?:\.\d+)?(?:e-?\d+)?(?= ?(?:s|ms|seconds?|minutes?)\b)")
ADDRESS = re.compile(r"0x[0-9a-f]{6,}")


def check_seeds(
    engine: ExamRunner, lab: Lab, count: int, progress: Progress
) -> tuple[tuple[SeedRun, ...], tuple[Margin, ...], tuple[Finding, ...]]:
    """Full marks for the author's solution with each of `count` other seeds, and how nearly."""
    exam, name = lab.reference_exam(), lab.source.path.name
    seeds = range(FIRST_SEED, FIRST_SEED + count)
    results: dict[int, ExamResult] = {}
    margins: list[Margin] = []
    try:
        jobs = ((seed, with_notes(with_seed(exam, seed))) for seed in seeds)
        for seed, result in engine.run(jobs):
            results[seed], noted = read_notes(result)
            margins += noted
            progress(Step(Stage.SEEDS, len(results), count, f"{name}, seed {seed}"))
    except ReferenceCellError as error:
        return (), (), (Finding(error.code, f"{name}, another seed", error.message, error.hint),)
    runs = tuple(_run(lab, seed, results[seed]) for seed in seeds)
    found = (
        finding
        for seed in seeds
        for finding in reference_findings(lab, f"{name}, seed {seed}", results[seed])
    )
    return runs, worst_of(margins), tuple(finding for finding in found if finding.is_error)


def _run(lab: Lab, seed: int, result: ExamResult) -> SeedRun:
    return SeedRun(
        notebook_id=lab.source.notebook_id,
        seed=seed,
        score=result.score,
        max_score=sum(test.points for test in result.tests),
        lost=tuple(LostTest(t.grade_id, t.score, t.points, t.law) for t in lost(result)),
        seconds=result.wall_s,
    )


# --- another seed ------------------------------------------------------------------------------


def with_seed(exam: Exam, seed: int) -> Exam:
    """The exam with other random numbers, for the student's side, the reference and the tests."""

    def moved(source: str) -> str:
        own_numbers = set_parameter(source, VARIANT, f"group-{seed}")
        return reseeded(set_parameter(own_numbers, SEED, seed), seed)

    def changed(cell: StudentCell | TestCell) -> StudentCell | TestCell:
        if isinstance(cell, StudentCell):
            return replace(cell, source=moved(cell.source))
        return replace(cell, source=moved(cell.source), visible=moved(cell.visible))

    return replace(
        exam,
        cells=tuple(changed(cell) for cell in exam.cells),
        reference=tuple(moved(source) for source in exam.reference),
    )


def reseeded(source: str, by: int) -> str:
    """The source with every seed moved on; a cell with magics or without a seed stays as it is.

    >>> reseeded("rng = np.random.default_rng([7, 1])\\ntorch.manual_seed(0)", 5)
    'rng = np.random.default_rng([7, 1, 5])\\ntorch.manual_seed(5)'
    """
    tree = parse(source) if plain_python(source) == source else None
    if tree is None:
        return source
    mover = _Mover(by)
    moved = ast.fix_missing_locations(mover.visit(tree))
    return ast.unparse(moved) if mover.found else source


class _Mover(ast.NodeTransformer):
    """Moves the seeds in calls that seed a generator."""

    def __init__(self, by: int) -> None:
        self.by = by
        self.found = False

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if _seeds(node.func) and node.args and not isinstance(node.args[0], ast.Starred):
            self.found = True
            node.args[0] = self._moved(node.args[0])
        for keyword in node.keywords:
            if keyword.arg == "random_state" or (keyword.arg == "seed" and _seeds(node.func)):
                self.found = True
                keyword.value = self._moved(keyword.value)
        return node

    def _moved(self, seed: ast.expr) -> ast.expr:
        match seed:
            case ast.Constant(value=int(number)):
                return ast.Constant(number + self.by)
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                seed.elts = [*parts, ast.Constant(self.by)]
                return seed
            case ast.Constant():
                return seed
        text = (
            f"(lambda s: s + {self.by} if isinstance(s, int) else "
            f"[*s, {self.by}] if isinstance(s, (list, tuple)) else s)(SEED_HERE)"
        )
        call = ast.parse(text, mode="eval").body
        assert isinstance(call, ast.Call), "it was written so"
        call.args = [seed]
        return call


def _seeds(function: ast.expr) -> bool:
    """Whether a call of this function seeds a generator."""
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name) if name in SEEDING:
            return True
        case ast.Attribute(value=ast.Name(id="random") | ast.Attribute(attr="random"), attr=name):
            return name in OF_RANDOM
    return False


# --- the same seed -----------------------------------------------------------------------------


def check_repeat(
    engine: EngineFactory, lab: Lab, first: ExamResult, progress: Progress
) -> tuple[Finding, ...]:
    """The author's solution once more, in new processes, gives the same points and words.

    `first` is the result of the first run. What a cell prints may differ in seconds only.
    """
    name = lab.source.path.name
    with engine() as again:
        ((_, second),) = again.run([(name, lab.reference_exam())])
    progress(Step(Stage.REPEAT, 1, 1, name))
    return tuple(_differences(lab, first, second))


def _differences(lab: Lab, first: ExamResult, second: ExamResult) -> Iterator[Finding]:
    name = lab.source.path.name
    hint = "Seed every generator that is used, and iterate over no set of strings."
    for one, other in zip(first.tests, second.tests, strict=True):
        if (one.status, one.score) != (other.status, other.score):
            sentence = f"{one.score:g} points the first time, {other.score:g} the second."
            yield Finding("not-repeatable", f"{name}: {one.grade_id}", sentence, hint)
    places = {cell.index: cell.place for cell in lab.released.cells}
    for before, after in zip(first.cells, second.cells, strict=True):
        if (one_line := _first_difference(before, after)) is not None:
            place = f"{name}: {places.get(before.index, before.index)}"
            sentence = "It prints '{}' the first time, '{}' the second.".format(*one_line)
            yield Finding("not-repeatable", place, sentence, hint)


def _first_difference(before: CellResult, after: CellResult) -> tuple[str, str] | None:
    lines, others = _printed(before), _printed(after)
    if lines == others:
        return None
    longest = max(len(lines), len(others))
    pairs = zip(_padded(lines, longest), _padded(others, longest), strict=True)
    return next((one, other) for one, other in pairs if one != other)


def _padded(lines: list[str], length: int) -> list[str]:
    return lines + [""] * (length - len(lines))


def _printed(cell: CellResult) -> list[str]:
    """What a cell prints, without what differs from run to run: seconds and addresses."""
    text = "".join(
        "".join(output.get("text", ()))
        for output in cell.outputs
        if output.get("output_type") == "stream"
    )
    return ADDRESS.sub("#", SECONDS.sub("#", text)).splitlines()
