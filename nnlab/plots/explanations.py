"""Figures that explain: a network on paper, activations, losses, step sizes."""

from collections.abc import Callable, Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from nnlab.plots.style import COLOURS, Array, styled


@styled
def network(parameters: Mapping[str, Any]) -> Figure:
    """The 2-2-1 network of exercise 1.1 with its numbers on the edges."""
    x, W1, b1 = parameters["x"], parameters["W1"], parameters["b1"]
    W2, b2, t = parameters["W2"], parameters["b2"], parameters["t"]
    figure, axes = plt.subplots(figsize=(8.2, 3.6))
    inputs, hidden, output = [(0.0, 2.0), (0.0, 0.0)], [(3.0, 2.0), (3.0, 0.0)], (6.0, 1.0)
    for i, start in enumerate(inputs):
        for j, end in enumerate(hidden):
            name = f"$W^{{(1)}}_{{{i + 1}{j + 1}}}$ = {W1[i][j]:g}"
            _edge(axes, start, end, name, at=0.3 if i != j else 0.5)
    for j, start in enumerate(hidden):
        _edge(axes, start, output, f"$W^{{(2)}}_{{{j + 1}}}$ = {W2[j]:g}", at=0.5)
    for i, place in enumerate(inputs):
        _node(axes, place, f"$x_{i + 1}$\n{x[i]:g}", COLOURS[5])
    for j, place in enumerate(hidden):
        _node(axes, place, f"$z_{j + 1}\\,|\\,h_{j + 1}$", COLOURS[0])
        side = 0.62 if j == 0 else -0.62
        _note(axes, place, side, f"$b^{{(1)}}_{j + 1}$ = {b1[j]:g}")
    _node(axes, output, "$z_3\\,|\\,o$", COLOURS[1])
    _note(axes, output, 0.62, f"$b^{{(2)}}$ = {b2:g}")
    axes.annotate("", (7.25, 1.0), (6.42, 1.0), arrowprops={"arrowstyle": "->", "color": "0.4"})
    axes.text(7.35, 1.0, f"$L=\\frac{{1}}{{2}}(o-t)^2$\n$t$ = {t:g}", va="center", fontsize=11)
    for column, text in zip(
        (0.0, 3.0, 6.0), ("input", "hidden, sigmoid", "output, sigmoid"), strict=True
    ):
        axes.text(column, -1.05, text, ha="center", color="0.4")
    axes.set(xlim=(-0.7, 8.8), ylim=(-1.3, 2.9), aspect="equal")
    axes.axis("off")
    return figure


def _node(axes: Axes, place: tuple[float, float], text: str, colour: str) -> None:
    axes.add_patch(Circle(place, 0.42, facecolor="white", edgecolor=colour, lw=2, zorder=3))
    axes.text(*place, text, ha="center", va="center", fontsize=10, zorder=4)


def _note(axes: Axes, place: tuple[float, float], dy: float, text: str) -> None:
    axes.text(place[0], place[1] + dy, text, ha="center", va="center", color="0.25")


def _edge(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], text: str, at: float
) -> None:
    axes.annotate(
        "", end, start,
        zorder=1,
        arrowprops={"arrowstyle": "->", "color": "0.55", "shrinkA": 16, "shrinkB": 18},
    )  # fmt: skip
    x = start[0] + at * (end[0] - start[0])
    y = start[1] + at * (end[1] - start[1])
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    axes.text(x, y, text, ha="center", va="center", bbox=box, zorder=2)


@styled
def activations(functions: Mapping[str, tuple[Callable[..., Any], Callable[..., Any]]]) -> Figure:
    """Each function with its derivative, and dots where a difference quotient puts it."""
    z = np.linspace(-5, 5, 201)
    dots = np.linspace(-4.7, 4.7, 16)
    figure, all_axes = plt.subplots(1, len(functions), figsize=(9, 2.7), squeeze=False)
    for axes, (name, (f, derivative)) in zip(all_axes[0], functions.items(), strict=True):
        axes.plot(z, f(z), label="$f(z)$")
        axes.plot(z, derivative(z), label="$f'(z)$")
        quotient = (f(dots + 1e-5) - f(dots - 1e-5)) / 2e-5
        axes.plot(dots, quotient, "o", ms=3.5, color="0.3", label="difference quotient")
        axes.axhline(0, color="0.8", lw=0.8, zorder=0)
        axes.set(title=name, xlabel="$z$", ylim=(-1.4, 2.4))
    all_axes[0][0].legend(loc="upper left", fontsize=8)
    return figure


@styled
def loss_against_logit(
    cross_entropy: Callable[..., float], gradient: Callable[..., Array]
) -> Figure:
    """Loss of one sample, and its gradient, while the logit of the true class moves."""
    logits = np.linspace(-8, 8, 81)
    rows = np.stack([logits, np.zeros_like(logits), np.zeros_like(logits)], axis=1)
    true = np.array([0])
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.9))
    left.plot(logits, [cross_entropy(row[None], true) for row in rows])
    left.axhline(np.log(3), color="0.6", ls=":", lw=1)
    left.text(-7.8, np.log(3) + 0.25, "ln 3: knows nothing", color="0.4")
    left.set(title="three classes, the other two logits are 0", ylabel="loss of one sample")
    gradients = np.concatenate([gradient(row[None], true) for row in rows])
    right.plot(logits, gradients[:, 0], label="true class: $p_y-1$")
    right.plot(logits, gradients[:, 1], label="each other class: $p_k$")
    right.axhline(0, color="0.8", lw=0.8, zorder=0)
    right.set(title="the gradient never exceeds 1 in size", ylabel="gradient")
    right.legend()
    for axes in (left, right):
        axes.set_xlabel("logit of the true class")
    return figure


@styled
def step_sizes(numerical_gradient: Callable[..., Array]) -> Figure:
    """Error of the student's difference quotient for many step sizes: a valley."""
    x = np.array([0.3, -1.1, 0.8])
    steps = np.logspace(-1, -11, 41)
    errors = [
        np.max(np.abs(numerical_gradient(lambda v: float(np.sum(np.sin(v))), x, eps) - np.cos(x)))
        for eps in steps
    ]
    figure, axes = plt.subplots(figsize=(6, 3))
    axes.loglog(steps, errors, "o-", ms=3)
    axes.loglog(steps[:18], steps[:18] ** 2 / 6, "--", color="0.5", lw=1)
    axes.text(1e-2, 2e-9, "truncation\n$\\propto\\varepsilon^2$", color="0.4", ha="center")
    axes.text(2e-10, 1e-10, "rounding\n$\\propto 1/\\varepsilon$", color="0.4", ha="center")
    axes.set(
        xlabel="step $\\varepsilon$", ylabel="largest error", title="gradient of a sum of sines"
    )
    return figure
