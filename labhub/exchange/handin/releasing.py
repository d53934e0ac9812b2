"""Releasing: what lies in `release/<assignment>/` becomes a numbered version for students."""

from pathlib import Path

from labhub.course.folder import CourseFolder
from labhub.exchange.handin.desk import HandInDesk
from labhub.exchange.handin.errors import NothingToReleaseError
from labhub.exchange.store.blobs import Blobs
from labhub.exchange.store.files import FileRecord
from labhub.exchange.store.versions import Version, add_version
from labhub.ids import AssignmentId


def release_version(desk: HandInDesk, by: str, assignment: str, note: str = "") -> Version:
    """Release the student version of the folder; the same bytes as the newest are that version.

    Raises `UnknownAssignmentError`, `NothingToReleaseError` or `DiskFullError`.
    """
    plan = desk.course.assignment(assignment)
    files = _kept(desk.blobs, desk.folder, plan.id)
    with desk.store.writing() as db:
        return add_version(db, desk.author(by), plan.id, files, note)


def _kept(blobs: Blobs, folder: CourseFolder, assignment: AssignmentId) -> list[FileRecord]:
    root = folder.release(assignment)
    paths = [path for path in sorted(root.rglob("*")) if _belongs(path, root, folder)]
    if not any(path.suffix == ".ipynb" for path in paths):
        raise NothingToReleaseError(
            f"There is no notebook in {root}.",
            hint=f"Run `labhub generate-assignment {assignment}` first.",
        )
    return [_record(blobs, path, root) for path in paths]


def _belongs(path: Path, root: Path, folder: CourseFolder) -> bool:
    inside = path.relative_to(root)
    ignored = any(Path(step).match(pattern) for step in inside.parts for pattern in folder.ignore)
    return path.is_file() and not path.is_symlink() and not ignored


def _record(blobs: Blobs, path: Path, root: Path) -> FileRecord:
    kept = blobs.add(path)
    return FileRecord(path.relative_to(root).as_posix(), kept.sha256, kept.size_bytes)
