"""Restoring a backup into an empty place: checked first, files next, the database last."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from labhub.exchange.handin.backups import (
    KEYS,
    Backup,
    Named,
    copy_durably,
    file_hash,
    named_files,
    read_backup,
)
from labhub.exchange.receipts.keys import PRIVATE
from labhub.exchange.store.blobs import FOLDER, Blobs, full_disk_named, open_blobs
from labhub.exchange.store.copying import copy_rows, rows_in
from labhub.exchange.store.engine import FILE, Store, open_store, url_of
from labhub.exchange.store.errors import BackupUnreadableError, StoreNotEmptyError


def restore(source: Path, root: Path, *, url: str = "", dry_run: bool = False) -> Backup:
    """Restore a backup into the course folder `root`, whose store is empty.

    The database is that of `labhub.exchange.store.engine.url_of`. With `dry_run` everything is
    checked and nothing written. Raises `BackupUnreadableError`, `StoreNotEmptyError` or
    `DiskFullError`.
    """
    backup = read_backup(source)
    _ensure_empty(root, url)
    with _opened(source) as taken:
        with taken.reading() as db:
            named = named_files(db)
        _ensure_whole(source, named, backup)
        if not dry_run:
            with full_disk_named():
                _restore_files(source, root, named, backup)
                _restore_rows(taken, root, url)
    return backup


@contextmanager
def _opened(source: Path) -> Iterator[Store]:
    """The database of a backup: a copy, because an older one is brought up to date."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / FILE
        shutil.copyfile(source / FILE, copy)
        store = open_store(copy.parent, f"sqlite:///{copy}")
        try:
            yield store
        finally:
            store.close()


def _ensure_empty(root: Path, url: str) -> None:
    parsed = make_url(url_of(root, url))
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
        return
    store = open_store(root, url)
    try:
        rows = sum(rows_in(store).values())
    finally:
        store.close()
    if rows:
        raise StoreNotEmptyError(
            f"The database of {root} holds {rows} rows; restoring would mix two stores.",
            hint="Move labhub.db and the folder store/ away, or name another database.",
        )


def _ensure_whole(source: Path, named: Named, backup: Backup) -> None:
    blobs = Blobs(source / FOLDER)
    broken = [name for name in named.blobs if not blobs.holds(name)]
    for part in named.projects:
        path = source / part.file
        if not path.is_file() or file_hash(path) != part.sha256:
            broken.append(part.file)
    lost = [name for name in broken if name not in backup.missing]
    if lost:
        raise BackupUnreadableError(
            f"{len(lost)} files of the backup are missing or damaged, the first is {lost[0]}.",
            hint="Take another backup.",
        )


def _restore_files(source: Path, root: Path, named: Named, backup: Backup) -> None:
    taken, target = Blobs(source / FOLDER), open_blobs(root)
    for name in named.blobs:
        if name not in backup.missing:
            target.add(taken.path(name))
    for part in named.projects:
        if part.file not in backup.missing:
            copy_durably(source / part.file, root / part.file, 0o644)
    for name in KEYS:
        mode = 0o600 if name == PRIVATE else 0o644
        copy_durably(source / FOLDER / name, root / FOLDER / name, mode)


def _restore_rows(taken: Store, root: Path, url: str) -> None:
    target = open_store(root, url)
    try:
        copy_rows(taken, target)
    finally:
        target.close()
