"""What an end of the border knows of the other's objects: which stay, and by what they go.

An object that stays where it is goes by a number and a description; tensors that take part in
training keep a number that both sides know.
"""

# ruff: noqa: ANN401 - objects of every kind pass through here

import struct
import sys
import weakref
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, NoReturn

from labhub.grading.border import errors
from labhub.grading.border.exports import Exports
from labhub.grading.border.kinds import Kind, description
from labhub.grading.border.parameters import Parameters
from labhub.grading.border.remote import Remote, class_of, create
from labhub.grading.codec import Decoder, Encoder
from labhub.grading.codec.core import Reader
from labhub.grading.codec.namedtuples import is_namedtuple, namedtuple_class
from labhub.grading.errors import NotSplittableError, ProtocolError

_NUMBER = struct.Struct("<Q")

MAX_KINDS = 2000
"""Different classes of remote objects."""


class Objects(ABC):
    """The objects of both sides, as one end of a border writes and reads them."""

    remote_base: type[Remote] = Remote

    def __init__(self) -> None:
        self._remotes: weakref.WeakValueDictionary[int, Remote] = weakref.WeakValueDictionary()
        self._dropped: set[int] = set()
        self._classes: dict[bytes, type[Remote]] = {}
        self._calls: list[tuple[Any, list[Any]]] = []
        self.exports = Exports()
        self.parameters = Parameters()
        self.mirrors = errors.Mirrors()
        self.readers: Mapping[int, Reader] = {
            ord("h"): self._read_remote,
            ord("H"): self._read_own,
            ord("X"): lambda decoder: self.mirrors.kind(decoder.read()),
            ord("K"): lambda decoder: namedtuple_class(*decoder.read()),
        }

    @abstractmethod
    def ask(self, operation: str, *arguments: Any) -> Any:
        """Have the other side do something: what a remote object is for."""

    def news_of_objects(self) -> tuple[Any, list[int]] | None:
        """What the other side must hear first: parameters that changed, numbers let go."""
        parameters = self.parameters.news()
        gone = [*self._dropped, *self.parameters.dropped]
        self._dropped.clear()
        self.parameters.dropped.clear()
        return (parameters, gone) if parameters or gone else None

    def hear_of_objects(self, news: tuple[Any, list[int]] | None) -> None:
        """Take in the other side's `news_of_objects`."""
        if news is not None:
            parameters, gone = news
            self.parameters.hear(parameters)
            self.parameters.forget(gone)
            self.exports.drop(gone)

    # ---- objects that stay

    def let_go(self, number: int) -> None:
        """Tell the other side, with the next message, that an object is not needed here."""
        self._dropped.add(number)

    def refuse(self, message: str, hint: str) -> NoReturn:
        """Raise `NotSplittableError`."""
        raise NotSplittableError(message, hint=hint)

    def refer(self, encoder: Encoder, value: Any) -> None:
        """Write a stand-in for an object that does not go by value."""
        if isinstance_of_remote(value):
            self._write_remote(encoder, value)
        elif isinstance(value, type) and issubclass(value, BaseException):
            encoder.tag(b"X")
            encoder.write(errors.line_of(value))
        elif isinstance(value, type) and is_namedtuple(value):
            encoder.tag(b"K")
            encoder.write((value.__name__, value._fields))  # type: ignore[attr-defined]
        else:
            self._write_own(encoder, value)

    def _write_remote(self, encoder: Encoder, remote: Remote) -> None:
        if remote._labhub_peer is not self:
            self.refuse(
                f"A {type(remote).__name__} that an earlier test cell left behind is used.",
                "Make the object anew in each test cell: each runs on its own snapshot.",
            )
        encoder.tag(b"H" + _NUMBER.pack(remote._labhub_number))

    def _write_own(self, encoder: Encoder, value: Any) -> None:
        encoder.spend(20)
        encoder.tag(b"h" + _NUMBER.pack(self.exports.add(value)))
        encoder.blob(description(value))

    def _read_remote(self, decoder: Decoder) -> Any:
        decoder.spend(20)
        (number,) = _NUMBER.unpack(decoder.take(8))
        description = bytes(decoder.blob())
        remote = self._remotes.get(number)
        kind = self._class(description)
        if remote is None or type(remote) is not kind:
            remote = self._remotes[number] = create(kind, self, number)
        self._dropped.discard(number)
        return self.received(remote)

    def received(self, remote: Remote) -> Any:
        """What stands for a remote object here; usually the object itself."""
        return remote

    def _class(self, description: bytes) -> type[Remote]:
        kind = self._classes.get(description)
        if kind is None:
            if len(self._classes) >= MAX_KINDS:
                raise ProtocolError("Too many classes of remote objects.")
            kind = class_of(self.offered(Kind.from_bytes(description)), self.remote_base)
            self._classes[description] = kind
        return kind

    def offered(self, kind: Kind) -> Kind:
        """What remote objects of this kind offer here; usually all that they can do."""
        return kind

    def _read_own(self, decoder: Decoder) -> Any:
        (number,) = _NUMBER.unpack(decoder.take(8))
        return self.exports.get(number)

    # ---- tensors

    def tensor_number(self, encoder: Encoder, tensor: Any) -> int:
        """Twice the number of a tensor that both sides know; plus one if it is the other's."""
        twin = self.parameters.number_of_twin(tensor)
        if twin:
            return 2 * twin + 1
        parameter = type(tensor) is not sys.modules["torch"].Tensor
        if encoder.arguments or not (tensor.requires_grad or parameter):
            return 0
        if not tensor.is_leaf:
            return 2 * self.exports.add_apart(tensor)
        number = self.exports.add(tensor)
        self.parameters.share(number, tensor)
        return 2 * number

    def read_tensor(self, number: int, tensor: Any, *, leaf: bool) -> Any:
        """The tensor known under `number`: ours, a twin, or a copy with a history."""
        if number & 1:
            own = self.exports.get(number >> 1)
            if not isinstance(own, sys.modules["torch"].Tensor):
                raise ProtocolError("A number stands for no tensor.")
            return own
        if leaf:
            return self.parameters.twin(number >> 1, tensor)
        from labhub.grading.border.gradients import crossing

        inputs, leaves = self._calls[-1] if self._calls else (None, [])
        return crossing(self, number >> 1, tensor, inputs, leaves)

    def vector_jacobian(self, output: int, gradient: Any, inputs: int) -> Any:
        """The answer to `vjp`: gradients of a call's inputs for one of its outputs."""
        from labhub.grading.border.gradients import vector_jacobian

        torch = sys.modules["torch"]
        tensor, leaves = self.exports.get(output), self.exports.get(inputs) if inputs else []
        if not isinstance(tensor, torch.Tensor) or type(leaves) is not list:
            raise ProtocolError("A backward pass through something else than a tensor.")
        return vector_jacobian(tensor, gradient, leaves)


def isinstance_of_remote(value: Any) -> bool:
    """Whether `value` truly is a remote object, whatever class it declares."""
    return issubclass(type(value), Remote)
