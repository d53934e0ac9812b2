"""One end of the border: asks the other end, and answers it while it waits.

A message is a byte for its sort, the number of the question, and values of the codec. Questions
nest strictly: an answer must belong to the innermost open question. Every message first brings
the other side up to date (`_write_news`): numbers let go, parameters, names, printed text.
"""

# ruff: noqa: ANN401 - objects of every kind pass through here

import struct
import sys
import weakref
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from labhub.grading.border import changes, errors
from labhub.grading.border.exports import Exports
from labhub.grading.border.kinds import Kind, description
from labhub.grading.border.parameters import Parameters
from labhub.grading.border.remote import Remote, class_of, create
from labhub.grading.codec import Decoder, Encoder
from labhub.grading.codec.core import Reader, is_namedtuple, namedtuple_class
from labhub.grading.errors import NotSplittableError, ProtocolError, TooLargeError
from labhub.grading.wire import Channel

ASK, ANSWER, RAISE = b"?", b"=", b"!"
_HEAD = struct.Struct("<cI")
_NUMBER = struct.Struct("<Q")

MAX_NESTING = 40
"""Questions within questions, both sides together."""
MAX_KINDS = 2000
"""Different classes of remote objects."""


class Peer:
    """What both ends have in common. `operations` are what the other side may ask for."""

    operations: Mapping[str, Callable[..., Any]]
    remote_base: type[Remote] = Remote
    tells_traceback = False

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._asked = 0
        self._nesting = 0
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

    # ---- asking

    def ask(self, operation: str, *arguments: Any) -> Any:
        """Have the other side do something; serve its questions until the answer comes."""
        encoder = self._encoder(ASK, self._asked + 1)
        encoder.write(operation)
        if operation == "call":
            encoder.noted, encoder.arguments = [], True
            encoder.write(_grad_enabled())
        encoder.write(arguments)
        self._asked += 1
        question = self._asked
        self._transmit(encoder)
        return self._wait(question, encoder.noted)

    def _wait(self, question: int, noted: list[Any] | None) -> Any:
        while True:
            frame = self._obtain()
            sort, number = _HEAD.unpack_from(frame)
            decoder = Decoder(frame[_HEAD.size :], self)
            if sort == ASK:
                self._answer(number, decoder)
            elif number != question or sort not in (ANSWER, RAISE):
                raise ProtocolError("An answer to another question.")
            elif sort == RAISE:
                raise self._guarded(self._read_error, decoder)
            else:
                return self._guarded(self._read_answer, decoder, noted or [])

    def serve_one(self) -> None:
        """Wait for one question, and answer it."""
        frame = self._obtain()
        sort, number = _HEAD.unpack_from(frame)
        if sort != ASK:
            raise ProtocolError("An answer without a question.")
        self._answer(number, Decoder(frame[_HEAD.size :], self))

    def _read_error(self, decoder: Decoder) -> BaseException:
        self._read_news(decoder)
        return self.mirrors.build(decoder.read())

    def _read_answer(self, decoder: Decoder, noted: list[Any]) -> Any:
        self._read_news(decoder)
        inputs, changed = decoder.read(), decoder.read()
        if noted:
            changes.apply(noted, changed)
        self._calls.append(self._context(inputs, noted))
        try:
            value = decoder.read()
        finally:
            self._calls.pop()
        decoder.done()
        return value

    def _context(self, inputs: int, noted: list[Any]) -> tuple[Any, list[Any]]:
        """What tensors of an answer need for their history: the call's inputs, here and there."""
        if not inputs:
            return None, []
        from labhub.grading.border.gradients import Token

        return Token(self, inputs), leaves_among(noted)

    def _guarded(self, read: Callable[..., Any], *arguments: Any) -> Any:
        """Whatever is wrong with a message is one kind of error."""
        try:
            return read(*arguments)
        except (ProtocolError, NotSplittableError):
            raise
        except Exception as error:
            raise ProtocolError(f"A message cannot be read: {type(error).__name__}.") from error

    # ---- answering

    def _answer(self, number: int, decoder: Decoder) -> None:
        """Do what the other side asks, and send what came out."""
        self._nesting += 1
        try:
            encoder = self._try(number, decoder)
        except BaseException as error:
            if self.is_final(error):
                raise
            encoder = self._encoder(RAISE, number)
            encoder.write(errors.describe(error, trace=self.tells_traceback))
        finally:
            self._nesting -= 1
        self._transmit(encoder)

    def is_final(self, error: BaseException) -> bool:
        """Whether an exception ends this side, rather than being told to the other."""
        return False

    def _try(self, number: int, decoder: Decoder) -> Encoder:
        operation, grad, arguments, noted = self._guarded(self._read_question, decoder)
        if self._nesting > MAX_NESTING:
            raise RecursionError("The two sides of the border call each other too deeply.")
        if operation == "call":
            return self._answer_call(number, grad, arguments, noted)
        if operation not in self.operations:
            raise ProtocolError(f"There is no operation {str(operation)[:40]!r}.")
        value = self.operations[operation](*arguments)
        return self._encode_answer(number, 0, [], value)

    def _read_question(self, decoder: Decoder) -> tuple[str, bool, Any, list[Any]]:
        self._read_news(decoder)
        operation, grad = decoder.read(), False
        noted: list[Any] = []
        if operation == "call":
            decoder.noted = noted
            grad = decoder.read()
        arguments = decoder.read()
        decoder.done()
        if type(operation) is not str or type(arguments) is not tuple:
            raise ProtocolError("A question is an operation and its arguments.")
        return operation, grad, arguments, noted

    def _answer_call(
        self, number: int, grad: bool, arguments: tuple[Any, ...], noted: list[Any]
    ) -> Encoder:
        function, positional, named = arguments
        self.ensure_callable(function)
        before = changes.snapshot(noted)
        value = _call_with_grad(grad, function, positional, named)
        changed = changes.differences(noted, before)
        leaves = leaves_among(noted) if noted else []
        inputs = self.exports.add_apart(leaves) if leaves else 0
        return self._encode_answer(number, inputs, changed, value)

    def ensure_callable(self, function: Any) -> None:
        """Raise if the other side may not call `function`."""

    def _encode_answer(self, number: int, inputs: int, changed: Any, value: Any) -> Encoder:
        encoder = self._encoder(ANSWER, number)
        encoder.write(inputs)
        mark = encoder.mark()
        try:
            encoder.write(changed)
            encoder.write(value)
        except TooLargeError:
            encoder.rewind(mark)
            encoder.write([])
            self.refer(encoder, value)
        return encoder

    # ---- messages

    def _encoder(self, sort: bytes, number: int) -> Encoder:
        encoder = Encoder(self)
        encoder.out += _HEAD.pack(sort, number)
        self._write_news(encoder)
        return encoder

    def _transmit(self, encoder: Encoder) -> None:
        self._channel.send_frame(encoder.out)

    def _obtain(self) -> memoryview:
        frame = self._channel.receive_frame()
        if len(frame) < _HEAD.size:
            raise ProtocolError("A message is too short.")
        return frame

    def _write_news(self, encoder: Encoder) -> None:
        parameters = self.parameters.news()
        gone = [*self._dropped, *self.parameters.dropped]
        self._dropped.clear()
        self.parameters.dropped.clear()
        encoder.write((parameters, gone) if parameters or gone else None)
        self.write_more(encoder)

    def _read_news(self, decoder: Decoder) -> None:
        news = decoder.read()
        if news is not None:
            parameters, gone = news
            self.parameters.hear(parameters)
            self.parameters.forget(gone)
            self.exports.drop(gone)
        self.read_more(decoder)

    def write_more(self, encoder: Encoder) -> None:
        """Tell what else changed on this side."""
        encoder.write(None)

    def read_more(self, decoder: Decoder) -> None:
        """Hear what else changed on the other side."""
        if decoder.read() is not None:
            raise ProtocolError("There are no such news.")

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
            kind = class_of(Kind.from_bytes(description), self.remote_base)
            self._classes[description] = kind
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


def leaves_among(noted: list[Any]) -> list[Any]:
    """The tensors that need a gradient among the values of a call."""
    torch = sys.modules.get("torch")
    if torch is None:
        return []
    kinds = (torch.Tensor, torch.nn.Parameter)
    return [value for value in noted if type(value) in kinds and value.requires_grad]


def _grad_enabled() -> bool:
    torch = sys.modules.get("torch")
    return bool(torch is None or torch.is_grad_enabled())


def _call_with_grad(
    grad: bool, function: Any, positional: tuple[Any, ...], named: dict[str, Any]
) -> Any:
    torch = sys.modules.get("torch")
    if torch is None or torch.is_grad_enabled() is grad:
        return function(*positional, **named)
    with torch.set_grad_enabled(grad):
        return function(*positional, **named)
