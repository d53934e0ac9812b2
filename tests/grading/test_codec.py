"""The codec carries plain values exactly, and refuses everything else within bounded memory."""

import collections
import struct
import tracemalloc
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from labhub.grading.codec import MAX_DEPTH, decode, encode
from labhub.grading.errors import NotByValueError, ProtocolError, TooLargeError

Point = collections.namedtuple("Point", "x y")

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(1 << 2000), 1 << 2000)
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text()
    | st.binary()
    | st.fractions()
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.timedeltas()
    | st.decimals(allow_nan=False, min_value=-1000, max_value=1000)
)
KEYS = st.integers() | st.text() | st.booleans() | st.tuples(st.integers(), st.text())
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.lists(inner, max_size=5).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=5)
        | st.sets(KEYS, max_size=5)
        | st.frozensets(KEYS, max_size=5)
        | st.lists(inner, max_size=4).map(collections.deque)
        | st.dictionaries(KEYS, inner, max_size=4).map(collections.OrderedDict)
        | st.tuples(inner, inner).map(lambda pair: Point(*pair))
    ),
    max_leaves=30,
)
ARRAYS = hnp.arrays(
    hnp.boolean_dtypes()
    | hnp.integer_dtypes(endianness="?")
    | hnp.floating_dtypes(endianness="?")
    | hnp.complex_number_dtypes()
    | hnp.unicode_string_dtypes()
    | hnp.datetime64_dtypes(),
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
)


def shape_of(value: Any) -> Any:
    """A value with the types of all its parts, so that 1 is not True."""
    if isinstance(value, dict):
        return type(value), [(shape_of(k), shape_of(v)) for k, v in value.items()]
    if isinstance(value, list | collections.deque | tuple):
        return type(value).__name__, [shape_of(item) for item in value]
    return type(value).__name__, value


@given(VALUES)
def test_plain_values_come_back_as_they_were(value: Any) -> None:
    assert shape_of(decode(encode(value))) == shape_of(value)


@given(ARRAYS)
def test_arrays_come_back_as_they_were(array: np.ndarray) -> None:
    back = decode(encode(array))
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    assert back.tobytes() == array.tobytes()
    assert back.flags.writeable


@pytest.mark.parametrize(
    "value",
    [
        *(float("inf"), -0.0, 1 << 6000, b"", "\ud800", Ellipsis, range(1, 9, 2)),
        *(slice(None, 3, -1), Decimal("1e10"), Fraction(1, 3), bytearray(b"ab")),
        *(collections.Counter("aab"), collections.defaultdict(list, a=[1])),
        *(collections.deque([1, 2], 5), int, ValueError, np.float32, torch.nn.Linear),
        *(np, torch.nn.functional, np.dtype("f4"), torch.float32, torch.device("cpu")),
        *(torch.Size([2, 3]), np.float64(2), np.str_("ab"), np.bool_(True)),
        np.datetime64("2026-01-01"),
    ],
    ids=lambda value: f"{type(value).__name__}-{value!s:.20}",
)
def test_other_plain_values_keep_their_type(value: object) -> None:
    back = decode(encode(value))
    assert type(back) is type(value)
    assert back == value


@pytest.mark.parametrize(
    "tensor",
    [
        *(torch.arange(6.0).view(2, 3).T, torch.zeros(0, 3), torch.tensor(True)),
        *(torch.tensor([1 + 2j]).conj(), torch.ones(2).bfloat16(), torch.tensor([1 + 2j]).imag),
    ],
    ids=lambda value: f"{type(value).__name__}-{value!s:.20}",
)
def test_tensors_come_back_as_they_were(tensor: torch.Tensor) -> None:
    back = decode(encode(tensor))
    assert back.dtype == tensor.dtype
    assert torch.equal(back, tensor)


