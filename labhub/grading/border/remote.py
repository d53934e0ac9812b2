"""Objects that stay on the other side: every use of one is a message."""

# ruff: noqa: ANN401 - objects of every kind stand behind these

from collections.abc import Callable, Iterator
from typing import Any, NoReturn, Protocol

from labhub.grading.border.kinds import ABILITIES, Kind
from labhub.grading.codec import libraries

READABLE = frozenset(
    {"__name__", "__qualname__", "__module__", "__code__", "__defaults__", "__kwdefaults__"}
    | {"__annotations__", "__wrapped__", "__dict__", "__mro__", "__self__", "__func__"}
)
"""Special attributes that can be read across the border.

All others are hooks by which a library hands a decision to the object: with
`__torch_function__`, a student's class would answer `torch.allclose` in the examiner.
"""


class Asker(Protocol):
    """The end of the border through which a remote object is reached."""

    def ask(self, operation: str, *arguments: Any) -> Any:
        """Have the other side do something, and give what came out."""

    def let_go(self, number: int) -> None:
        """Tell the other side, with the next message, that an object is not needed."""

    def refuse(self, message: str, hint: str) -> NoReturn:
        """Raise `NotSplittableError`."""


class Remote:
    """Stands for an object of the other side. Its methods depend on its `Kind`."""

    __slots__ = ("__weakref__", "_labhub_number", "_labhub_peer")
    _labhub_kind: Kind
    _labhub_base: type
    _labhub_peer: Asker
    _labhub_number: int

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self)._labhub_base

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in READABLE:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return self._labhub_peer.ask("getattr", self, name)

    def __setattr__(self, name: str, value: object) -> None:
        self._labhub_peer.ask("setattr", self, name, value)

    def __delattr__(self, name: str) -> None:
        self._labhub_peer.ask("delattr", self, name)

    def __del__(self) -> None:
        self._labhub_peer.let_go(self._labhub_number)

    def __hash__(self) -> int:
        return hash((id(self._labhub_peer), self._labhub_number))

    def __repr__(self) -> str:
        return text_of(self, "repr")

    def __str__(self) -> str:
        return text_of(self, "str")

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __dir__(self) -> Iterator[str]:
        names = self._labhub_peer.ask("dir", self)
        return iter([name for name in names if type(name) is str])

    def __copy__(self) -> Any:
        return self._labhub_peer.ask("copy", self)

    def __deepcopy__(self, memo: object) -> Any:
        return self._labhub_peer.ask("deepcopy", self)

    def __reduce_ex__(self, protocol: Any) -> Any:
        self._labhub_peer.refuse(
            f"A {type(self).__name__} of the student's process cannot be pickled or saved.",
            "Save plain data, such as its state_dict().",
        )


def text_of(remote: Remote, operation: str) -> str:
    """What `repr` or `str` gives on the other side; always a true string."""
    text = remote._labhub_peer.ask(operation, remote)
    return text if type(text) is str else f"<{type(remote).__name__}>"


def _forward(ability: str) -> Callable[..., Any]:
    def method(self: Remote, *arguments: Any) -> Any:
        return self._labhub_peer.ask(ability, self, *arguments)

    return method


def _reflected(ability: str) -> Callable[..., Any]:
    def method(self: Remote, left: Any) -> Any:
        return self._labhub_peer.ask(ability[1:], left, self)

    return method


def _call(self: Remote, *arguments: Any, **named: Any) -> Any:
    return self._labhub_peer.ask("call", self, arguments, named)


def _iter(self: Remote) -> Iterator[Any]:
    found = self._labhub_peer.ask("iter", self)
    return found if isinstance(found, Remote) else iter(found)


def _next(self: Remote) -> Any:
    items = self._labhub_peer.ask("next", self)
    if not items:
        raise StopIteration
    return items[0]


