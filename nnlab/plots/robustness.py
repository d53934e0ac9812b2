"""What shifts, noise and attacks do to a classifier."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from nnlab.plots.style import Array, styled
from nnlab.plots.vision import show, show_signed


@styled
def shift_tables(tables: Mapping[str, Array], title: str) -> Figure:
    """Accuracy for each common shift of all pictures, one table per model."""
    figure, all_axes = plt.subplots(
        1, len(tables), figsize=(2.45 * len(tables), 2.9), squeeze=False
    )
    for axes, (name, table) in zip(all_axes[0], tables.items(), strict=True):
        reach = len(table) // 2
        axes.imshow(
            table,
            cmap="viridis",
            vmin=0,
            vmax=1,
            extent=[-reach - 0.5, reach + 0.5, reach + 0.5, -reach - 0.5],
        )
        for row, column in np.ndindex(table.shape):
            value = table[row, column]
            colour = "black" if value > 0.6 else "white"
            axes.text(
                column - reach,
                row - reach,
                f"{100 * value:.0f}",
                ha="center",
                va="center",
                fontsize=7,
                color=colour,
            )
        axes.set_title(name, fontsize=8)
        axes.set(
            xlabel="pixels to the right",
            xticks=range(-reach, reach + 1),
            yticks=range(-reach, reach + 1),
        )
    all_axes[0][0].set_ylabel("pixels down")
    figure.suptitle(f"percent right on shifted test pictures | {title}", fontsize=9)
    return figure


@styled
def fooled(
    x: Array, attacked: Array, before: Sequence[str], after: Sequence[str], title: str
) -> Figure:
    """Each column: a picture, its change, and the result, with what the network says."""
    figure, all_axes = plt.subplots(3, len(x), figsize=(1.75 * len(x), 5.4), squeeze=False)
    for k, (top, middle, bottom) in enumerate(all_axes.T):
        show(top, x[k])
        top.set_title(before[k], fontsize=8)
        show_signed(middle, (attacked[k] - x[k]).mean(axis=0))
        middle.set_title("the change (blue: larger)", fontsize=7)
        show(bottom, attacked[k])
        bottom.set_title(after[k], fontsize=8)
    figure.suptitle(title, fontsize=9)
    return figure


@styled
def robustness(
    sizes: Sequence[float],
    models: Mapping[str, Mapping[str, Sequence[float]]],
    eps: float,
    title: str,
) -> Figure:
    """Accuracy against the size of the change, one panel per model, one line per kind."""
    figure, all_axes = plt.subplots(1, len(models), figsize=(9, 3.2), sharey=True, squeeze=False)
    for axes, (name, lines) in zip(all_axes[0], models.items(), strict=True):
        for kind, values in lines.items():
            axes.plot(sizes, values, "o-", ms=3, label=kind)
        axes.axvline(eps, color="0.7", ls=":", lw=1)
        axes.set(xlabel="largest change of a pixel", title=name, ylim=(-0.03, 1.03))
    all_axes[0][0].set_ylabel("accuracy")
    all_axes[0][0].legend(fontsize=8)
    figure.suptitle(title, fontsize=9)
    return figure
