"""Frames and series of pandas whose columns are plain."""
# ruff: noqa: ANN401 - values of every kind pass through here

from typing import Any

import numpy as np
import pandas as pd

from labhub.grading.codec import core
from labhub.grading.codec.core import Decoder, Encoder
from labhub.grading.errors import ProtocolError

_CELLS = (str, int, float, bool, type(None))
_LABELS = (str, int, float, bool, type(None), tuple)


def _is_plain(values: Any) -> bool:
    """Whether a column or an index goes by value."""
    if type(values) is pd.RangeIndex:
        return True
    if isinstance(values, pd.MultiIndex | pd.CategoricalIndex | pd.IntervalIndex | pd.PeriodIndex):
        return False
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "biufcMm":
        return True
    return str(values.dtype) in ("object", "str", "string") and all(
        type(cell) in _CELLS or cell is pd.NA for cell in values
    )


def _column(values: Any) -> tuple[str, Any]:
    """The dtype's name and the cells."""
    if isinstance(values.dtype, np.dtype) and values.dtype.kind != "O":
        return values.dtype.str, values.to_numpy()
    cells = [None if cell is pd.NA else cell for cell in values]
    return str(values.dtype), cells


def _index(index: Any) -> tuple[Any, ...]:
    if type(index) is pd.RangeIndex:
        return index.name, (index.start, index.stop, index.step)
    return index.name, *_column(index)


def _goes_by_value(encoder: Encoder, frame: Any, columns: list[Any]) -> bool:
    if encoder.too_deep or frame.attrs:
        return False
    labels = [frame.index.name, *columns]
    return all(type(label) in _LABELS for label in labels) and _is_plain(frame.index)


def _write_series(encoder: Encoder, series: Any) -> None:
    if not _goes_by_value(encoder, series, [series.name]) or not _is_plain(series):
        encoder.refer(series)
        return
    encoder.spend(500)
    encoder.out += b"p"
    _write_parts(encoder, (series.name, _column(series), _index(series.index)))
    encoder.note(series)


def _write_parts(encoder: Encoder, parts: tuple[Any, ...]) -> None:
    """The parts of a frame are noted as a whole, not one by one."""
    noted, encoder.noted = encoder.noted, None
    encoder.items(parts, len(parts))
    encoder.noted = noted


def _read_parts(decoder: Decoder) -> list[Any]:
    noted, decoder.noted = decoder.noted, None
    parts = decoder.items()
    decoder.noted = noted
    return parts


def _write_frame(encoder: Encoder, frame: Any) -> None:
    columns = list(frame.columns)
    flat = not isinstance(frame.columns, pd.MultiIndex) and frame.columns.is_unique
    plain = flat and _is_plain(frame.columns) and _goes_by_value(encoder, frame, columns)
    if not plain or not all(_is_plain(frame[column]) for column in columns):
        encoder.refer(frame)
        return
    encoder.spend(1000 + 200 * len(columns))
    encoder.out += b"P"
    content = (
        _index(frame.columns),
        [_column(frame[column]) for column in columns],
        _index(frame.index),
    )
    _write_parts(encoder, content)
    encoder.note(frame)


def _read_column(column: Any, length: int) -> Any:
    """The cells with their dtype, if they are what a column may hold."""
    name, cells = column
    if type(cells) is np.ndarray and cells.ndim == 1 and cells.dtype.str == name:
        values: Any = cells
    elif type(cells) is list and name in ("object", "str", "string"):
        if not all(type(cell) in _CELLS for cell in cells):
            raise ProtocolError("A column holds more than plain cells.")
        values = pd.array(cells, dtype=name) if name != "object" else np.array([*cells, ()], object)
        values = values if name != "object" else values[:-1]
    else:
        raise ProtocolError("A column is neither an array nor a list of text.")
    if length >= 0 and len(values) != length:
        raise ProtocolError("The columns differ in length.")
    return values


def _read_index(index: Any) -> Any:
    if len(index) == 2:
        name, bounds = index
        if type(bounds) is not tuple or [type(bound) for bound in bounds] != [int] * 3:
            raise ProtocolError("An index without a dtype is a range.")
        return pd.RangeIndex(*bounds, name=name)
    name, *column = index
    return pd.Index(_read_column(column, -1), name=name)


def _read_series(decoder: Decoder) -> Any:
    decoder.spend(500)
    name, column, index = _read_parts(decoder)
    labels = _read_index(index)
    series = pd.Series(_read_column(column, len(labels)), index=labels, name=name)
    decoder.note(series)
    return series


def _read_frame(decoder: Decoder) -> Any:
    decoder.spend(1000)
    header, columns, index = _read_parts(decoder)
    labels, names = _read_index(index), _read_index(header)
    if len(names) != len(columns) or not names.is_unique:
        raise ProtocolError("A frame has other columns than it says.")
    decoder.spend(200 * len(names) if len(names) else len(labels))
    data = {
        name: pd.Series(_read_column(column, len(labels)), index=labels)
        for name, column in zip(names, columns, strict=True)
    }
    frame = pd.DataFrame(data, index=labels, columns=names)
    decoder.note(frame)
    return frame


core.WRITERS |= {pd.DataFrame: _write_frame, pd.Series: _write_series}
core.READERS |= {ord("P"): _read_frame, ord("p"): _read_series}
