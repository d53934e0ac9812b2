"""Figures of the labs. Every function returns the figure; Jupyter shows it when the cell ends.

A figure that shows a training run carries in its title what the run was: see `Run`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec

import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Circle

Array = np.ndarray
P = ParamSpec("P")

COLOURS = ("#2b6cb0", "#c05621", "#2f855a", "#805ad5", "#b83280", "#718096")
STYLE: dict[Any, Any] = {
    "axes.prop_cycle": cycler(color=COLOURS),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.labelsize": 9,
    "figure.constrained_layout.use": True,
    "font.size": 9,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
}


@dataclass(frozen=True)
class Run:
    """What a training run was; its text goes into the figure's title."""

    lr: float
    batch: int
    epochs: int
    seconds: float
    mode: str
    data: str = ""

    def __str__(self) -> str:
        head = f"{self.data} | " if self.data else ""
        return (
            f"{head}lr {self.lr:g} | batch {self.batch} | epochs {self.epochs} | "
            f"{self.seconds:.1f} s | mode {self.mode}"
        )


def styled(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Draw in the style of the labs, and leave the user's own settings alone.

    Not `plt.rc_context`: the first figure of a session chooses Jupyter's backend, and the context
    would undo that choice, so that no later figure is shown.
    """

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Figure:
        before = {name: plt.rcParams[name] for name in STYLE}
        plt.rcParams.update(STYLE)
        try:
            return draw(*args, **kwargs)
        finally:
            plt.rcParams.update(before)

    return drawn


# --- explanatory figures -----------------------------------------------------------------------


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


# --- data --------------------------------------------------------------------------------------


@styled
def image_grid(X: Array, labels: Sequence[str], shape: tuple[int, int], title: str) -> Figure:
    """The first images in rows of twelve, each under its label."""
    columns = 12
    rows = max(1, min(len(X), 24) // columns)
    figure, all_axes = plt.subplots(rows, columns, figsize=(9, 1.0 * rows + 0.35), squeeze=False)
    for axes, image, label in zip(all_axes.flat, X, labels, strict=False):
        axes.imshow(image.reshape(shape), cmap="gray_r", vmin=0, vmax=1)
        axes.set_title(label, fontsize=8)
        axes.axis("off")
    figure.suptitle(title, fontsize=10)
    return figure


@styled
def first_layer(W: Array, shape: tuple[int, int], title: str) -> Figure:
    """Columns of the first weight matrix as images: blue pushes a unit up, red pulls it down."""
    columns, rows = 12, 2
    figure, all_axes = plt.subplots(rows, columns, figsize=(9, 2.2), squeeze=False)
    order = np.argsort(-np.linalg.norm(W, axis=0))
    for axes in all_axes.flat:
        axes.axis("off")
    for axes, unit in zip(all_axes.flat, order, strict=False):
        limit = np.abs(W[:, unit]).max() or 1.0
        axes.imshow(W[:, unit].reshape(shape), cmap="RdBu", vmin=-limit, vmax=limit)
    figure.suptitle(title, fontsize=10)
    return figure


# --- decision boundaries -----------------------------------------------------------------------

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


# --- training ----------------------------------------------------------------------------------


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
    for group in groups:
        low, high = f"{group[0][1]:.3g}", f"{group[-1][1]:.3g}"
        text = f"{', '.join(name for name, _ in group)}: {low}" + f" to {high}" * (low != high)
        place: dict[str, Any] = {
            "transform": axes.get_yaxis_transform(),
            "ha": "right",
            "va": "top",
        }
        axes.text(0.99, 0.9 * group[0][1], text, color="0.35", fontsize=8, **place)


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
