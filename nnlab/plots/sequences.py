"""Figures about sequences: nets unrolled in time, memory, losses against entropies, tags."""

from collections.abc import Callable, Mapping, Sequence
from textwrap import fill
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from nnlab.plots.style import COLOURS, Array, Run, styled, whole_numbers

Place = tuple[float, float]


@styled
def padded_batch(ids: Any, lengths: Any, name: str) -> Figure:  # noqa: ANN401 - two tensors
    """A batch as an image: one row per sentence, padding in grey, unknown words in orange."""
    ids, lengths = np.asarray(ids), np.asarray(lengths)
    known = (ids > 1).astype(float) * (2 + ids % 7)
    image = np.where(np.arange(ids.shape[1]) < lengths[:, None], known, np.nan)
    figure, axes = plt.subplots(figsize=(8.2, 3.4))
    shades = plt.get_cmap("Blues").with_extremes(bad="0.88", under=COLOURS[1])
    axes.imshow(image, cmap=shades, vmin=1, vmax=14, aspect="auto", interpolation="none")
    share = 1 - lengths.sum() / ids.size
    axes.set(xlabel="position", ylabel="sentence")
    whole_numbers(axes.xaxis)
    axes.set_title(f"a batch from the {name}: {share:.0%} of it is padding (grey); <unk> is orange")
    return figure


# --- two diagrams ------------------------------------------------------------------------------


@styled
def unrolled_net(steps: int = 4) -> Figure:
    """The net of 2.3, unrolled: forward in blue, the way of the gradient in orange."""
    figure, axes = plt.subplots(figsize=(8.6, 3.0))
    _box(axes, (0.0, 1.0), "$h_0$", "0.6")
    for t in range(1, steps + 1):
        here, before = (2.0 * t, 1.0), (2.0 * (t - 1), 1.0)
        _box(axes, here, f"$h_{t}$", COLOURS[0])
        axes.text(here[0], -0.55, f"$x_{t}$", ha="center", va="center", fontsize=12)
        axes.text(here[0], 2.55, rf"$\bar h_{t}$", ha="center", va="center", fontsize=12)
        _arrow(axes, (before[0] + 0.45, 1.12), (here[0] - 0.45, 1.12), COLOURS[0], "$W_h$")
        _arrow(axes, (here[0] - 0.45, 0.88), (before[0] + 0.45, 0.88), COLOURS[1])
        _arrow(axes, (here[0] - 0.1, -0.3), (here[0] - 0.1, 0.6), COLOURS[0], "$W_x$")
        _arrow(axes, (here[0] + 0.1, 0.6), (here[0] + 0.1, -0.3), COLOURS[1])
        _arrow(axes, (here[0] - 0.1, 1.4), (here[0] - 0.1, 2.3), COLOURS[0])
        _arrow(axes, (here[0] + 0.1, 2.3), (here[0] + 0.1, 1.4), COLOURS[1])
    axes.text(2.0 * steps + 0.9, 1.12, "forward", color=COLOURS[0], va="bottom")
    axes.text(2.0 * steps + 0.9, 0.88, r"gradient: $\delta_t$", color=COLOURS[1], va="top")
    axes.set(xlim=(-0.7, 2.0 * steps + 2.4), ylim=(-0.9, 2.9))
    axes.axis("off")
    return figure


