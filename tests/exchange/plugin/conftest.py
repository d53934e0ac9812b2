"""People of a course, in JupyterLab on the Hub, whose nbgrader is set to the service."""

from collections.abc import Callable
from pathlib import Path

import pytest
from nbgrader.server_extensions.assignment_list.handlers import AssignmentList

from labhub.exchange.client.workfolder import WorkFolder
from tests.exchange.client.conftest import World, answer, home, world

__all__ = ["answer", "home", "world"]  # pytest finds fixtures by name

CONFIG = "from labhub.exchange.plugin import use_service\nuse_service(get_config())\n"


@pytest.fixture
def person(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Become somebody on the Hub."""
    monkeypatch.setenv("LABHUB_SERVICE_URL", world.url)

    def become(name: str) -> None:
        monkeypatch.setenv("JUPYTERHUB_API_TOKEN", name)
        monkeypatch.setenv("JUPYTERHUB_USER", name)

    become("ada")
    return become


@pytest.fixture
def lists(
    person: Callable[[str], None],
    home: WorkFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AssignmentList:
    """What JupyterLab's assignment list calls, in ada's home folder."""
    etc = tmp_path / "etc"
    etc.mkdir()
    (etc / "nbgrader_config.py").write_text(CONFIG)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(etc))
    home.root.parent.mkdir(parents=True)
    monkeypatch.chdir(home.root.parent)  # where Jupyter's server runs
    made = AssignmentList()
    made.root_dir = str(home.root.parent)
    return made
