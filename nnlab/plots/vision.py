"""What convolutional networks see: kernels, maps, mistakes, shifts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, StrMethodFormatter

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
        axes.scatter(
            xs, np.full(len(xs), depth), s=42, color=COLOURS[depth % len(COLOURS)], zorder=2
        )
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
    figure.suptitle(
        "hand-made kernels and what they answer to one of the digits: blue positive, red negative",
        fontsize=10,
    )
    return figure


@styled
def picture_grid(pictures: Array, labels: Sequence[str], title: str) -> Figure:
    """Pictures `(N, C, H, W)` in rows of twelve, each under its label."""
    columns = 12
    rows = max(1, -(-min(len(pictures), 24) // columns))
    figure, all_axes = plt.subplots(rows, columns, figsize=(9, rows + 0.35), squeeze=False)
    for axes in all_axes.flat:
        axes.axis("off")
    for axes, picture, label in zip(all_axes.flat, pictures, labels, strict=False):
        show(axes, picture)
        axes.set_title(label, fontsize=8)
    figure.suptitle(title, fontsize=10)
    return figure


@styled
def kernels(weights: Array, title: str) -> Figure:
    """Kernels `(O, C, KH, KW)` of a convolution, averaged over their input channels."""
    columns = 16
    shown = weights[: 2 * columns].mean(axis=1)
    rows = -(-len(shown) // columns)
    figure, all_axes = plt.subplots(rows, columns, figsize=(9, 0.7 * rows + 0.4), squeeze=False)
    for axes in all_axes.flat:
        axes.axis("off")
    for axes, kernel in zip(all_axes.flat, shown, strict=False):
        show_signed(axes, kernel)
    figure.suptitle(title, fontsize=10)
    return figure


@styled
def feature_maps(picture: Array, maps: Array, title: str) -> Figure:
    """One picture, and the first maps `(O, H, W)` that a layer makes of it."""
    columns = 9
    shown = maps[: 2 * (columns - 1)]
    rows = -(-len(shown) // (columns - 1))
    figure, all_axes = plt.subplots(rows, columns, figsize=(9, 1.05 * rows + 0.4), squeeze=False)
    for axes in all_axes.flat:
        axes.axis("off")
    show(all_axes[0][0], picture)
    places = [axes for line in all_axes for axes in line[1:]]
    for axes, values in zip(places, shown, strict=False):
        show_signed(axes, values)
    figure.suptitle(title, fontsize=10)
    return figure


@styled
def confusion(y: Array, predicted: Array, classes: Sequence[str], title: str) -> Figure:
    """How often each class (row) was taken for each class (column), in percent of the row."""
    table = np.zeros((len(classes), len(classes)))
    np.add.at(table, (y, predicted), 1)
    shares = 100 * table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    figure, axes = plt.subplots(figsize=(5.6, 4.8))
    confused = np.where(np.eye(len(classes), dtype=bool), 0, shares)
    axes.imshow(confused, cmap="Reds", vmin=0, vmax=max(25.0, 1.5 * confused.max()))
    for row, column in np.ndindex(table.shape):
        if shares[row, column] >= 0.5:
            weight = "bold" if row == column else "normal"
            axes.text(
                column, row, f"{shares[row, column]:.0f}",
                ha="center", va="center", fontsize=7, weight=weight,
            )  # fmt: skip
    ticks = range(len(classes))
    axes.set_xticks(ticks, classes, rotation=60, ha="right", fontsize=7)
    axes.set_yticks(ticks, classes, fontsize=7)
    axes.set(xlabel="taken for (percent of the true class)", ylabel="true class")
    figure.suptitle(title, fontsize=9)
    return figure


@styled
def worst_mistakes(
    x: Array, y: Array, probabilities: Array, classes: Sequence[str], title: str
) -> Figure:
    """The twelve wrong answers that were given with the greatest certainty."""
    predicted, certainty = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(predicted != y)
    worst = wrong[np.argsort(-certainty[wrong])][:12]
    figure, all_axes = plt.subplots(2, 6, figsize=(9, 3.9))
    for axes in all_axes.flat:
        axes.axis("off")
    for axes, k in zip(all_axes.flat, worst, strict=False):
        show(axes, x[k])
        heading = f"{classes[predicted[k]]} ({certainty[k]:.0%})\ntrue: {classes[y[k]]}"
        axes.set_title(heading, fontsize=8)
    figure.suptitle(f"wrong, and sure of it | {title}", fontsize=9)
    return figure


@styled
def speed(batch_sizes: Sequence[int], seconds: Mapping[str, Sequence[float]], title: str) -> Figure:
    """Seconds per 10,000 pictures against the batch size, one line per model and device."""
    figure, axes = plt.subplots(figsize=(6.8, 3.3))
    for name, values in seconds.items():
        style = "-" if "GPU" in name else "--"
        axes.loglog(batch_sizes, values, style, marker="o", ms=4, label=name)
    axes.set_xticks(batch_sizes, [str(size) for size in batch_sizes])
    axes.minorticks_off()
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.set(xlabel="batch size", ylabel="seconds per 10,000 pictures")
    axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    figure.suptitle(f"one epoch of training | {title}", fontsize=10)
    return figure