def test_a_parameter_brings_its_gradient() -> None:
    parameter = torch.nn.Parameter(torch.ones(3))
    parameter.grad = torch.arange(3.0)
    back = decode(encode(parameter))
    assert type(back) is torch.nn.Parameter
    assert torch.equal(back.grad, parameter.grad)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": [1.5, np.nan], "d": [True, False]}),
        pd.DataFrame(),
        pd.DataFrame({"t": pd.to_datetime(["2026-01-01"])}, index=["row"]),
    ],
    ids=["mixed", "empty", "time"],
)
def test_frames_come_back_as_they_were(frame: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(decode(encode(frame)), frame)


def test_a_series_comes_back_as_it_was() -> None:
    series = pd.Series([1, 2], index=["x", "y"], name="s")
    pd.testing.assert_series_equal(decode(encode(series)), series)


class _Float(float):
    pass


class _Array(np.ndarray):
    pass


class _Tensor(torch.Tensor):
    pass


@pytest.mark.parametrize(
    "value",
    [
        *(object(), _Float(1), np.zeros(2).view(_Array), torch.zeros(2).as_subclass(_Tensor)),
        *(np.array([object()]), np.zeros(1, "i4,i4"), torch.zeros(2).to_sparse(), len, lambda: 0),
        *(_Float, np.memmap, eval, collections.defaultdict(lambda: 0), pytest.MonkeyPatch),
        pd.DataFrame({"a": [object()]}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_could_lie_or_run_is_not_copied(value: object) -> None:
    with pytest.raises(NotByValueError):
        encode(value)


@pytest.mark.parametrize(
    "value",
    [1 << 10**6, [0] * (1 << 20), np.broadcast_to(np.zeros(1), (1 << 40,)), "x" * (257 << 20)],
    ids=["integer", "list", "array", "text"],
)
def test_what_is_too_large_is_refused_before_it_is_copied(value: object) -> None:
    tracemalloc.start()
    with pytest.raises(TooLargeError):
        encode(value)
    assert tracemalloc.get_traced_memory()[1] < 300 << 20
    tracemalloc.stop()


def test_a_list_that_holds_itself_is_refused() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(NotByValueError):
        encode(loop)


U32 = struct.Struct("<I").pack
LIES = {
    "no such tag": b"\xff",
    "nothing": b"",
    "two values": b"NN",
    "a list of four billion": b"l" + U32(0xFFFFFFFF) + b"N" * 20,
    "text of four billion": b"s" + U32(0xFFFFFFFF) + b"abc",
    "text that is no UTF-8": b"s" + U32(2) + b"\xff\xff",
    "an integer of a megabyte": b"I" + U32(1 << 20) + b"\1" * (1 << 20),
    "a dictionary with half a pair": b"d" + U32(1) + b"N",
    "a list as a key": b"d" + U32(2) + b"l" + U32(0) + b"N",
    "a set of lists": b"S" + U32(1) + b"l" + U32(0),
    "nested without end": (b"l" + U32(1)) * (MAX_DEPTH + 5) + b"N",
    "a range of text": b"R" + U32(3) + b"NNN",
    "a defaultdict of an unknown factory": b"y\x63" + U32(0),
    "an object array": b"a" + U32(3) + b"|O8" + b"\1" + b"\1" + b"\0" * 7 + U32(8) + b"\0" * 8,
    "an array of records": b"a" + U32(5) + b"i4,i4" + b"\0" + U32(8) + b"\0" * 8,
    "an array shorter than its shape": b"a" + U32(3) + b"<f8" + b"\1\xff" + b"\0" * 7 + U32(0),
    "an array of 99 dimensions": b"a" + U32(3) + b"<f8" + b"\x63" + b"\0" * 800 + U32(0),
    "a truth value of two": b"a" + U32(3) + b"|b1" + b"\0" + U32(1) + b"\2",
    "a character beyond Unicode": b"a" + U32(3) + b"<U1" + b"\0" + U32(4) + b"\xff" * 4,
    "a tensor of an unknown dtype": b"T" + U32(4) + b"eval" + b"\0" * 9 + b"\0" + U32(0),
    "a fraction by zero": b"r" + b"i" + b"\1" + b"\0" * 7 + b"i" + b"\0" * 8,
    "a class that opens files": b"Q" + U32(5) + b"numpy" + U32(6) + b"memmap",
    "a function": b"Q" + U32(8) + b"builtins" + U32(4) + b"eval",
    "a module of the system": b"O" + U32(2) + b"os",
    "a library that is not loaded": b"O" + U32(12) + b"scipy.hidden",
    "a namedtuple with a bad name": b"n" + U32(1) + b"1" + U32(0) + U32(0),
    "a frame of nothing": b"P" + U32(3) + b"NNN",
    "a device that is none": b"V" + U32(4) + b"nope",
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_one_kind_of_error(lie: str) -> None:
    with pytest.raises(ProtocolError):
        decode(LIES[lie])


SAMPLE = bytes(
    encode(
        [
            {"a": (1, 2.5, None), "b": [np.arange(6.0), torch.ones(2, 3)]},
            *(Point(1, "x"), {1, 2}, 1 << 100, np.float32(3), slice(1), range(4)),
            *(pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}), torch.nn.Parameter(torch.ones(2))),
        ]
    )
)


@pytest.mark.parametrize("size", range(0, len(SAMPLE), 7))
def test_a_truncated_message_is_refused(size: int) -> None:
    with pytest.raises(ProtocolError):
        decode(SAMPLE[:size])


def _is_refused_or_bounded(data: bytes) -> None:
    tracemalloc.start()
    try:
        decode(data)
    except ProtocolError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 32 << 20


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_mutated_message_ends_well(data: st.DataObject) -> None:
    message = bytearray(SAMPLE)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(message) - 1))
        message[place] = data.draw(st.integers(0, 255))
    _is_refused_or_bounded(bytes(message))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_end_well(data: bytes) -> None:
    _is_refused_or_bounded(data)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([bytes([tag]) for tag in b"NltdSFoCqyaTPpnQO10isfz"] + [U32(2)])))
def test_any_sequence_of_tags_ends_well(parts: list[bytes]) -> None:
    _is_refused_or_bounded(b"".join(parts))


def test_a_million_small_values_cost_bounded_memory() -> None:
    """The costliest message within the bounds: many containers of the heaviest kind."""
    item = b"S" + U32(0)
    tracemalloc.start()
    decode(b"l" + U32(200_000) + item * 200_000)
    assert tracemalloc.get_traced_memory()[1] < 200 << 20
    tracemalloc.stop()
    with pytest.raises(ProtocolError):
        decode(b"l" + U32(400_000) + item * 400_000)
