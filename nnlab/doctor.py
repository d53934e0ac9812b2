"""`python -m nnlab doctor`: is this machine ready for the labs, and if not, what to do."""

import importlib.metadata
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nnlab.datasets import DataError, digits_file, fashion_mnist_folder
from nnlab.session import resolve_data_dir

TESTED_PYTHON = ((3, 11), (3, 13))
PACKAGES = (
    ("numpy", "1.26", "all labs"),
    ("matplotlib", "3.9", "all labs"),
    ("scikit-learn", "1.5", "the digits, in all labs"),
    ("torch", "2.6", "labs 2 and 3"),
)


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
    """Python, packages, data and environment, in that order."""
    yield _python()
    for package, least, used_by in PACKAGES:
        yield _package(package, least, used_by)
    yield from _data()
    for name in ("NNLAB_MODE", "NNLAB_DATA"):
        yield Finding(name, os.environ.get(name, "not set"))


def _python() -> Finding:
    low, high = TESTED_PYTHON
    tested = low <= sys.version_info[:2] <= high
    remedy = "" if tested else f"the labs are tested on {low[0]}.{low[1]} to {high[0]}.{high[1]}"
    return Finding("Python", platform.python_version(), remedy)


def _package(name: str, least: str, used_by: str) -> Finding:
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, "missing", f"python -m pip install '{name}>={least}' (for {used_by})")
    old = _numbers(version) < _numbers(least)
    return Finding(name, version, f"python -m pip install '{name}>={least}'" if old else "")


def _numbers(version: str) -> tuple[int, ...]:
    """The first two numbers of a version, to compare by."""
    return tuple(int("".join(filter(str.isdigit, part)) or 0) for part in version.split(".")[:2])


def _data() -> Iterator[Finding]:
    folder = resolve_data_dir()
    yield Finding("data folder", str(folder) if folder else "none: offline data only")
    try:
        yield Finding("digits", str(digits_file()))
    except DataError as problem:
        yield Finding("digits", "missing", str(problem))
    clothes = fashion_mnist_folder(folder)
    hint = f"only needed for MODE='full': {Path('~/.cache/nnlab/fashion-mnist')}"
    yield Finding("Fashion-MNIST", str(clothes) if clothes else f"not found ({hint})")


def doctor() -> int:
    """Print the diagnosis; 0 when nothing has to be done, 1 otherwise."""
    diagnosis = list(findings())
    for finding in diagnosis:
        print(finding)
    return int(any(finding.remedy for finding in diagnosis))