@styled
def lstm_cell() -> Figure:
    """The LSTM of 2.6 as a diagram: the cell runs along the top, the gates act on it."""
    figure, axes = plt.subplots(figsize=(8.2, 3.6))
    gates = (
        (1.6, "$f$\nforget", COLOURS[2]),
        (3.2, "$i$\ninput", COLOURS[2]),
        (4.5, "$g$\ncandidate", COLOURS[0]),
        (6.6, "$o$\noutput", COLOURS[2]),
    )
    for x, text, colour in gates:
        _box(axes, (x, 1.0), text, colour, width=1.05)
        _arrow(axes, (x, 0.2), (x, 0.62), "0.5")
    axes.plot([0.3, 6.6], [0.2, 0.2], color="0.5")
    axes.text(0.2, 0.2, "$x$, $h$", ha="right", va="center", fontsize=12)
    _arrow(axes, (0.4, 3.0), (7.9, 3.0), COLOURS[1])
    axes.text(0.3, 3.0, "$c$", ha="right", va="center", fontsize=12)
    axes.text(8.0, 3.0, "$c'$", va="center", fontsize=12)
    for x, y, sign in ((1.6, 3.0, "×"), (3.85, 3.0, "+"), (3.85, 2.1, "×"), (6.6, 2.1, "×")):
        axes.plot(x, y, "o", ms=17, mfc="white", mec="0.3", zorder=3)
        axes.text(x, y, sign, ha="center", va="center", fontsize=12, zorder=4)
    _arrow(axes, (1.6, 1.4), (1.6, 2.8), COLOURS[2])
    _arrow(axes, (3.2, 1.4), (3.73, 1.95), COLOURS[2])
    _arrow(axes, (4.5, 1.4), (3.97, 1.95), COLOURS[0])
    _arrow(axes, (3.85, 2.3), (3.85, 2.8), "0.3")
    _arrow(axes, (6.6, 1.4), (6.6, 1.9), COLOURS[2])
    _arrow(axes, (6.6, 3.0), (6.6, 2.3), COLOURS[1], "tanh")
    _arrow(axes, (6.8, 2.1), (7.9, 2.1), COLOURS[0])
    axes.text(8.0, 2.1, "$h'$", va="center", fontsize=12)
    axes.set(xlim=(-0.6, 8.6), ylim=(-0.1, 3.5))
    axes.axis("off")
    return figure


def _box(axes: Axes, centre: Place, text: str, colour: str, width: float = 0.8) -> None:
    corner = centre[0] - width / 2, centre[1] - 0.37
    box = FancyBboxPatch(corner, width, 0.74, "round,pad=0,rounding_size=0.12", zorder=3)
    box.set(facecolor="white", edgecolor=colour, lw=2)
    axes.add_patch(box)
    axes.text(*centre, text, ha="center", va="center", fontsize=11, zorder=4)


