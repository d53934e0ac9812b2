"""nbgrader's rule for an assignment with hand-ins: graded cells neither come nor go.

Under `force` they do, and then every earlier hand-in gets an empty mark for a new cell, which
nbgrader needs to grade it again. What a person marked or wrote is never removed.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labhub.authoring.errors import CellsChangedError, MarksWouldBeLostError
from labhub.authoring.release_build import Untyped

_ROLES = ("grade", "solution", "task", "source")
_Cells = dict[str, dict[str, dict[str, Any]]]
"""Role -> grade id -> nbgrader's metadata and the cell type."""


def _cells_by_role(notebook: Path) -> _Cells:
    """Role -> grade id -> nbgrader's metadata and cell type, as SaveCells sorts them."""
    roles: _Cells = {role: {} for role in _ROLES}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        meta = cell["metadata"].get("nbgrader", {})
        roles_here = [role for role in ("grade", "solution", "task") if meta.get(role)]
        if meta.get("locked") or roles_here:
            roles_here.append("source")
        for role in roles_here:
            roles[role][meta["grade_id"]] = {**meta, "cell_type": cell["cell_type"]}
    return roles


def ensure_cells_may_change(
    db_url: str, assignment: str, built: Path, *, force: bool, dry_run: bool
) -> None:
    """Refuse, or under `force` prepare in the gradebook, what `built` changes in graded cells.

    Raises CellsChangedError and MarksWouldBeLostError.
    """
    from nbgrader.api import Gradebook, MissingEntry

    if db_url.startswith("sqlite:///") and not Path(db_url.removeprefix("sqlite:///")).exists():
        return
    with Gradebook(db_url) as gradebook:
        try:
            known = gradebook.find_assignment(assignment)
        except MissingEntry:
            return
        if not known.submissions:
            return
        _ensure_same_notebooks(assignment, {nb.name for nb in known.notebooks}, built)
        for notebook in known.notebooks:
            cells = _cells_by_role(built / f"{notebook.name}.ipynb")
            changes = _changes(notebook, cells)
            if changes:
                _ensure_allowed(notebook, changes, force=force)
                if not dry_run:
                    _apply(gradebook, notebook, changes, cells)


def _ensure_same_notebooks(assignment: str, known: set[str], built: Path) -> None:
    new = {path.stem for path in built.glob("*.ipynb")}
    if new != known:
        raise CellsChangedError(
            f"{assignment}: students have handed in, so notebooks can neither come nor go "
            f"({', '.join(sorted(new ^ known))}).",
            hint="Give the changed lab a new assignment name.",
        )


@dataclass(frozen=True)
class _Changes:
    gone: tuple[Untyped, ...]
    added: tuple[tuple[str, str], ...]
    """Pairs of role and grade id."""

    def __bool__(self) -> bool:
        return bool(self.gone or self.added)


def _changes(notebook: Untyped, cells: _Cells) -> _Changes:
    gone: list[Untyped] = []
    added: list[tuple[str, str]] = []
    for role in _ROLES:
        known = {cell.name: cell for cell in getattr(notebook, f"{role}_cells")}
        gone += [known[name] for name in sorted(known.keys() - cells[role].keys())]
        added += [(role, name) for name in sorted(cells[role].keys() - known.keys())]
    return _Changes(tuple(gone), tuple(added))


def _ensure_allowed(notebook: Untyped, changes: _Changes, *, force: bool) -> None:
    names = sorted({cell.name for cell in changes.gone} | {name for _, name in changes.added})
    if not force:
        raise CellsChangedError(
            f"{notebook.name}: students have handed in, so graded cells can neither come nor go: "
            f"{', '.join(names)}.",
            hint="Put the cells back, or use --force: marks of removed cells are then deleted, "
            "and earlier hand-ins get the new cells ungraded.",
        )
    _ensure_no_human_mark(notebook, changes.gone)


def _apply(gradebook: Untyped, notebook: Untyped, changes: _Changes, cells: _Cells) -> None:
    for cell in changes.gone:
        for dependent in [*getattr(cell, "grades", []), *getattr(cell, "comments", [])]:
            gradebook.db.delete(dependent)
        gradebook.db.delete(cell)
    for role, name in changes.added:
        _add_cell(gradebook, notebook, role, name, cells[role][name])
    gradebook.db.commit()


def _ensure_no_human_mark(notebook: Untyped, gone: tuple[Untyped, ...]) -> None:
    for cell in gone:
        marks = [
            grade
            for grade in getattr(cell, "grades", [])
            if grade.manual_score is not None or grade.extra_credit is not None
        ]
        comments = [c for c in getattr(cell, "comments", []) if c.manual_comment]
        if marks or comments:
            raise MarksWouldBeLostError(
                f"{notebook.name}: {cell.name} carries {len(marks)} marks and {len(comments)} "
                "comments that a person gave; it cannot be removed.",
                hint="Keep the cell, or give the changed lab a new assignment name.",
            )


def _add_cell(
    gradebook: Untyped, notebook: Untyped, role: str, name: str, meta: dict[str, Any]
) -> None:
    """Record a new cell, with an empty mark or comment for every earlier hand-in."""
    from nbgrader.api import Comment, Grade

    facts: dict[str, Any] = {}
    if role in ("grade", "task"):
        facts = {"max_score": float(meta["points"]), "cell_type": meta["cell_type"]}
    elif role == "source":
        facts = {"cell_type": meta["cell_type"], "locked": False, "source": ""}
    add = getattr(gradebook, f"add_{role}_cell")
    cell = add(name, notebook.name, notebook.assignment.name, **facts)
    for submitted in notebook.submissions:
        if role in ("grade", "task"):
            gradebook.db.add(Grade(cell_id=cell.id, notebook=submitted))
        if role in ("solution", "task"):
            gradebook.db.add(Comment(cell_id=cell.id, notebook=submitted))
