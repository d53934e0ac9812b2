"""`python -m nnlab doctor`: is this machine ready for the labs, and if not, what to do."""

import importlib.metadata
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nnlab.datasets import DataError, digits_file, fashion_mnist_folder
from nnlab.session import cache_dir, resolve_data_dir
from nnlab.sources import SETS

TESTED_PYTHON = ((3, 11), (3, 13))
PACKAGES = (
    ("numpy", "1.26", "3", "all labs"),
    ("matplotlib", "3.9", "4", "all labs"),
    ("scikit-learn", "1.5", "2", "the digits, in all labs"),
    ("torch", "2.6", "3", "labs 2 and 3"),
)
"""Name, the least version, the first that is too new, and what it is for."""
NOTEBOOKS = ("jupyterlab", "notebook", "ipykernel")
"""Any of these opens a notebook; VS Code needs the last one only."""
BEHIND_TORCH = 15
"""torchvision 0.(x + 15) is built for torch 2.x; other pairs fail when they are imported."""
ROOM_BYTES = 2 << 30


@dataclass(frozen=True)
class Finding:
    """One line of the diagnosis; `remedy` is empty when all is well."""

    subject: str
    found: str
    remedy: str = ""

    def __str__(self) -> str:
        mark = "!!" if self.remedy else "ok"
        return f"{mark}  {self.subject:<14} {self.found}" + (
            f"  -> {self.remedy}" if self.remedy else ""
        )


def findings() -> Iterator[Finding]:
    """Python, packages, data, the machine and the environment, in that order."""
    yield _python()
    for package in PACKAGES:
        yield _package(*package)
    yield _torchvision()
    yield _notebook()
    yield from _data()
    yield from _machine()
    for name in ("NNLAB_MODE", "NNLAB_DATA", "NNLAB_GROUP"):
        yield Finding(name, os.environ.get(name, "not set"))


# --- Python and its packages -------------------------------------------------------------------


def _python() -> Finding:
    low, high = TESTED_PYTHON
    tested = low <= sys.version_info[:2] <= high
    remedy = "" if tested else f"the labs are tested on {low[0]}.{low[1]} to {high[0]}.{high[1]}"
    return Finding("Python", platform.python_version(), remedy)


def _package(name: str, least: str, too_new: str, used_by: str) -> Finding:
    wanted = f"python -m pip install '{name}>={least}'"
    version = _version(name)
    if version is None:
        return Finding(name, "missing", f"{wanted} (for {used_by})")
    if _numbers(version) < _numbers(least):
        return Finding(name, version, wanted)
    if _numbers(version) >= _numbers(too_new):
        tested = f"python -m pip install '{name}>={least},<{too_new}'"
        return Finding(name, version, f"newer than the labs are tested with: {tested}")
    return Finding(name, version)


def _torchvision() -> Finding:
    """Only lab 3 in the mode `full` needs it; a pair that does not fit breaks that."""
    torch, vision = _version("torch"), _version("torchvision")
    if vision is None:
        return Finding("torchvision", "missing (only needed for MODE='full' of lab 3)")
    if torch is None or _numbers(vision)[1] == _numbers(torch)[1] + BEHIND_TORCH:
        return Finding("torchvision", vision)
    return Finding(
        "torchvision",
        f"{vision}, which is not built for torch {torch}",
        "install both at once: python -m pip install --upgrade torch torchvision",
    )


def _notebook() -> Finding:
    found = [f"{name} {version}" for name in NOTEBOOKS if (version := _version(name))]
    if found:
        return Finding("notebooks", ", ".join(found))
    return Finding("notebooks", "nothing opens them", "python -m pip install jupyterlab")


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    """The first two numbers of a version, to compare by.

    >>> _numbers("2.11.0+cpu"), _numbers("3")
    ((2, 11), (3, 0))
    """
    parts = [*version.split(".")[:2], "0"][:2]
    return tuple(int("".join(filter(str.isdigit, part)) or 0) for part in parts)


# --- data --------------------------------------------------------------------------------------


def _data() -> Iterator[Finding]:
    folder = resolve_data_dir()
    yield Finding("data folder", str(folder) if folder else "none: offline data only")
    try:
        yield Finding("digits", str(digits_file()))
    except DataError as problem:
        yield Finding("digits", "missing", str(problem))
    for each in SETS.values():
        place = _place_of(each.name, folder)
        hint = f"the labs use {each.substitute}; to get it: python -m nnlab data fetch {each.name}"
        yield Finding(each.name, str(place) if place else f"not here ({hint})")


def _place_of(name: str, folder: Path | None) -> Path | None:
    """The folder of a data set; Fashion-MNIST may lie in others than its own."""
    if name == "fashion-mnist":
        return fashion_mnist_folder(folder)
    here = folder / name if folder else None
    return here if here and all((here / file).is_file() for file in SETS[name].files) else None


# --- the machine -------------------------------------------------------------------------------


def _machine() -> Iterator[Finding]:
    yield _room()
    yield Finding("processors", _processors())
    yield Finding("Colab", "yes" if "google.colab" in sys.modules else "no")


def _room() -> Finding:
    """The disk where data sets and notebooks go."""
    place = next(path for path in (cache_dir(), *cache_dir().parents) if path.is_dir())
    free = shutil.disk_usage(place).free
    remedy = "" if free >= ROOM_BYTES else f"make room: the data sets need 1 GB, in {place}"
    return Finding("free disk", f"{free / (1 << 30):.0f} GB", remedy)


def _processors() -> str:
    count = os.cpu_count() or 1
    threads = os.environ.get("OMP_NUM_THREADS")
    return f"{count}" + (f", of which each program uses {threads}" if threads else "")


def doctor() -> int:
    """Print the diagnosis and what to do next; 0 when nothing has to be done, 1 otherwise."""
    diagnosis = list(findings())
    for finding in diagnosis:
        print(finding)
    open_points = [finding for finding in diagnosis if finding.remedy]
    print()
    if open_points:
        print(f"{len(open_points)} to mend: do what stands behind ->, then run this again.")
    else:
        print("All is well: open a lab's notebook and run it from the top.")
    return int(bool(open_points))
