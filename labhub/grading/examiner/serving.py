"""What a student's process may ask of the examiner: calls to what a test passed, little more."""

# ruff: noqa: ANN401 - objects of every kind are asked for

import sys
from collections.abc import Callable
from typing import Any

from labhub.grading.border.objects import isinstance_of_remote
from labhub.grading.border.peer import Peer
from labhub.grading.codec import Decoder, Encoder
from labhub.grading.errors import ProtocolError
from labhub.grading.wire import Channel

MAX_CALLS_BACK = 200_000
"""Questions that a student's process may ask during one test cell."""
_LAYER_REFUSED = frozenset(
    {"compile", "register_module", "set_submodule", "set_extra_state", "share_memory"}
)


class Serving(Peer):
    """Answers questions about what was passed, and refuses all others."""

    def __init__(self, channel: Channel) -> None:
        super().__init__(channel)
        self._calls_back = 0
        self.operations = {
            "getattr": self._getattr,
            "iter": self._given(iter),
            "next": self._given(_next),
            "len": self._given(len),
            "getitem": self._given(lambda thing, key: thing[key]),
            "isinstance": self._given_second(isinstance),
            "repr": self._given(lambda thing: f"<{type(thing).__name__} of the examiner>"),
            "str": self._given(lambda thing: f"<{type(thing).__name__} of the examiner>"),
            "vjp": self.vector_jacobian,
        }

    def _try(self, number: int, decoder: Decoder) -> Encoder:
        self._calls_back += 1
        if self._calls_back > MAX_CALLS_BACK:
            raise ProtocolError("The student's process calls back without end.")
        return super()._try(number, decoder)

    def ensure_callable(self, function: Any) -> None:
        """Only what the examiner itself has passed may be called."""
        if not self.exports.holds(function):
            raise ProtocolError("A call to something that was not passed.")

    def _given(self, operation: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(thing: Any, *arguments: Any) -> Any:
            self.ensure_callable(thing)
            return operation(thing, *arguments)

        return guarded

    def _given_second(self, operation: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(thing: Any, given: Any) -> Any:
            self.ensure_callable(given)
            return operation(thing, given)

        return guarded

    def _getattr(self, thing: Any, name: str) -> Any:
        """Public attributes of a module that was passed, and of nothing else."""
        self.ensure_callable(thing)
        torch = sys.modules.get("torch")
        layer = torch is not None and isinstance(thing, torch.nn.Module)
        if not layer or isinstance(thing, type) or isinstance_of_remote(thing):
            raise AttributeError(
                f"A {type(thing).__name__} of the test can only be called, not read."
            )
        if type(name) is not str or name.startswith(("_", "register_")) or name in _LAYER_REFUSED:
            raise AttributeError(f"{type(thing).__name__!r} object has no attribute {name!r}")
        return getattr(thing, name)


def _next(iterator: Any) -> tuple[Any, ...]:
    try:
        return (next(iterator),)
    except StopIteration:
        return ()
