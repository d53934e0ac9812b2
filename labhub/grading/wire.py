"""Framed messages over a Unix stream socket, with file descriptors where they are asked for.

A frame is its length (4 bytes, little endian) and its body. The other end is not trusted: a
length beyond the bound is refused before anything is reserved, memory grows only with bytes that
have come, a timeout covers a whole message (a peer that drips bytes gains nothing), and
descriptors that nobody asked for are dropped by the kernel.
"""
# ruff: noqa: ANN401 - values of every kind pass through here

import os
import select
import socket
import struct
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from labhub.grading.codec import MAX_BYTES, decode, encode
from labhub.grading.errors import ChannelTimeoutError, PeerGoneError, ProtocolError, TooLargeError

_LENGTH = struct.Struct("<I")
_CHUNK = 1 << 16
_BUFFER = 1 << 20
"""Bytes the kernel holds for us in each direction, so that a usual message is one system call."""
_FRAME_SLACK = 4096


class Channel:
    """One end of a socket that carries whole messages.

    `send` and `receive` carry plain values through the codec; `send_frame` and `receive_frame`
    carry bytes. After a timeout or an error in the middle of a message the channel is broken, and
    every later call raises `PeerGoneError`.
    """

    def __init__(self, sock: socket.socket, *, limit_bytes: int = MAX_BYTES) -> None:
        self._socket = sock
        self._limit = limit_bytes + _FRAME_SLACK
        self._buffer = bytearray()
        self._chunk = memoryview(bytearray(_CHUNK))
        self._broken = False
        sock.setblocking(True)  # a wait without a limit is then one system call, not three
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            sock.setsockopt(socket.SOL_SOCKET, option, _BUFFER)

    @classmethod
    def pair(cls) -> tuple[Self, Self]:
        """Two channels that are connected with each other."""
        one, other = socket.socketpair()
        return cls(one), cls(other)

    def send(
        self, message: object, fds: Sequence[int] = (), *, timeout_s: float | None = None
    ) -> None:
        """Send a plain value; `fds` are duplicated to the other side and stay open here."""
        self.send_frame(encode(message), fds, timeout_s=timeout_s)

    def receive(self, *, timeout_s: float | None = None) -> Any:
        """The next message, as a plain value.

        Raises `PeerGoneError` at the end, `ChannelTimeoutError`, `ProtocolError`.
        """
        return decode(self.receive_frame(timeout_s=timeout_s))

    def receive_with_fds(
        self, count: int, *, timeout_s: float | None = None
    ) -> tuple[Any, list[int]]:
        """The next message and exactly `count` descriptors, or none; close-on-exec, now ours."""
        fds: list[int] = []
        try:
            frame = self._receive(timeout_s, fds, count)
            _ensure_count(fds, count)
            return decode(frame), fds
        except BaseException:
            _close(fds)
            raise

    def send_frame(
        self,
        frame: bytes | bytearray | memoryview,
        fds: Sequence[int] = (),
        *,
        timeout_s: float | None = None,
    ) -> None:
        """Send bytes as one message."""
        if len(frame) > self._limit:
            raise TooLargeError(f"A message of {len(frame):,} bytes is too large.")
        self._ensure_whole()
        self._broken = True
        view = memoryview(_LENGTH.pack(len(frame)) + frame)
        deadline = _deadline(timeout_s)
        while view:
            sent = self._send_some(view, fds, deadline)
            view, fds = view[sent:], fds if not sent else ()
        self._broken = False

    def receive_frame(self, *, timeout_s: float | None = None) -> memoryview:
        """The bytes of the next message."""
        return self._receive(timeout_s, [], 0)

    def fileno(self) -> int:
        """The socket's descriptor."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close the socket; the other end sees the end of the stream."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _receive(self, timeout_s: float | None, fds: list[int], count: int) -> memoryview:
        self._ensure_whole()
        self._broken = True
        deadline = _deadline(timeout_s)
        buffer = self._buffer
        while len(buffer) < _LENGTH.size:
            buffer += self._read_some(fds, count, deadline)
        (size,) = _LENGTH.unpack_from(buffer)
        if size > self._limit:
            raise ProtocolError(f"A message claims {size:,} bytes.")
        end = _LENGTH.size + size
        while len(buffer) < end:
            buffer += self._read_some(fds, count, deadline)
        self._buffer = buffer[end:]
        self._broken = False
        return memoryview(buffer)[_LENGTH.size : end]

    def _ensure_whole(self) -> None:
        if self._broken:
            raise PeerGoneError("The channel broke in the middle of a message.")

    def _send_some(self, view: memoryview, fds: Sequence[int], deadline: float | None) -> int:
        while True:
            flags = self._flags_when_ready(select.POLLOUT, deadline)
            try:
                if fds:
                    return socket.send_fds(self._socket, [view], list(fds), flags)
                return self._socket.send(view, flags)
            except BlockingIOError:
                continue
            except OSError as error:
                raise PeerGoneError("The other process has ended.") from error

    def _read_some(self, fds: list[int], count: int, deadline: float | None) -> memoryview:
        while True:
            flags = self._flags_when_ready(select.POLLIN, deadline)
            try:
                size = self._read_now(fds, count, flags)
            except BlockingIOError:
                continue
            except OSError as error:
                raise PeerGoneError("The other process has ended.") from error
            if not size:
                raise PeerGoneError("The other process has ended.")
            return self._chunk[:size]

    def _read_now(self, fds: list[int], count: int, flags: int) -> int:
        """How many bytes have come; without room for descriptors the kernel drops theirs."""
        if not count:
            return self._socket.recv_into(self._chunk, 0, flags)
        size, control, _, _ = self._socket.recvmsg_into(
            [self._chunk], socket.CMSG_SPACE(4 * count), socket.MSG_CMSG_CLOEXEC | flags
        )
        for level, kind, content in control:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                usable = len(content) - len(content) % 4
                fds += struct.unpack(f"{usable // 4}i", content[:usable])
        return size

    def _flags_when_ready(self, events: int, deadline: float | None) -> int:
        """Wait until the socket is ready or the deadline is over; flags for the call to come."""
        if deadline is None:
            return 0
        poll = select.poll()
        poll.register(self._socket, events)
        if not poll.poll(max(0.0, (deadline - time.monotonic()) * 1000)):
            raise ChannelTimeoutError("The other process did not answer in time.")
        return socket.MSG_DONTWAIT


def _deadline(timeout_s: float | None) -> float | None:
    return None if timeout_s is None else time.monotonic() + timeout_s


def _ensure_count(fds: list[int], count: int) -> None:
    if len(fds) not in (0, count):
        raise ProtocolError(f"{len(fds)} descriptors came where {count} were expected.")


def _close(fds: list[int]) -> None:
    for fd in fds:
        os.close(fd)
