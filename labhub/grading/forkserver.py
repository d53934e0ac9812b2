"""A process that does nothing but fork on request, and tells how its children ended.

The warm parent is one; so is each examiner parent. A request is a letter
`{"fork": id, "role": name, ...}` with descriptors; the answers are `{"forked": id}` with a pidfd,
`{"refused": id, "why": text}`, and later `{"ended": id, "code": ..., "cpu_s": ..., ...}`.
"""

import contextlib
import gc
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from labhub.grading.mail import Letter, Mailbox

_STREAMS = 3


@dataclass(frozen=True)
class Role:
    """What a child can be."""

    become: Callable[[Letter, list[int]], None]
    """Called in the child with the request and its descriptors; the child ends when it returns."""
    fork: Callable[[], int] = os.fork
    descriptors: range = range(9)
    """How many descriptors a request must bring along."""


class ForkServer:
    """Serves fork requests on one thread until the mailbox is closed at the other end."""

    def __init__(
        self,
        mailbox: Mailbox,
        roles: Mapping[str, Role],
        answer: Callable[[Letter], Letter] | None = None,
    ) -> None:
        """`answer` replies to letters that ask for no fork."""
        self._mailbox = mailbox
        self._roles = roles
        self._answer = answer
        self._children: dict[int, int] = {}
        self._wake, self._wake_end = socket.socketpair()
        self._wake.setblocking(False)
        self._wake_end.setblocking(False)

    def serve(self) -> None:
        """Fork and report; returns at the end of the stream."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake_end.fileno(), warn_on_full_buffer=False)
        with contextlib.suppress(EOFError, OSError):
            while True:
                ready, _, _ = select.select([self._mailbox.fileno(), self._wake.fileno()], [], [])
                self._reap()
                if self._mailbox.fileno() in ready:
                    self._next_request()

    def _next_request(self) -> None:
        descriptors: list[int] = []
        number: object = None
        try:
            letter, descriptors = self._mailbox.receive_with_fds()
            number = letter.get("fork")
            if number is None and self._answer is not None:
                self._mailbox.send(self._answer(letter))
                return
            role = self._roles[letter["role"]]
            if len(descriptors) not in role.descriptors:
                raise ValueError(f"{len(descriptors)} descriptors came along")  # noqa: TRY301
            self._fork(int(letter["fork"]), role, letter, descriptors)
        except (KeyError, TypeError, ValueError, OSError) as error:
            self._mailbox.send({"refused": number, "why": f"{type(error).__name__}: {error}"})
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _fork(self, number: int, role: Role, letter: Letter, descriptors: list[int]) -> None:
        pid = role.fork()
        if pid == 0:
            self._be_child(role, letter, descriptors)
        self._children[pid] = number
        pidfd = os.pidfd_open(pid)
        self._mailbox.send({"forked": number}, [pidfd])
        os.close(pidfd)

    def _be_child(self, role: Role, letter: Letter, descriptors: list[int]) -> NoReturn:
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            gc.freeze()
            close_all_but(descriptors)
            role.become(letter, descriptors)
            code = 0
        except BaseException:  # the child must end here, whatever happened
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(code)

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._wake.recv(4096)
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status, used = os.wait4(-1, os.WNOHANG)
                if pid == 0:
                    return
                number = self._children.pop(pid, None)
                if number is not None:
                    self._mailbox.send(
                        {
                            "ended": number,
                            "code": os.waitstatus_to_exitcode(status),
                            "cpu_s": used.ru_utime + used.ru_stime,
                        }
                    )


def close_all_but(descriptors: list[int]) -> None:
    """Close every descriptor above the standard streams that is not in `descriptors`."""
    start = _STREAMS
    for kept in sorted(descriptors):
        os.closerange(start, kept)
        start = kept + 1
    os.closerange(start, os.sysconf("SC_OPEN_MAX"))
