"""`labhub hub check` against a real Slurm: what does not fit is named before a student meets it."""

from pathlib import Path

import pytest

from labhub.hub.checks import look_at
from labhub.hub.settings import load_settings
from labhub.hub.spawners.slurm_check import look_at_slurm, minutes_in
from tests.slurm.campus import Session, set_up
from tests.slurm.cluster import Slurm

pytestmark = [pytest.mark.slurm, pytest.mark.slow, pytest.mark.xdist_group("slurm")]


def findings(slurm: Slurm, folder: Path, **keys: str) -> dict[str, tuple[str, str]]:
    stage = set_up(
        *(folder / "stage", folder / "run", slurm, {"g1": ["ada"]}, [Session("g1", 1, 2)]), **keys
    )
    found = look_at_slurm(load_settings(stage.hub_file))
    return {what: (sign, state) for what, state, sign, _ in found}


def test_labs_that_fit_are_well(slurm: Slurm, tmp_path: Path) -> None:
    found = findings(slurm, tmp_path)
    assert found["Slurm"] == ("ok", "partitions: brief, gpu")
    assert found["gpu101/lab3"] == ("ok", "60 minutes in gpu")


def test_what_does_not_fit_is_named(slurm: Slurm, tmp_path: Path) -> None:
    found = findings(slurm, tmp_path, gpu_partition="brief", partition="nowhere")
    assert found["gpu101/lab3"] == ("wrong", "asks for 60 minutes, and brief gives 10")
    assert found["gpu101/lab1"] == ("wrong", "no partition nowhere")


def test_a_session_without_its_reservation_is_noted(slurm: Slurm, tmp_path: Path) -> None:
    stage = set_up(tmp_path / "s", tmp_path / "r", slurm, {"g1": ["ada"]}, [Session("g1", 1, 2)])
    text = stage.hub_file.read_text()
    table = "[spawner.slurm]\n"
    stage.hub_file.write_text(text.replace(table, f"{table}reservations = true\n"))
    looks = [each for each in look_at(load_settings(stage.hub_file)) if "session" in each.what]
    assert looks[0].sign == "note"
    assert looks[0].state.startswith("no reservation gpu101.lab3.g1.")


def test_a_slurm_that_is_down_is_named(tmp_path: Path, slurm: Slurm) -> None:
    broken = tmp_path / "slurm.conf"
    broken.write_text("ClusterName=none\n")
    found = findings(slurm, tmp_path, conf=str(broken))
    assert found["Slurm"][0] == "wrong"
    assert found["Slurm"][1].startswith("does not answer")


def test_slurms_times_are_read() -> None:
    assert [minutes_in(text) for text in ("4:00:00", "1-12:00:00", "10:00", "infinite")] == [
        *(240, 2160, 10),
        None,
    ]
