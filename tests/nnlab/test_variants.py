"""Numbers that every group has of its own."""

import subprocess
import sys

import pytest

from nnlab import own_group, variant


def draw(group: str, exercise: str) -> list[int]:
    return variant(group, exercise).integers(1 << 30, size=3).tolist()


def test_a_group_has_the_same_numbers_every_time():
    assert draw("g07", "l1e01") == draw("g07", "l1e01")


def test_the_numbers_are_the_same_on_every_machine():
    """Written down once: neither Python's hash nor its version plays a part."""
    assert draw("g07", "l1e01") == [696064805, 112409230, 684359616]


def test_another_process_draws_the_same_numbers():
    code = "from nnlab import variant; print(variant('g07', 'l1e01').integers(1 << 30, size=3))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert [int(word) for word in said.stdout.strip("[]\n").split()] == draw("g07", "l1e01")


@pytest.mark.parametrize(
    ("group", "exercise"), [("g08", "l1e01"), ("g07", "l1e02"), ("g", "07l1e01"), ("", "l1e01")]
)
def test_another_group_or_exercise_has_other_numbers(group, exercise):
    assert draw(group, exercise) != draw("g07", "l1e01")


@pytest.mark.parametrize(
    ("environment", "wanted", "group"),
    [
        (None, "", ""),
        (None, "g07", "g07"),
        (None, 7, "7"),
        (None, 0, ""),
        ("g01", "g07", "g01"),
        ("", "g07", "g07"),
    ],
)
def test_the_environment_wins_over_the_notebook(monkeypatch, environment, wanted, group):
    monkeypatch.delenv("NNLAB_GROUP", raising=False)
    if environment is not None:
        monkeypatch.setenv("NNLAB_GROUP", environment)
    assert own_group(wanted) == group
