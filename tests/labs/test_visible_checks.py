"""The visible checks of the labs: green for a right solution, red for a gap or a gross mistake."""

from collections.abc import Iterator

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from nnlab.check import CheckFailedError
from tests.labs.catalogue import LAB1, LAB2, LAB3, Lab, stub_of

GROSS = {
    LAB1: {
        "l1g-check-paper": ("l1e01-paper", "The loss lacks its half"),
        "l1g-check-activations": ("l1e02-activations", "Relu keeps the wrong half"),
        "l1g-check-softmax": ("l1e03-softmax", "The gradient has the wrong sign"),
        "l1g-check-logreg": ("l1e04-logreg", "The step goes uphill"),
        "l1g-check-affine": ("l1e05-affine", "db is a mean"),
        "l1g-check-numgrad": ("l1e06-numgrad", "One-sided differences"),
        "l1g-buggy": ("l1e06-numgrad", "All entries are moved at once"),
        "l1g-check-checker": ("l1e06-checker", "The checker rejects everything"),
        "l1g-check-mlp": ("l1e07-mlp", "The slope of the activation is forgotten"),
        "l1g-check-steps": ("l1e08-sgd", "The step goes uphill"),
        "l1g-check-train": ("l1e08-train", "The history begins before the first epoch"),
        "l1g-check-dropout": ("l1e09-dropout", "It drops at test time too"),
        "l1g-check-stopping": ("l1e09-stopping", "It waits one call too long"),
        "l1g-check-norms": ("l1e10-norms", "One layer is missing"),
    },
    LAB2: {
        "l2g-check-text": ("l2e01-text", "Padding on the left"),
        "l2g-check-baseline": ("l2e02-baseline", "Unseen words are skipped"),
        "l2g-check-rnn": ("l2e03-rnn", "dWh is transposed"),
        "l2g-check-memory": ("l2e04-clip", "Every number by itself"),
        "l2g-check-stream": ("l2e05-stream", "The target is the input"),
        "l2g-check-lstm": ("l2e06-lstm", "The gates come in the order i, f, o, g"),
        "l2g-check-lm": ("l2e07-charlm", "The state is ignored"),
        "l2g-check-sampling": ("l2e08-sampling", "Torch's global generator"),
        "l2g-check-tagger": ("l2e09-tagger", "No mask"),
    },
    LAB3: {
        "l3g-check-arithmetic": ("l3e01-arithmetic", "The last place is forgotten"),
        "l3g-check-conv": ("l3e02-conv", "The kernel is flipped"),
        "l3g-check-convback": ("l3e03-convback", "db is a mean"),
        "l3g-check-cnn": ("l3e04-cnn", "The number of channels is ignored"),
        "l3g-check-loop": ("l3e04-loop", "The model stays in evaluation mode"),
        "l3g-check-shift": ("l3e05-shift", "The frame is left on"),
        "l3g-check-dae": ("l3e06-loss", "The noisy picture is the target"),
        "l3g-check-gan": ("l3e07-losses", "The saturating loss"),
        "l3g-check-attack": ("l3e08-attack", "Pixels leave [0, 1]"),
        "l3g-check-harden": ("l3e09-harden", "One loss for the whole training"),
    },
}
"""Check cell -> a solution cell before it, and a mutant of that which a student must notice."""
CASES = [(lab, place) for lab, places in GROSS.items() for place in places]
GAPLESS = {"l1g-check-paper", "l1g-check-train"}
"""Checks of what is not one function with a gap."""
each_check = pytest.mark.parametrize(("lab", "place"), CASES, ids=[place for _, place in CASES])


@pytest.fixture(autouse=True)
def _test_mode(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("NNLAB_MODE", "test")
    mpl.use("agg")
    yield
    plt.close("all")


def run_check(lab: Lab, place: str, *, solution: str = "", changed: str = "") -> None:
    names = lab.solved(place)
    if changed:
        exec(compile(changed, f"<{solution}>", "exec"), names)
    exec(compile(lab.source_of(place), f"<{place}>", "exec"), names)


@each_check
def test_a_right_solution_passes_its_check(lab, place, capsys):
    run_check(lab, place)
    said = capsys.readouterr().out
    assert "  ok    " in said
    assert "FAIL" not in said
    assert "todo" not in said


@each_check
def test_a_gross_mistake_fails_its_check(lab, place, capsys):
    solution, title = GROSS[lab][place]
    (variant,) = (v for v in lab.checks.variants if v.cell == solution and v.title == title)
    with pytest.raises(CheckFailedError, match="do not hold yet"):
        run_check(lab, place, solution=solution, changed=variant.code)
    assert "FAIL" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("lab", "place"),
    [case for case in CASES if case[1] not in GAPLESS],
    ids=[place for _, place in CASES if place not in GAPLESS],
)
def test_a_gap_is_called_a_task_and_not_a_mistake(lab, place, capsys):
    solution, _ = GROSS[lab][place]
    with pytest.raises(CheckFailedError, match="do not hold yet"):
        run_check(lab, place, solution=solution, changed=stub_of(lab.source_of(solution)))
    assert "  todo  " in capsys.readouterr().out
