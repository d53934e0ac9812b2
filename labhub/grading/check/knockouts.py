"""Which tests use an answer at all: its names are knocked out, and what stays green does not.

An answer is made useless in two ways: its functions raise, and its functions return None. A test
that stays green both times does not rest on the answer, so no mutant of it can change its result.
The other tests are run with every mutant and alternate of the answer.
"""

from collections.abc import Iterable
from dataclasses import replace

from labhub.authoring.cell_names import Names, names_of
from labhub.grading.check.flow import Flow
from labhub.grading.check.reference import ExamRunner, lost
from labhub.grading.check.report import Progress, Stage, Step
from labhub.grading.model import Exam, StudentCell
from labhub.ids import GradeId

RAISING = """
class {name}:
    def __new__(cls, *args, **kwargs):
        raise RuntimeError("knocked out")
"""
USELESS = """
def {name}(*args, **kwargs):
    return None
"""


def knock_outs(names: Names) -> tuple[str, str]:
    """Two pieces of code that make what an answer with these names defines useless.

    >>> print(knock_outs(Names(assigns=frozenset({"hand"})))[1].strip())
    hand = None
    """
    functions, data = sorted(names.functions), sorted(names.assigns)
    raising = [RAISING.format(name=name) for name in functions]
    useless = [USELESS.format(name=name) for name in functions]
    return (
        "\n".join([*raising, *(f"globals().pop({name!r}, None)" for name in data)]),
        "\n".join([*useless, *(f"{name} = None" for name in data)]),
    )


def tests_that_use(
    engine: ExamRunner, exam: Exam, flow: Flow, answers: Iterable[GradeId], progress: Progress
) -> dict[GradeId, frozenset[GradeId]]:
    """For each answer the test cells that lose points when it is knocked out."""
    jobs = {
        (answer, way): _knocked_out(exam, flow, answer, way)
        for answer in sorted(set(answers))
        for way in (0, 1)
    }
    found: dict[GradeId, frozenset[GradeId]] = {answer: frozenset() for answer, _ in jobs}
    for done, ((answer, _), result) in enumerate(engine.run(jobs.items()), start=1):
        found[answer] |= {test.grade_id for test in lost(result)}
        progress(Step(Stage.ISOLATION, done, len(jobs), answer))
    return found


def _knocked_out(exam: Exam, flow: Flow, answer: GradeId, way: int) -> Exam:
    kept = flow.needed_for(answer, flow.affected(answer, flow.changed_by(answer)))

    def changed(cell: StudentCell) -> StudentCell:
        return replace(cell, source=f"{cell.source}\n{knock_outs(names_of(cell.source))[way]}")

    cells = (
        changed(cell) if isinstance(cell, StudentCell) and cell.grade_id == answer else cell
        for cell in exam.cells
        if cell.index in kept
    )
    return replace(exam, cells=tuple(cells))
