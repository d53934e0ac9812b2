"""The engine: exams in, results out, as many at once as there are cores.

    with Engine() as engine:
        for key, result in engine.run([("ada", exam)]):
            ...

This process never imports numpy or torch and never runs a student's code; it starts one warm
parent in one sandbox and lets that fork. Its memory does not grow with the number of exams.
"""

import os
import queue
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from labhub.errors import LabhubError
from labhub.grading import problems
from labhub.grading.dispatch import Dispatcher
from labhub.grading.model import Exam, ExamResult, Problem
from labhub.grading.sandbox import bubblewrap
from labhub.grading.submission import Submission
from labhub.grading.warm import PRELOAD
from labhub.grading.warmparent import Sandbox, WarmSetup

Key = TypeVar("Key", bound=Hashable)


class Engine:
    """Grades exams in forks of one warm parent. Use it as a context manager.

    `sandbox="none"` grades without walls where bubblewrap cannot work, and every result says so.
    `packages` are importable packages that graded code may see, by themselves; `preload` names the
    modules that are imported once for all. Raises SandboxError when the walls cannot be built.
    """

    def __init__(
        self,
        *,
        sandbox: Sandbox = "bubblewrap",
        jobs: int | None = None,
        data_dir: Path | None = None,
        packages: Sequence[str] = ("labhub", "nnlab"),
        preload: Sequence[str] = PRELOAD,
    ) -> None:
        self._sandbox = sandbox
        self.jobs = jobs or len(os.sched_getaffinity(0))
        view = bubblewrap.view_of_this_python(packages, data_dir)
        self._setup = WarmSetup(sandbox, view, tuple(preload))
        self._dispatcher: Dispatcher | None = None

    def __enter__(self) -> Self:
        if self._sandbox == "bubblewrap":
            bubblewrap.ensure_bubblewrap()
        self._dispatcher = Dispatcher(self._setup, self.jobs)
        self._dispatcher.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._dispatcher is not None:
            self._dispatcher.close()
            self._dispatcher = None

    def run(self, jobs: Iterable[tuple[Key, Exam]]) -> Iterator[tuple[Key, ExamResult]]:
        """Each job's key and result, as each ends. Jobs are taken only when a place is near.

        Raises ReferenceCellError when the instructor's notebook fails, WarmStartError and
        EngineError when nothing can be graded.
        """
        assert self._dispatcher is not None, "use the engine in a with statement"
        done: queue.SimpleQueue[tuple[Hashable, ExamResult | LabhubError]] = queue.SimpleQueue()
        coming = iter(enumerate(jobs))
        keys: dict[int, Key] = {}
        while True:
            while len(keys) <= 2 * self.jobs and (job := next(coming, None)) is not None:
                place, (key, exam) = job
                keys[place] = key
                self._dispatcher.submit(Submission(place, exam, lambda k, r: done.put((k, r))))
            if not keys:
                return
            number, outcome = done.get()
            if isinstance(outcome, LabhubError):
                raise outcome
            assert isinstance(number, int)
            yield keys.pop(number), self._honest(outcome)

    def _honest(self, result: ExamResult) -> ExamResult:
        """A result that says when there were no walls."""
        if self._sandbox != "none":
            return result
        code = problems.NO_SANDBOX
        unwalled = Problem(code, problems.SENTENCES[code])
        return replace(result, problems=(unwalled, *result.problems))
