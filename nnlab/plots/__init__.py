"""Figures of the labs. Every function returns the figure; Jupyter shows it when the cell ends.

A figure that shows a training run carries in its title what the run was: see `Run`.
"""

from nnlab.plots.boundaries import boundaries, film_strip, grid_around, triptych
from nnlab.plots.explanations import activations, loss_against_logit, network, step_sizes
from nnlab.plots.generative import cleaning, game, generated, walk
from nnlab.plots.images import first_layer, image_grid
from nnlab.plots.robustness import fooled, robustness, shift_tables
from nnlab.plots.sequences import (
    accuracy_by_kind,
    entropy_curves,
    lstm_cell,
    memory_curves,
    padded_batch,
    samples,
    tag_confusion,
    temperatures,
    unrolled_net,
)
from nnlab.plots.style import COLOURS, Run, styled
from nnlab.plots.training import (
    histories,
    learning_curves,
    norms_per_layer,
    weight_histograms,
)
from nnlab.plots.vision import (
    confusion,
    feature_maps,
    kernels,
    kernels_at_work,
    picture_grid,
    receptive_fields,
    speed,
    worst_mistakes,
)

__all__ = [
    "COLOURS",
    "Run",
    "accuracy_by_kind",
    "activations",
    "boundaries",
    "cleaning",
    "confusion",
    "entropy_curves",
    "feature_maps",
    "film_strip",
    "first_layer",
    "fooled",
    "game",
    "generated",
    "grid_around",
    "histories",
    "image_grid",
    "kernels",
    "kernels_at_work",
    "learning_curves",
    "loss_against_logit",
    "lstm_cell",
    "memory_curves",
    "network",
    "norms_per_layer",
    "padded_batch",
    "picture_grid",
    "receptive_fields",
    "robustness",
    "samples",
    "shift_tables",
    "speed",
    "step_sizes",
    "styled",
    "tag_confusion",
    "temperatures",
    "triptych",
    "unrolled_net",
    "walk",
    "weight_histograms",
    "worst_mistakes",
]
