"""What lies in a handed-in folder: notebooks to look at, extra files that are safe to copy."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from labhub.exchange.intake.read import DEFAULT_BOUNDS, Bounds, printable
from labhub.exchange.intake.report import ExtraFile, Fact, FactKind

_DEPTH = 4
_MOST_ENTRIES = 5_000
_SKIPPED = (".ipynb_checkpoints", "__MACOSX", "__pycache__", ".git")


@dataclass(frozen=True)
class Survey:
    """The entries of one hand-in, in order of their names."""

    notebooks: tuple[Path, ...]
    """Whatever is named like a notebook, be it a file or not."""
    files: tuple[ExtraFile, ...]
    refused: tuple[Fact, ...]


def survey(folder: Path, bounds: Bounds = DEFAULT_BOUNDS) -> Survey:
    """What lies in `folder` and its subfolders. No link is followed, nothing is opened."""
    notebooks: list[Path] = []
    files: list[ExtraFile] = []
    refused: list[Fact] = []
    left_bytes = bounds.files_bytes
    for path, mode, size in _entries(folder):
        if looks_like_notebook(path.name):
            notebooks.append(path)
        elif not stat.S_ISREG(mode):
            refused.append(_refused(path, "no regular file (a link, pipe or device)"))
        elif len(files) >= bounds.files or size > left_bytes:
            refused.append(_refused(path, f"too much beside the notebooks ({size} bytes)"))
        else:
            left_bytes -= size
            files.append(ExtraFile(path, path.relative_to(folder).as_posix(), size))
    return Survey(tuple(notebooks), tuple(files), tuple(refused))


def looks_like_notebook(name: str) -> bool:
    """Whether a file is named like a notebook; browsers add `.txt` or `.json` on download."""
    return name.lower().removesuffix(".txt").removesuffix(".json").endswith(".ipynb")


def _entries(folder: Path) -> Iterator[tuple[Path, int, int]]:
    """Path, mode and size of what is no folder, top level first."""
    level, seen = [folder], 0
    for _ in range(_DEPTH):
        below: list[Path] = []
        for entry, facts in (one for parent in level for one in _listed(parent)):
            seen += 1
            is_folder = stat.S_ISDIR(facts.st_mode) and not looks_like_notebook(entry.name)
            if seen > _MOST_ENTRIES:
                return
            if is_folder and entry.name not in _SKIPPED:
                below.append(Path(entry.path))
            elif not is_folder:
                yield Path(entry.path), facts.st_mode, facts.st_size
        level = below


def _listed(folder: Path) -> list[tuple[os.DirEntry[str], os.stat_result]]:
    try:
        with os.scandir(folder) as entries:
            ordered = sorted(entries, key=lambda entry: entry.name)
        return [(entry, entry.stat(follow_symlinks=False)) for entry in ordered]
    except OSError:  # a folder that may not be looked into holds nothing for us
        return []


def _refused(path: Path, why: str) -> Fact:
    return Fact(FactKind.FILE_REFUSED, f"{printable(path.name)} was left out: {why}.")
