"""Figures of the labs. Every function returns the figure; Jupyter shows it when the cell ends.

A figure that shows a training run carries in its title what the run was: see `Run`.
"""

from nnlab.plots.boundaries import boundaries, film_strip, grid_around, triptych
from nnlab.plots.explanations import activations, loss_against_logit, network, step_sizes
from nnlab.plots.images import first_layer, image_grid
from nnlab.plots.style import COLOURS, Run, styled
from nnlab.plots.training import (
    histories,
    learning_curves,
    norms_per_layer,
    weight_histograms,
)
from nnlab.plots.vision import kernels_at_work, receptive_fields

__all__ = [
    "COLOURS",
    "Run",
    "activations",
    "boundaries",
    "film_strip",
    "first_layer",
    "grid_around",
    "histories",
    "image_grid",
    "kernels_at_work",
    "learning_curves",
    "loss_against_logit",
    "network",
    "norms_per_layer",
    "receptive_fields",
    "step_sizes",
    "styled",
    "triptych",
    "weight_histograms",
]
