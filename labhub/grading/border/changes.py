"""In-place changes: what a call did to its arguments, told to the side that owns them.

Both sides note the values of a message that can be changed, in the same order (`Encoder.note`).
The side that ran the code compares each with how it was before, and tells the differences.
"""

# ruff: noqa: ANN401 - values of every kind are compared here

import sys
from collections import deque
from typing import Any

from labhub.grading.border.generators import state_of, take_state
from labhub.grading.errors import ProtocolError

WATCH_BYTES = 16 << 20
"""Larger arrays are told apart by torch's version counter alone, or not at all."""

_SORTS: dict[type, str] = {}

Change = tuple[int, Any]
"""The number of a noted value, and what became of it."""


def snapshot(values: list[Any], limit_bytes: int = WATCH_BYTES) -> list[Any]:
    """How each of the noted values is now."""
    return [_state(value, limit_bytes) for value in values]


def differences(values: list[Any], before: list[Any]) -> list[Change]:
    """Which of the values have changed, with what the owner needs to do the same."""
    return [
        (number, _difference(value, was))
        for number, (value, was) in enumerate(zip(values, before, strict=True))
        if _has_changed(value, was)
    ]


def apply(values: list[Any], changes: Any) -> None:
    """Do to our own values what the other side did to its copies."""
    if type(changes) is not list:
        raise ProtocolError("Changes come as a list.")
    originals = [list(value) if _sort_of(value) == "sequence" else None for value in values]
    for change in changes:
        number, content = change
        if type(number) is not int or not 0 <= number < len(values):
            raise ProtocolError("A change to a value that was not sent.")
        _apply(values[number], content, originals[number])


def _sort_of(value: Any) -> str:
    """How a noted value is compared. Remembered by type: every argument of a call is asked."""
    kind = type(value)
    return _SORTS.get(kind) or _SORTS.setdefault(kind, _sort_of_type(kind))


def _sort_of_type(kind: type) -> str:
    if kind in (list, deque):
        return "sequence"
    if kind in (set, bytearray):
        return "copied"
    if issubclass(kind, dict):
        return "mapping"
    library = kind.__module__.partition(".")[0]
    if library in ("numpy", "torch") and kind.__name__ == "Generator":
        return "generator"
    return {"numpy": "array", "torch": "tensor"}.get(library, "frame")


def _state(value: Any, limit_bytes: int) -> Any:
    match _sort_of(value):
        case "array":
            return value.tobytes() if value.nbytes <= limit_bytes else None
        case "tensor":
            return _tensor_state(value, limit_bytes)
        case "sequence":
            return list(value)
        case "mapping":
            return dict(value)
        case "generator":
            return state_of(value)
    return value.copy()


def _tensor_state(tensor: Any, limit_bytes: int) -> Any:
    small = tensor.numel() * tensor.element_size() <= limit_bytes
    copy = tensor.detach().clone() if small else None
    gradient = None if not tensor.is_leaf or tensor.grad is None else tensor.grad.detach().clone()
    return tensor._version, copy, gradient, tensor.requires_grad


def _has_changed(value: Any, was: Any) -> bool:
    match _sort_of(value):
        case "array":
            return was is not None and value.tobytes() != was
        case "tensor":
            return _tensor_changed(value, was)
        case "sequence":
            return len(value) != len(was) or any(map(_is_not, value, was))
        case "mapping":
            return len(value) != len(was) or any(
                key not in was or was[key] is not item for key, item in value.items()
            )
        case "generator":
            return repr(state_of(value)) != repr(was)
        case "copied":
            return bool(value != was)
    return not value.equals(was)


def _is_not(one: object, other: object) -> bool:
    return one is not other


