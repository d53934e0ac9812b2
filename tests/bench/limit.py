"""The limit that no grader can beat: the students' own cells, warm, on all cores, ungraded.

    python -m tests.bench.limit JOBS NOTEBOOK...

One process imports what the grader's warm parent imports, then forks a child per notebook, `JOBS`
at a time; the child runs the notebook's cells but for the test cells, with IPython.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from labhub.grading.plan import imported_packages
from labhub.grading.sandbox.hugepages import settle
from labhub.grading.warm import ON_DEMAND, PRELOAD, preload


def _shell() -> Any:
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    shell.enable_gui = lambda gui=None: None
    return shell


def _warm_up(paths: list[str]) -> None:
    """Import and settle as the grader does, so that nothing but the students' cells is left."""
    asked_for = imported_packages(source for path in paths for source in _sources(path))
    preload([*PRELOAD, *(each for name in asked_for for each in ON_DEMAND.get(name, ()))])
    settle()


def _sources(path: str) -> list[str]:
    cells = json.loads(Path(path).read_text())["cells"]
    return [
        "".join(cell["source"])
        for cell in cells
        if cell["cell_type"] == "code"
        and not ((meta := cell["metadata"].get("nbgrader", {})).get("grade") and meta.get("locked"))
    ]


def _run(shell: Any, path: str) -> None:
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    shell.run_cell("%matplotlib inline")
    for source in _sources(path):
        shell.run_cell(source, store_history=True)


def main(jobs: int, paths: list[str]) -> None:
    """Runs every notebook in a fork of this process, `jobs` at a time."""
    shell = _shell()
    _warm_up(paths)
    running = 0
    for path in paths:
        if running == jobs:
            os.wait()
            running -= 1
        if os.fork() == 0:
            try:
                _run(shell, path)
            finally:
                os._exit(0)
        running += 1
    while running:
        os.wait()
        running -= 1


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
