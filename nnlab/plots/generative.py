"""What autoencoders and GANs paint."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnlab.plots.style import COLOURS, Array, styled, whole_numbers
from nnlab.plots.vision import show


@styled
def cleaning(
    clean: Array, noisy: Array, cleaned: Array, losses: Sequence[float], title: str
) -> Figure:
    """Ten pictures noisy, cleaned and as they were, and the loss over the epochs."""
    columns = 10
    figure = plt.figure(figsize=(9.6, 2.9))
    grid = figure.add_gridspec(3, columns + 4)
    for row, (name, pictures) in enumerate(
        (("noisy", noisy), ("cleaned", cleaned), ("true", clean))
    ):
        for column in range(columns):
            axes = figure.add_subplot(grid[row, column])
            show(axes, np.asarray(pictures[column]))
            if column == 0:
                axes.text(-0.15, 0.5, name, transform=axes.transAxes, ha="right", va="center")
    curve = figure.add_subplot(grid[:, columns:])
    curve.plot(np.arange(1, len(losses) + 1), losses)
    curve.set(xlabel="epoch", title="training loss", ylim=(0, None))
    whole_numbers(curve.xaxis)
    figure.suptitle(title, fontsize=9)
    return figure


@styled
def walk(rows: Mapping[str, Array], title: str) -> Figure:
    """Rows of pictures `(N, C, H, W)` that lead from one picture to another."""
    columns = max(len(pictures) for pictures in rows.values())
    figure, all_axes = plt.subplots(
        len(rows), columns, figsize=(9, 1.05 * len(rows) + 0.3), squeeze=False
    )
    for line, (name, pictures) in zip(all_axes, rows.items(), strict=True):
        for axes, picture in zip(line, pictures, strict=True):
            show(axes, np.asarray(picture))
        line[0].text(-0.15, 0.5, name, transform=line[0].transAxes, ha="right", va="center")
    figure.suptitle(title, fontsize=10)
    return figure


def _two_losses(axes: Axes, losses: Sequence[tuple[float, float]]) -> None:
    """Both losses over the steps, thinned out to what the eye can see."""
    values = np.asarray(losses)
    steps = np.unique(np.linspace(0, len(values) - 1, 300).astype(int))
    for k, name in enumerate(("discriminator", "generator")):
        axes.plot(steps, values[steps, k], lw=1, label=name, color=COLOURS[k])
    for level in (np.log(2), 2 * np.log(2)):
        axes.axhline(level, color="0.65", ls=":", lw=1)
    axes.set(xlabel="step", title="losses; dotted: ln 2, 2 ln 2")
    axes.legend(fontsize=7)


@styled
def game(
    frames: Sequence[tuple[int, Array]],
    real: Array,
    losses: Sequence[tuple[float, float]],
    title: str,
) -> Figure:
    """Fakes in the plane at several steps, over the real points; both losses."""
    shown = list(frames)[:6]
    figure, all_axes = plt.subplots(
        1, len(shown) + 1, figsize=(11.5, 2.4), width_ratios=[1] * len(shown) + [1.7]
    )
    for axes, (step, fakes) in zip(all_axes, shown, strict=False):
        axes.scatter(*real.T, s=3, color="0.8")
        axes.scatter(*fakes.T, s=3, color=COLOURS[1])
        axes.set(xlim=(-1.6, 1.6), ylim=(-1.6, 1.6), xticks=[], yticks=[], aspect="equal")
        axes.set_title(f"step {step}", fontsize=8)
    _two_losses(all_axes[-1], losses)
    figure.suptitle(title, fontsize=9)
    return figure


@styled
def generated(
    rows: Sequence[tuple[str, Array]], losses: Sequence[tuple[float, float]], title: str
) -> Figure:
    """Fakes from the same noise after several epochs, and both losses."""
    columns = 8
    figure = plt.figure(figsize=(10.5, 0.95 * len(rows) + 0.8))
    grid = figure.add_gridspec(len(rows), columns + 4)
    for row, (name, pictures) in enumerate(rows):
        for column, picture in enumerate(pictures[:columns]):
            axes = figure.add_subplot(grid[row, column])
            show(axes, picture)
            if column == 0:
                axes.text(-0.15, 0.5, name, transform=axes.transAxes, ha="right", va="center")
    _two_losses(figure.add_subplot(grid[:, columns:]), losses)
    figure.suptitle(title, fontsize=9)
    return figure
