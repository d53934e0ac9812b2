"""`labhub data`: fetch and verify from a terminal."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from labhub.cli.data import app
from labhub.cli.errors import BadWordsError
from nnlab.sources import DataSet
from tests.nnlab.mirror import Mirror, serving
from tests.nnlab.test_download import DIGESTS, FILES


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    with serving(dict(FILES)) as mirror:
        one = DataSet("tiny", "Tiny words", DIGESTS, (mirror.address,), 1, "MIT", "digits")
        monkeypatch.setattr("labhub.hub.shared_data.SETS", {"tiny": one})
        yield mirror


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    return result.exit_code, result.stdout


def test_a_folder_is_looked_over_filled_and_verified(mirror: Mirror, tmp_path: Path) -> None:
    to = ("--to", str(tmp_path / "data"))
    code, said = run("fetch", *to, "--dry-run")
    assert (code, mirror.asked) == (0, [])
    assert said.splitlines()[-1].endswith("2 files would be fetched")
    assert run("verify", *to)[0] == 1
    assert run("fetch", *to) == (0, f"{tmp_path / 'data'}: tiny\n")
    code, said = run("verify", *to, "--json")
    assert code == 0
    assert {each["state"] for each in json.loads(said)} == {"ok"}


def test_the_folder_is_the_one_of_the_hub(mirror: Mirror, tmp_path: Path) -> None:
    hub = tmp_path / "hub.toml"
    ports = "port = 8000\nhub_port = 8081\nproxy_port = 8001\n"
    folders = 'state_dir = "s"\nruntime_dir = "r"\nexchange_dir = "e"\n'
    hub.write_text(ports + folders + '[spawner]\ndata_dir = "shared"\n')
    assert run("fetch", "--hub", str(hub)) == (0, f"{tmp_path / 'shared'}: tiny\n")
    assert (tmp_path / "shared" / "tiny" / "images.gz").is_file()


def test_no_folder_is_a_mistake_in_the_command(tmp_path: Path) -> None:
    with pytest.raises(BadWordsError, match="No folder"):
        run("verify", "--hub", str(tmp_path / "none.toml"))
