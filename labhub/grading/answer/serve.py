"""The student's side of the border: does what the examiner asks with the student's objects.

Nothing here is trusted by anyone: the student's code runs in the same process and may change all
of it. It is written to be simple and fast.
"""

# ruff: noqa: ANN401 - objects of every kind are served

import builtins
import copy
import inspect
import io
import linecache
import operator
import random
import sys
from typing import Any

from labhub.grading.border.generators import read_generator
from labhub.grading.border.modules import read_layer
from labhub.grading.border.names import SharedName, read_name, write_name
from labhub.grading.border.peer import Peer
from labhub.grading.codec import Decoder, Encoder, encode, libraries
from labhub.grading.codec.core import Reader
from labhub.grading.errors import NotByValueError, PeerGoneError
from labhub.grading.wire import Channel

MAX_PRINTED = 1 << 20
"""Characters of printed text that are kept between two messages."""
_MISSING = object()


def serve(channel: Channel, namespace: dict[str, Any]) -> None:
    """Answer the examiner about the names in `namespace` until it closes its end.

    Runs in a snapshot, on the main thread. `namespace` is the module namespace of the student's
    notebook; probes and rebound names act on it. Takes over `sys.stdout` and `sys.stderr`: what
    is printed goes to the examiner. Returns at the end of the stream; raises nothing for it.
    """
    student = Student(channel, namespace)
    sys.stdout, sys.stderr = student.printer("stdout"), student.printer("stderr")
    student.serve()


def _read_library(decoder: Decoder) -> Any:
    """A function or class of a library, by its name."""
    return libraries.find(decoder.text(), decoder.text())


READERS: dict[int, Reader] = {
    ord("L"): _read_library,
    ord("M"): read_layer,
    ord("G"): read_generator,
}
"""What only an examiner may send."""


class Student(Peer):
    """The end of the border in the answer process."""

    tells_traceback = True

    def __init__(self, channel: Channel, namespace: dict[str, Any]) -> None:
        super().__init__(channel)
        self._namespace = namespace
        self._watched: dict[str, SharedName | None] = {}
        self._printed: list[tuple[str, str]] = []
        self._room = MAX_PRINTED
        self._patched: dict[tuple[str, str], list[Any]] = {}
        self.readers = {
            **self.readers,
            ord("L"): _read_library,
            ord("M"): read_layer,
            ord("G"): read_generator,
        }
        self.operations = OPERATIONS | {
            "watch": self._watch,
            "probe": self._probe,
            "vjp": self.vector_jacobian,
            "patch": self._patch,
            "unpatch": self._unpatch,
        }

    def serve(self) -> None:
        """Answer until the examiner closes its end."""
        try:
            while True:
                self.serve_one()
        except PeerGoneError:
            return

    def is_final(self, error: BaseException) -> bool:
        """The student's own exceptions are told to the examiner, whatever they are."""
        return isinstance(error, PeerGoneError)

    def printer(self, stream: str) -> io.TextIOBase:
        """A file whose text goes to the examiner."""
        return _Printer(self, stream)

    def print_later(self, stream: str, text: str) -> None:
        """Keep text for the next message."""
        kept = text[: self._room]
        self._room -= len(kept)
        if kept:
            self._printed.append((stream, kept))

    def write_more(self, encoder: Encoder) -> None:
        """Tell what was printed, and which watched names changed."""
        changed = [
            (name, value)
            for name, shared in self._watched.items()
            if (value := self._namespace.get(name, _MISSING)) is not _MISSING
            and (shared is None or not shared.is_still(value))
        ]
        if not changed and not self._printed:
            encoder.write(None)
            return
        encoder.write(self._printed)
        self._printed, self._room = [], MAX_PRINTED
        encoder.write(len(changed))
        for name, value in changed:
            self._watched[name] = write_name(encoder, self, name, value)

    def read_more(self, decoder: Decoder) -> None:
        """Bind the names that the test has set or changed."""
        count = decoder.read() or 0
        for _ in range(count):
            known = {name: shared for name, shared in self._watched.items() if shared}
            name, shared = read_name(decoder, known)
            self._namespace[name] = shared.value
            self._watched[name] = shared

    def _watch(self, names: list[str]) -> list[str]:
        """Which of the names there are; their values come with the news of this answer."""
        found = [name for name in names if name in self._namespace]
        for name in found:
            self._watched.setdefault(name, None)
        return found

    def _patch(self, module: str, name: str, value: Any) -> None:
        """Replace an attribute of a module, as the test has done on its side."""
        if module in sys.modules:
            before = getattr(sys.modules[module], name, _MISSING)
            self._patched.setdefault((module, name), []).append(before)
            setattr(sys.modules[module], name, value)

    def _unpatch(self, module: str, name: str) -> None:
        """Put back what the last `_patch` replaced."""
        if before := self._patched.get((module, name)):
            value = before.pop()
            if value is _MISSING:
                delattr(sys.modules[module], name)
            else:
                setattr(sys.modules[module], name, value)

    def _probe(self, filename: str, source: str, name: str, positional: Any, named: Any) -> Any:
        """Run a function of the test beside the student's objects; the result goes by value."""
        linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
        local: dict[str, Any] = {}
        exec(compile(source, filename, "exec"), self._namespace, local)  # noqa: S102
        result = local[name](*positional, **named)
        try:
            encode(result)
        except NotByValueError as error:
            return "refused", error.message
        return "value", result


