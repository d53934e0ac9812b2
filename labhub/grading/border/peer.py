"""One end of the border: asks the other end, and answers it while it waits.

A message is a byte for its sort, the number of the question, and values of the codec. Questions
nest strictly: an answer must belong to the innermost open question. Every message first brings
the other side up to date (`_write_news`): numbers let go, parameters, names, printed text.
"""

# ruff: noqa: ANN401 - objects of every kind pass through here

import struct
import sys
from collections.abc import Callable, Mapping
from typing import Any

from labhub.grading.border import changes, errors
from labhub.grading.border.objects import Objects
from labhub.grading.codec import Decoder, Encoder
from labhub.grading.errors import NotSplittableError, ProtocolError, TooLargeError
from labhub.grading.wire import Channel

ASK, ANSWER, RAISE = b"?", b"=", b"!"
_HEAD = struct.Struct("<cI")

MAX_NESTING = 40
"""Questions within questions, both sides together."""


class Peer(Objects):
    """What both ends have in common. `operations` are what the other side may ask for."""

    operations: Mapping[str, Callable[..., Any]]
    tells_traceback = False

    def __init__(self, channel: Channel) -> None:
        super().__init__()
        self._channel = channel
        self._asked = 0
        self._nesting = 0

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
        encoder.write(self.news_of_objects())
        self.write_more(encoder)

    def _read_news(self, decoder: Decoder) -> None:
        self.hear_of_objects(decoder.read())
        self.read_more(decoder)

    def write_more(self, encoder: Encoder) -> None:
        """Tell what else changed on this side."""
        encoder.write(None)

    def read_more(self, decoder: Decoder) -> None:
        """Hear what else changed on the other side."""
        if decoder.read() is not None:
            raise ProtocolError("There are no such news.")


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
