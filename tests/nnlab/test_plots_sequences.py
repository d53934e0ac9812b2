"""Figures about sequences can be drawn, say what was run, and show what they are given."""

import matplotlib as mpl
import numpy as np
import pytest
import torch

from nnlab import plots

pytestmark = pytest.mark.usefixtures("no_figures_left")

RUN = plots.Run(lr=0.1, batch=32, epochs=5, seconds=1.25, mode="test", data="a corpus")
TITLE = "a corpus | lr 0.1 | batch 32 | epochs 5 | 1.2 s | mode test"
HISTORY = {"train_nll": [2.0, 1.5], "val_nll": [1.8, 1.4]}
TEXTS = {(epoch, heat): "to be $or\n not\x00" for epoch in (1, 3) for heat in (0.3, 1.0)}
GOLD, SAID = ["NOUN", "VERB", "NOUN"], ["NOUN", "NOUN", "ADJ"]
IDS, LENGTHS = torch.tensor([[2, 1, 5], [4, 0, 0]]), torch.tensor([3, 1])


def draw_from(logits, temperature, generator):
    return torch.multinomial(torch.softmax(logits / temperature, 0), 1, generator=generator)


FIGURES = {
    "padding": lambda: plots.padded_batch(IDS, LENGTHS, "corpus"),
    "unrolled": plots.unrolled_net,
    "cell": plots.lstm_cell,
    "memory": lambda: plots.memory_curves([0, 1], {"tanh": [1, 0.5], "LSTM": [1, 0.9]}),
    "entropy": lambda: plots.entropy_curves(HISTORY, {"uniform": 2.1, "entropy": 0.9}, RUN),
    "temperatures": lambda: plots.temperatures(draw_from, torch.tensor([1.0, 0.0]), 1),
    "samples": lambda: plots.samples(TEXTS, RUN),
    "confusion": lambda: plots.tag_confusion(GOLD, SAID, RUN),
    "kinds": lambda: plots.accuracy_by_kind(
        {"baseline": {"all": 0.5}, "tagger": {"all": 0.9}}, {"all": 10}, RUN
    ),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_can_be_drawn_and_leaves_the_settings_alone(name):
    before = dict(mpl.rcParams)
    FIGURES[name]().canvas.draw()
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("name", ["entropy", "samples"])
def test_a_figure_of_a_run_says_what_the_run_was(name):
    assert FIGURES[name]().get_suptitle() == TITLE


@pytest.mark.parametrize("name", ["confusion", "kinds"])
def test_a_figure_of_tags_says_what_the_run_was(name):
    assert FIGURES[name]().axes[0].get_title() == TITLE


def test_padding_is_blank_and_unknown_words_stand_out():
    image = np.ma.filled(FIGURES["padding"]().axes[0].images[0].get_array(), np.nan)
    assert np.isnan(image[1, 1:]).all()
    assert image[0, 1] == 0
    assert (image[0, [0, 2]] > 0).all()


def test_right_tags_are_left_white():
    axes = FIGURES["confusion"]().axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["ADJ", "NOUN", "VERB"]
    wrong = np.asarray(axes.images[0].get_array())
    assert np.diag(wrong).tolist() == [0, 0, 0]
    assert wrong[1, 0] == wrong[2, 1] == 1


def test_every_level_has_its_name_and_number():
    texts = [text.get_text() for text in FIGURES["entropy"]().axes[0].texts]
    assert texts == ["uniform 2.100", "entropy 0.900"]


def test_unprintable_letters_of_a_sample_are_shown_as_a_sign():
    text = FIGURES["samples"]().axes[0].texts[0].get_text()
    assert "⏎" in text
    assert r"\$" in text
