"""What convolutional networks see: kernels, maps, mistakes, shifts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnlab.plots.style import COLOURS, Array, styled

SIGNED: dict[str, Any] = {"cmap": "RdBu"}
GREY: dict[str, Any] = {"cmap": "gray_r", "vmin": 0, "vmax": 1}


def show(axes: Axes, image: Array, **look: Any) -> None:  # noqa: ANN401 - passed to matplotlib
    """Draw one picture without axes; `(3, H, W)` is drawn in colour."""
    image = np.asarray(image)
    if image.ndim == 3:
        image = np.moveaxis(image, 0, 2) if len(image) == 3 else image[0]
    axes.imshow(image, **({**GREY, **look} if image.ndim == 2 else {}))
    axes.axis("off")


def show_signed(axes: Axes, values: Array) -> None:
    """Draw signed numbers: blue is positive, red is negative, white is 0."""
    limit = float(np.abs(values).max()) or 1.0
    axes.imshow(values, vmin=-limit, vmax=limit, **SIGNED)
    axes.axis("off")


@styled
def receptive_fields(
    layers: Sequence[tuple[int, int]], receptive_field: Callable[..., int]
) -> Figure:
    """A tower of rows: which units one output sees in each layer, with the student's number."""
    seen = [1]
    for kernel, stride in reversed(layers):
        seen.append((seen[-1] - 1) * stride + kernel)
    seen.reverse()
    steps = np.cumprod([1, *(stride for _, stride in layers)])
    starts = np.cumsum([0.0, *((k - 1) / 2 * s for (k, _), s in zip(layers, steps, strict=False))])
    figure, axes = plt.subplots(figsize=(8, 0.62 * len(layers) + 1.2))
    places = [starts[d] + steps[d] * np.arange(seen[d]) for d in range(len(seen))]
    for depth, (kernel, stride) in enumerate(layers):
        for unit, x in enumerate(places[depth + 1]):
            for below in places[depth][unit * stride : unit * stride + kernel]:
                axes.plot([below, x], [depth, depth + 1], color="0.8", lw=0.8, zorder=1)
    for depth, xs in enumerate(places):
        name = "input" if depth == 0 else "kernel {}, stride {}".format(*layers[depth - 1])
        field = receptive_field(list(layers[:depth]))
        axes.scatter(xs, np.full(len(xs), depth), s=42, color=COLOURS[depth % len(COLOURS)], zorder=2)
        axes.text(-1.2, depth, name, ha="right", va="center", fontsize=8)
        axes.text(seen[0] + 0.2, depth, f"sees {field}", va="center", fontsize=8)
    axes.set(xlim=(-0.8, seen[0] - 0.2), title="everything that the unit at the top can depend on")
    axes.axis("off")
    return figure


@styled
def kernels_at_work(image: Array, answers: Mapping[str, tuple[Array, Array]]) -> Figure:
    """One picture, and under each kernel the map that it makes."""
    columns = len(answers) + 1
    figure, all_axes = plt.subplots(
        2, columns, figsize=(1.75 * columns, 2.9), height_ratios=(1, 2.2), squeeze=False
    )
    all_axes[0][0].axis("off")
    show(all_axes[1][0], image)
    all_axes[1][0].set_title("the picture", fontsize=8)
    for upper, lower, (name, (kernel, answer)) in zip(
        all_axes[0][1:], all_axes[1][1:], answers.items(), strict=True
    ):
        show_signed(upper, kernel)
        upper.set_title(name, fontsize=8)
        show_signed(lower, answer)
    figure.suptitle("hand-made kernels and what they answer: blue is positive, red negative", fontsize=10)
    return figure
