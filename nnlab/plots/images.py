"""Images in rows: data, and weights that look like data."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from nnlab.plots.style import Array, styled


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
