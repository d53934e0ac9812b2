"""Random generators that a test passes to a student's function: by value, and back.

They go to the student's side only; what comes back is their state after the call, of kinds whose
libraries check a state before they use it.
"""

# ruff: noqa: ANN401 - numpy and torch are imported late

import struct
import sys
from typing import Any

from labhub.grading.codec import Decoder, Encoder
from labhub.grading.errors import ProtocolError

_TORCH_STATE = struct.Struct("<QiiQ")
_TABLE = 624
_NUMPY_KINDS = ("PCG64", "PCG64DXSM", "SFC64", "MT19937", "Philox")
_CHECKED_KINDS = ("PCG64", "PCG64DXSM")
"""Kinds of numpy's whose state is a few integers, with no place in a table among them."""


def is_generator(value: Any) -> bool:
    """Whether `value` is exactly a random generator of numpy or of torch (on the CPU)."""
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is not None and type(value) is numpy.random.Generator:
        return type(value.bit_generator).__name__ in _NUMPY_KINDS
    return torch is not None and type(value) is torch.Generator and value.device.type == "cpu"


def state_of(generator: Any) -> tuple[str, Any]:
    """The kind of a generator and its state, as plain values."""
    bits = getattr(generator, "bit_generator", None)
    if bits is not None:
        return type(bits).__name__, bits.state
    return "torch", bytes(generator.get_state().numpy())


def write_generator(encoder: Encoder, generator: Any) -> None:
    """Append a generator as it is now."""
    encoder.tag(b"G")
    noted, encoder.noted = encoder.noted, None
    encoder.write(state_of(generator))
    encoder.noted = noted
    encoder.note(generator)


def read_generator(decoder: Decoder) -> Any:
    """A generator as it was sent. For the student's side."""
    noted, decoder.noted = decoder.noted, None
    kind, state = decoder.read()
    decoder.noted = noted
    if kind == "torch":
        generator = sys.modules["torch"].Generator()
    elif kind in _NUMPY_KINDS:
        random = sys.modules["numpy"].random
        generator = random.Generator(getattr(random, kind)())
    else:
        raise ProtocolError("There is no such random generator.")
    _set_state(generator, kind, state)
    decoder.note(generator)
    return generator


def take_state(generator: Any, content: Any) -> None:
    """Bring our generator to the state that the other side tells, where that is safe."""
    kind, state = content
    if kind != state_of(generator)[0]:
        raise ProtocolError("A random generator changed its kind.")
    if kind == "torch":
        _ensure_within_its_table(state)
    if kind == "torch" or kind in _CHECKED_KINDS:
        _set_state(generator, kind, state)


def _ensure_within_its_table(state: Any) -> None:
    """Refuse a state of torch's that would read numbers from behind its table.

    Torch counts twice, upwards and what is left, and checks each count alone. The layout is that
    of `CPUGeneratorImplStateLegacy` in ATen/CPUGeneratorImpl.cpp.
    """
    _, left, _, place = _TORCH_STATE.unpack_from(state)
    if left + place not in (1, _TABLE + 1):
        raise ProtocolError("The state of a random generator is none.")


def _set_state(generator: Any, kind: str, state: Any) -> None:
    if kind == "torch":
        torch = sys.modules["torch"]
        generator.set_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))
    else:
        generator.bit_generator.state = state