def _of_type(ability: str, *kinds: type) -> Callable[..., Any]:
    """A method whose result must be a plain value of one of these types."""

    def method(self: Remote, *arguments: Any) -> Any:
        value = self._labhub_peer.ask(ability, self, *arguments)
        if type(value) not in kinds:
            raise TypeError(f"{ability}() of a {type(self).__name__} gave no {kinds[0].__name__}")
        return value

    return method


def _exit(self: Remote, *error: Any) -> bool:
    # The error itself stays here, with the test in its traceback; only its class is told.
    kind = error[0] if error[0] in libraries.EXCEPTIONS else error[0] and Exception
    swallows = self._labhub_peer.ask("exit", self, kind) is True
    # A context manager of the student's must not swallow the test's own assertion.
    return swallows and issubclass(error[0], Exception) and not issubclass(error[0], AssertionError)


def _instancecheck(self: Remote, thing: object) -> bool:
    return isinstance(thing, Remote) and self._labhub_peer.ask("isinstance", thing, self) is True


def _subclasscheck(self: Remote, kind: object) -> bool:
    return isinstance(kind, Remote) and self._labhub_peer.ask("issubclass", kind, self) is True


def _mro_entries(self: Remote, bases: tuple[Any, ...]) -> tuple[type, ...]:
    self._labhub_peer.refuse(
        f"The test makes a subclass of the student's class {type(self)._labhub_kind.name}.",
        "Make the subclass in a @probe and return plain data.",
    )


def _await(self: Remote) -> Any:
    return self._labhub_peer.ask("await", self)
    yield  # makes this a generator, which `await` wants


def _dataclass_fields(names: tuple[str, ...]) -> Any:
    """What `dataclasses.fields` reads."""
    import dataclasses
    import keyword

    fit = [name for name in names if name.isidentifier() and not keyword.iskeyword(name)]
    return vars(dataclasses.make_dataclass("Fields", dict.fromkeys(fit, Any)))[
        "__dataclass_fields__"
    ]


SPECIAL: dict[str, Callable[..., Any]] = {
    "call": _call,
    "iter": _iter,
    "next": _next,
    "exit": _exit,
    "await": _await,
    "len": _of_type("len", int),
    "contains": _of_type("contains", bool),
    "float": _of_type("float", float),
    "int": _of_type("int", int),
    "index": _of_type("index", int),
    "complex": _of_type("complex", complex),
}
_BINARY = frozenset(
    {"add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor"}
)


def _method(ability: str) -> Callable[..., Any]:
    if ability in SPECIAL:
        return SPECIAL[ability]
    if ability[:1] == "r" and ability[1:] in _BINARY:
        return _reflected(ability)
    return _forward(ability)


def class_of(kind: Kind, base: type[Remote]) -> type[Remote]:
    """The class of remote objects of this kind; `base` is what one side adds for all of them."""
    members: dict[str, Any] = {
        f"__{ability}__": _method(ability)
        for bit, ability in enumerate(ABILITIES)
        if kind.abilities >> bit & 1
    }
    members |= {"__slots__": (), "__module__": "__main__", "_labhub_kind": kind}
    members["__doc__"] = property(lambda self: self._labhub_peer.ask("getattr", self, "__doc__"))
    if kind.is_class:
        members |= _class_members(kind)
    if kind.fields is not None:
        members["__dataclass_fields__"] = _dataclass_fields(kind.fields)
    made: type[Remote] = type(kind.name, (base,), members)
    declared = type if kind.is_class else kind.base
    made._labhub_base = made if declared is object else declared
    return made


def _class_members(kind: Kind) -> dict[str, Any]:
    return {
        "__instancecheck__": _instancecheck,
        "__subclasscheck__": _subclasscheck,
        "__mro_entries__": _mro_entries,
        "__bases__": property(lambda _: (kind.base,)),
        "__name__": property(lambda _: kind.name),
    }


def create(kind: type[Remote], peer: Asker, number: int) -> Remote:
    """The remote object for number `number` of `peer`."""
    remote = object.__new__(kind)
    object.__setattr__(remote, "_labhub_peer", peer)
    object.__setattr__(remote, "_labhub_number", number)
    return remote
