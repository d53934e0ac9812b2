"""Parameters that live on one side and have a twin on the other.

A parameter (or another leaf that needs a gradient) belongs to the side that made it. The other
side holds one twin of it, a true `Parameter`, so that optimisers, initialisers and in-place
changes work on it. Before each message, each side tells what it changed in value or gradient.
"""

# ruff: noqa: ANN401 - what the other side tells can be anything

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labhub.grading.border.changes import same, set_gradient
from labhub.grading.errors import ProtocolError

if TYPE_CHECKING:
    import torch

News = tuple[int, bool, "torch.Tensor", "torch.Tensor | None", bool]
"""Number, whether the teller owns it, value, gradient, whether it needs a gradient."""


@dataclass
class _State:
    """A parameter as both sides last knew it."""

    value: torch.Tensor
    gradient: torch.Tensor | None
    needs: bool

    @classmethod
    def of(cls, tensor: torch.Tensor) -> _State:
        gradient = tensor.grad
        return cls(
            tensor.detach().clone(),
            None if gradient is None else gradient.detach().clone(),
            tensor.requires_grad,
        )

    def differs(self, tensor: torch.Tensor) -> bool:
        if tensor.requires_grad != self.needs or not same(tensor.detach(), self.value):
            return True
        if tensor.grad is None or self.gradient is None:
            return tensor.grad is not self.gradient
        return not same(tensor.grad.detach(), self.gradient)


class Parameters:
    """What this side knows of shared parameters: its own, and twins of the other side's."""

    def __init__(self) -> None:
        self._own: dict[int, tuple[torch.Tensor, _State]] = {}
        self._twins: dict[int, tuple[weakref.ref[torch.Tensor], _State]] = {}
        self._numbers: dict[int, int] = {}
        self._held: list[torch.Tensor] = []
        self.dropped: set[int] = set()
        """Numbers of twins that are gone since the last message."""

    def share(self, number: int, tensor: torch.Tensor) -> None:
        """Note that the other side has a twin of our `tensor`."""
        self._own[number] = tensor, _State.of(tensor)

    def forget(self, numbers: list[int]) -> None:
        """Note that the other side has no twin any more."""
        for number in numbers:
            self._own.pop(number, None)

    def number_of_twin(self, tensor: torch.Tensor) -> int:
        """The owner's number for a twin, 0 for any other tensor."""
        return self._numbers.get(id(tensor), 0)

    def twin(self, number: int, copy: torch.Tensor) -> torch.Tensor:
        """The one twin of parameter `number`, made or brought up to date from `copy`."""
        entry = self._twins.get(number)
        twin = entry[0]() if entry else None
        if twin is None or twin.dtype != copy.dtype or type(twin) is not type(copy):
            twin = copy
            self._adopt(number, twin)
        else:
            _bring_up_to_date(twin, copy.detach(), copy.grad, copy.requires_grad)
        self._twins[number] = weakref.ref(twin), _State.of(twin)
        # A twin that nobody keeps may have been changed all the same: `net.bias.fill_(0)`.
        self._held.append(twin)
        self.dropped.discard(number)
        return twin

    def _adopt(self, number: int, twin: torch.Tensor) -> None:
        self._numbers[id(twin)] = number
        weakref.finalize(twin, self._lost, id(twin), number).atexit = False

    def _lost(self, identity: int, number: int) -> None:
        self._numbers.pop(identity, None)
        entry = self._twins.get(number)
        if entry is not None and entry[0]() is None:
            del self._twins[number]
            self.dropped.add(number)

    def news(self) -> list[News]:
        """What changed on this side since the last message."""
        told = [self._tell(n, True, tensor, state) for n, (tensor, state) in self._own.items()]
        for number, (reference, state) in list(self._twins.items()):
            twin = reference()
            if twin is not None:
                told.append(self._tell(number, False, twin, state))
        self._held.clear()
        return [news for news in told if news is not None]

    def _tell(self, number: int, own: bool, tensor: torch.Tensor, state: _State) -> News | None:
        if not state.differs(tensor):
            return None
        fresh = _State.of(tensor)
        if own:
            self._own[number] = tensor, fresh
        else:
            self._twins[number] = weakref.ref(tensor), fresh
        return number, own, fresh.value, fresh.gradient, fresh.needs

    def hear(self, news: list[Any]) -> None:
        """Do what the other side changed."""
        for number, theirs, value, gradient, needs in news:
            tensor = self._find(number, theirs)
            if tensor is None:
                continue
            _bring_up_to_date(tensor, value, gradient, needs)
            if theirs:
                self._twins[number] = weakref.ref(tensor), _State.of(tensor)
            else:
                self._own[number] = tensor, _State.of(tensor)

    def _find(self, number: int, theirs: bool) -> torch.Tensor | None:
        if theirs:
            entry = self._twins.get(number)
            return entry[0]() if entry else None
        if number not in self._own:
            raise ProtocolError("The other side changed a parameter that it was not given.")
        return self._own[number][0]


def _bring_up_to_date(tensor: torch.Tensor, value: Any, gradient: Any, needs: bool) -> None:
    import torch

    plain = type(value) in (torch.Tensor, torch.nn.Parameter) and not value.requires_grad
    if not plain or value.dtype != tensor.dtype or type(needs) is not bool:
        raise ProtocolError("A parameter changed its kind.")
    if value.shape == tensor.shape:
        tensor.data.copy_(value)
    else:
        tensor.grad = None
        tensor.data = value
    tensor.requires_grad_(needs)
    set_gradient(tensor, gradient)
