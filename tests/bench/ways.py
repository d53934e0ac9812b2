"""The ways in which one class is graded, each a command that is measured."""

import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.bench.classes import REPOSITORY
from tests.bench.measure import Cost, measure

CORES = len(os.sched_getaffinity(0))
STARTUP = "get_ipython().run_line_magic('load_ext', 'labhub.authoring.magics')\n"


@dataclass(frozen=True)
class Way:
    """One way of grading a class."""

    name: str
    jobs: int = 0

    def command(self, course: Path, lab: str) -> list[str]:
        """The command line, to be run in the course folder."""
        if self.name == "nbgrader autograde":
            return ["nbgrader", "autograde", lab, "--log-level=ERROR"]
        if self.name == "limit":
            hand_ins = sorted(str(p) for p in course.glob(f"submitted/*/{lab}/{lab}.ipynb"))
            return [sys.executable, "-m", "tests.bench.limit", str(CORES), *hand_ins]
        return ["labhub", "autograde", lab, "--course-dir", ".", "--jobs", str(self.jobs)]


LIMIT, NBGRADER = Way("limit"), Way("nbgrader autograde")
ONE, ALL = Way("labhub, 1 job", 1), Way(f"labhub, {CORES} jobs", CORES)


def once(way: Way, prepared: Path, lab: str, *, memory: bool = False) -> Cost:
    """Grades a fresh copy of the prepared course in one way."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        course = Path(name) / "course"
        shutil.copytree(prepared, course)
        return measure(
            way.command(course, lab), cwd=course, env=_environment(course), memory=memory
        )


def _environment(course: Path) -> dict[str, str]:
    """One thread each, test mode; plain nbgrader's kernels know `reference` and `probe`."""
    startup = course / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-authoring.py").write_text(STARTUP)
    threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    return {
        **os.environ, **threads, "NNLAB_MODE": "test", "PYTHONPATH": str(REPOSITORY),
        "IPYTHONDIR": str(course / "ipython"),
    }  # fmt: skip
