import random
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import nnlab
from nnlab.session import resolve_data_dir, resolve_device


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("NNLAB_MODE", "NNLAB_DATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr("nnlab.datasets.SYSTEM_FASHION", tmp_path / "nowhere")


@pytest.mark.parametrize("mode", nnlab.MODES)
def test_a_named_mode_is_taken(mode):
    assert nnlab.resolve_mode(mode) == mode


def test_the_environment_wins_over_the_notebook(monkeypatch):
    monkeypatch.setenv("NNLAB_MODE", "test")
    assert nnlab.resolve_mode("full") == "test"


@pytest.mark.parametrize(
    ("device", "data_present", "mode"),
    [("cuda", True, "full"), ("cuda", False, "small"), ("cpu", True, "small")],
)
def test_auto_is_full_with_a_gpu_and_the_data_only(device, data_present, mode):
    assert nnlab.resolve_mode("auto", device=device, data_present=data_present) == mode


def test_an_unknown_mode_names_the_known_ones():
    with pytest.raises(ValueError, match="choose one of auto, test, small, full"):
        nnlab.resolve_mode("fast")


def test_the_same_seed_draws_the_same_numbers():
    draws = []
    for _ in range(2):
        nnlab.seed_all(5)
        draws.append((random.random(), np.random.rand()))
    assert draws[0] == draws[1]


def test_torch_is_seeded_where_it_is_loaded(monkeypatch):
    seeds: list[int] = []
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(manual_seed=seeds.append))
    nnlab.seed_all(3)
    nnlab.seed_all(4, torch=False)
    nnlab.seed_all(5, torch=True)
    assert seeds == [3, 5]


def test_torch_is_not_imported_for_its_own_sake(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "torch")
    nnlab.seed_all(3)
    assert "torch" not in sys.modules


def test_a_device_by_name_is_taken():
    assert resolve_device("cpu") == "cpu"


@pytest.mark.parametrize(("available", "device"), [(True, "cuda"), (False, "cpu")])
def test_auto_asks_torch_for_a_gpu(monkeypatch, available, device):
    cuda = SimpleNamespace(is_available=lambda: available)
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    assert resolve_device("auto") == device


def test_without_torch_the_device_is_the_cpu(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    assert resolve_device("auto") == "cpu"


def test_the_data_folder_is_the_first_that_exists(monkeypatch, tmp_path):
    hub, mine, cache = tmp_path / "hub", tmp_path / "mine", Path.home() / ".cache" / "nnlab"
    assert resolve_data_dir(mine) is None
    cache.mkdir(parents=True)
    assert resolve_data_dir(mine) == cache
    mine.mkdir()
    assert resolve_data_dir(mine) == mine
    monkeypatch.setenv("NNLAB_DATA", str(hub))
    assert resolve_data_dir(mine) == mine
    hub.mkdir()
    assert resolve_data_dir(mine) == hub


def test_start_prints_one_line_with_all_decisions(capsys):
    session = nnlab.start("test", 7)
    assert (session.mode, session.seed, session.device, session.data_dir) == (
        "test",
        7,
        "cpu",
        None,
    )
    assert capsys.readouterr().out == (
        "mode test | seed 7 | device cpu | data folder none (offline data)\n"
    )


def test_start_gives_torch_one_thread_in_test_mode(monkeypatch):
    threads: list[int] = []
    torch = SimpleNamespace(manual_seed=lambda seed: None, set_num_threads=threads.append)
    monkeypatch.setitem(sys.modules, "torch", torch)
    nnlab.start("small")
    assert threads == []
    nnlab.start("test")
    assert threads == [1]
