"""Layers that a test builds from library classes, sent whole to the student's side.

Only in that direction: an examiner never builds an object from a dictionary it received.
"""

# ruff: noqa: ANN401 - torch is imported late

import sys
from typing import Any

from labhub.grading.codec import Decoder, Encoder, libraries
from labhub.grading.errors import ProtocolError


def is_library_layer(thing: Any) -> bool:
    """Whether `thing` is a `torch.nn` module whose parts all come from the library."""
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(thing, torch.nn.Module):
        return False
    return all(_is_plain(part) for part in thing.modules())


def _is_plain(part: Any) -> bool:
    kind = type(part)
    if not kind.__module__.startswith("torch.nn.modules.") or not libraries.is_layer(kind):
        return False
    return not any(value for name, value in vars(part).items() if "_hooks" in name and value)


def write_layer(encoder: Encoder, layer: Any) -> None:
    """Append a library layer: its class, and its attributes as a dictionary."""
    kind = type(layer)
    encoder.tag(b"M")
    encoder.text(kind.__module__)
    encoder.text(kind.__qualname__)
    encoder.write(vars(layer))


def read_layer(decoder: Decoder) -> Any:
    """A layer as it was sent. For the student's side."""
    module, qualname = decoder.text(), decoder.text()
    kind = libraries.find(module, qualname)
    state = decoder.read()
    if not isinstance(kind, type) or type(state) is not dict:
        raise ProtocolError("A layer is a class and its attributes.")
    layer: Any = object.__new__(kind)
    layer.__dict__ = state
    return layer
