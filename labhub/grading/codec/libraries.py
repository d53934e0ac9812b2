"""Modules and classes of libraries, which cross a border by their name.

The receiver gives its *own* object of that name, from a module that it has imported itself: a
name never imports anything, and never runs a module's `__getattr__`. A class is given only if
calling it with any arguments can do no more than make a plain value or a layer: a student may
choose which class stands behind a name, and the test may then call it.
"""
# ruff: noqa: ANN401 - values of every kind pass through here

import builtins
import sys
import types
from collections import Counter, OrderedDict, defaultdict, deque
from decimal import Decimal
from fractions import Fraction
from types import ModuleType
from typing import Any

from labhub.grading.codec import core
from labhub.grading.codec.core import Decoder, Encoder
from labhub.grading.errors import ProtocolError

MODULE_ROOTS = frozenset(
    {"abc", "bisect", "cmath", "collections", "contextlib", "copy", "csv", "dataclasses"}
    | {"datetime", "decimal", "enum", "fractions", "functools", "heapq", "inspect", "io"}
    | {"itertools", "json", "math", "matplotlib", "nnlab", "numbers", "numpy", "operator"}
    | {"pandas", "pytest", "random", "re", "scipy", "sklearn", "statistics", "string"}
    | {"textwrap", "time", "timeit", "torch", "torchvision", "typing", "unittest", "warnings"}
)
"""Libraries whose modules are the same on both sides."""

PLAIN_CLASSES = frozenset(
    {object, bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set}
    | {frozenset, slice, range, Counter, OrderedDict, defaultdict, deque}
    | {Decimal, Fraction}
)
EXCEPTIONS = frozenset(
    kind
    for kind in vars(builtins).values()
    if isinstance(kind, type) and issubclass(kind, BaseException)
)

PLAIN_NAMES = {
    "numpy": "bool bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64"
    " longdouble complex64 complex128 str_ bytes_ datetime64 timedelta64 generic number integer"
    " signedinteger unsignedinteger inexact floating complexfloating ndarray dtype",
    "torch": "Tensor Size dtype device",
    "torch.nn.parameter": "Parameter",
    "pandas": "DataFrame Series Index RangeIndex Timestamp Timedelta",
}
"""Classes of plain values in libraries, by the module in which they are looked up."""

LAYER_MODULES = (
    "torch.nn.modules.",
    "torch.optim.",
    "torch.utils.data.",
    "torch.distributions.",
    "sklearn.",
    "matplotlib.",
)
"""Where the classes stand that a remote object may declare as its base."""

STANDARD_BASES = frozenset(
    {types.FunctionType, types.MethodType, types.BuiltinFunctionType, types.GeneratorType}
    | {types.CoroutineType, types.CodeType, types.ModuleType}
    | {list, tuple, dict, set, frozenset, OrderedDict, Counter, defaultdict, deque}
)
"""Classes of Python that a remote object may declare, besides those of libraries.

Never one of a number, a string, an array or a tensor: libraries written in C trust a declared
`Tensor` with their memory.
"""

_PYTHON_CLASS = 1 << 9
"""CPython's flag of a class that is not built into an extension module."""


def find(module: str, qualname: str) -> Any:
    """The object `qualname` of an imported module, or None. Imports nothing, calls nothing."""
    found: Any = sys.modules.get(module)
    for part in qualname.split("."):
        if not isinstance(found, ModuleType | type):
            return None
        found = vars(found).get(part)
    return found


def home_of(thing: Any) -> tuple[str, str] | None:
    """Module and qualified name under which `find` gives this very class or function."""
    module, qualname = getattr(thing, "__module__", None), getattr(thing, "__qualname__", None)
    if type(module) is str and type(qualname) is str and find(module, qualname) is thing:
        return module, qualname
    return None


def is_layer(kind: Any) -> bool:
    """Whether `kind` is a class of a library, written in Python, whose objects are no values."""
    if not isinstance(kind, type) or not _of_layers(kind):
        return False
    return all(
        base.__flags__ & _PYTHON_CLASS and not base.__module__.startswith("torch._C")
        for base in kind.__mro__
        if base is not object
    )


def _of_layers(kind: type) -> bool:
    module = kind.__module__
    return isinstance(module, str) and f"{module}.".startswith(LAYER_MODULES)


def is_declarable(kind: Any) -> bool:
    """Whether a remote object may say that it is a `kind`."""
    return (isinstance(kind, type) and kind in STANDARD_BASES) or is_layer(kind)


def is_shared_class(kind: type) -> bool:
    """Whether `kind` may be given by name as a value."""
    return kind in PLAIN_CLASSES or kind in EXCEPTIONS or _is_plain(kind) or is_layer(kind)


def _is_plain(kind: type) -> bool:
    return any(
        name in names.split() and find(module, name) is kind
        for module, names in PLAIN_NAMES.items()
        if (name := kind.__name__) and module in sys.modules
    )


def _home_of_class(kind: type) -> tuple[str, str] | None:
    for module in PLAIN_NAMES:
        if find(module, kind.__name__) is kind:
            return module, kind.__name__
    return home_of(kind)


def _write_class(encoder: Encoder, kind: type) -> None:
    home = _home_of_class(kind) if is_shared_class(kind) else None
    if home is None:
        encoder.refer(kind)
        return
    encoder.tag(b"Q")
    encoder.text(home[0])
    encoder.text(home[1])


def _read_class(decoder: Decoder) -> type:
    module, qualname = decoder.text(), decoder.text()
    kind = find(module, qualname)
    if not isinstance(kind, type) or not is_shared_class(kind):
        raise ProtocolError(f"{module}.{qualname} is not a class that goes by name.")
    return kind


def _write_module(encoder: Encoder, module: ModuleType) -> None:
    name = module.__name__
    if type(name) is not str or not is_shared_module(name) or sys.modules.get(name) is not module:
        encoder.refer(module)
        return
    encoder.tag(b"O")
    encoder.text(name)


def is_shared_module(name: str) -> bool:
    """Whether the module `name` belongs to a library that both sides have."""
    return name.partition(".")[0] in MODULE_ROOTS


def _read_module(decoder: Decoder) -> ModuleType:
    name = decoder.text()
    module = sys.modules.get(name)
    if not is_shared_module(name) or type(module) is not ModuleType:
        raise ProtocolError(f"{name} is not a library that goes by name.")
    return module


core.WRITERS |= {type: _write_class, ModuleType: _write_module}
core.READERS |= {ord("Q"): _read_class, ord("O"): _read_module}
