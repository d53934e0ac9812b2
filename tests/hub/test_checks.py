"""`labhub hub check`: what is wrong with hub.toml on this machine is named, with a remedy."""

import socket
from pathlib import Path
from typing import Any

import pytest
from traitlets.config import Config

from labhub.hub import checks, servers
from labhub.hub.checks import Look, look_at
from labhub.hub.errors import HubSettingsError
from labhub.hub.gpus import nvml
from labhub.hub.network import update_network
from labhub.hub.process import free_ports
from labhub.hub.settings import HubSettings
from tests.hub.fake_nvml import Card, FakeNvml
from tests.hub.test_base import settings_of


@pytest.fixture
def settings(tmp_path: Path) -> HubSettings:
    (tmp_path / "data").mkdir()
    found = settings_of(tmp_path, '[spawner]\ndata_dir = "data"')
    port, hub_port, proxy_port = free_ports(3)
    return found.model_copy(update={"port": port, "hub_port": hub_port, "proxy_port": proxy_port})


def looks(settings: HubSettings) -> dict[str, Look]:
    return {each.what: each for each in look_at(settings)}


def changed(settings: HubSettings, area: str, **values: Any) -> HubSettings:
    table = getattr(settings, area).model_copy(update=values)
    return settings.model_copy(update={area: table})


def wrong(settings: HubSettings) -> set[str]:
    return {each.what for each in look_at(settings) if each.sign == "wrong"}


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = nvml.library
    fake = FakeNvml(Card("GPU-a"), Card("GPU-b"))
    monkeypatch.setattr(servers.nvml, "library", lambda: opened(fake))  # type: ignore[arg-type]


@pytest.mark.usefixtures("two_gpus")
def test_a_good_file_has_nothing_wrong(settings: HubSettings) -> None:
    settings = changed(settings, "gpus", devices="auto")
    found = looks(settings)
    assert wrong(settings) == set()
    assert found["course dl"].state == "3 labs, 1 staff, 3 students"
    assert found["GPUs"].state == "2 to give out"
    assert found["logins"].sign == "note", "demo logins are for trying out"


def test_a_lab_with_gpus_on_a_hub_without_any_is_noted(settings: HubSettings) -> None:
    assert looks(settings)["GPUs"].sign == "note"


@pytest.mark.usefixtures("two_gpus")
def test_sessions_that_book_more_than_there_is_are_wrong(
    settings: HubSettings, tmp_path: Path
) -> None:
    file = tmp_path / "dl" / "course.toml"
    text = file.read_text().replace("gpus = 1", "gpus = 9")
    file.write_text(
        text.replace('["bob"]', "[]").replace("8192 }", "8192, gpu_memory_mib = 99_999 }")
    )
    found = looks(changed(settings, "gpus", devices="auto"))
    assert found["session of g1, 03 December"].state == "9 GPUs are booked, 2 are here"
    assert found["dl/lab3"].sign == "wrong"


def test_without_a_driver_the_remedy_is_said(
    settings: HubSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = nvml.library
    fake = FakeNvml(driver=False)
    monkeypatch.setattr(servers.nvml, "library", lambda: opened(fake))  # type: ignore[arg-type]
    found = looks(changed(settings, "gpus", devices="auto"))["gpus"]
    assert found.sign == "wrong"
    assert "Install the NVIDIA driver" in found.remedy


def test_ports_used_twice_or_in_use_are_seen(settings: HubSettings) -> None:
    same = settings.model_copy(update={"hub_port": settings.port})
    assert "used twice" in looks(same)["ports"].state
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", settings.port))
        listener.listen()
        assert looks(settings)["ports"].sign == "note"


def test_a_public_hub_needs_tls_and_better_subdomains(settings: HubSettings) -> None:
    public = changed(settings, "authenticator", kind="pam").model_copy(
        update={"address": "0.0.0.0"}
    )
    found = looks(public)
    assert (found["TLS"].sign, found["subdomains"].sign) == ("wrong", "note")
    behind = public.model_copy(
        update={"public_url": "https://labs.example.edu", "subdomains": True}
    )
    found = looks(behind)
    assert (found["TLS"].sign, found["subdomains"].sign) == ("ok", "ok")
    c = Config()
    update_network(c, behind)
    assert c.JupyterHub.subdomain_host == "https://labs.example.edu"
    assert c.JupyterHub.cookie_host_prefix_enabled is True


def test_subdomains_of_nothing_are_refused(settings: HubSettings) -> None:
    with pytest.raises(HubSettingsError, match="no public_url"):
        update_network(Config(), settings.model_copy(update={"subdomains": True}))


def test_demo_logins_in_public_are_wrong(settings: HubSettings) -> None:
    assert "logins" in wrong(settings.model_copy(update={"address": "0.0.0.0"}))


def test_folders_that_are_missing_or_too_long_are_wrong(
    settings: HubSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = settings.model_copy(update={"runtime_dir": tmp_path / ("x" * 80)})
    assert "too long" in look_of(long, "runtime_dir", "wrong").state
    (tmp_path / "data").rmdir()
    assert "is not there" in looks(settings)["shared data"].state
    monkeypatch.setattr(checks.os, "access", lambda *_: False)
    assert {"state_dir", "runtime_dir"} <= wrong(settings)


def look_of(settings: HubSettings, what: str, sign: str) -> Look:
    return next(each for each in look_at(settings) if (each.what, each.sign) == (what, sign))


def test_a_class_that_shares_one_account_is_wrong(settings: HubSettings) -> None:
    assert looks(settings)["accounts"].sign == "note"
    assert looks(changed(settings, "authenticator", kind="pam"))["accounts"].sign == "wrong"


def test_people_without_a_unix_account_are_named(settings: HubSettings) -> None:
    own = changed(settings, "spawner", account="own")
    assert "ada, alan, bob, teacher" in look_of(own, "accounts", "wrong").state


@pytest.mark.parametrize("backend", ["docker", "slurm", "kubernetes"])
def test_a_backend_that_is_not_here_is_wrong(
    settings: HubSettings, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks.shutil, "which", lambda _: None)
    monkeypatch.setattr(checks.Path, "exists", lambda self: "docker.sock" not in str(self))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    [spawner] = checks._spawner(changed(settings, "spawner", backend=backend))
    assert spawner.sign == "wrong"


def test_a_course_that_is_not_there_is_wrong(settings: HubSettings, tmp_path: Path) -> None:
    gone = settings.courses["dl"].model_copy(update={"course_dir": tmp_path / "gone"})
    assert "course dl" in wrong(settings.model_copy(update={"courses": {"dl": gone}}))
