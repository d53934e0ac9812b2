"""The visible checks of lab 1: green for a right solution, red for a gap or a gross mistake."""

from collections.abc import Iterator

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from nnlab.check import CheckFailedError
from tests.labs.lab1 import checks, solved, source_of, stub_of

GROSS = {
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
}
"""Check cell -> a solution cell before it, and a mutant of that which a student must notice."""


@pytest.fixture(autouse=True)
def _test_mode(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("NNLAB_MODE", "test")
    mpl.use("agg")
    yield
    plt.close("all")


def run_check(place: str, *, solution: str = "", changed: str = "") -> None:
    names = solved(place)
    if changed:
        exec(compile(changed, f"<{solution}>", "exec"), names)
    exec(compile(source_of(place), f"<{place}>", "exec"), names)


@pytest.mark.parametrize("place", GROSS)
def test_a_right_solution_passes_its_check(place, capsys):
    run_check(place)
    said = capsys.readouterr().out
    assert "  ok    " in said
    assert "FAIL" not in said
    assert "todo" not in said


@pytest.mark.parametrize("place", GROSS)
def test_a_gross_mistake_fails_its_check(place, capsys):
    solution, title = GROSS[place]
    (variant,) = (v for v in checks().variants if v.cell == solution and v.title == title)
    with pytest.raises(CheckFailedError, match="do not hold yet"):
        run_check(place, solution=solution, changed=variant.code)
    assert "FAIL" in capsys.readouterr().out


@pytest.mark.parametrize("place", sorted(set(GROSS) - {"l1g-check-paper", "l1g-check-train"}))
def test_a_gap_is_called_a_task_and_not_a_mistake(place, capsys):
    solution, _ = GROSS[place]
    with pytest.raises(CheckFailedError, match="do not hold yet"):
        run_check(place, solution=solution, changed=stub_of(source_of(solution)))
    assert "  todo  " in capsys.readouterr().out
