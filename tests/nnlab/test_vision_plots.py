import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from nnlab import plots

pytestmark = pytest.mark.usefixtures("no_figures_left")

RNG = np.random.default_rng(0)
GREY, COLOUR = RNG.random((14, 1, 8, 8)), RNG.random((14, 3, 8, 8))
TABLE = RNG.random((5, 5))
LOSSES = [(1.4, 0.7), (1.3, 0.8), (1.2, 0.9)]
CHANCES = np.eye(3)[[0, 1, 2, 0, 1]] * 0.8 + 0.1
LABELS = np.array([0, 1, 0, 1, 1])
POINTS = RNG.normal(size=(30, 2))
LINES = {"model": {"FGSM": [1.0, 0.5], "noise": [1.0, 0.9]}}
FIGURES = {
    "fields": lambda: plots.receptive_fields([(3, 1), (2, 2), (3, 1)], lambda layers: len(layers)),
    "work": lambda: plots.kernels_at_work(
        GREY[0, 0], {"edge": (TABLE, TABLE), "none": (0 * TABLE, TABLE)}
    ),
    "grid": lambda: plots.picture_grid(GREY, ["a"] * 14, "title"),
    "colour": lambda: plots.picture_grid(COLOUR[:3], ["a"] * 3, "title"),
    "kernels": lambda: plots.kernels(RNG.normal(size=(20, 3, 3, 3)), "title"),
    "maps": lambda: plots.feature_maps(COLOUR[0], RNG.normal(size=(20, 4, 4)), "title"),
    "confusion": lambda: plots.confusion(LABELS, CHANCES.argmax(axis=1), "abc", "title"),
    "mistakes": lambda: plots.worst_mistakes(GREY[:5], LABELS, CHANCES, "abc", "title"),
    "speed": lambda: plots.speed([32, 128], {"CPU": [2.0, 1.0], "GPU": [0.2, 0.1]}, "title"),
    "shifts": lambda: plots.shift_tables({"CNN": TABLE, "MLP": TABLE}, "title"),
    "cleaning": lambda: plots.cleaning(GREY, GREY, COLOUR, [2.0, 1.0], "title"),
    "walk": lambda: plots.walk({"pixels": GREY[:4], "codes": GREY[:4]}, "title"),
    "game": lambda: plots.game([(0, POINTS), (5, POINTS)], POINTS, LOSSES, "title"),
    "generated": lambda: plots.generated([("epoch 1", GREY), ("epoch 2", GREY)], LOSSES, "title"),
    "fooled": lambda: plots.fooled(COLOUR[:2], COLOUR[2:4], ["a", "b"], ["c", "d"], "title"),
    "robustness": lambda: plots.robustness([0.0, 0.1], LINES, 0.1, "title"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_can_be_drawn_and_leaves_the_settings_alone(name):
    before = dict(mpl.rcParams)
    FIGURES[name]().canvas.draw()
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("name", sorted(set(FIGURES) - {"fields", "work"}))
def test_the_given_title_says_what_the_run_was(name):
    assert "title" in FIGURES[name]().get_suptitle()


def test_the_field_of_each_layer_is_the_students_own_number():
    asked: list[int] = []
    plots.receptive_fields([(3, 1), (2, 2)], lambda layers: asked.append(len(layers)) or 7)
    assert asked == [0, 1, 2]
    assert [t.get_text() for t in plt.gca().texts].count("sees 7") == 3


def test_mistakes_are_shown_with_the_surest_first():
    chances = np.array([[0.6, 0.4], [0.9, 0.1], [0.2, 0.8]])
    figure = plots.worst_mistakes(GREY[:3], np.array([1, 1, 1]), chances, ["cat", "dog"], "title")
    headings = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert headings == ["cat (90%)\ntrue: dog", "cat (60%)\ntrue: dog"]
