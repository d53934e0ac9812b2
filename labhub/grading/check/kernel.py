"""The instructor notebook in a real kernel, run by papermill, without a network.

papermill runs in a process of its own, in a network namespace of its own where bubblewrap can
make one; everywhere, the first cell closes the sockets of the kernel (labhub.authoring.magics).
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import labhub
from labhub.authoring.findings import Finding, Severity
from labhub.authoring.notebook import Cell, Notebook, Role, parse_notebook
from labhub.grading.check.report import CellTime, KernelRun

PRELUDE = "%load_ext labhub.authoring.magics"
LIMIT_S = 60.0
"""An instructor notebook in test mode takes less. CPU seconds decide: they do not depend on what
else the machine does."""
GIVE_UP_S = 300.0


@dataclass(frozen=True)
class Ran:
    """The notebook as papermill left it, how long that took, and what papermill said."""

    notebook: Notebook | None
    """Without the prelude; None if papermill wrote nothing."""
    durations: tuple[float, ...]
    seconds: float
    cpu_s: float
    said: str


def run_in_kernel(
    notebook: Notebook, workdir: Path, *, data_dir: Path | None = None
) -> tuple[KernelRun, tuple[Finding, ...]]:
    """Run every cell; full marks by nbgrader's rule and less than LIMIT_S are expected."""
    with tempfile.TemporaryDirectory(prefix="labhub-kernel-") as scratch:
        ran = _papermill(notebook, workdir, Path(scratch), data_dir)
    cells = ran.notebook.cells if ran.notebook else ()
    tests = [cell for cell in cells if cell.role is Role.TEST]
    run = KernelRun(
        notebook_id=notebook.notebook_id,
        seconds=ran.seconds,
        cpu_s=ran.cpu_s,
        score=sum(score_of(cell) for cell in tests),
        max_score=notebook.max_points,
        cells=tuple(
            CellTime(cell.place, seconds)
            for cell, seconds in zip(cells, ran.durations, strict=False)
            if cell.kind == "code"
        ),
    )
    return run, tuple(_findings(notebook, run, ran))


def score_of(cell: Cell) -> float:
    """The points of an executed test cell by nbgrader's rule.

    An error or anything on stderr gives none; a number as last expression is partial credit;
    a cell that papermill did not reach gives none.
    """
    points = cell.points or 0.0
    if cell.execution_count is None:
        return 0.0
    for output in cell.outputs:
        if output["output_type"] == "error" or output.get("name") == "stderr":
            return 0.0
        if output["output_type"] == "execute_result":
            return _partial(output, points)
    return points


def _partial(output: Mapping[str, Any], points: float) -> float:
    text = output["data"].get("text/plain", "")
    try:
        value = float(text if isinstance(text, str) else "".join(text))
    except ValueError:
        return points
    return value if value >= 0 else points


def _findings(notebook: Notebook, run: KernelRun, ran: Ran) -> list[Finding]:
    name = notebook.path.name
    if ran.notebook is None:
        return [Finding("kernel-failed", name, f"papermill could not run it: {ran.said}")]
    errors = [_error(name, cell) for cell in ran.notebook.cells if _raised(cell)]
    if not errors:
        errors = [
            Finding(
                "reference-loses-points",
                f"{name}: {cell.place}",
                f"The author's own solution gets {score_of(cell):g} of {cell.points:g} points.",
                "nbgrader gives no points to a test cell that writes to stderr.",
            )
            for cell in ran.notebook.with_role(Role.TEST)
            if cell.points and score_of(cell) != cell.points
        ]
    return [*errors, *_slowness(name, run)]


def _slowness(name: str, run: KernelRun) -> list[Finding]:
    if max(run.seconds, run.cpu_s) <= LIMIT_S or not run.cells:
        return []
    slowest = max(run.cells, key=lambda cell: cell.seconds)
    return [
        Finding(
            "too-slow",
            name,
            f"In test mode it took {run.seconds:.0f} s, {run.cpu_s:.0f} s of them CPU; "
            f"at most {LIMIT_S:.0f} s are allowed.",
            f"The slowest cell is {slowest.place} with {slowest.seconds:.1f} s.",
            Severity.ERROR if run.cpu_s > LIMIT_S else Severity.ADVICE,
        )
    ]


