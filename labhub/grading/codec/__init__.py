"""Values as bytes, for processes that do not trust each other: bounded, typed, no code."""

from functools import partial
from importlib import import_module

from labhub.grading.codec import dates as dates
from labhub.grading.codec import libraries as libraries
from labhub.grading.codec import namedtuples as namedtuples
from labhub.grading.codec import plain as plain
from labhub.grading.codec.core import (
    LAZY,
    LAZY_TAGS,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_ELEMENTS,
    Decoder,
    Encoder,
    decode,
    encode,
    read_all,
)

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_ELEMENTS",
    "Decoder",
    "Encoder",
    "decode",
    "encode",
    "read_all",
]

_PACKAGES = {
    "numpy": ("arrays", b"agk"),
    "torch": ("tensors", b"TDVz"),
    "pandas": ("frames", b"Pp"),
}
"""The module that knows a library's types, imported with the first of them."""

for _library, (_module, _tags) in _PACKAGES.items():
    LAZY[_library] = partial(import_module, f"{__name__}.{_module}")
    LAZY_TAGS.update(dict.fromkeys(_tags, _library))
