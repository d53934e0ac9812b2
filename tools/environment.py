"""Writes environment.yml for conda from requirements/dev.txt: `python -m tools.environment`.

Python comes from conda, everything else from pip in the locked versions; the hashes stay in the
requirement file, because conda's list cannot carry them.
"""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements" / "dev.txt"
TARGET = ROOT / "environment.yml"

HEAD = """\
# For conda or mamba; `make setup` needs neither. Made by `python -m tools.environment`.
name: labhub
channels:
  - conda-forge
dependencies:
  - python >=3.11,<3.14
  - pip
  - pip:
"""


def locked(text: str) -> list[str]:
    """The requirements of a locked file, each with its version and marker, without hashes.

    >>> locked("a==1 \\\\\\n    --hash=sha256:00\\nb==2 ; sys_platform == 'win32' \\\\\\n")
    ['a==1', "b==2 ; sys_platform == 'win32'"]
    """
    lines = (line.removesuffix("\\").strip() for line in text.splitlines())
    return [line for line in lines if re.match(r"[A-Za-z0-9][\w.\[\]-]*==", line)]


def environment(text: str) -> str:
    """The text of environment.yml for a locked requirement file."""
    return HEAD + "".join(f'      - "{line}"\n' for line in locked(text))


if __name__ == "__main__":
    TARGET.write_text(environment(LOCK.read_text(encoding="utf-8")), encoding="utf-8")
