"""`labhub work`: the worker that grades what is handed in, as it comes."""

import math
import signal
import threading
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labhub.cli.common import CourseDir, DataDir, Jobs, SandboxName, note, warn

if TYPE_CHECKING:
    from labhub.exchange.store.jobs import Job
    from labhub.gradebook.opening import OpenCourse
    from labhub.ids import AssignmentId, StudentId


def work(
    course_dir: CourseDir = Path(),
    jobs: Jobs = 0,
    sandbox: SandboxName = "bubblewrap",
    data_dir: DataDir = None,
    once: Annotated[
        bool, typer.Option("--once", help="Do what waits, and end; else wait for more.")
    ] = False,
    idle_minutes: Annotated[
        float, typer.Option("--idle-minutes", min=0, help="End when nothing waited for so long.")
    ] = math.inf,
) -> None:
    """Do the jobs of the hand-in service.

    Collects, grades, writes and releases feedback: hand-ins that are graded at once, and what
    the staff start on their pages. `labhub serve` starts one where a job waits and none is at
    work. One worker per course; after a kill, the next one goes on.
    Ctrl-C ends it after the hand-in at hand.
    """
    from labhub.grading.engine import Engine

    if sandbox == "none":
        warn("no sandbox: student code runs as you and can read and change your files.")
    root = course_dir.resolve()
    with Engine(sandbox=sandbox, jobs=jobs or None, data_dir=data_dir) as engine:
        # Only now: the engine imports torch in another process while this one imports nbgrader.
        from labhub.gradebook.worker import Benches, Worker, working_alone

        with working_alone(root):
            sandboxed = sandbox != "none"
            benches = Benches(root, engine, write_pages, at_once=engine.jobs, sandboxed=sandboxed)
            try:
                worker = Worker(benches, watch=_say)
                if once:
                    worker.drain()
                else:
                    worker.run(_stopped_by_signals(), idle_minutes * 60)
            finally:
                benches.close()


def write_pages(
    course: "OpenCourse", assignment: "AssignmentId", students: "Collection[StudentId]"
) -> None:
    """Write the feedback pages of these students."""
    from labhub.feedback.writing import write_feedback

    for _ in write_feedback(course, assignment, only=students):
        pass


def _stopped_by_signals() -> threading.Event:
    """Set by the first SIGTERM or Ctrl-C; the second one ends at once."""
    stop = threading.Event()

    def ask(number: int, _: object) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    return stop


def _say(job: "Job") -> None:
    whose = f" of hand-in {job.submission}" if job.submission else ""
    note(f"job {job.seq}: {job.kind} {job.assignment}{whose}: {job.state}")
    if job.result and "error" in job.result:
        warn(f"job {job.seq}: {job.result['error']['message']}")
