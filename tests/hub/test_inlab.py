"""What runs inside a person's JupyterLab: opening the chosen lab, and the Hub's notices."""

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from labhub.hub.inlab import notices, opening
from labhub.hub.inlab.notices import Notices, gpu_percent, last_work
from labhub.hub.inlab.opening import fetch, first_notebook
from labhub.hub.jupyter import write_image_config
from tests.hub.fake_nvml import Card, FakeNvml

AT = datetime(2026, 12, 3, 12, 15, tzinfo=UTC)


class Kernels:
    """As much of Jupyter's kernel manager as is asked."""

    def __init__(self, *times: datetime, state: str = "idle") -> None:
        self.times, self.state = times, state

    def list_kernel_ids(self) -> list[int]:
        return list(range(len(self.times)))

    def get_kernel(self, number: int) -> Any:
        return SimpleNamespace(last_activity=self.times[number], execution_state=self.state)


def test_the_notebook_with_the_labs_name_is_opened_first(tmp_path: Path) -> None:
    lab = tmp_path / "lab1"
    assert first_notebook(lab) is None
    lab.mkdir()
    (lab / "extra.ipynb").touch()
    assert first_notebook(lab) == lab / "extra.ipynb"
    (lab / "lab1.ipynb").touch()
    assert first_notebook(lab) == lab / "lab1.ipynb"


@pytest.mark.slow
def test_what_cannot_be_fetched_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LABHUB_SERVICE_URL", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert asyncio.run(fetch(tmp_path, "dl", "lab1"))


def test_a_fetch_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "FETCH_TIMEOUT_S", 0.01)
    assert asyncio.run(fetch(tmp_path, "dl", "lab1")) == "It took too long."


def test_the_last_work_is_that_of_the_latest_kernel() -> None:
    assert last_work(Kernels(), busy_counts=True) is None
    assert last_work(Kernels(AT.replace(hour=3), AT), busy_counts=True) == AT.isoformat()


def test_a_silent_busy_kernel_counts_only_where_the_gpu_tells_nothing() -> None:
    busy = Kernels(AT, state="busy")
    assert last_work(busy, busy_counts=False) == AT.isoformat()
    now = last_work(busy, busy_counts=True)
    assert now
    assert datetime.fromisoformat(now) != AT


@pytest.mark.parametrize(
    ("visible", "percent"),
    [("", None), ("GPU-a", 37), ("1", 90), ("GPU-a,GPU-b", 90), ("MIG-1", None), ("oops", None)],
)
def test_a_server_reports_how_busy_its_own_gpus_are(
    visible: str, percent: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    sliced = Card("GPU-c", slices=[Card("MIG-1", percent=None)])
    fake = FakeNvml(Card("GPU-a", percent=37), Card("GPU-b", percent=90), sliced)
    monkeypatch.setitem(sys.modules, "pynvml", fake)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert gpu_percent() == percent
    assert fake.open == 0


def test_without_a_driver_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", FakeNvml(driver=False))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "GPU-a")
    assert gpu_percent() is None


def ask(monkeypatch: pytest.MonkeyPatch, answer: Any) -> tuple[Notices, list[Any]]:
    sent: list[Any] = []

    class Client:
        async def fetch(self, request: Any) -> Any:
            sent.append(request)
            if isinstance(answer, Exception):
                raise answer
            return SimpleNamespace(body=json.dumps(answer))

    monkeypatch.setattr(notices, "AsyncHTTPClient", Client)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setenv("JUPYTERHUB_API_URL", "http://127.0.0.1:8081/hub/api")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "its-own")
    found = Notices(Kernels(AT))
    asyncio.run(found.ask())
    return found, sent


def test_the_hub_is_told_and_asked_with_the_servers_own_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, [request] = ask(monkeypatch, {"until": None, "words": "It stops."})
    assert found.latest["words"] == "It stops."
    assert request.url == "http://127.0.0.1:8081/hub/labhub/notice"
    assert request.headers["Authorization"] == "token its-own"
    assert json.loads(request.body) == {"kernels": AT.isoformat(), "gpu": None}


def test_a_hub_that_does_not_answer_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = ask(monkeypatch, ConnectionRefusedError())
    assert found.latest == notices.NOTHING


def test_jupyterlab_is_told_where_the_page_of_notices_is(tmp_path: Path) -> None:
    write_image_config(tmp_path)
    config = json.loads((tmp_path / "jupyter_server_config.json").read_text())
    [folder] = config["LabServerApp"]["extra_labextensions_path"]
    package = json.loads((Path(folder) / "labhub-notices" / "package.json").read_text())
    assert (Path(folder) / package["name"] / package["jupyterlab"]["_build"]["load"]).exists()
