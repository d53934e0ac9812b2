"""Kernels that start in some 10 ms, for every program that starts them through jupyter_client.

Chosen by name, in a kernel's `kernel.json` (`"kernel_provisioner": {"provisioner_name":
"labhub-warm"}`) or for all by `JUPYTER_DEFAULT_PROVISIONER_NAME=labhub-warm`. The kernel is a fork
of a warm parent in a bubblewrap sandbox: no network, and only the notebook's folder is writable.
The two speak over sockets in a folder that both see.
"""

import atexit
import contextlib
import os
import select
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any, ClassVar

from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Unicode

from labhub.grading.mail import Letter
from labhub.grading.sandbox import bubblewrap, watch
from labhub.grading.warm import PRELOAD
from labhub.grading.warmparent import Sandbox, WarmParent, WarmSetup

_PACKAGES = ("labhub", "nnlab")
_REPLY_TIMEOUT_S = 120.0
_PASSED_ON = ("JPY_PARENT_PID", "JPY_SESSION_NAME")


class KernelHost:
    """The warm parent of all kernels of one folder, and the folder of their sockets."""

    _hosts: ClassVar[dict[tuple[Path, Sandbox], "KernelHost"]] = {}

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self._sockets = tempfile.TemporaryDirectory(prefix="labhub-k-")
        self.sockets = Path(self._sockets.name)
        view = bubblewrap.view_of_this_python(_PACKAGES, _data_folder())
        view = bubblewrap.with_writable(view, (folder, self.sockets))
        self._warm = WarmParent(WarmSetup(sandbox, view, PRELOAD))
        self._exits: dict[int, int] = {}
        self._numbers = 0

    @classmethod
    def of(cls, folder: Path, sandbox: Sandbox) -> "KernelHost":
        """The host for `folder`, started the first time and kept until this program ends."""
        key = (folder.resolve(), sandbox)
        if key not in cls._hosts:
            cls._hosts[key] = cls(key[0], sandbox)
            atexit.register(cls._hosts[key].close)
        return cls._hosts[key]

    def start(self, letter: Letter) -> "ForkedKernel":
        """Fork a kernel. Raises RuntimeError with the warm parent's last words."""
        self._numbers += 1
        number = self._numbers
        try:
            self._warm.fork(number, "kernel", [], letter)
            while True:
                said, descriptors = self._warm.mailbox.receive_with_fds(timeout_s=_REPLY_TIMEOUT_S)
                if said.get("forked") == number:
                    return ForkedKernel(self, number, descriptors[0])
                self._note(said)
        except (EOFError, OSError, ValueError) as error:
            words = self._warm.last_words()
            self._forget()
            raise RuntimeError(f"No warm kernel could be forked: {words or error}") from error

    def exit_code(self, number: int) -> int | None:
        """How kernel `number` ended; None as long as nobody has said."""
        with contextlib.suppress(EOFError, OSError, ValueError):
            while number not in self._exits and select.select([self._warm.mailbox], [], [], 0)[0]:
                self._note(self._warm.mailbox.receive(timeout_s=_REPLY_TIMEOUT_S))
        return self._exits.get(number)

    def _note(self, said: Letter) -> None:
        if "refused" in said:
            raise ValueError(said["why"])
        if "ended" in said:
            self._exits[said["ended"]] = said["code"]

    def _forget(self) -> None:
        for key in [key for key, host in self._hosts.items() if host is self]:
            del self._hosts[key]
        self.close()

    def close(self) -> None:
        """End the warm parent, and with it its kernels."""
        self._warm.end()
        self._sockets.cleanup()


def _data_folder() -> Path | None:
    named = os.environ.get("NNLAB_DATA")
    return Path(named) if named else None


class ForkedKernel:
    """What jupyter_client wants of a `subprocess.Popen`, for a kernel that was forked."""

    stdin = stdout = stderr = None

    def __init__(self, host: KernelHost, number: int, pidfd: int) -> None:
        self._host, self._number, self._pidfd = host, number, pidfd
        self.pid = watch.pid_of_pidfd(pidfd)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        if self.returncode is None and select.select([self._pidfd], [], [], 0)[0]:
            code = self._host.exit_code(self._number)
            self.returncode = -signal.SIGKILL if code is None else code
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, when there is one. Raises subprocess.TimeoutExpired."""
        if self.returncode is None and not select.select([self._pidfd], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("forked kernel", timeout or 0)
        code = self.poll()
        assert code is not None
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def __del__(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._pidfd)


class WarmProvisioner(LocalProvisioner):  # type: ignore[misc]
    """Starts kernels as forks of a warm parent. `sandbox` is "bubblewrap" or "none"."""

    sandbox = Unicode("bubblewrap", help="The wall around kernels: bubblewrap or none").tag(
        config=True
    )

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as inherited
        """Let kernel and client meet at files in a folder that both see."""
        host = self._host(kwargs)
        if self.parent is not None:
            self.parent.transport = "ipc"
            self.parent.ip = str(host.sockets / self.kernel_id[:8])
        prepared: dict[str, Any] = await super().pre_launch(**kwargs)
        return prepared

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:  # noqa: ANN401 - as inherited
        """Fork a kernel instead of starting the program of `cmd`."""
        connection = Path(cmd[cmd.index("-f") + 1]).read_text(encoding="utf-8")
        environment = kwargs.get("env") or {}
        letter: Letter = {
            "connection": connection,
            "cwd": str(_folder(kwargs)),
            "env": {name: environment[name] for name in _PASSED_ON if name in environment},
        }
        self.process = self._host(kwargs).start(letter)
        self.pid, self.pgid = self.process.pid, None
        self.cwd = kwargs.get("cwd")
        return self.connection_info

    def _host(self, kwargs: dict[str, Any]) -> KernelHost:
        return KernelHost.of(_folder(kwargs), self.sandbox)


def _folder(kwargs: dict[str, Any]) -> Path:
    return Path(kwargs.get("cwd") or Path.cwd()).resolve()
