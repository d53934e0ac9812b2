"""What a training run did: losses, weights, gradients."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnlab.plots.style import COLOURS, Array, Run, styled, whole_numbers


@styled
def learning_curves(
    history: Mapping[str, Sequence[float]], run: Run, levels: Mapping[str, float] | None = None
) -> Figure:
    """Training and validation loss, with a dotted line and a name for each of `levels`."""
    epochs = np.arange(1, len(history["train_loss"]) + 1)
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.4, 3.4), width_ratios=(3, 2))
    left.semilogy(epochs, history["train_loss"], label="training loss")
    left.semilogy(epochs, history["val_loss"], label="validation loss")
    _mark_levels(left, levels or {})
    left.set(xlabel="epoch", ylabel="loss (log scale)")
    left.legend(loc="lower left", fontsize=8)
    right.plot(epochs, history["val_accuracy"], color=COLOURS[2])
    right.set(xlabel="epoch", ylabel="validation accuracy")
    for axes in (left, right):
        whole_numbers(axes.xaxis)
    figure.suptitle(str(run), fontsize=10)
    return figure


def _mark_levels(axes: Axes, levels: Mapping[str, float]) -> None:
    """Dotted lines with their names; lines that lie close share one label."""
    groups: list[list[tuple[str, float]]] = []
    for name, level in sorted(levels.items(), key=lambda item: item[1]):
        axes.axhline(level, color="0.65", ls=":", lw=1)
        if groups and level < 1.2 * groups[-1][0][1]:
            groups[-1].append((name, level))
        else:
            groups.append([(name, level)])
    for lowest, group in zip([len(groups) > 1] + [False] * len(groups), groups, strict=False):
        low, high = f"{group[0][1]:.3g}", f"{group[-1][1]:.3g}"
        text = f"{', '.join(name for name, _ in group)}: {low}" + f" to {high}" * (low != high)
        place: dict[str, Any] = {
            "transform": axes.get_yaxis_transform(),
            "ha": "right",
            "va": "bottom" if lowest else "top",
        }
        height = 1.05 * group[-1][1] if lowest else 0.9 * group[0][1]
        axes.text(0.99, height, text, color="0.35", fontsize=8, **place)


@styled
def weight_histograms(weights: Mapping[str, Array], run: Run) -> Figure:
    """All weights of each model in one histogram, on one common scale."""
    figure, axes = plt.subplots(figsize=(6.5, 3))
    limit = max(float(np.quantile(np.abs(values), 0.995)) for values in weights.values())
    bins = np.linspace(-limit, limit, 61).tolist()
    for name, values in weights.items():
        label = f"{name}: std {np.std(values):.3f}"
        axes.hist(np.ravel(values), bins=bins, histtype="stepfilled", alpha=0.45, label=label)
    axes.set(xlabel="weight", ylabel="count")
    axes.legend()
    figure.suptitle(str(run), fontsize=10)
    return figure


@styled
def norms_per_layer(norms: Mapping[str, Array]) -> Figure:
    """Gradient norm of every layer on a log scale, one line per activation."""
    figure, axes = plt.subplots(figsize=(6.5, 3.2))
    for name, values in norms.items():
        axes.semilogy(np.arange(1, len(values) + 1), values, "o-", ms=3, label=name)
    axes.set(
        xlabel="layer (1 is next to the input)",
        ylabel="norm of the gradient",
        title="one batch, at the start of training",
    )
    axes.legend()
    return figure


@styled
def histories(curves: Mapping[str, Mapping[str, Sequence[float]]], run: Run) -> Figure:
    """Training loss (left) and validation loss (right) of several runs."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.1))
    for name, history in curves.items():
        left.plot(history["train_loss"], label=name)
        right.plot(history["val_loss"], label=name)
    left.set(xlabel="epoch", ylabel="training loss")
    right.set(xlabel="epoch", ylabel="validation loss")
    left.legend(fontsize=8)
    figure.suptitle(str(run), fontsize=10)
    return figure