class _Printer(io.TextIOBase):
    def __init__(self, student: Student, stream: str) -> None:
        self._student, self._stream = student, stream

    def write(self, text: str) -> int:
        self._student.print_later(self._stream, text)
        return len(text)

    def writable(self) -> bool:
        return True


def _next(iterator: Any) -> tuple[Any, ...]:
    """One item, or nothing at the end: a generator never runs ahead of the test."""
    try:
        return (next(iterator),)
    except StopIteration:
        return ()


def _exit(manager: Any, kind: type[BaseException] | None) -> bool:
    error = kind() if kind is not None else None
    return bool(type(manager).__exit__(manager, kind, error, None))


def _await(awaitable: Any) -> Any:
    import asyncio

    async def wait() -> Any:
        return await awaitable

    return asyncio.run(wait())


def _signature(function: Any) -> list[tuple[str, int, bool, Any, bool, str]]:
    """Each parameter: name, kind, whether it has a default, the default, annotated, annotation."""
    empty = inspect.Parameter.empty
    return [
        (
            parameter.name,
            int(parameter.kind),
            parameter.default is not empty,
            None if parameter.default is empty else parameter.default,
            parameter.annotation is not empty,
            str(parameter.annotation),
        )
        for parameter in inspect.signature(function).parameters.values()
    ]


def _seed(library: str, seed: Any) -> None:
    """Set the generator of a library, if it is in use here."""
    if library == "random":
        random.seed(seed)
    elif library == "numpy" and (numpy := sys.modules.get("numpy")):
        numpy.random.seed(seed)
    elif library == "torch" and (torch := sys.modules.get("torch")):
        torch.manual_seed(seed)


OPERATIONS: dict[str, Any] = {
    **{name: getattr(builtins, name) for name in ("getattr", "setattr", "delattr", "repr", "str")},
    **{name: getattr(builtins, name) for name in ("iter", "len", "reversed", "isinstance")},
    **{name: getattr(builtins, name) for name in ("issubclass", "type", "dir", "round", "abs")},
    **{name: getattr(builtins, name) for name in ("float", "int", "complex")},
    **{name: getattr(operator, name) for name in ("getitem", "setitem", "delitem", "contains")},
    **{name: getattr(operator, name) for name in ("neg", "pos", "invert", "index", "add", "sub")},
    **{name: getattr(operator, name) for name in ("mul", "truediv", "floordiv", "mod", "pow")},
    **{"matmul": operator.matmul, "and": operator.and_, "or": operator.or_, "xor": operator.xor},
    **{"copy": copy.copy, "deepcopy": copy.deepcopy, "source": inspect.getsource},
    **{"next": _next, "exit": _exit, "await": _await, "signature": _signature, "seed": _seed},
    "enter": lambda manager: type(manager).__enter__(manager),
}
"""What the examiner may ask for with any object of the student's."""