def _arrow(axes: Axes, start: Place, end: Place, colour: str, text: str = "") -> None:
    style = {"arrowstyle": "->", "color": colour, "lw": 1.4, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", end, start, arrowprops=style)
    middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    if text and start[1] == end[1]:
        axes.text(middle[0], middle[1] + 0.06, text, ha="center", va="bottom", fontsize=9)
    elif text:
        axes.text(middle[0] - 0.08, middle[1], text, ha="right", va="center", fontsize=9)


# --- curves ------------------------------------------------------------------------------------


@styled
def memory_curves(lags: Sequence[int], curves: Mapping[str, Array]) -> Figure:
    """How much of a state survives, by lag, on a log scale; gated cells are dashed."""
    figure, axes = plt.subplots(figsize=(7.6, 3.6))
    for (name, values), colour in zip(curves.items(), COLOURS, strict=False):
        axes.semilogy(lags, values, "--" if "LSTM" in name else "-", color=colour, label=name)
    axes.axhline(1, color="0.8", lw=0.8, zorder=0)
    whole_numbers(axes.xaxis)
    axes.set(
        xlabel="lag k",
        ylabel=r"$\Vert\partial s_T/\partial s_{T-k}\Vert$",
        title=f"how the last state depends on the state k steps before, T = {max(lags)}",
    )
    axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


@styled
def entropy_curves(
    history: Mapping[str, Sequence[float]], levels: Mapping[str, float], run: Run
) -> Figure:
    """Training and validation loss in nats per symbol, with a dotted line for each level."""
    figure, axes = plt.subplots(figsize=(7.6, 3.6))
    epochs = np.arange(1, len(history["train_nll"]) + 1)
    axes.plot(epochs, history["train_nll"], "o-", ms=3, label="training, as met")
    axes.plot(epochs, history["val_nll"], "o-", ms=3, label="validation, after the epoch")
    for (name, nats), above in zip(levels.items(), np.arange(len(levels)) % 2 == 0, strict=True):
        axes.axhline(nats, color="0.6", ls=":", lw=1)
        axes.text(
            1.01,
            nats,
            f"{name} {nats:.3f}",
            color="0.35",
            fontsize=8,
            va="bottom" if above else "top",
            transform=axes.get_yaxis_transform(),
        )
    axes.set(xlabel="epoch", ylabel="nats per symbol")
    whole_numbers(axes.xaxis)
    axes.legend(fontsize=8)
    figure.suptitle(str(run), fontsize=10)
    return figure


@styled
def temperatures(sample_next: Callable[..., int], logits: Any, seed: int) -> Figure:  # noqa: ANN401 - a tensor
    """1,000 draws at each of three temperatures against the softmax that they should follow."""
    import torch

    figure, panels = plt.subplots(1, 3, figsize=(9, 2.7), sharey=True)
    for axes, temperature in zip(panels, (0.3, 1.0, 1.5), strict=True):
        generator = torch.Generator().manual_seed(seed)
        draws = [int(sample_next(logits, temperature, generator)) for _ in range(1000)]
        share = np.bincount(draws, minlength=len(logits)) / len(draws)
        axes.bar(np.arange(len(share)), share, color=COLOURS[0], alpha=0.6, label="1,000 draws")
        p = torch.softmax(logits / temperature, dim=0).numpy()
        axes.plot(np.arange(len(p)), p, "o", color=COLOURS[1], ms=4, label="softmax")
        axes.set(title=f"temperature {temperature:g}", xlabel="symbol")
    panels[0].set_ylabel("share")
    panels[2].legend()
    return figure


@styled
def samples(texts: Mapping[tuple[int, float], str], run: Run) -> Figure:
    """What a model wrote: a row per epoch, a column per temperature."""
    epochs = sorted({epoch for epoch, _ in texts})
    heats = sorted({temperature for _, temperature in texts})
    size = (10.5, 0.5 + 1.1 * len(epochs))
    figure, panels = plt.subplots(len(epochs), len(heats), figsize=size, squeeze=False)
    for row, epoch in zip(panels, epochs, strict=True):
        for axes, heat in zip(row, heats, strict=True):
            text = "".join(c if c.isprintable() else "⏎" for c in texts[epoch, heat])
            axes.text(
                0, 1, fill(text.replace("$", r"\$"), 44), va="top", family="monospace", fontsize=7
            )
            axes.axis("off")
            axes.set_title(f"epoch {epoch}, temperature {heat:g}", loc="left", fontsize=9)
    figure.suptitle(str(run), fontsize=10)
    return figure


# --- tags --------------------------------------------------------------------------------------


@styled
def tag_confusion(gold: Sequence[str], predicted: Sequence[str], run: Run) -> Figure:
    """How often each tag was taken for each other one; the right ones are left white."""
    names = sorted({*gold, *predicted})
    counts = np.zeros((len(names), len(names)), dtype=int)
    np.add.at(
        counts, ([names.index(tag) for tag in gold], [names.index(tag) for tag in predicted]), 1
    )
    wrong = counts * (1 - np.eye(len(names), dtype=int))
    figure, axes = plt.subplots(figsize=(6.6, 5.4))
    axes.imshow(wrong, cmap="Oranges", vmax=max(1, wrong.max()))
    for i, j in np.argwhere(counts > 0):
        shade = "white" if wrong[i, j] > 0.6 * wrong.max() > 0 else "0.15"
        axes.text(j, i, str(counts[i, j]), ha="center", va="center", fontsize=6.5, color=shade)
    axes.set_xticks(range(len(names)), names, rotation=60, fontsize=8)
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set(xlabel="predicted", ylabel="gold", title=str(run))
    return figure


@styled
def accuracy_by_kind(
    shares: Mapping[str, Mapping[str, float]], counts: Mapping[str, int], run: Run
) -> Figure:
    """Accuracy of several taggers on several kinds of words: `shares[tagger][kind]`."""
    figure, axes = plt.subplots(figsize=(7.2, 3.1))
    width = 0.8 / len(shares)
    for k, (name, by_kind) in enumerate(shares.items()):
        places = np.arange(len(counts)) + (k - (len(shares) - 1) / 2) * width
        bars = axes.bar(places, [by_kind[kind] for kind in counts], 0.9 * width, label=name)
        axes.bar_label(bars, fmt="%.3f", fontsize=7)
    axes.set_xticks(
        range(len(counts)), [f"{kind}\n{count} words" for kind, count in counts.items()]
    )
    axes.set(ylim=(0, 1.18), ylabel="accuracy", title=str(run))
    axes.legend(loc="upper left", ncols=len(shares), fontsize=8)
    return figure
