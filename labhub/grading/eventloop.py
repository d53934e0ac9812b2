"""A loop that waits for descriptors and calls what is to be done about them."""

import contextlib
import selectors
import socket
from collections.abc import Callable

from labhub.grading.mail import Mailbox


class EventLoop:
    """Descriptors and what to do when they can be read. Only `wake` may come from other threads."""

    def __init__(self, on_wake: Callable[[], None]) -> None:
        self._selector = selectors.DefaultSelector()
        self._wake, self._wake_end = socket.socketpair()
        self._on_wake = on_wake
        self.watch(self._wake.fileno(), self._woken)

    def wake(self) -> None:
        """Have `on_wake` called soon, on the loop's thread."""
        self._wake_end.send(b"w")

    def _woken(self) -> None:
        self._wake.recv(4096)
        self._on_wake()

    def watch(self, descriptor: int, act: Callable[[], None]) -> None:
        """Call `act` whenever `descriptor` can be read."""
        self._selector.register(descriptor, selectors.EVENT_READ, act)

    def unwatch(self, descriptor: int) -> None:
        """Stop watching. Does nothing for what is not watched."""
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(descriptor)

    def drop(self, mailbox: Mailbox | None) -> None:
        """Stop watching a mailbox, and close it."""
        if mailbox is not None:
            self.unwatch(mailbox.fileno())
            mailbox.close()

    def turn(self, timeout_s: float | None) -> None:
        """Wait for descriptors, at most `timeout_s`, and act on those that are ready."""
        for key, _ in self._selector.select(timeout_s):
            if key.fd in self._selector.get_map():  # not closed by an earlier one
                key.data()

    def close(self) -> None:
        """Close what the loop itself opened."""
        self._selector.close()
        self._wake.close()
        self._wake_end.close()
