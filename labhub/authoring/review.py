"""What is wrong with an instructor notebook before anything is run: findings for its author."""

import ast
import re
from collections import Counter
from collections.abc import Iterator

from labhub.authoring.findings import Finding, advice
from labhub.authoring.notebook import MARKERS, Cell, Marker, Notebook, Role
from labhub.authoring.units import LabUnits, Unit, cycles, parse_units

ABSOLUTE_PATH = re.compile(r"(?<![\w.:/])(?:/(?:home|Users|root|mnt|tmp|srv)/\w|[A-Za-z]:\\\\?\w)")
GRADE_ID = re.compile(r"[A-Za-z0-9_-]+")
UNIT_GRADE_ID = re.compile(r"l\d+(?:e\d\d-[a-z0-9-]+|m-[a-z0-9]+|g-[a-z0-9-]+)")
SCHEMA_VERSION = 3


def review(notebook: Notebook) -> tuple[Finding, ...]:
    """Everything that reading alone can find, in order of the cells, then of the units."""
    found = [
        *_review_ids(notebook),
        *(finding for cell in notebook.cells for finding in _review_cell(notebook, cell)),
        *_review_kernel(notebook),
        *_review_units(notebook),
    ]
    return tuple(found)


def parse_code(source: str) -> ast.Module | None:
    """The syntax tree of a cell; None for a cell with magics or a syntax error."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return None


def _at(notebook: Notebook, cell: Cell) -> str:
    return f"{notebook.path.name}: {cell.place}"


# --- ids and kernel --------------------------------------------------------------------------


def _review_ids(notebook: Notebook) -> Iterator[Finding]:
    counts = Counter(cell.grade_id for cell in notebook.cells if cell.grade_id)
    for grade_id, count in counts.items():
        if count > 1:
            yield Finding(
                "duplicate-id",
                f"{notebook.path.name}: {grade_id}",
                f"{count} cells have the grade id {grade_id}.",
                "A copied cell keeps its id: give every cell its own.",
            )
    missing = [cell.place for cell in notebook.cells if not cell.cell_id]
    if missing:
        yield advice(
            "cell-without-id",
            notebook.path.name,
            f"{len(missing)} cells have no nbformat id (first: {missing[0]}).",
            "Save the notebook in JupyterLab; stable ids make repairs of hand-ins better.",
        )


def _review_kernel(notebook: Notebook) -> Iterator[Finding]:
    kernel = notebook.metadata.get("kernelspec", {})
    if kernel.get("language", "python") != "python" or not kernel.get("name"):
        yield Finding(
            "kernel",
            notebook.path.name,
            "The notebook names no Python kernel.",
            'Its metadata needs kernelspec: {"name": "python3", "language": "python", ...}.',
        )


# --- one cell --------------------------------------------------------------------------------


def _review_cell(notebook: Notebook, cell: Cell) -> Iterator[Finding]:
    place = _at(notebook, cell)
    yield from _review_metadata(cell, place)
    for marker in MARKERS:
        yield from _review_marker(cell, marker, place)
    yield from _review_stored(cell, place)
    if cell.kind == "code":
        yield from _review_code(cell, place)
    if cell.role is Role.TEST:
        yield from _review_test(cell, place)


def _review_metadata(cell: Cell, place: str) -> Iterator[Finding]:
    meta = cell.nbgrader
    if meta is None:
        return
    if meta.get("schema_version") != SCHEMA_VERSION:
        yield Finding(
            "old-schema",
            place,
            f"nbgrader's metadata has version {meta.get('schema_version')}, not {SCHEMA_VERSION}.",
            "Run `nbgrader update` on the notebook.",
        )
    if cell.role is not Role.FREE and not GRADE_ID.fullmatch(cell.grade_id or ""):
        yield Finding(
            "bad-id",
            place,
            f"The grade id {cell.grade_id or ''!r} is empty or has other characters than "
            "letters, digits, - and _.",
        )
    yield from _review_points(cell, place)
    if cell.role in (Role.SOLUTION, Role.TEST) and cell.kind != "code":
        yield Finding("wrong-type", place, f"A {cell.role} cell must be code, not {cell.kind}.")
    if cell.role is Role.TASK and cell.kind != "markdown":
        yield Finding("wrong-type", place, f"A task cell must be markdown, not {cell.kind}.")


def _review_points(cell: Cell, place: str) -> Iterator[Finding]:
    if cell.is_graded and cell.points is None:
        yield Finding("no-points", place, "The cell is graded and says no points.")
    if cell.points and not cell.is_graded:
        yield Finding("points-on-nothing", place, "The cell has points, but nothing grades it.")
    if cell.is_graded and cell.points == 0:
        yield advice("zero-points", place, "The cell is graded for 0 points.")


def _review_marker(cell: Cell, marker: Marker, place: str) -> Iterator[Finding]:
    inside = False
    seen = False
    for number, line in enumerate(cell.source.split("\n"), start=1):
        opens, closes = marker.begin in line, marker.end in line
        seen = seen or opens or closes
        if (opens and inside) or (closes and not inside):
            what = f"{marker.begin} inside a region" if opens else f"{marker.end} without a begin"
            yield Finding("unbalanced-markers", place, f"Line {number}: {what}.")
        inside = opens or (inside and not closes)
    if inside:
        yield Finding("unbalanced-markers", place, f"{marker.begin} has no {marker.end}.")
    if seen and cell.role not in marker.roles:
        allowed = " or ".join(marker.roles)
        yield Finding(
            "marker-in-wrong-cell",
            place,
            f"{marker.begin} stands in a {cell.role} cell; it belongs into a {allowed} cell.",
        )


def _review_stored(cell: Cell, place: str) -> Iterator[Finding]:
    if cell.outputs or cell.execution_count is not None:
        yield Finding(
            "stored-output",
            place,
            "The source keeps an output or an execution count.",
            "Clear all outputs before saving: an output can show a solution's result.",
        )
    if match := ABSOLUTE_PATH.search(cell.source):
        yield Finding(
            "absolute-path",
            place,
            f"{match.group()}… is a path of one machine.",
            "Use a path relative to the notebook, or the data folder.",
        )


def _review_code(cell: Cell, place: str) -> Iterator[Finding]:
    if re.search(r"^\s*[%!?]", cell.source, re.MULTILINE):
        return
    try:
        ast.parse(cell.source)
    except SyntaxError as error:
        yield Finding("syntax-error", place, f"Line {error.lineno}: {error.msg}.")


def _review_test(cell: Cell, place: str) -> Iterator[Finding]:
    tree = parse_code(cell.source)
    if tree is None:
        return
    nodes = list(ast.walk(tree))
    if not any(isinstance(node, ast.Assert | ast.Raise | ast.Call) for node in nodes):
        yield Finding("test-cannot-fail", place, "The test asserts nothing and calls nothing.")
    silent = [
        str(node.lineno)
        for node in nodes
        if isinstance(node, ast.Assert) and not _is_literal(node.msg)
    ]
    if silent:
        yield advice(
            "assert-without-law",
            place,
            f"Line {', '.join(silent)}: the assertion has no literal message.",
            "Only a literal text reaches the student; name the law that was broken.",
        )


def _is_literal(message: ast.expr | None) -> bool:
    return isinstance(message, ast.Constant) and isinstance(message.value, str)


# --- units -----------------------------------------------------------------------------------


def _review_units(notebook: Notebook) -> Iterator[Finding]:
    units, problems = parse_units(notebook.metadata)
    for problem in problems:
        yield Finding("unit-metadata", notebook.path.name, f"metadata nnlab: {problem}")
    if units is None:
        return
    yield from _review_grade_ids(notebook, units)
    yield from _review_needs(notebook, units)
    for unit in units.units:
        yield from _review_unit(notebook, unit)
    for question in units.manual:
        cell = notebook.cell(question.id)
        if cell is None or cell.points != question.points:
            yield Finding(
                "unit-points",
                f"{notebook.path.name}: {question.id}",
                f"metadata nnlab gives {question.points:g} points; "
                + (
                    "there is no such cell." if cell is None else f"the cell, {cell.points or 0:g}."
                ),
            )


def _review_grade_ids(notebook: Notebook, units: LabUnits) -> Iterator[Finding]:
    questions = {question.id for question in units.manual}
    for cell in notebook.cells:
        if cell.grade_id is None or cell.role is Role.FREE:
            continue
        place = _at(notebook, cell)
        if not UNIT_GRADE_ID.fullmatch(cell.grade_id):
            yield Finding(
                "id-prefix",
                place,
                f"{cell.grade_id} does not follow the rule for grade ids.",
                "l1e03-softmax (answer), l1e03-t1 (test), l1m-a (written), l1g-data (given).",
            )
        owned = units.owner(cell.grade_id) is not None or cell.grade_id in questions
        if cell.role is not Role.GIVEN and not owned:
            yield Finding("no-unit", place, "No unit of the metadata nnlab owns this cell.")


def _review_needs(notebook: Notebook, units: LabUnits) -> Iterator[Finding]:
    known = {unit.id for unit in units.units}
    for unit in units.units:
        for need in sorted(set(unit.needs) - known):
            yield Finding(
                "unit-needs", f"{notebook.path.name}: {unit.id}", f"It needs {need}: no such unit."
            )
    for name in cycles(units):
        yield Finding("unit-needs", f"{notebook.path.name}: {name}", "It needs itself in a circle.")


def _review_unit(notebook: Notebook, unit: Unit) -> Iterator[Finding]:
    place = f"{notebook.path.name}: {unit.id}"
    own = [cell for cell in notebook.cells if (cell.grade_id or "").startswith(f"{unit.id}-")]
    graded = sum(cell.points or 0.0 for cell in own if cell.is_graded)
    if graded != unit.points:
        yield Finding(
            "unit-points",
            place,
            f"metadata nnlab gives {unit.points:g} points; its graded cells, {graded:g}.",
        )
    answers = [cell for cell in own if cell.role in (Role.SOLUTION, Role.MANUAL)]
    if not answers:
        yield Finding("unit-without-answer", place, "No cell of this unit takes an answer.")
    missing = set(unit.provides) - {name for cell in answers for name in _defined_names(cell)}
    if missing and all(parse_code(cell.source) for cell in answers):
        yield Finding(
            "unit-provides", place, f"Its answers do not define {', '.join(sorted(missing))}."
        )


def _defined_names(cell: Cell) -> set[str]:
    tree = parse_code(cell.source)
    if tree is None:
        return set()
    stored = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return stored | {node.name for node in tree.body if isinstance(node, kinds)}
