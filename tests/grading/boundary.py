"""A student's process for tests of the border: a plain fork that serves a namespace."""

import contextlib
import gc
import linecache
import os
import signal
import sys
import types
from collections.abc import Iterator
from typing import Any

# What the first optimizer imports. Within a test's time limit, on a busy machine, the limit could
# strike in the middle of it, and torch cannot import it a second time.
import torch._dynamo  # noqa: F401

from labhub.grading.answer.serve import serve
from labhub.grading.examiner.testcell import run_test
from labhub.grading.model import TestCell, TestResult
from labhub.grading.wire import Channel
from labhub.ids import GradeId

IMPORTS = """
import numpy as np, torch
from torch import nn
import torch.nn.functional as F
"""
LIBRARIES = {"np": "numpy", "torch": "torch", "nn": "torch.nn", "F": "torch.nn.functional"}


@contextlib.contextmanager
def student(source: str) -> Iterator[Channel]:
    """A channel to a forked process that has run `source` and serves its names."""
    gc.collect()  # a fork of this process must not find what earlier tests left behind
    ours, theirs = Channel.pair()
    pid = os.fork()
    if pid == 0:
        _be_student(source, ours, theirs)
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _be_student(source: str, ours: Channel, theirs: Channel) -> None:
    """Never returns."""
    try:
        ours.close()
        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module
        module.__dict__["CHANNEL"] = theirs  # for attacks: any student finds it with gc
        linecache.cache["<student>"] = (len(source), None, source.splitlines(True), "<student>")
        exec(compile(source, "<student>", "exec"), module.__dict__)
        serve(theirs, module.__dict__)
    finally:
        os._exit(0)


def cell(source: str, points: float = 2.0, name: str = "t1") -> TestCell:
    return TestCell(index=3, grade_id=GradeId(name), points=points, source=source)


def grade(
    code: str,
    test: str,
    *,
    points: float = 2.0,
    reference: object = None,
    timeout_s: float = 20.0,
    carried: dict[str, Any] | None = None,
    **options: Any,
) -> TestResult:
    """The verdict of one test cell about one student's code."""
    options.setdefault("library_names", LIBRARIES)
    with student(code) as channel:
        return run_test(
            cell(test, points),
            channel,
            {} if carried is None else carried,
            reference,
            timeout_s,
            **options,
        )
