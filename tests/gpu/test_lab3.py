"""Lab 3 in full mode on a CUDA device: every cell runs, and the device is worth its price.

With Fashion-MNIST in `$NNLAB_DATA` or `~/.cache/nnlab` this takes about a quarter of an hour;
without it the digits stand in, and the GAN for pictures is left out. `--junitxml` keeps what was
measured: the seconds of each cell and the seconds per 10,000 pictures.
"""

import contextlib
import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
import torch

from labhub.authoring.notebook import Role
from tests.labs.catalogue import LAB3

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.slow,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine"),
    pytest.mark.filterwarnings("default"),
]


@dataclass(frozen=True)
class Played:
    """What is left of one run of the notebook."""

    names: dict[str, Any]
    said: dict[str, str]
    seconds: dict[str, float]


@pytest.fixture(scope="module")
def played() -> Iterator[Played]:
    """The instructor's notebook, run from top to bottom in full mode."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NNLAB_MODE", "full")
        mpl.use("agg")
        yield _play()
        plt.close("all")


def _play() -> Played:
    done = Played({"__name__": "__main__"}, {}, {})
    for cell in LAB3.notebook.code_cells():
        if cell.role is Role.TEST:
            continue
        began, printed = time.perf_counter(), io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(cell.source, f"<{cell.place}>", "exec"), done.names)
        torch.cuda.synchronize()
        done.said[cell.place] = printed.getvalue()
        done.seconds[cell.place] = time.perf_counter() - began
        plt.close("all")
    return done


def test_the_device_is_found_and_used(played: Played) -> None:
    assert played.names["DEVICE"].type == "cuda"
    for model in ("cnn", "hardened", "dae", "shifted_cnn", "G", "D"):
        assert next(played.names[model].parameters()).is_cuda, model


def test_no_law_of_a_visible_check_fails(played: Played, record_property: Any) -> None:
    lines = [line.strip() for said in played.said.values() for line in said.splitlines()]
    record_property("advice", [line for line in lines if line.startswith("note ")])
    assert [place for place, said in played.said.items() if "FAIL" in said] == []


def test_no_cell_is_skipped(played: Played) -> None:
    skipped = {place for place, said in played.said.items() if "skipped in this mode" in said}
    small = played.names["x_train"].shape[1:] != (1, 28, 28)
    assert skipped == ({"l3g-train-dcgan"} if small else set())


def test_a_large_batch_is_faster_than_on_the_cpu(played: Played, record_property: Any) -> None:
    speed = played.names["SPEED"]
    record_property("device", torch.cuda.get_device_name())
    record_property("seconds per 10,000 pictures", speed)
    record_property("seconds per cell", played.seconds)
    assert speed["128 maps wide, GPU"][-1] < speed["128 maps wide, CPU"][-1]


def test_mixed_precision_computes_with_half_the_bits_and_answers_in_float32(
    played: Played,
) -> None:
    kinds: list[torch.dtype] = []
    layer = torch.nn.Linear(4, 2).cuda()
    layer.register_forward_hook(lambda module, given, result: kinds.append(result.dtype))
    answer = played.names["MixedPrecision"](layer)(torch.rand(3, 4, device="cuda"))
    assert kinds == [torch.bfloat16]
    assert answer.dtype is torch.float32


def test_the_points_are_earned_on_a_machine_with_a_device_too(played: Played) -> None:
    names = dict(played.names)
    names |= {"reference": SimpleNamespace(**played.names), "probe": lambda function: function}
    for cell in LAB3.notebook.with_role(Role.TEST):
        exec(compile(cell.source, f"<{cell.place}>", "exec"), dict(names))
