"""Arrays, scalars and dtypes of numpy. Never objects or records."""
# ruff: noqa: ANN401 - values of every kind pass through here

import math
import re
import struct
from functools import lru_cache
from typing import Any

import numpy as np

from labhub.grading.codec import core
from labhub.grading.codec.core import Decoder, Encoder
from labhub.grading.errors import ProtocolError, TooLargeError

_DTYPE = re.compile(
    r"[<>|=](b1|[iu][1248]|f(2|4|8|16)|c(8|16|32)|[US]\d{1,7}"
    r"|[Mm]8(\[\d{0,4}(Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as)\])?)"
)
MAX_DIMENSIONS = 32
MAX_LENGTH = 1 << 40
_LENGTHS = [struct.Struct(f"<{rank}Q") for rank in range(MAX_DIMENSIONS + 1)]


@lru_cache(maxsize=512)
def dtype_named(name: str) -> np.dtype[Any]:
    """The dtype of numpy's short name, e.g. `<f8`, if its values hold no object."""
    if not _DTYPE.fullmatch(name):
        raise ProtocolError("An array has a dtype that cannot be copied.")
    return np.dtype(name)


@lru_cache(maxsize=512)
def is_plain(dtype: np.dtype[Any]) -> bool:
    """Whether arrays of this dtype go by value."""
    return dtype.names is None and dtype.subdtype is None and bool(_DTYPE.fullmatch(dtype.str))


def read_shape(decoder: Decoder) -> tuple[int, ...]:
    """The lengths of the dimensions, none of them negative or out of reach."""
    rank = decoder.byte()
    if rank > MAX_DIMENSIONS:
        raise ProtocolError(f"An array has {rank} dimensions.")
    shape: tuple[int, ...] = _LENGTHS[rank].unpack(decoder.take(8 * rank))
    if max(shape, default=0) > MAX_LENGTH:
        raise ProtocolError("An array has a dimension that is too long.")
    return shape


def write_shape(encoder: Encoder, shape: tuple[int, ...]) -> None:
    """Append the lengths of the dimensions."""
    rank = len(shape)
    if rank > MAX_DIMENSIONS or max(shape, default=0) > MAX_LENGTH:
        raise TooLargeError("The array has too many or too long dimensions.")
    encoder.out.append(rank)
    encoder.out += _LENGTHS[rank].pack(*shape)


def read_buffer(decoder: Decoder, shape: tuple[int, ...], item_bytes: int) -> bytearray:
    """The bytes of an array, copied, exactly as many as its shape and dtype need."""
    data = decoder.blob()
    if len(data) != math.prod(shape) * item_bytes:
        raise ProtocolError("An array has not the number of bytes that its shape needs.")
    return bytearray(data)


def _write_array(encoder: Encoder, array: np.ndarray[Any, Any]) -> None:
    if not is_plain(array.dtype):
        encoder.refer(array)
        return
    encoder.reserve(array.nbytes)
    encoder.spend(4)
    encoder.out += b"a"
    encoder.text(array.dtype.str)
    write_shape(encoder, array.shape)
    encoder.blob(array.tobytes())
    encoder.note(array)


def _read_array(decoder: Decoder) -> np.ndarray[Any, Any]:
    decoder.spend(4)
    dtype = dtype_named(decoder.text())
    shape = read_shape(decoder)
    data = read_buffer(decoder, shape, dtype.itemsize)
    array = np.frombuffer(data, dtype).reshape(shape) if data else np.empty(shape, dtype)
    _ensure_valid(array)
    decoder.note(array)
    return array


def _ensure_valid(array: np.ndarray[Any, Any]) -> None:
    """Refuse truth values other than 0 and 1, and characters beyond Unicode."""
    kind = array.dtype.kind
    if kind == "b" and array.view(np.uint8).max(initial=0) > 1:
        raise ProtocolError("A truth value is neither true nor false.")
    if kind == "U" and array.nbytes:
        points = array.reshape(-1).view(array.dtype.str[0] + "u4")
        if points.max(initial=0) > 0x10FFFF:
            raise ProtocolError("A character is beyond Unicode.")


def _write_scalar(encoder: Encoder, value: np.generic) -> None:
    if not is_plain(value.dtype):
        encoder.refer(value)
        return
    encoder.out += b"g"
    encoder.text(value.dtype.str)
    encoder.blob(value.tobytes())


def _read_scalar(decoder: Decoder) -> Any:
    dtype = dtype_named(decoder.text())
    data = read_buffer(decoder, (), dtype.itemsize)
    if not data:
        return dtype.type()
    array = np.frombuffer(data, dtype)
    _ensure_valid(array)
    return array[0]


def _write_dtype(encoder: Encoder, dtype: np.dtype[Any]) -> None:
    if not is_plain(dtype):
        encoder.refer(dtype)
        return
    encoder.out += b"k"
    encoder.text(dtype.str)


core.WRITERS[np.ndarray] = _write_array
_SCALARS: set[type] = {
    kind for kind in {*np.sctypeDict.values(), np.str_, np.bytes_} if isinstance(kind, type)
} - {np.object_, np.void}
core.WRITERS |= dict.fromkeys(_SCALARS, _write_scalar)
core.WRITERS |= {type(np.dtype(scalar)): _write_dtype for scalar in _SCALARS}
core.READERS |= {
    ord("a"): _read_array,
    ord("g"): _read_scalar,
    ord("k"): lambda decoder: dtype_named(decoder.text()),
}