def _tensor_changed(tensor: Any, was: Any) -> bool:
    import torch

    version, copy, gradient, needed = was
    if tensor.requires_grad != needed or (copy is None and tensor._version != version):
        return True
    if copy is not None and not same(tensor.detach(), copy):
        return True
    now = tensor.grad if tensor.is_leaf and needed else None
    if now is None or gradient is None:
        return now is not gradient
    return not torch.equal(now, gradient)


def same(one: Any, other: Any) -> bool:
    """Whether two tensors hold the same elements; not-a-number equals itself."""
    import torch

    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    return torch.equal(one, other) or (
        one.is_floating_point()
        and bool(one.isnan().any())
        and torch.equal(one.nan_to_num(), other.nan_to_num())
        and torch.equal(one.isnan(), other.isnan())
    )


def _difference(value: Any, was: Any) -> Any:
    match _sort_of(value):
        case "tensor":
            gradient = value.grad if value.is_leaf and value.requires_grad else None
            return value.detach(), None if gradient is None else gradient.detach()
        case "sequence":
            places = {id(item): place for place, item in enumerate(was)}
            return [(id(item) in places, places.get(id(item), item)) for item in value]
        case "mapping":
            changed = {k: v for k, v in value.items() if k not in was or was[k] is not v}
            return changed, [key for key in was if key not in value]
        case "generator":
            return state_of(value)
    return value


def _apply(value: Any, content: Any, original: list[Any] | None) -> None:
    match _sort_of(value):
        case "array":
            _apply_array(value, content)
        case "tensor":
            _apply_tensor(value, *content)
        case "sequence":
            assert original is not None
            items = [original[item] if kept is True else item for kept, item in content]
            value.clear()
            value.extend(items)
        case "mapping":
            changed, removed = content
            for key in removed:
                value.pop(key, None)
            for key, item in changed.items():
                value[key] = item
        case "generator":
            take_state(value, content)
        case "copied":
            value.clear()
            value.update(content) if type(value) is set else value.extend(content)
        case _:
            _apply_frame(value, content)


def _apply_array(array: Any, content: Any) -> None:
    if type(content) is not type(array) or content.dtype != array.dtype:
        raise ProtocolError("An array changed its kind.")
    if content.shape != array.shape:
        # Never by resize: the test may have views of the memory that would be given back.
        array.shape = content.shape
    if array.flags.writeable:
        array[...] = content


def _apply_tensor(tensor: Any, content: Any, gradient: Any) -> None:
    torch = sys.modules["torch"]
    if type(content) is not torch.Tensor or content.dtype != tensor.dtype:
        raise ProtocolError("A tensor changed its kind.")
    with torch.no_grad():
        if content.shape != tensor.shape:
            tensor.data = content
        elif not same(tensor.detach(), content):
            (tensor.data if tensor.is_leaf else tensor).copy_(content)
    if tensor.is_leaf and tensor.requires_grad:
        set_gradient(tensor, gradient)


def set_gradient(tensor: Any, gradient: Any) -> None:
    """Make `gradient` the one of `tensor`, in the same object where there is one already."""
    torch = sys.modules["torch"]
    if gradient is None:
        tensor.grad = None
        return
    plain = type(gradient) is torch.Tensor and not gradient.requires_grad
    if not plain or gradient.shape != tensor.shape or gradient.dtype != tensor.dtype:
        raise ProtocolError("A gradient does not fit its tensor.")
    if tensor.grad is not None and tensor.grad.layout is torch.strided:
        tensor.grad.data.copy_(gradient)
    else:
        tensor.grad = gradient


def _apply_frame(frame: Any, content: Any) -> None:
    if type(content) is not type(frame):
        raise ProtocolError("A frame changed its kind.")
    if frame.ndim == 1:
        frame.drop(frame.index, inplace=True)
        for label, cell in content.items():
            frame.loc[label] = cell
        return
    frame.drop(columns=list(frame.columns), inplace=True)
    if not frame.index.equals(content.index):
        frame.drop(index=frame.index, inplace=True)
    for column in content.columns:
        frame[column] = content[column]
