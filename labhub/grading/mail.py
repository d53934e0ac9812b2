"""Letters between the processes of grading: JSON and file descriptors over one Unix socket.

A letter is a JSON object, so reading one can run no code. Length and waiting time are bounded:
what comes from a student's process may be malformed, endless or never sent.
"""

import json
import socket
import struct
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

Letter = dict[str, Any]

LETTER_LIMIT_BYTES = 256 << 20
_HEAD = struct.Struct("<I")
_FD = struct.Struct("i")
_MOST_FDS = 8
_PART_BYTES = 1 << 20


class Mailbox:
    """One end of a stream socket that carries letters."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._come = bytearray()
        self._come_fds: list[int] = []

    @classmethod
    def pair(cls) -> tuple[Self, Self]:
        """Two mailboxes, each the other's far end."""
        ours, theirs = socket.socketpair()
        return cls(ours), cls(theirs)

    @classmethod
    def of_fd(cls, fd: int) -> Self:
        """The mailbox on an open descriptor, which it owns from now on."""
        return cls(socket.socket(fileno=fd))

    def fileno(self) -> int:
        """The descriptor of the socket, for `select`; -1 when closed."""
        return self._sock.fileno()

    def send(
        self, letter: Mapping[str, Any], fds: Sequence[int] = (), *, timeout_s: float | None = None
    ) -> None:
        """Send one letter. Raises TimeoutError, or OSError when nobody is there."""
        body = json.dumps(letter, separators=(",", ":")).encode("utf-8", "surrogatepass")
        self._sock.settimeout(timeout_s)
        head = _HEAD.pack(len(body))
        if fds:
            socket.send_fds(self._sock, [head], list(fds))
            self._sock.sendall(body)
        else:
            self._sock.sendall(head + body)

    def receive(
        self, *, timeout_s: float | None = None, limit_bytes: int = LETTER_LIMIT_BYTES
    ) -> Letter:
        """The next letter; descriptors that came along are refused.

        Raises EOFError when the far end is gone, TimeoutError, and ValueError for a letter that
        is too long, or is no JSON object.
        """
        return self._receive(timeout_s, limit_bytes, fds=False)

    def receive_with_fds(
        self, *, timeout_s: float | None = None, limit_bytes: int = LETTER_LIMIT_BYTES
    ) -> tuple[Letter, list[int]]:
        """The next letter and its descriptors (close-on-exec); only from a trusted process."""
        letter = self._receive(timeout_s, limit_bytes, fds=True)
        fds, self._come_fds = self._come_fds, []
        return letter, fds

    def close(self) -> None:
        """Close this end. Does nothing the second time."""
        self._sock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def detach(self) -> int:
        """Give the descriptor away; the mailbox is closed from now on."""
        return self._sock.detach()

    def _receive(self, timeout_s: float | None, limit_bytes: int, *, fds: bool) -> Letter:
        """What has come of a letter before a timeout is kept for the next call."""
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        self._fill(_HEAD.size, deadline, fds=fds)
        (length,) = _HEAD.unpack_from(self._come)
        if length > limit_bytes:
            raise ValueError(f"a letter of {length} bytes; at most {limit_bytes} are read")
        self._fill(_HEAD.size + length, deadline, fds=False)
        body, self._come = self._come[_HEAD.size :], bytearray()
        try:
            letter = json.loads(body)
        except RecursionError as error:
            raise ValueError("a letter nested too deeply") from error
        if not isinstance(letter, dict):
            raise ValueError("a letter must be a JSON object")  # noqa: TRY004 - malformed
        return letter

    def _fill(self, size: int, deadline: float | None, *, fds: bool) -> None:
        while (missing := size - len(self._come)) > 0:
            self._sock.settimeout(_left(deadline))
            try:
                self._come += self._part(min(missing, _PART_BYTES), fds=fds)
            except ConnectionError as error:
                raise EOFError(str(error)) from error

    def _part(self, most: int, *, fds: bool) -> bytes:
        if fds:
            space = socket.CMSG_SPACE(_MOST_FDS * _FD.size)
            part, control, _, _ = self._sock.recvmsg(most, space, socket.MSG_CMSG_CLOEXEC)
            self._come_fds += _descriptors(control)
        else:
            part = self._sock.recv(most)
        if not part:
            raise EOFError("the far end is closed")
        return part


def _descriptors(control: list[tuple[int, int, bytes]]) -> list[int]:
    return [
        number
        for level, kind, content in control
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS)
        for (number,) in _FD.iter_unpack(content[: len(content) - len(content) % _FD.size])
    ]


def _left(deadline: float | None) -> float | None:
    if deadline is None:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("no letter came in time")
    return left
