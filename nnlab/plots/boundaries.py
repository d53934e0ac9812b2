"""Decision boundaries in the plane."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from nnlab.plots.style import COLOURS, Array, Run, styled

Grid = tuple[Array, Array, Array]


def grid_around(X: Array, points: int = 90) -> Grid:
    """Coordinates `(gx, gy, rows)` that cover `X`; `rows` has shape `(points**2, 2)`."""
    low, high = X.min(axis=0) - 0.25, X.max(axis=0) + 0.25
    gx, gy = np.meshgrid(*(np.linspace(a, b, points) for a, b in zip(low, high, strict=True)))
    return gx, gy, np.stack([gx.ravel(), gy.ravel()], axis=1)


def _paint(axes: Axes, grid: Grid, labels: Array, X: Array, y: Array, title: str) -> None:
    classes = int(max(y.max(), labels.max())) + 1
    colours = ListedColormap(COLOURS[:classes])
    shape: dict[str, Any] = {"vmin": -0.5, "vmax": classes - 0.5, "cmap": colours}
    axes.pcolormesh(grid[0], grid[1], labels.reshape(grid[0].shape), alpha=0.25, **shape)
    axes.scatter(X[:, 0], X[:, 1], c=y, s=9, edgecolor="white", linewidth=0.3, **shape)
    axes.set(xticks=[], yticks=[], title=title, aspect="equal")


@styled
def boundaries(
    panels: Sequence[tuple[str, Callable[[Array], Array], Array, Array]], title: str = ""
) -> Figure:
    """One panel `(title, logits_of, X, y)` per model: the class of every point of the plane."""
    figure, all_axes = plt.subplots(1, len(panels), figsize=(3.1 * len(panels), 3.2), squeeze=False)
    for axes, (name, logits_of, X, y) in zip(all_axes[0], panels, strict=True):
        grid = grid_around(X)
        _paint(axes, grid, np.argmax(logits_of(grid[2]), axis=1), X, y, name)
    if title:
        figure.suptitle(title, fontsize=10)
    return figure


@styled
def film_strip(
    rows: Sequence[tuple[str, Sequence[tuple[int, Array]]]],
    grid: Grid,
    X: Array,
    y: Array,
    title: str,
) -> Figure:
    """Rows `(model, [(epoch, labels on the grid), ...])`: how boundaries move over the epochs."""
    columns = max(len(frames) for _, frames in rows)
    size = (1.75 * columns, 1.95 * len(rows) + 0.3)
    figure, all_axes = plt.subplots(len(rows), columns, figsize=size, squeeze=False)
    for line, (name, frames) in zip(all_axes, rows, strict=True):
        for axes, (epoch, labels) in zip(line, frames, strict=False):
            _paint(axes, grid, labels, X, y, f"epoch {epoch}")
        line[0].set_ylabel(name)
    figure.suptitle(title, fontsize=10)
    return figure


@styled
def triptych(
    panels: Sequence[tuple[str, Mapping[str, Sequence[float]], Callable[[Array], Array]]],
    X: Array,
    y: Array,
    run: Run,
) -> Figure:
    """Too stiff, about right, too free: boundaries above, losses below."""
    figure, (top, bottom) = plt.subplots(2, len(panels), figsize=(9, 5.2), height_ratios=(3, 2))
    grid = grid_around(X)
    for upper, lower, (name, history, logits_of) in zip(top, bottom, panels, strict=True):
        _paint(upper, grid, np.argmax(logits_of(grid[2]), axis=1), X, y, name)
        lower.plot(history["train_loss"], label="training")
        lower.plot(history["val_loss"], label="validation")
        lower.set(xlabel="epoch", ylim=(0, 1.2))
    bottom[0].set_ylabel("loss")
    bottom[0].legend(fontsize=8)
    figure.suptitle(str(run), fontsize=10)
    return figure
