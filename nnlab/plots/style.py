"""How the figures of the labs look, and what the title of a training run says."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec

import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

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


def whole_numbers(axis: Axis) -> None:
    """Ticks of an axis that counts: epochs, words, lags."""
    axis.set_major_locator(MaxNLocator(integer=True))


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
