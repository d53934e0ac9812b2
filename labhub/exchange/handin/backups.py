"""Backups of a store, made while the service goes on.

The database is copied first, in one state, and then the files that it names: a file never
changes and is there before the record that names it. A backup is a folder like a course's: a
SQLite database, whatever database the course uses, `store/` with files and keys, `projects/`.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from labhub.exchange.handin.desk import HandInDesk
from labhub.exchange.receipts.keys import PRIVATE, PUBLIC
from labhub.exchange.store.blobs import FOLDER, full_disk_named, open_blobs, sync_folder
from labhub.exchange.store.copying import copy_rows
from labhub.exchange.store.engine import FILE, Store, open_store
from labhub.exchange.store.errors import BackupExistsError, BackupUnreadableError
from labhub.exchange.store.hand_in_tables import feedback_files, submission_files, version_files
from labhub.exchange.store.projects import ProjectHandIn, project_hand_ins

MANIFEST, FORMAT = "backup.json", "labhub-backup-1"
KEYS = (PRIVATE, PUBLIC)


@dataclass(frozen=True)
class Backup:
    """What a backup holds."""

    course: str
    made_at: str
    rows: dict[str, int]
    """Of its database, by table."""
    files: int
    database: str
    """SHA-256 of its database."""
    missing: tuple[str, ...] = ()
    """Files that were missing or damaged in the store itself."""


@dataclass(frozen=True)
class Named:
    """The files that a database names."""

    blobs: tuple[str, ...]
    projects: tuple[ProjectHandIn, ...]


def back_up(desk: HandInDesk, target: Path) -> Backup:
    """Write a backup into a new folder, whole or not at all. The service may go on.

    Raises `BackupExistsError` or `DiskFullError`.
    """
    if target.exists():
        raise BackupExistsError(
            f"{target} exists already.", hint="Name a folder that does not exist yet."
        )
    made = target.with_name(f".{target.name}.partial")
    shutil.rmtree(made, ignore_errors=True)
    try:
        with full_disk_named():
            made.mkdir(parents=True, mode=0o700)
            backup = _write(desk, made)
            made.rename(target)
            sync_folder(target.parent)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return backup


def read_backup(source: Path) -> Backup:
    """What a backup says it holds; its database is compared with its hash.

    Raises `BackupUnreadableError`.
    """
    try:
        data = json.loads((source / MANIFEST).read_text(encoding="utf-8"))
        known = data.pop("format") == FORMAT
        backup = Backup(**{**data, "missing": tuple(data["missing"])})
        same = known and file_hash(source / FILE) == backup.database
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupUnreadableError(
            f"{source} is no backup: {error}.", hint="Expected a folder of `labhub store backup`."
        ) from None
    if not same:
        raise BackupUnreadableError(
            f"The database in {source} is not the one that was backed up.",
            hint="Take another backup.",
        )
    return backup


def named_files(db: Connection) -> Named:
    """The files that a database names, each once."""
    found: set[str] = set()
    for table in (version_files, submission_files, feedback_files):
        found.update(db.execute(select(table.c.sha256).distinct()).scalars())
    parts = tuple(part for part in project_hand_ins(db) if part.file)
    return Named(tuple(sorted(found)), parts)


def copy_durably(source: Path, target: Path, mode: int = 0o600) -> None:
    """Copy a file; it is on the disk when this returns."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with source.open("rb") as reader, target.open("wb") as writer:
        os.fchmod(writer.fileno(), mode)
        shutil.copyfileobj(reader, writer)
        writer.flush()
        os.fsync(writer.fileno())


def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(desk: HandInDesk, made: Path) -> Backup:
    copied = open_store(made, f"sqlite:///{made / FILE}")
    try:
        rows = copy_rows(desk.store, copied)
        named = _named(copied)
    finally:
        copied.close()
    missing = [*_copy_blobs(desk, made, named.blobs), *_copy_projects(desk, made, named.projects)]
    for name in KEYS:
        mode = 0o600 if name == PRIVATE else 0o644
        copy_durably(desk.blobs.root / name, made / FOLDER / name, mode)
    count = len(named.blobs) + len(named.projects) - len(missing)
    database = file_hash(made / FILE)
    made_at = desk.clock.now().isoformat()
    backup = Backup(desk.course.id, made_at, rows, count, database, tuple(missing))
    text = json.dumps({"format": FORMAT, **asdict(backup)}, indent=2)
    (made / MANIFEST).write_text(text, encoding="utf-8")
    return backup


def _named(store: Store) -> Named:
    with store.reading() as db:
        return named_files(db)


def _copy_blobs(desk: HandInDesk, made: Path, names: Iterable[str]) -> list[str]:
    """The names of those that could not be copied."""
    target, missing = open_blobs(made), []
    for name in names:
        if desk.blobs.holds(name):
            target.add(desk.blobs.path(name))
        else:
            missing.append(name)
    return missing


def _copy_projects(desk: HandInDesk, made: Path, parts: Iterable[ProjectHandIn]) -> list[str]:
    missing = []
    for part in parts:
        path = desk.folder.root / part.file
        if path.is_file() and file_hash(path) == part.sha256:
            copy_durably(path, made / part.file)
        else:
            missing.append(part.file)
    return missing
