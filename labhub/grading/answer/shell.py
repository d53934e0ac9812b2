"""An IPython shell without a kernel: a student's cells show what they show in JupyterLab.

Differences to ipykernel are only those that need a front end: no widgets' comms, no `input()`.
The shell is made once in the warm parent; each answer process inherits it.
"""

import asyncio
import builtins
import signal
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

from ipykernel.compiler import XCachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Any as AnyTrait
from traitlets import Type
from traitlets.config import Config

from labhub.grading.answer.outputs import CapturedStream, Output, Outputs, encoded

_NO_INPUT = "input() cannot be answered while a notebook is graded; put the value into the cell"
_DESCRIPTORS = {"stdout": 1, "stderr": 2}


@dataclass(frozen=True)
class Shown:
    """What one cell showed, and whether it ran to its end."""

    ok: bool
    interrupted: bool
    outputs: list[Output]
    execution_count: int
    cut: bool


class _Publisher(DisplayPublisher):  # type: ignore[misc]
    """`display(...)`, `update_display(...)` and `clear_output()`."""

    collected = AnyTrait()

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_: object,
    ) -> None:
        shown, about = encoded(data), metadata or {}
        display_id = (transient or {}).get("display_id")
        if update:
            self.collected.update(display_id, shown, about)
        else:
            output = {"output_type": "display_data", "data": shown, "metadata": about}
            self.collected.add(output, display_id)

    def clear_output(self, wait: bool = False) -> None:
        self.collected.clear(wait=wait)


class _ResultHook(DisplayHook):  # type: ignore[misc]
    """The value of a cell's last expression."""

    def start_displayhook(self) -> None:
        pass

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(
        self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None
    ) -> None:
        if format_dict:
            self.shell.collected.add(
                {
                    "output_type": "execute_result",
                    "execution_count": self.prompt_count,
                    "data": encoded(format_dict),
                    "metadata": md_dict or {},
                }
            )

    def finish_displayhook(self) -> None:
        pass


class LabShell(InteractiveShell):  # type: ignore[misc]
    """The shell whose outputs are collected instead of sent."""

    displayhook_class = Type(_ResultHook)
    display_pub_class = Type(_Publisher)
    compiler_class = Type(XCachingCompiler)  # cells have the names that a kernel gives them
    collected = AnyTrait()
    kernel = None
    """There is none; code that asks for it finds None instead of an AttributeError."""

    def enable_gui(self, gui: str | None = None) -> None:
        """There is no window system; asking for one changes nothing."""

    def ask_exit(self) -> None:
        """`exit` and `quit` in a cell end nothing, as under nbclient."""

    def set_next_input(self, s: str, replace: bool = False) -> None:
        """There is no front end that could show it."""

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.collected.add(
            {
                "output_type": "error",
                "ename": str(etype.__name__),
                "evalue": str(evalue),
                "traceback": list(stb),
            }
        )


def make_shell(limit_bytes: int = 4 << 20) -> LabShell:
    """The shell of this process, with a fresh `__main__`, plots inline and no history file."""
    config = Config()
    config.HistoryManager.enabled = False
    main = types.ModuleType("__main__", "Automatically created module for IPython interactive use")
    shell: LabShell = LabShell.instance(config=config, user_module=main)
    sys.modules["__main__"] = main
    shell.collected = shell.display_pub.collected = Outputs(limit_bytes)
    _show_plots_inline(shell)
    return shell


def _show_plots_inline(shell: LabShell) -> None:
    """What ipykernel does when matplotlib's backend is first used."""
    if "matplotlib.pyplot" not in sys.modules:
        return
    from IPython.core.pylabtools import activate_matplotlib
    from matplotlib_inline.backend_inline import configure_inline_support

    backend = "module://matplotlib_inline.backend_inline"
    activate_matplotlib(backend)
    configure_inline_support(shell, backend)


def capture(shell: LabShell, limit_bytes: int) -> None:
    """From now on all that this process writes is output of its cells."""
    shell.collected.limit_bytes = limit_bytes
    for name, descriptor in _DESCRIPTORS.items():
        shell.collected.watch(name, descriptor)
    builtins.input = _refuse_input
    import getpass

    getpass.getpass = _refuse_input


def _refuse_input(*_: object, **__: object) -> NoReturn:
    raise StdinNotImplementedError(_NO_INPUT)


class CellRunner:
    """Runs cells one after the other in one shell and one event loop, as a kernel does."""

    def __init__(self, shell: LabShell) -> None:
        self._shell = shell
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)

    def run(self, source: str) -> Shown:
        """Run one cell. SIGINT interrupts it, and only it."""
        shell, outputs = self._shell, self._shell.collected
        outputs.start()
        _plug_streams(outputs)
        result: Any = None
        interrupted = False
        with _interruptible():
            try:
                result = self._loop.run_until_complete(self._run(source))
            except KeyboardInterrupt:
                interrupted = True
        if interrupted:
            self._show_interrupt()
        failure = None if result is None else result.error_in_exec
        return Shown(
            ok=result is not None and bool(result.success),
            interrupted=interrupted or isinstance(failure, KeyboardInterrupt),
            outputs=outputs.finish(),
            execution_count=shell.execution_count - 1,
            cut=outputs.cut,
        )

    def run_quietly(self, source: str) -> bool:
        """Run definitions that are nobody's cell: no output, no execution count."""
        outputs = self._shell.collected
        outputs.start()
        try:
            with _interruptible():
                done = self._shell.run_cell(source, store_history=False, silent=True)
        except KeyboardInterrupt:
            return False
        finally:
            outputs.start()
        return bool(done.success)

    async def _run(self, source: str) -> Any:  # noqa: ANN401 - IPython's ExecutionResult
        shell = self._shell
        problem = None
        try:
            code = shell.transform_cell(source)
        except Exception:  # shown by the shell as the cell's error
            code, problem = source, sys.exc_info()
        awaits = shell.should_run_async(
            source, transformed_cell=code, preprocessing_exc_tuple=problem
        )
        if not awaits:
            return shell.run_cell(source, store_history=True)
        result = None
        try:
            result = await shell.run_cell_async(
                source, store_history=True, transformed_cell=code, preprocessing_exc_tuple=problem
            )
        finally:
            shell.events.trigger("post_execute")
            shell.events.trigger("post_run_cell", result)
        return result

    def _show_interrupt(self) -> None:
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._shell.showtraceback((KeyboardInterrupt, KeyboardInterrupt(), None))


def _plug_streams(outputs: Outputs) -> None:
    """Python's streams, also when the last cell replaced or closed them."""
    for name, descriptor in _DESCRIPTORS.items():
        setattr(sys, name, CapturedStream(outputs, name, descriptor))


@contextmanager
def _interruptible() -> Iterator[None]:
    """SIGINT raises KeyboardInterrupt inside, and is ignored outside."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
