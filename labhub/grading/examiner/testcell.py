"""One test cell, from its source to its verdict."""

from collections.abc import Collection, Mapping
from typing import Any

from labhub.grading.model import TestCell, TestResult
from labhub.grading.wire import Channel


def run_test(
    cell: TestCell,
    channel: Channel,
    carried: dict[str, Any],
    reference: object,
    timeout_s: float,
    *,
    library_names: Mapping[str, str] | None = None,
    shadowed: Collection[str] = (),
) -> TestResult:
    """Run `cell` against the snapshot that answers on `channel`, and judge it.

    `carried` holds what earlier test cells of this notebook bound (modules, functions, classes,
    plain values); names bound by this cell are added to it. `reference` is what `reference` means
    in the cell. `library_names` says which names are libraries whatever the student binds them
    to: `{"np": "numpy", "F": "torch.nn.functional", "Linear": "torch.nn:Linear"}`; make it with
    `labhub.grading.examiner.names.library_names`. `shadowed` are names of Python's builtins that
    the course's own solution defines (a lab about `sum`, say), so that the student's is meant.

    Runs on the main thread (the time limit is a SIGALRM). Raises nothing: a student's process
    that dies, lies or hangs, a SystemExit, a timeout all end as a `TestResult`.
    """
    raise NotImplementedError
