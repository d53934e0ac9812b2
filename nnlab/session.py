"""One run of a lab: its mode, its seed, its device and the folder its data come from."""

import importlib
import os
import random
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

DRIVE = Path("/content/drive/MyDrive/nnlab")
"""A folder of the student's Google Drive, as Colab mounts it."""
MODES = ("test", "small", "full")
"""`test`: seconds, for grading. `small`: a student's CPU. `full`: the real data."""


@dataclass(frozen=True)
class Session:
    """What `start` decided. The lab's code never depends on it, only sizes and epochs do."""

    mode: str
    seed: int
    device: str
    data_dir: Path | None

    def __str__(self) -> str:
        where = self.data_dir if self.data_dir else "none (offline data)"
        return f"mode {self.mode} | seed {self.seed} | device {self.device} | data folder {where}"


def seed_all(seed: int, *, torch: bool | None = None) -> None:
    """Python, NumPy and torch draw the same numbers again after the same `seed`.

    `torch=None` seeds torch where it has been imported already, so that a lab in plain NumPy
    does not pay seconds for an import it does not need; `torch=True` imports it.
    """
    random.seed(seed)
    np.random.seed(seed)  # the global generator is what is seeded here
    if torch or (torch is None and "torch" in sys.modules):
        importlib.import_module("torch").manual_seed(seed)


def resolve_mode(wanted: str = "auto", *, device: str = "cpu", data_present: bool = False) -> str:
    """One of `MODES`. The environment variable `NNLAB_MODE` wins over `wanted`.

    `auto` is `full` on a CUDA device with the full data at hand, and `small` everywhere else.
    """
    wanted = os.environ.get("NNLAB_MODE") or wanted
    if wanted in MODES:
        return wanted
    if wanted != "auto":
        raise ValueError(f"unknown mode {wanted!r}: choose one of auto, {', '.join(MODES)}")
    return "full" if device.startswith("cuda") and data_present else "small"


def resolve_device(wanted: str = "cpu") -> str:
    """`auto` becomes `cuda` where torch sees a GPU and `cpu` elsewhere; all else stays."""
    if wanted != "auto":
        return wanted
    try:
        torch = importlib.import_module("torch")
    except ImportError:
        return "cpu"
    return "cuda" if torch.cuda.is_available() else "cpu"


def cache_dir() -> Path:
    """Where `python -m nnlab data fetch` puts data sets unless it is told otherwise."""
    return Path.home() / ".cache" / "nnlab"


def resolve_data_dir(wanted: str | Path | None = None) -> Path | None:
    """The first folder that exists of `$NNLAB_DATA`, `wanted`, `cache_dir()` and `DRIVE`, or None.

    Google Drive is looked at where a student has mounted it, and never mounted from here.
    """
    candidates = (os.environ.get("NNLAB_DATA"), wanted, cache_dir(), DRIVE)
    for candidate in candidates:
        if candidate and (folder := Path(candidate).expanduser()).is_dir():
            return folder
    return None


def start(
    mode: str = "auto",
    seed: int = 0,
    data_dir: str | Path | None = None,
    device: str = "cpu",
    *,
    torch: bool | None = None,
) -> Session:
    """Seed everything and print one line that says how this run was set up.

    In `test` mode torch, where it is loaded, gets one thread: many small operations on many
    threads are ten times slower than on one. `torch` means what it means in `seed_all`.
    """
    from nnlab.datasets import fashion_mnist_folder

    device = resolve_device(device)
    folder = resolve_data_dir(data_dir)
    mode = resolve_mode(mode, device=device, data_present=fashion_mnist_folder(folder) is not None)
    seed_all(seed, torch=torch)
    if mode == "test" and "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    session = Session(mode, seed, device, folder)
    print(session)
    return session
