"""The examiner's end of the border."""

# ruff: noqa: ANN401 - objects of every kind are asked for

import inspect
import sys
from collections.abc import Collection
from types import BuiltinFunctionType, CoroutineType, FunctionType
from typing import Any, NoReturn

from labhub.grading.border.generators import is_generator, write_generator
from labhub.grading.border.kinds import Kind
from labhub.grading.border.modules import is_library_layer, write_layer
from labhub.grading.border.names import SharedName, read_name, write_name
from labhub.grading.border.objects import isinstance_of_remote
from labhub.grading.border.operators import COMPARISONS, offered
from labhub.grading.border.remote import Remote
from labhub.grading.codec import Decoder, Encoder, libraries
from labhub.grading.errors import (
    ChannelTimeoutError,
    NotSplittableError,
    PeerGoneError,
    ProtocolError,
)
from labhub.grading.examiner.serving import Serving
from labhub.grading.examiner.student_object import StudentObject, parameter_of
from labhub.grading.wire import Channel

MAX_PRINTED = 1 << 20
"""Characters of a student's printed text that one test cell takes in."""

_UNBIND = "def unbind(name):\n    globals().pop(name, None)"


class Ended(BaseException):
    """The student's process is of no use any more; `reason` says why."""

    def __init__(self, reason: PeerGoneError | ProtocolError) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Link(Serving):
    """The examiner's end. It trusts no answer."""

    remote_base = StudentObject

    def __init__(
        self,
        channel: Channel,
        reference: object = None,
        course_methods: Collection[str] = (),
    ) -> None:
        """`course_methods` are the operators and comparisons that the course's classes define."""
        super().__init__(channel)
        self._reference = reference
        self._course_methods = course_methods
        self._refused_methods = COMPARISONS.difference(course_methods)
        self._over: BaseException | None = None
        self._plain_only = False
        self._room = MAX_PRINTED
        self.refused: NotSplittableError | None = None
        """The first thing that could not be done across the border; a test cannot hide it."""
        self.names: dict[str, SharedName] = {}
        """Names of the student's module that the test cell uses."""
        self._to_bind: dict[str, Any] = {}

    # ---- asking

    def ask(self, operation: str, *arguments: Any) -> Any:
        """Have the student's process do something; serve its calls until the answer comes."""
        if isinstance(self._over, Ended):
            raise Ended(self._over.reason)
        if self._over is not None:
            raise self._over
        if operation == "getattr" and arguments[1] in self._refused_methods:
            self.refuse(
                f"The test asks a {type(arguments[0]).__name__} of the student's for"
                f" `{arguments[1]}`, whose own code would decide the result.",
                "Only true arrays, tensors, texts and sets are values; compare plain values.",
            )
        return super().ask(operation, *arguments)

    def probe(self, *arguments: Any) -> Any:
        """Run a probe; what comes back is plain data."""
        self._plain_only = True
        try:
            verdict, result = self.ask("probe", *arguments)
        finally:
            self._plain_only = False
        if verdict == "refused":
            self.refuse(
                f"The probe `{arguments[2]}` returned an object. {result}",
                "Return plain data: numbers, text, lists, dictionaries, arrays, tensors.",
            )
        return result

    def close(self, error: BaseException | None = None) -> None:
        """End the border: every later use of a remote object raises."""
        self._over = error or NotSplittableError(
            "An object that an earlier test cell left behind is used.",
            hint="Make the object anew in each test cell: each runs on its own snapshot.",
        )
        self._channel.close()

    @property
    def ended(self) -> Ended | None:
        """Why the student's process is of no use any more, if it is not."""
        return self._over if isinstance(self._over, Ended) else None

    def refuse(self, message: str, hint: str) -> NoReturn:
        """Raise what cannot be done across the border, and remember it for the verdict."""
        error = NotSplittableError(message, hint=hint)
        self.refused = self.refused or error
        raise error

    def _transmit(self, encoder: Encoder) -> None:
        try:
            super()._transmit(encoder)
        except (PeerGoneError, ChannelTimeoutError) as error:
            self._end(error)

    def _wait(self, question: int, noted: list[Any] | None) -> Any:
        try:
            return super()._wait(question, noted)
        except (PeerGoneError, ProtocolError, ChannelTimeoutError) as error:
            self._end(error)

    def _end(self, error: Any) -> NoReturn:
        self._over = Ended(error)
        raise self._over from None

    def is_final(self, error: BaseException) -> bool:
        """Timeouts, broken messages and interrupts end a test; the rest is told to the student."""
        if isinstance(error, ProtocolError):
            return True
        return not isinstance(error, Exception) and vars(error).get("of_other_side") is not True

    # ---- names

    def write_more(self, encoder: Encoder) -> None:
        """Tell which of the student's names the test has set or changed."""
        changed = {
            name: shared.value
            for name, shared in self.names.items()
            if not shared.is_still(shared.value)
        }
        changed |= self._to_bind
        self._to_bind = {}
        encoder.write(len(changed) or None)
        for name, value in changed.items():
            self.names[name] = write_name(encoder, self, name, value)

    def read_more(self, decoder: Decoder) -> None:
        """Hear what was printed, and which names changed."""
        # A probe may rebind a name to an object; only what it returns must be plain.
        plain_only, self._plain_only = self._plain_only, False
        try:
            self._hear(decoder)
        finally:
            self._plain_only = plain_only

    def _hear(self, decoder: Decoder) -> None:
        printed = decoder.read()
        if printed is None:
            return
        for stream, text in printed:
            self._print(stream, text)
        count = decoder.read()
        for _ in range(count):
            name, shared = read_name(decoder, self.names)
            if type(name) is not str or name not in self.asked_for:
                raise ProtocolError("A name came that nobody asked for.")
            self.names[name] = shared

    asked_for: frozenset[str] = frozenset()
    """Names that the student's process may tell."""

    def watch(self, names: list[str]) -> None:
        """Have these names told, now and whenever they change."""
        self.asked_for |= frozenset(names)
        self.ask("watch", names)

    def bind(self, name: str, value: Any) -> None:
        """Bind a name in the student's module, with the next message."""
        self.asked_for |= {name}
        self._to_bind[name] = value

    def unbind(self, name: str) -> None:
        """Take a name out of the student's module: `del squares` in a test."""
        self.names.pop(name, None)
        self._to_bind.pop(name, None)
        self.ask("probe", "<del>", _UNBIND, "unbind", (name,), {})

    def _print(self, stream: Any, text: Any) -> None:
        if type(text) is not str:
            raise ProtocolError("Printed text is text.")
        kept = text[: self._room]
        self._room -= len(kept)
        (sys.stderr if stream == "stderr" else sys.stdout).write(kept)

    # ---- objects

    def refer(self, encoder: Encoder, value: Any) -> None:
        """Write what stands for an object of the test's."""
        home = libraries.home_of(value) if _is_library(value) else None
        if home is not None:
            encoder.tag(b"L")
            encoder.text(home[0])
            encoder.text(home[1])
        elif not isinstance_of_remote(value) and is_library_layer(value):
            write_layer(encoder, value)
        elif is_generator(value):
            write_generator(encoder, value)
        elif value is self._reference:
            self.refuse(
                "The test passes `reference` itself to the student's code.",
                "Pass one of its functions: `reference.softmax`.",
            )
        else:
            super().refer(encoder, value)

    def _read_remote(self, decoder: Decoder) -> Any:
        if self._plain_only and self._nesting == 0:
            raise ProtocolError("A probe gave an object.")
        return super()._read_remote(decoder)

    def read_tensor(self, number: int, tensor: Any, *, leaf: bool) -> Any:
        """A tensor of the student's; of a probe, a copy without any history."""
        if self._plain_only and self._nesting == 0:
            return tensor.detach()
        return super().read_tensor(number, tensor, leaf=leaf)

    def offered(self, kind: Kind) -> Kind:
        """Without operators that none of the course's classes has."""
        return offered(kind, self._course_methods)

    def received(self, remote: Remote) -> Any:
        """A remote coroutine becomes one here, so that `await` and `asyncio.run` take it."""
        if remote.__class__ is CoroutineType:
            return _coroutine(remote)
        return remote

    def signature(self, function: Any) -> inspect.Signature:
        """The signature of a student's function."""
        return inspect.Signature([parameter_of(*row) for row in self.ask("signature", function)])


def _is_library(value: Any) -> bool:
    """Whether a function or class belongs to a library that the student's process has too."""
    if not isinstance(value, type | FunctionType | BuiltinFunctionType):
        return False
    module = value.__module__
    return isinstance(module, str) and (libraries.is_shared_module(module) or module == "builtins")


async def _coroutine(remote: Remote) -> Any:
    return remote._labhub_peer.ask("await", remote)
