"""The warm parent: imports everything once, then forks answer processes and examiner parents.

Run as `python -m labhub.grading.warm` inside the outer sandbox. It runs no student code, holds no
test and no secret, runs no torch operation and never touches CUDA: its memory is what every answer
process starts with.
"""

import argparse
import contextlib
import gc
import importlib
import io
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labhub.grading.forkserver import ForkServer, Role
from labhub.grading.mail import Letter, Mailbox
from labhub.grading.model import Limits
from labhub.grading.sandbox import hugepages, namespaces, watch

if TYPE_CHECKING:
    from labhub.grading.answer.shell import LabShell

PRELOAD = (
    "numpy",
    "torch",
    "torch._dynamo",  # what the first optimizer imports: seconds of CPU
    "torch.utils.data",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "nnlab",
)
"""What most graded notebooks import; what is not installed is skipped."""

ON_DEMAND = {
    "pandas": ("pandas", "labhub.grading.codec.frames"),
    "scipy": ("scipy.stats",),
    "sklearn": ("sklearn.datasets",),
    "torchvision": ("torchvision",),
}
"""What is imported when a notebook asks for it, from then on for all: each of these makes every
fork dearer (sklearn brings 600 memory mappings), so a lab without it need not pay."""

_OURS = (
    "labhub.grading.answer.process",
    "labhub.grading.border.gradients",
    "labhub.grading.codec.arrays",
    "labhub.grading.codec.tensors",
    "labhub.grading.examiner.session",
)
_SELDOM = (20_000, 20, 50)
_USER_LINE = "student:x:{id}:{id}:student:/scratch:/bin/sh\n"
_GROUP_LINE = "student:x:{id}:\n"


def main() -> None:
    """Become process 1 of a pid namespace where there are walls, warm up, and serve."""
    parser = argparse.ArgumentParser(prog="labhub.grading.warm")
    parser.add_argument("--control", type=int, required=True)
    parser.add_argument("--preload", default=",".join(PRELOAD))
    parser.add_argument("--walled", action="store_true")
    options = parser.parse_args()
    if options.walled:
        _name_the_user()
        _enter_namespaces()
    serve(Mailbox.of_fd(options.control), options.preload.split(","), walled=options.walled)
    os._exit(0)  # taking all modules down again would only keep the grader waiting


def _name_the_user() -> None:
    """The sandbox's /etc knows one user."""
    for name, line in (("passwd", _USER_LINE), ("group", _GROUP_LINE)):
        with contextlib.suppress(OSError):
            Path("/etc", name).write_text(line.format(id=namespaces.USER_ID), encoding="ascii")


def _enter_namespaces() -> None:
    """User and pid namespaces of our own, so that each answer can have its own below."""
    namespaces.enter_user_namespace(namespaces.NEW_PID)
    child = os.fork()
    if child:
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        _, status = os.waitpid(child, 0)
        os._exit(abs(os.waitstatus_to_exitcode(status)))
    namespaces.die_with_parent(signal.SIGKILL)


def serve(mailbox: Mailbox, modules: Sequence[str], *, walled: bool) -> None:
    """Warm up, say so, and fork on request until the mailbox is closed at the other end."""
    namespaces.call_process("lab-warm")
    loaded, missing = preload(modules)
    shell = _prepare_shell()
    hugepages.settle()
    mailbox.send({"ready": True, "loaded": loaded, "missing": missing, **_memory()})
    ForkServer(mailbox, _roles(shell, walled=walled), import_more).serve()


def import_more(letter: Letter) -> Letter:
    """Import modules of `ON_DEMAND` for a notebook that asks for them."""
    modules = [module for name in letter["import"] for module in ON_DEMAND.get(name, ())]
    loaded, missing = preload(modules)
    hugepages.settle()
    return {"loaded": loaded, "missing": missing, **_memory()}


def _memory() -> Letter:
    used = watch.usage(watch.own_pid())
    return {"memory_bytes": used.memory_bytes if used else 0}


def preload(modules: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Import `modules`; the names that worked, and for the others the reason."""
    loaded: list[str] = []
    missing: dict[str, str] = {}
    with hugepages.collapsing(), _seldom_collecting():
        for name in (*modules, *_OURS):
            try:
                importlib.import_module(name)
            except Exception as error:  # whatever a third package does at import
                missing[name] = f"{type(error).__name__}: {error}"
            else:
                loaded.append(name)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    return loaded, missing


@contextlib.contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Imports leave little garbage, and looking for it takes a tenth of their time."""
    usual = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _prepare_shell() -> "LabShell":
    """The shell, having paid for the first traceback and the first plot."""
    from labhub.grading.answer.shell import make_shell

    shell = make_shell()
    try:
        raise ValueError("rehearsal")  # noqa: TRY301 - its traceback is what we want
    except ValueError:
        shell.showtraceback()
    shell.collected.start()
    if "matplotlib.pyplot" in sys.modules:
        _draw_once()
    return shell


def _draw_once() -> None:
    """Load fonts and the renderer by a figure that pyplot does not know of."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    left.plot([1, 2], [3, 4], label="line")
    left.legend()
    left.set_title("title")
    figure.colorbar(right.imshow([[0, 1], [1, 0]]))
    figure.tight_layout()
    figure.savefig(io.BytesIO(), format="png", bbox_inches="tight")


def _roles(shell: "LabShell", *, walled: bool) -> dict[str, Role]:
    from labhub.grading.answer.process import be_answer
    from labhub.grading.examiner.session import be_examiner_parent

    def answer(letter: Letter, descriptors: list[int]) -> None:
        control, cells, *files = descriptors
        be_answer(
            shell,
            Limits(**_numbers(letter["limits"])),
            control,
            cells,
            files[0] if files else None,
            walled=walled,
        )

    def examiner_parent(_: Letter, descriptors: list[int]) -> None:
        be_examiner_parent(descriptors[0])

    def kernel(letter: Letter, _: list[int]) -> None:
        from labhub.grading.kernel import be_kernel

        be_kernel(letter)

    fork = namespaces.PidNamespaces().fork if walled else os.fork
    return {
        "answer": Role(answer, fork, descriptors=range(2, 4)),
        "examiner-parent": Role(examiner_parent, descriptors=range(1, 2)),
        "kernel": Role(kernel, fork, descriptors=range(1)),
    }


def _numbers(letter: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in letter.items() if isinstance(value, int | float)}


if __name__ == "__main__":
    main()
