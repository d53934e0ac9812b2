"""What the repair of one notebook did, cell by cell, for the report."""

from collections.abc import Iterator, Sequence

from labhub.exchange.intake.align import Alignment, rising
from labhub.exchange.intake.content import Text
from labhub.exchange.intake.parse import HandedCell, HandedNotebook
from labhub.exchange.intake.release import CourseCell, ReleaseCell
from labhub.exchange.intake.report import Fact, FactKind
from labhub.exchange.intake.scrub import OutputKeeper, holds_personal_data


def facts_of_cells(
    release: Sequence[ReleaseCell], handed: Sequence[HandedCell], alignment: Alignment
) -> Iterator[Fact]:
    """What happened to the cells, in order of the release."""
    kept = rising([*alignment.matched.items(), *alignment.landmarks.items()])
    for place, cell in enumerate(release):
        if cell.course is None:
            continue
        at = alignment.matched.get(place)
        if at is None:
            yield _missing(cell, cell.course)
        else:
            yield from _changed(cell, cell.course, handed[at])
            if place not in kept:
                yield _fact(FactKind.MOVED, cell.course, "stood elsewhere; put back in its place.")
        yield from _surplus(place, cell.course, handed, alignment)


def facts_of_file(handed: HandedNotebook, keeper: OutputKeeper) -> Iterator[Fact]:
    """What happened to the file's text, outputs and personal data."""
    if handed.broken:
        yield Fact(
            FactKind.TEXT_MENDED,
            f"{handed.broken} broken characters or pieces of the file were replaced or left out.",
        )
    tagged = sum(holds_personal_data(cell.metadata) for cell in handed.cells)
    tagged += holds_personal_data(handed.metadata)
    if tagged or keeper.scrubbed:
        yield Fact(
            FactKind.SCRUBBED,
            f"Personal data taken out: metadata of {tagged} cells, {keeper.scrubbed} texts in "
            "outputs.",
        )
    if keeper.cut:
        yield Fact(FactKind.OUTPUT_CUT, f"{keeper.cut} large outputs were cut or left out.")


def _fact(kind: FactKind, row: CourseCell, said: str, removed: str = "") -> Fact:
    return Fact(kind, f"{row.grade_id}: {said}", row.grade_id, removed)


def _missing(cell: ReleaseCell, row: CourseCell) -> Fact:
    if cell.is_answer:
        return _fact(
            FactKind.ANSWER_MISSING, row, "the answer cell was missing; the released one put in."
        )
    return _fact(FactKind.RESTORED, row, "the cell was missing; restored.")


def _changed(cell: ReleaseCell, row: CourseCell, theirs: HandedCell) -> Iterator[Fact]:
    if theirs.claimed_id != row.grade_id:
        bore = f"bore the id {theirs.claimed_id[:60]!r}" if theirs.claimed_id else "had no id"
        yield _fact(FactKind.REATTACHED, row, f"the cell {bore}; recognised by its content.")
    elif wrong := _wrong_marks(row, theirs):
        said = f"the file's {', '.join(wrong)} differed from the course's; put back."
        yield _fact(FactKind.MARKS_PUT_BACK, row, said)
    if theirs.cell_type != cell.cell_type:
        said = f"was a {theirs.cell_type} cell; is {cell.cell_type} again."
        yield _fact(FactKind.TYPE_PUT_BACK, row, said)
    if cell.is_locked and Text(theirs.source).key != Text(cell.source).key:
        said = "the locked source had been edited; put back as released."
        yield _fact(FactKind.SOURCE_PUT_BACK, row, said, theirs.source)


def _wrong_marks(row: CourseCell, theirs: HandedCell) -> list[str]:
    """The names of the grading metadata in which the file differs from the course."""
    course = {"grade": row.grade, "solution": row.solution, "locked": row.locked, "task": row.task}
    wrong = [name for name, value in course.items() if bool(theirs.marks.get(name)) != value]
    points = theirs.marks.get("points", row.points)
    if (row.grade or row.task) and points != row.points:
        wrong.append("points")
    return wrong


def _surplus(
    place: int, row: CourseCell, handed: Sequence[HandedCell], alignment: Alignment
) -> Iterator[Fact]:
    """Cells beside the one that counts."""
    repeats = sum(found == place for found in alignment.repeats.values())
    if repeats:
        said = f"{repeats} more of the same; dropped."
        yield _fact(FactKind.DUPLICATE_DROPPED, row, said)
    if run := alignment.pieces.get(place):
        yield _fact(FactKind.JOINED, row, f"the answer stood in {len(run)} cells; joined.")
    for at, found in alignment.rivals.items():
        if found != place:
            continue
        first = handed[at].source.strip().split("\n")[0][:60]
        if row.solution:
            said = f"another cell answers it too and is kept as an ordinary cell: {first!r}"
            yield _fact(FactKind.COPIES_DIFFER, row, said)
        else:
            said = f"a cell bore this id but is the student's own; kept without it: {first!r}"
            yield _fact(FactKind.EXTRA_KEPT, row, said)
