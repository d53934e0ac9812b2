"""Takes a part of a project: checks it against its item, and keeps the file durably."""

import hashlib
import os
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from labhub.course.rule_model import GradedItem
from labhub.exchange.projects.errors import BadLinkError, PartRefusedError, ProjectClosedError
from labhub.exchange.store.blobs import sync_folder
from labhub.exchange.store.projects import ProjectHandIn
from labhub.ids import StudentId
from labhub.policy.deadlines import Deadline
from labhub.policy.traces import sentence

MIB = 1 << 20
PIECE = 1 << 20
FOLDER = "projects"


@dataclass(frozen=True)
class Part:
    """What somebody hands in: a link, a file, a text, or a link with a file as its copy."""

    link: str = ""
    file: Path | None = None
    text: str = ""


def take(
    root: Path, item: GradedItem, student: StudentId, part: Part, at: datetime
) -> ProjectHandIn:
    """The record of a part whose file, if it has one, is on the disk below `root`.

    Raises `PartRefusedError` or `BadLinkError`; nothing is kept then.
    """
    given = [name for name, value in _kinds(part).items() if value]
    odd = [name for name in given if name not in item.accepts]
    if not given or odd:
        accepted = " or ".join(item.accepts) or "nothing"
        what = f"{item.title} does not take a {' or a '.join(odd)}" if odd else "Nothing was given"
        raise PartRefusedError(f"{what}.", hint=f"{item.title} takes: {accepted}.")
    if part.link:
        _check_link(part.link)
    name, digest, size = "", "", 0
    if part.file is not None:
        name, digest, size = _keep(root, item, student, part.file, at)
    return ProjectHandIn(item.id, student, at, part.link, name, digest, size, part.text)


def ensure_open(item: GradedItem, due: Deadline | None, now: datetime) -> None:
    """Raises `ProjectClosedError` once the due date, with its grace, is over."""
    if due is not None and now >= due.ends_at:
        raise ProjectClosedError(
            f"{item.title}: it is too late. {sentence(due.because)}", hint="Ask the staff."
        )


def _kinds(part: Part) -> dict[str, bool]:
    return {
        "link": bool(part.link),
        "file": part.file is not None,
        "text": bool(part.text),
    }


def _check_link(link: str) -> None:
    parts = urlsplit(link)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise BadLinkError(
            f"'{link}' is no link.", hint="It begins with https:// and holds no password."
        )


def _keep(
    root: Path, item: GradedItem, student: StudentId, file: Path, at: datetime
) -> tuple[str, str, int]:
    """Copy a file below the course's folder, up to the item's limit; path, SHA-256 and size."""
    folder = root / FOLDER / item.id / student
    folder.mkdir(parents=True, exist_ok=True)
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", file.name).lstrip(".-")[-100:] or "file"
    path = folder / f"{at:%Y%m%dT%H%M%S%fZ}-{safe}"
    partial = path.with_name(f".{path.name}")
    try:
        digest, size = _copy(file, partial, item)
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)
    sync_folder(folder)
    return path.relative_to(root).as_posix(), digest, size


def _copy(file: Path, to: Path, item: GradedItem) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    try:
        with file.open("rb") as source, to.open("xb") as target:
            while piece := source.read(PIECE):
                size += len(piece)
                if size > item.limit_mib * MIB:
                    raise PartRefusedError(
                        f"{file.name} is larger than the {item.limit_mib} MiB that {item.title} "
                        "takes.",
                        hint="Hand in a smaller file, or a link.",
                    )
                digest.update(piece)
                target.write(piece)
            target.flush()
            os.fsync(target.fileno())
    except OSError as error:
        raise PartRefusedError(f"{file} cannot be read: {error.strerror}.") from None
    return digest.hexdigest(), size