def _raised(cell: Cell) -> bool:
    return any(output["output_type"] == "error" for output in cell.outputs)


def _error(name: str, cell: Cell) -> Finding:
    output = next(output for output in cell.outputs if output["output_type"] == "error")
    return Finding(
        "kernel-error",
        f"{name}: {cell.place}",
        f"The author's own notebook raises {output['ename']}: {output['evalue']}",
    )


# --- papermill -------------------------------------------------------------------------------


def _papermill(notebook: Notebook, workdir: Path, scratch: Path, data_dir: Path | None) -> Ran:
    folder = scratch / "work"
    shutil.copytree(workdir, folder)
    content = json.loads(notebook.path.read_text(encoding="utf-8"))
    content["cells"].insert(0, _prelude(content))
    source, target = scratch / "in.ipynb", scratch / "out.ipynb"
    source.write_text(json.dumps(content), encoding="utf-8")
    command = [sys.executable, "-m", "papermill", str(source), str(target)]
    command += ["--kernel", "python3", "--cwd", str(folder), "--no-progress-bar"]
    prefix, environment = _closed_network(), _environment(scratch, data_dir)
    started = time.monotonic()
    said, cpu_s = _run([*prefix, *command], environment, scratch / "said.txt")
    seconds = time.monotonic() - started
    if not target.is_file():
        return Ran(None, (), seconds, cpu_s, said)
    ran, durations = _read(target, notebook)
    return Ran(ran, durations, seconds, cpu_s, said)


def _prelude(content: Mapping[str, Any]) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "cell_type": "code",
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": PRELUDE,
    }
    has_ids = (content["nbformat"], content["nbformat_minor"]) >= (4, 5)
    return cell | {"id": "labhub-prelude"} if has_ids else cell


def _environment(scratch: Path, data_dir: Path | None) -> dict[str, str]:
    own = {
        "NNLAB_MODE": "test",
        "OMP_NUM_THREADS": "1",
        "IPYTHONDIR": str(scratch / "ipython"),
        "PYTHONPATH": str(Path(labhub.__file__).parent.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    if data_dir is not None:
        own["NNLAB_DATA"] = str(data_dir)
    return {**os.environ, **own}


def _closed_network() -> list[str]:
    """The command that puts another into a network namespace with nothing but itself."""
    prefix = ["bwrap", "--dev-bind", "/", "/", "--unshare-net", "--die-with-parent", "--"]
    if shutil.which("bwrap") is None:
        return []
    works = subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
    return prefix if works else []


def _run(command: list[str], environment: Mapping[str, str], log: Path) -> tuple[str, float]:
    """Run a command to its end or for GIVE_UP_S: the last line that it wrote, its CPU seconds."""
    with log.open("wb") as said:
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        timer = threading.Timer(GIVE_UP_S, process.kill)
        timer.start()
        # Not process.wait(): this tells the CPU time of this child and of its children alone.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        timer.cancel()
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    ended = f"it ended with exit code {process.returncode}"
    return lines[-1] if lines else ended, usage.ru_utime + usage.ru_stime


def _read(target: Path, notebook: Notebook) -> tuple[Notebook, tuple[float, ...]]:
    """The notebook without what papermill and the prelude added, and each cell's seconds."""
    content = json.loads(target.read_text(encoding="utf-8"))
    # papermill puts a cell with the error's text at the top and marks the cell that failed.
    content["cells"] = [
        cell
        for cell in content["cells"]
        if "papermill-error-cell-tag" not in cell["metadata"].get("tags", ())
        and cell["source"] not in (PRELUDE, [PRELUDE])
    ]
    durations = tuple(
        cell["metadata"].get("papermill", {}).get("duration") or 0.0 for cell in content["cells"]
    )
    return parse_notebook(content, notebook.path), durations
