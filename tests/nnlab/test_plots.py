import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from nnlab import datasets, plots

pytestmark = pytest.mark.usefixtures("no_figures_left")

RUN = plots.Run(lr=0.1, batch=32, epochs=5, seconds=1.25, mode="test", data="spirals")
TITLE = "spirals | lr 0.1 | batch 32 | epochs 5 | 1.2 s | mode test"
HISTORY = {"train_loss": [1.0, 0.5], "val_loss": [1.1, 0.7], "val_accuracy": [0.5, 0.8]}


def logits(X):
    return np.stack([X[:, 0], X[:, 1], -X.sum(axis=1)], axis=1)


def points():
    return datasets.spirals(10, np.random.default_rng(0))


def cross_entropy(z, y):
    return float(np.log(np.exp(z).sum(axis=1)).mean() - z[np.arange(len(y)), y].mean())


def gradient(z, y):
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return (p - np.eye(z.shape[1])[y]) / len(y)


def numerical_gradient(f, x, eps):
    return np.array([(f(x + eps * d) - f(x - eps * d)) / (2 * eps) for d in np.eye(len(x))])


X, Y = points()
GRID = plots.grid_around(X, 12)
FRAMES = [(1, np.argmax(logits(GRID[2]), axis=1)), (5, np.argmax(logits(GRID[2]), axis=1))]
FIGURES = {
    "network": lambda: plots.network(datasets.paper_network()),
    "activations": lambda: plots.activations({"tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2)}),
    "loss": lambda: plots.loss_against_logit(cross_entropy, gradient),
    "steps": lambda: plots.step_sizes(numerical_gradient),
    "grid": lambda: plots.image_grid(np.zeros((30, 4)), ["a"] * 30, (2, 2), "a title"),
    "few": lambda: plots.image_grid(np.zeros((5, 4)), ["a"] * 5, (2, 2), "a title"),
    "weights": lambda: plots.first_layer(np.zeros((4, 30)), (2, 2), "a title"),
    "boundaries": lambda: plots.boundaries([("a", logits, X, Y), ("b", logits, X, Y)], "a title"),
    "untitled": lambda: plots.boundaries([("a", logits, X, Y)]),
    "film": lambda: plots.film_strip([("a", FRAMES), ("b", FRAMES[:1])], GRID, X, Y, str(RUN)),
    "curves": lambda: plots.learning_curves(HISTORY, RUN, {"ln K": 1.1, "start": 1.09}),
    "triptych": lambda: plots.triptych([("a", HISTORY, logits), ("b", HISTORY, logits)], X, Y, RUN),
    "histograms": lambda: plots.weight_histograms({"L2": np.arange(5.0), "none": np.ones(3)}, RUN),
    "norms": lambda: plots.norms_per_layer({"relu": np.array([1.0, 0.1])}),
    "histories": lambda: plots.histories({"no brake": HISTORY, "L2": HISTORY}, RUN),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_can_be_drawn_and_leaves_the_settings_alone(name):
    before = dict(mpl.rcParams)
    FIGURES[name]().canvas.draw()
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("name", ["film", "curves", "triptych", "histograms", "histories"])
def test_a_figure_of_a_run_says_what_the_run_was(name):
    assert FIGURES[name]().get_suptitle() == TITLE


def test_a_run_without_a_named_data_set_starts_with_its_rate():
    assert str(plots.Run(0.05, 8, 2, 0.0, "small")).startswith("lr 0.05 | batch 8")


def test_the_backend_chosen_by_the_first_figure_stays():
    mpl.rcParams["interactive"] = False

    @plots.styled
    def draw():
        mpl.rcParams["interactive"] = True  # as Jupyter's backend does when it is first used
        return plt.figure()

    try:
        draw()
        assert mpl.is_interactive()
    finally:
        mpl.rcParams["interactive"] = False


def test_levels_that_lie_close_share_one_label():
    levels = {"ln K": 2.303, "at the start": 2.305, "shuffled": 2.352, "by heart": 0.004}
    figure = plots.learning_curves(HISTORY, RUN, levels)
    labels = [text.get_text() for text in figure.axes[0].texts]
    assert labels == ["by heart: 0.004", "ln K, at the start, shuffled: 2.3 to 2.35"]
