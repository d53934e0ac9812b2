"""A student's folder of one assignment: what is handed in from it, and what lies beside.

`receipts/`, `feedback/`, `backups/` and `.labhub/` are this program's; they are not handed in.
`.labhub/fetched.json` says which version the files began as, and `.labhub/version-N.zip` keeps
that version, so that what the student changed can be told from what the course gave.
"""

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from labhub.exchange.client.errors import TwoCopiesError
from labhub.exchange.client.service import GivenReceipt
from labhub.exchange.client.transport import unpacked

STATE = ".labhub"
RECEIPTS, FEEDBACK, BACKUPS = "receipts", "feedback", "backups"
OURS = (RECEIPTS, FEEDBACK, BACKUPS)
IGNORED = (".*", "*.pyc", "__pycache__", "timestamp.txt", "submission_secret.txt")
KEY_FILE = "receipt-key.pub.pem"


@dataclass(frozen=True)
class Fetched:
    """What was fetched into a folder."""

    course: str
    assignment: str
    version: int | None = None
    """The version that the student works on; None where it is not known."""
    seen: int = 0
    """The newest version that was fetched, be it beside."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """Files of a newer version that were laid beside the student's: name -> released path."""


@dataclass(frozen=True)
class Sendable:
    """What goes into a hand-in."""

    files: Mapping[str, Path]
    left_out: tuple[str, ...] = ()
    """Links that lead out of the folder."""


@dataclass(frozen=True)
class WorkFolder:
    """One folder; it need not exist."""

    root: Path

    def exists(self) -> bool:
        """Whether something was fetched or made here."""
        return self.root.is_dir()

    def fetched(self) -> Fetched | None:
        """What was fetched here; None where no record tells."""
        try:
            data = json.loads((self.root / STATE / "fetched.json").read_text(encoding="utf-8"))
            return Fetched(**data)
        except (OSError, ValueError, TypeError):
            return None

    def put_fetched(self, state: Fetched) -> None:
        """Keep what was fetched here."""
        (self.root / STATE).mkdir(parents=True, exist_ok=True)
        write(self.root / STATE / "fetched.json", json.dumps(asdict(state)).encode())

    def version(self, number: int | None) -> dict[str, bytes] | None:
        """The files of a version as they were released; None where they were not kept."""
        archive = self.root / STATE / f"version-{number}.zip"
        return unpacked(archive) if number is not None and archive.is_file() else None

    def put_version(self, number: int, archive: bytes) -> None:
        """Keep a version as it was released."""
        write(self.root / STATE / f"version-{number}.zip", archive)

    def sendable(self) -> Sendable:
        """The files to hand in, by their paths in the folder.

        Raises `TwoCopiesError` when the student changed a file that was laid beside.
        """
        state = self.fetched()
        beside = state.beside if state else {}
        self._ensure_one_copy(state)
        files, left_out = {}, []
        for path in sorted(self.root.rglob("*")):
            inside = path.relative_to(self.root)
            if _is_ours(inside.parts) or inside.as_posix() in beside or not path.is_file():
                continue
            if path.resolve().is_relative_to(self.root.resolve()):
                files[inside.as_posix()] = path
            else:
                left_out.append(inside.as_posix())
        return Sendable(files, tuple(left_out))

    def notebooks(self) -> list[Path]:
        """The notebooks at the top of the folder, in order."""
        return sorted(self.root.glob("*.ipynb"))

    def put_receipt(self, given: GivenReceipt) -> Path:
        """Keep a receipt and the key that it can be checked with; where it lies."""
        receipt = given.receipt
        folder = self.root / RECEIPTS
        folder.mkdir(exist_ok=True)
        target = folder / f"{receipt.assignment}-{receipt.submission}.json"
        write(target, given.text.encode())
        write(folder / KEY_FILE, given.key_pem.encode())
        return target

    def feedback(self, timestamp: str) -> Path:
        """Where the feedback on the hand-in of that time lies, as nbgrader has it."""
        return self.root / FEEDBACK / timestamp

    def back_up(self, name: str, label: str) -> Path:
        """Copy a file of the folder into `backups/`; where it lies."""
        path = Path(name)
        folder = self.root / BACKUPS / path.parent
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{path.stem} ({label}){path.suffix}"
        number = 2
        while target.exists() and target.read_bytes() != (self.root / name).read_bytes():
            target = folder / f"{path.stem} ({label}, {number}){path.suffix}"
            number += 1
        shutil.copy2(self.root / name, target)
        return target

    def _ensure_one_copy(self, state: Fetched | None) -> None:
        if state is None or not state.beside:
            return
        released = self.version(state.seen) or {}
        for name, original in state.beside.items():
            path = self.root / name
            if path.is_file() and not same_work(path.read_bytes(), released.get(original, b"")):
                raise TwoCopiesError(
                    f"You have worked in '{name}' and there is '{original}' as well; only "
                    f"'{original}' would be handed in.",
                    hint=f"Give the one that you want to hand in the name '{original}', and "
                    "delete or move the other. `labhub fetch-assignment --merge` brings a newer "
                    "version and your work together.",
                )


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as stream:
        stream.write(content)
    made = Path(stream.name)
    made.chmod(0o644)
    made.replace(path)


def same_work(one: bytes, other: bytes) -> bool:
    """Whether two files hold the same work: for notebooks, the same cells whatever they showed."""
    return one == other or ((texts := _texts(one)) is not None and texts == _texts(other))


def _texts(content: bytes) -> list[tuple[str, str]] | None:
    """Type and source of the cells of a notebook; None for any other file."""
    try:
        notebook: Any = json.loads(content)
        return [(cell["cell_type"], "".join(cell["source"])) for cell in notebook["cells"]]
    except (ValueError, TypeError, KeyError):
        return None


def _is_ours(steps: tuple[str, ...]) -> bool:
    return steps[0] in OURS or any(fnmatch(step, mask) for step in steps for mask in IGNORED)
