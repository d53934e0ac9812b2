"""Visible checks of lab 3, one function per exercise. Pictures have shape `(N, C, H, W)`."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from nnlab.check import Laws, close, slope

Array = np.ndarray
Function = Callable[..., Any]

STACK: tuple[tuple[str, int, int, int, tuple[Any, ...]], ...] = (
    ("conv 3x3, 8 maps, frame 1", 3, 1, 1, ("conv", 1, 8, 3)),
    ("max-pool 2x2", 2, 2, 0, ("maxpool", 2)),
    ("conv 3x3, 16 maps", 3, 1, 0, ("conv", 8, 16, 3)),
    ("conv 3x3, 16 maps, stride 2", 3, 2, 1, ("conv", 16, 16, 3)),
    ("max-pool 3x3, stride 2", 3, 2, 0, ("maxpool", 3)),
    ("conv 1x1, 10 maps", 1, 1, 0, ("conv", 16, 10, 1)),
)
"""A network on 28 pixels: what it says, kernel, stride, frame, and the layer for `n_parameters`."""


def _rng(exercise: int) -> np.random.Generator:
    return np.random.default_rng([3, exercise, 7])


def _points_downhill(f: Function, gradient: Array, x: Array, rng: np.random.Generator) -> bool:
    """The gradient predicts the slope of `f` in three random directions."""
    directions = [rng.normal(size=x.shape) for _ in range(3)]
    return all(close(np.sum(gradient * d), slope(f, x, d), rtol=1e-4) for d in directions)


def arithmetic(
    conv_out_size: Function, receptive_field: Function, n_parameters: Function
) -> None:
    """3.1: a table of six layers, computed by the student; the first two rows are known."""

    @cache
    def table() -> list[tuple[str, int, int, int]]:
        return _table(conv_out_size, receptive_field, n_parameters)

    with Laws("3.1 arithmetic of convolution") as law:
        law("the first layer keeps 28 pixels", lambda: table()[0][1] == 28)
        law("the second leaves 14 of them", lambda: table()[1][1] == 14)
        law(
            "after one layer a unit sees 3 pixels, after two it sees 4",
            lambda: [row[2] for row in table()[:2]] == [3, 4],
        )
        law("the first layer learns 80 numbers", lambda: table()[0][3] == 80)
        law("the second learns none", lambda: table()[1][3] == 0)
    print(f"\n  {'layer':<30}{'pixels':>8}{'field':>8}{'parameters':>12}")
    for name, size, field, count in table():
        print(f"  {name:<30}{size:>8}{field:>8}{count:>12}")


def _table(
    conv_out_size: Function, receptive_field: Function, n_parameters: Function
) -> list[tuple[str, int, int, int]]:
    rows, size = [], 28
    for depth, (name, kernel, stride, pad, layer) in enumerate(STACK, start=1):
        size = conv_out_size(size, kernel, stride, pad)
        field = receptive_field([(k, s) for _, k, s, _, _ in STACK[:depth]])
        rows.append((name, size, field, n_parameters([layer])))
    return rows


def convolution(conv2d_forward: Function) -> None:
    """3.2: one example by hand, and PyTorch's own answer on one size (stride 1, no frame)."""
    x, w = np.arange(16.0).reshape(1, 1, 4, 4), np.array([[[[1.0, 0.0], [0.0, -1.0]]]])
    rng = _rng(2)
    pictures, kernels, bias = (rng.normal(size=s) for s in ((2, 3, 5, 6), (4, 3, 3, 2), (4,)))

    with Laws("3.2 convolution, forward") as law:
        law(
            "by hand: each pixel minus its neighbour at the lower right is -5, nine times",
            lambda: close(conv2d_forward(x, w, np.zeros(1))[0], np.full((1, 1, 3, 3), -5.0)),
        )
        law(
            "5x6 pixels leave 3x5 places for a kernel of 3x2",
            lambda: np.shape(conv2d_forward(pictures, kernels, bias)[0]) == (2, 4, 3, 5),
        )
        law(
            "PyTorch gives the same numbers",
            lambda: close(
                conv2d_forward(pictures, kernels, bias)[0], _conv_of_torch(pictures, kernels, bias)
            ),
        )


def _conv_of_torch(x: Array, w: Array, b: Array) -> Array:
    import torch

    return np.asarray(torch.nn.functional.conv2d(*map(torch.from_numpy, (x, w, b))).numpy())


def convolution_backward(conv2d_forward: Function, conv2d_backward: Function) -> None:
    """3.3: the gradients predict the slope on one small picture, stride 1, no frame."""
    rng = _rng(3)
    x, w, b = (rng.normal(size=s) for s in ((1, 1, 4, 4), (1, 1, 2, 2), (1,)))
    dout = rng.normal(size=(1, 1, 3, 3))

    def pulled(x: Array = x, w: Array = w, b: Array = b) -> float:
        return float(np.sum(conv2d_forward(x, w, b)[0] * dout))

    def backward() -> tuple[Array, ...]:
        return tuple(map(np.asarray, conv2d_backward(dout, conv2d_forward(x, w, b)[1])))

    with Laws("3.3 convolution, backward") as law:
        law(
            "dx, dw, db have the shapes of x, w, b",
            lambda: [g.shape for g in backward()] == [x.shape, w.shape, b.shape],
        )
        law(
            "dx predicts the slope",
            lambda: _points_downhill(lambda v: pulled(x=v), backward()[0], x, rng),
        )
        law(
            "dw predicts the slope",
            lambda: _points_downhill(lambda v: pulled(w=v), backward()[1], w, rng),
        )
        law(
            "db predicts the slope",
            lambda: _points_downhill(lambda v: pulled(b=v), backward()[2], b, rng),
        )


def max_pool(maxpool_forward: Function, maxpool_backward: Function) -> None:
    """3.3: one picture whose winners are known."""
    x = np.array([[[[1.0, 2.0, 0.5, 0.0], [3.0, 0.0, 0.0, 4.0]]]])

    def backward() -> Array:
        return np.asarray(maxpool_backward(np.array([[[[10.0, 20.0]]]]), maxpool_forward(x, 2, 2)[1]))

    with Laws("3.3 max-pool") as law:
        law(
            "the winners of two windows are 3 and 4",
            lambda: close(maxpool_forward(x, 2, 2)[0], [[[[3.0, 4.0]]]]),
        )
        law(
            "each dout goes to the winner of its window",
            lambda: close(backward(), [[[[0, 0, 0, 0], [10, 0, 0, 20]]]]),
        )
