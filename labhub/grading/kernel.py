"""A Jupyter kernel forked from the warm parent, for papermill, nbclient and `labhub check`."""

import os
import signal
import sys
from pathlib import Path

from labhub.grading.mail import Letter
from labhub.grading.sandbox import namespaces


def be_kernel(letter: Letter) -> None:
    """Serve as the kernel of the letter's connection file until it is shut down.

    The outer sandbox is its wall: the notebooks that run here are the instructor's own.
    """
    _leave_the_fork_server()
    os.environ.update(letter.get("env", {}))
    folder = Path(letter["cwd"])
    os.chdir(folder if folder.is_dir() else "/")
    _forget_the_lab_shell()
    from ipykernel.kernelapp import IPKernelApp

    connection = Path(os.environ["TMPDIR"]) / f"kernel-{os.getpid()}-{letter['fork']}.json"
    connection.write_text(letter["connection"], encoding="utf-8")
    connection.chmod(0o600)
    app = IPKernelApp.instance()
    app.initialize(["-f", str(connection)])
    _show_plots_inline(app)
    app.start()


def _leave_the_fork_server() -> None:
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    namespaces.forbid_new_privileges()
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(null, descriptor)
    os.close(null)


def _forget_the_lab_shell() -> None:
    """There is one shell in a process: here it becomes the kernel's."""
    from labhub.grading.answer.shell import LabShell

    LabShell.clear_instance()
    sys.displayhook = sys.__displayhook__
    sys.excepthook = sys.__excepthook__


def _show_plots_inline(app: object) -> None:
    """What the backend does when it is first imported, which was before this shell existed."""
    if "matplotlib.pyplot" not in sys.modules:
        return
    from matplotlib_inline.backend_inline import configure_inline_support

    configure_inline_support.current_backend = "unset"
    configure_inline_support(app.shell, "module://matplotlib_inline.backend_inline")  # type: ignore[attr-defined]
