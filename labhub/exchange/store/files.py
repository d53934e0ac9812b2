"""Records of files: a path and the SHA-256 of what it holds."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, insert, select


@dataclass(frozen=True, order=True)
class FileRecord:
    """A file of a version, a submission or a feedback; its bytes are a blob."""

    path: str
    """POSIX, relative, without `..`."""
    sha256: str
    size_bytes: int


def digest_of(files: Iterable[FileRecord]) -> str:
    """SHA-256 over the paths and hashes of files, in any order."""
    parts = sorted((file.path, file.sha256) for file in files)
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def put_files(
    db: Connection, table: Table, owner: Mapping[str, Any], files: Iterable[FileRecord]
) -> None:
    """Write the files of a version, a submission or a feedback."""
    rows = [
        {**owner, "path": file.path, "sha256": file.sha256, "size_bytes": file.size_bytes}
        for file in files
    ]
    if rows:
        db.execute(insert(table), rows)


def files_of(db: Connection, table: Table, **owner: object) -> tuple[FileRecord, ...]:
    """The files of a version, a submission or a feedback, in order of their paths."""
    query = select(table.c.path, table.c.sha256, table.c.size_bytes)
    for name, value in owner.items():
        query = query.where(table.c[name] == value)
    return tuple(sorted(FileRecord(*row) for row in db.execute(query)))
