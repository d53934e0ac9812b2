"""Nothing that a notebook calls opens a connection; only `python -m nnlab data fetch` does."""

import ast
import socket
from pathlib import Path

import pytest

import nnlab
from nnlab import corpora, datasets, pictures
from nnlab.doctor import findings

PACKAGE = Path(nnlab.__file__).parent
NETWORK = {"socket", "urllib", "http", "ftplib", "ssl", "requests", "httpx", "aiohttp"}


class NetworkTouchedError(AssertionError):
    """Something tried to reach another machine."""


@pytest.fixture(autouse=True)
def _no_network(monkeypatch, tmp_path):
    def refuse(*_, **__):
        raise NetworkTouchedError

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(datasets, "SYSTEM_FASHION", tmp_path / "nowhere")
    for name in ("NNLAB_DATA", "NNLAB_MODE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("mode", nnlab.MODES)
@pytest.mark.parametrize(
    ("load", "substitute"),
    [(datasets.images, "digits"), (pictures.load, "digits"), (corpora.tagged, "grammar corpus")],
    ids=["lab1", "lab3", "lab2"],
)
def test_every_mode_of_every_lab_has_data_without_a_network(mode, load, substitute, capsys):
    assert substitute in load(mode, None).name
    loud = "!" * 78 in capsys.readouterr().out
    assert loud == (mode == "full" or (mode == "small" and load is not datasets.images))


def test_starting_a_lab_and_the_doctor_stay_at_home(capsys):
    nnlab.start("full")
    assert len(list(findings())) > 5


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.stem)
def test_only_the_download_and_the_hand_in_can_speak_to_a_network(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
        )
    }
    assert path.stem in ("download", "service") or not imported & NETWORK
