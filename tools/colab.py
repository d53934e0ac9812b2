"""Runs the student versions as Google Colab would: `make test-colab`.

A virtual environment gets the Python and the packages of Colab's runtime from the locked file
requirements/colab.txt. There every lab is opened as Colab saves it (no cell ids, format 4.0), with
the helper package as a wheel beside it, `google.colab` among the loaded modules and no network.
Twice: as it is given out, and filled in with the course's own answers, when no cell may raise.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.wheel import build_wheel

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements" / "colab.txt"
RUNNER = Path(__file__).with_name("colab_runner.py")
HOME = ROOT / ".cache" / "colab"
PYTHONS = ("3.13", "3.12", "3.11")
"""Colab's own first, then the nearest that this machine may have."""
UNANSWERED = ("NotImplementedError", "NameError", "CheckFailedError", "AssertionError", "KeyError")
"""How cells end that rest on an answer which is not there yet."""
OUTSIDE = '''\
"""Loaded before everything else: looks like Colab, and reaches no other machine."""
import socket
import subprocess
import sys
import types

sys.modules["google.colab"] = types.ModuleType("google.colab")
connect, run = socket.socket.connect, subprocess.run


def only_here(self, address):
    if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1"):
        raise OSError(f"no network in this test: {address}")
    return connect(self, address)


def no_other_packages(command, *rest, **options):
    words = [str(word) for word in command] if isinstance(command, list) else []
    if "install" in words and not ("--no-deps" in words and words[-1].endswith(".whl")):
        raise RuntimeError(f"a notebook may install nothing but its wheel: {words}")
    return run(command, *rest, **options)


socket.socket.connect, subprocess.run = only_here, no_other_packages
'''


@dataclass(frozen=True)
class Ran:
    """What came of one notebook."""

    name: str
    seconds: float
    cells: int
    errors: tuple[str, ...]
    text: str


def colab_shape(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook as Colab saves it: format 4.0, ids in the metadata, its own keys."""
    cells = []
    for cell in notebook["cells"]:
        moved = {key: value for key, value in cell.items() if key != "id"}
        moved["metadata"] = cell["metadata"] | {"id": cell["id"]}
        cells.append(moved)
    metadata = notebook["metadata"] | {"colab": {"provenance": [], "toc_visible": True}}
    return notebook | {"cells": cells, "metadata": metadata, "nbformat_minor": 0}


def filled_in(released: dict[str, Any], source: dict[str, Any]) -> dict[str, Any]:
    """The student version with the course's own answers; the tests stay those that students see."""
    answers = {
        _grade_id(cell): cell["source"] for cell in source["cells"] if _is_answer_in_code(cell)
    }
    cells = [
        cell | {"source": answers.get(_grade_id(cell), cell["source"])}
        for cell in released["cells"]
    ]
    return released | {"cells": cells}


def _grade_id(cell: dict[str, Any]) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def _is_answer_in_code(cell: dict[str, Any]) -> bool:
    return cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("solution")


def run_as_colab(python: Path, notebook: dict[str, Any], name: str) -> Ran:
    """Run a notebook with that Python, in a folder that holds it and the wheel."""
    with tempfile.TemporaryDirectory(prefix="colab-") as scratch:
        folder = Path(scratch)
        outside = folder / "outside"
        outside.mkdir()
        (outside / "sitecustomize.py").write_text(OUTSIDE, encoding="utf-8")
        build_wheel(folder)
        path = folder / f"{name}.ipynb"
        path.write_text(json.dumps(colab_shape(notebook)), encoding="utf-8")
        environment = {
            "PATH": f"{python.parent}:{os.environ['PATH']}",
            "HOME": scratch,
            "PYTHONPATH": str(outside),
            "NNLAB_MODE": "test",
            "OMP_NUM_THREADS": "1",
            "PIP_NO_INDEX": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "JUPYTER_PLATFORM_DIRS": "1",
        }
        done = subprocess.run(
            [python, "-W", "ignore", RUNNER, path],
            env=environment,
            cwd=folder,
            capture_output=True,
            text=True,
        )
    if done.returncode:
        raise RuntimeError(f"{name} could not be run:\n{done.stderr}")
    said = json.loads(done.stdout.splitlines()[-1])
    return Ran(name, said["seconds"], said["cells"], tuple(said["errors"]), said["text"])


# --- the environment ---------------------------------------------------------------------------


def colab_python() -> Path:
    """The Python of an environment with Colab's packages, made if need be."""
    python = HOME / "bin" / "python"
    stamp = HOME / "lock.sha256"
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not stamp.is_file() or stamp.read_text() != digest:
        found = _base_python()
        _uv("venv", "--seed", "--clear", "--python", found, HOME)
        _uv("pip", "install", "--python", python, "--require-hashes", "-r", LOCK)
        stamp.write_text(digest)
    return python


def _base_python() -> str:
    for version in PYTHONS:
        found = _uv("python", "find", "--no-python-downloads", version, check=False)
        pyenv = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
        found = found or (str(pyenv[-1]) if pyenv else "")
        if found:
            if version != PYTHONS[0]:
                _say(f"Python {PYTHONS[0]} is not on this machine; using {version}")
            return found
    raise RuntimeError("no Python from 3.11 to 3.13 is here: uv python install 3.13")


def _uv(*words: object, check: bool = True) -> str:
    done = subprocess.run(
        ["uv", "--quiet", *map(str, words)], capture_output=True, text=True, check=False
    )
    if check and done.returncode:
        raise RuntimeError(f"uv {words[0]}: {done.stderr.strip()}")
    return done.stdout.strip() if done.returncode == 0 else ""


VERSIONS = """\
import importlib.metadata
found = [(each.name, each.version) for each in importlib.metadata.distributions()]
print(sorted(each for each in found if each[0] != "nnlab"))
"""


def _versions(python: Path) -> str:
    """What is installed, beside the helper package."""
    done = subprocess.run([python, "-c", VERSIONS], capture_output=True, text=True, check=True)
    return done.stdout


def _without_nnlab(python: Path) -> None:
    """Every notebook finds an environment that has never seen the helper package."""
    subprocess.run(
        [python, "-m", "pip", "uninstall", "--quiet", "--yes", "nnlab"], capture_output=True
    )


# --- the labs ----------------------------------------------------------------------------------


def labs(course: Path) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Name, student version and source of every notebook that has been released."""
    for path in sorted((course / "release").glob("*/*.ipynb")):
        source = course / "source" / path.parent.name / path.name
        yield path.stem, _json(path), _json(source)


def _json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def main(courses: list[Path]) -> int:
    """Run everything; 1 when a cell raised that should not."""
    python = colab_python()
    before = _versions(python)
    well = True
    for course in courses:
        for name, released, source in labs(course):
            well &= _try_out(python, name, released, allowed=UNANSWERED)
            well &= _try_out(python, f"{name}-answered", filled_in(released, source), allowed=())
    if _versions(python) != before:
        _say("!!  the packages of the environment have changed")
        well = False
    return int(not well)


def _try_out(
    python: Path, name: str, notebook: dict[str, Any], *, allowed: tuple[str, ...]
) -> bool:
    """Run one notebook and say how it went; whether nothing raised but what is allowed to."""
    _without_nnlab(python)
    ran = run_as_colab(python, notebook, name)
    wrong = [each for each in ran.errors if not any(f": {kind}: " in each for kind in allowed)]
    _say(f"{'!!' if wrong else 'ok'}  {name}: {ran.cells} cells in {ran.seconds:g} s")
    for error in wrong:
        _say(f"      {error}")
    return not wrong


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main([ROOT, ROOT / "examples" / "college"]))
