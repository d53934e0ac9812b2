"""Dense tensors in ordinary memory, parameters, dtypes, devices and sizes of torch."""

import torch

from labhub.grading.codec import core
from labhub.grading.codec.arrays import read_buffer, read_shape, write_shape
from labhub.grading.codec.core import Decoder, Encoder
from labhub.grading.errors import NotSplittableError, ProtocolError

DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        *(torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64),
        *(torch.float16, torch.bfloat16, torch.float32, torch.float64),
        *(torch.uint16, torch.uint32, torch.uint64, torch.complex64, torch.complex128),
    )
}
_NAMES = {dtype: name.encode() for name, dtype in DTYPES.items()}

NEEDS_GRADIENT = 1
IS_PARAMETER = 2
HAS_GRADIENT = 4
IS_LEAF = 8


def _write_tensor(encoder: Encoder, tensor: torch.Tensor) -> None:
    if (
        tensor.layout is not torch.strided
        or tensor.device.type != "cpu"
        or tensor.dtype not in _NAMES
    ):
        encoder.refer(tensor)
        return
    encoder.reserve(tensor.numel() * tensor.element_size())
    references = encoder.references
    number = references.tensor_number(encoder, tensor) if references is not None else 0
    gradient = _dense_gradient(tensor)
    encoder.spend(16)
    encoder.out += b"T"
    encoder.blob(_NAMES[tensor.dtype])
    encoder.out.append(
        (NEEDS_GRADIENT if tensor.requires_grad else 0)
        | (IS_PARAMETER if type(tensor) is torch.nn.Parameter else 0)
        | (HAS_GRADIENT if gradient is not None else 0)
        | (IS_LEAF if tensor.is_leaf else 0)
    )
    encoder.out += number.to_bytes(8, "little")
    write_shape(encoder, tuple(tensor.shape))
    encoder.blob(bytes_of(tensor))
    if gradient is not None:
        _write_gradient(encoder, gradient)
    if not number:
        encoder.note(tensor)


def _write_gradient(encoder: Encoder, gradient: torch.Tensor) -> None:
    noted, encoder.noted = encoder.noted, None
    encoder.write(gradient.detach())
    encoder.noted = noted


def bytes_of(tensor: torch.Tensor) -> bytes:
    """The elements of a dense tensor in row-major order."""
    if torch._C._functorch.is_functorch_wrapped_tensor(tensor):
        raise NotSplittableError(
            "A function of the student's was called inside vmap, grad or jacrev of torch.func.",
            hint="Put that call into a @probe, which runs beside the student's objects.",
        )
    plain = tensor.detach().resolve_conj().resolve_neg()
    # numpy has no bfloat16; only the bytes matter.
    return (plain.view(torch.int16) if plain.dtype is torch.bfloat16 else plain).numpy().tobytes()


def _dense_gradient(tensor: torch.Tensor) -> torch.Tensor | None:
    gradient = tensor.grad if tensor.is_leaf and tensor.requires_grad else None
    dense = gradient is not None and gradient.layout is torch.strided
    return gradient if dense else None


def _read_tensor(decoder: Decoder) -> torch.Tensor:
    decoder.spend(16)
    dtype = DTYPES[decoder.text()]
    flags = decoder.byte()
    number = int.from_bytes(decoder.take(8), "little")
    shape = read_shape(decoder)
    data = read_buffer(decoder, shape, dtype.itemsize)
    if dtype is torch.bool and data and max(data) > 1:
        raise ProtocolError("A truth value is neither true nor false.")
    plain = (torch.frombuffer(data, dtype=dtype) if data else torch.empty(0, dtype=dtype)).reshape(
        shape
    )
    gradient = _read_gradient(decoder, plain) if flags & HAS_GRADIENT else None
    tensor = _with_gradient(plain, flags, gradient)
    if number and decoder.references is not None:
        leaf = bool(flags & IS_LEAF)
        known: torch.Tensor = decoder.references.read_tensor(number, tensor, leaf=leaf)
        return known
    decoder.note(tensor)
    return tensor


def _read_gradient(decoder: Decoder, tensor: torch.Tensor) -> torch.Tensor:
    noted, decoder.noted = decoder.noted, None
    gradient = decoder.read()
    decoder.noted = noted
    if type(gradient) is not torch.Tensor or gradient.shape != tensor.shape:
        raise ProtocolError("A gradient has another shape than its tensor.")
    if gradient.requires_grad or gradient.dtype != tensor.dtype:
        raise ProtocolError("A gradient has another kind than its tensor.")
    return gradient


def _with_gradient(plain: torch.Tensor, flags: int, gradient: torch.Tensor | None) -> torch.Tensor:
    needs = bool(flags & NEEDS_GRADIENT)
    tensor = torch.nn.Parameter(plain, needs) if flags & IS_PARAMETER else plain
    if needs:
        tensor.requires_grad_()
        tensor.grad = gradient
    return tensor


def _write_dtype(encoder: Encoder, dtype: torch.dtype) -> None:
    encoder.out += b"D"
    encoder.text(str(dtype).removeprefix("torch."))


def _read_dtype(decoder: Decoder) -> torch.dtype:
    dtype = vars(torch).get(decoder.text())
    if not isinstance(dtype, torch.dtype):
        raise ProtocolError("There is no such dtype.")
    return dtype


def _write_device(encoder: Encoder, device: torch.device) -> None:
    encoder.out += b"V"
    encoder.text(str(device))


def _write_size(encoder: Encoder, size: torch.Size) -> None:
    encoder.out += b"z"
    write_shape(encoder, tuple(size))


core.WRITERS |= {
    torch.Tensor: _write_tensor,
    torch.nn.Parameter: _write_tensor,
    torch.dtype: _write_dtype,
    torch.device: _write_device,
    torch.Size: _write_size,
}
core.READERS |= {
    ord("T"): _read_tensor,
    ord("D"): _read_dtype,
    ord("V"): lambda decoder: torch.device(decoder.text()),
    ord("z"): lambda decoder: torch.Size(read_shape(decoder)),
}
