"""`doctor` tells what is missing and how to get it."""

import json
import shutil

import pytest

from labhub.cli import diagnosis
from labhub.cli.diagnosis import LOOKS, Diagnosis, diagnose


def test_every_look_ends_in_words() -> None:
    for found in diagnose():
        assert found.what and found.state
        assert found.remedy, f"{found.what}: what to do"


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which no program is found and no package is installed."""
    monkeypatch.setattr(shutil, "which", lambda *args, **kwargs: None)
    monkeypatch.setattr(diagnosis, "_version", lambda package: "")


def test_a_machine_without_a_sandbox_cannot_grade(bare_machine: None, labhub) -> None:
    result = labhub("doctor")
    assert result.exit_code == 1
    assert "apt-get install bubblewrap" in result.stdout


def test_what_grading_can_do_without_is_a_note(bare_machine: None) -> None:
    signs = {found.what: found.sign for found in diagnose()}
    assert signs["bubblewrap (sandbox)"] == "missing"
    assert signs["chromium (browser tests)"] == "note"
    assert signs["torch and torchvision"] == "note"


@pytest.mark.parametrize(
    ("torch", "vision", "needs", "fits"),
    [
        ("2.13.0", "0.28.0", ["torch==2.13.0"], True),
        ("2.13.0+cpu", "0.28.0+cpu", ["torch==2.13.0"], True),
        ("2.13.0+cpu", "0.28.0", ["torch==2.13.0"], False),
        ("2.12.0", "0.28.0", ["torch==2.13.0"], False),
        ("2.13.0", "", [], False),
    ],
    ids=["one index", "both for the CPU", "builds mixed", "versions mixed", "one missing"],
)
def test_a_mixed_pair_of_torch_and_torchvision_is_found(
    torch: str, vision: str, needs: list[str], fits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = {"torch": torch, "torchvision": vision}
    monkeypatch.setattr(diagnosis, "_version", versions.get)
    monkeypatch.setattr(diagnosis, "_requirements", lambda package: needs)
    found = next(each for each in diagnose() if each.what == "torch and torchvision")
    assert found.ok is fits


def test_findings_come_as_json(labhub, monkeypatch: pytest.MonkeyPatch) -> None:
    fine = Diagnosis("sky", ok=True, state="blue")
    monkeypatch.setattr(diagnosis, "LOOKS", (lambda: fine,))
    result = labhub("doctor", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)[0]["state"] == "blue"


def test_everything_that_is_named_is_looked_at() -> None:
    assert len(LOOKS) == len({look().what for look in LOOKS})
