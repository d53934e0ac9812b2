"""The verbs through the hand-in service, for students and for staff."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from traitlets.config import Config
from typer.testing import Result

from labhub.cli.nbgrader_door import configure
from labhub.exchange.client.workfolder import WorkFolder
from labhub.exchange.plugin import ExchangeSubmit
from tests.course_folder import ASSIGNMENT
from tests.exchange.client.conftest import World, answer, home, world
from tests.service.stand import COURSE

__all__ = ["answer", "home", "world"]  # pytest finds fixtures by name

Labhub = Callable[..., Result]


@pytest.fixture
def ada(world: World, home: WorkFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """On her own machine, in her folder."""
    home.root.parent.mkdir(parents=True)
    monkeypatch.chdir(home.root.parent)
    monkeypatch.setenv("LABHUB_SERVICE_URL", world.url)
    monkeypatch.setenv("LABHUB_TOKEN", "ada")
    # The tiny course has an id of its own there; here course.toml names the course.
    (world.stand.root / "nbgrader_config.py").unlink()


def test_a_student_s_verbs_go_through_the_service(
    labhub: Labhub, world: World, ada: None, home: WorkFolder, answer: Callable[[WorkFolder], None]
) -> None:
    [row] = json.loads(labhub("list", "--json").stdout)
    assert (row["assignment"], row["status"]) == (ASSIGNMENT, "released")
    assert "version 1 fetched" in labhub("fetch-assignment", ASSIGNMENT).stdout
    answer(home)
    said = labhub("submit", ASSIGNMENT, "--strict").stdout
    assert "handed in at 2027-02-01 12:00:00 UTC" in said
    assert "on time" in said
    assert "Receipt 1, attempt 1" in said
    receipt = json.loads(labhub("submit", ASSIGNMENT, "--json").stdout)
    assert (receipt["submission"], receipt["place"]) == (1, "own")
    assert "\t1\t" in labhub("list", "--cached").stdout
    assert "0 hand-ins fetched" in labhub("fetch-feedback", ASSIGNMENT).stdout


def test_a_newer_version_is_merged_when_asked_for(
    labhub: Labhub, world: World, ada: None, home: WorkFolder, answer: Callable[[WorkFolder], None]
) -> None:
    labhub("fetch-assignment", ASSIGNMENT)
    answer(home)
    assert labhub("fetch-assignment", ASSIGNMENT).exit_code == 2
    world.change_release("assert", "assert  ")
    world.release()
    dry = labhub("fetch-assignment", ASSIGNMENT, "--merge", "--dry-run").stdout
    assert "would be fetched" in dry
    assert "your answer is kept" in dry
    assert not (home.root / "backups").exists()
    assert "version 2 fetched" in labhub("fetch-assignment", ASSIGNMENT, "--merge").stdout
    assert (home.root / "backups").is_dir()


def test_a_refusal_ends_with_the_service_s_words(labhub: Labhub, world: World, ada: None) -> None:
    labhub("fetch-assignment", ASSIGNMENT)
    world.stand.clock.turn(days=60)
    refused = labhub("submit", ASSIGNMENT)
    assert refused.exit_code == 4
    assert "is closed" in refused.stderr
    assert labhub("submit", ASSIGNMENT, "--student", "bob").exit_code == 2


@pytest.mark.parametrize("place", ["the service's own folder", "a copy elsewhere"])
def test_staff_release_collect_and_give_feedback_back(
    labhub: Labhub,
    world: World,
    ada: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    place: str,
) -> None:
    labhub("fetch-assignment", ASSIGNMENT)
    labhub("submit", ASSIGNMENT)
    monkeypatch.setenv("LABHUB_TOKEN", "ta")
    root = world.stand.root
    if place == "a copy elsewhere":
        root = Path(shutil.copytree(root, tmp_path / "elsewhere"))
        shutil.rmtree(root / "store")
    course = ("--course-dir", root)
    world.change_release("assert", "assert  ")
    said = labhub("release-assignment", ASSIGNMENT, *course).stdout
    assert said == f"ps1: released as version {1 if place == 'a copy elsewhere' else 2}\n"
    assert "ada" in labhub("list", "--inbound", *course).stdout
    assert labhub("collect", ASSIGNMENT, *course).stdout == "ps1: 1 collected\n"
    assert labhub("collect", ASSIGNMENT, "--update", *course).stdout == "ps1: 0 collected\n"
    folder = root / "submitted" / "ada" / ASSIGNMENT
    assert len(list(folder.glob("*.ipynb"))) == 2
    pages = root / "feedback" / "ada" / ASSIGNMENT
    pages.mkdir(parents=True)
    (pages / "problem1.html").write_text("<p>Good.</p>")
    shutil.copy(folder / "timestamp.txt", pages)
    said = labhub("release-feedback", ASSIGNMENT, *course).stdout
    assert said == "ps1: feedback of 1 hand-ins released\n"
    monkeypatch.setenv("LABHUB_TOKEN", "ada")
    assert "on 1 hand-ins fetched" in labhub("fetch-feedback", ASSIGNMENT).stdout
    [page] = (Path(ASSIGNMENT) / "feedback").rglob("*.html")
    assert page.read_text() == "<p>Good.</p>"


def test_before_the_due_date_means_the_last_one_in_time(
    labhub: Labhub, world: World, ada: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    labhub("fetch-assignment", ASSIGNMENT)
    labhub("submit", ASSIGNMENT)
    world.stand.clock.turn(days=8)
    (Path(ASSIGNMENT) / "late.txt").write_text("late")
    labhub("submit", ASSIGNMENT)
    monkeypatch.setenv("LABHUB_TOKEN", "ta")
    copy = Path(shutil.copytree(world.stand.root, tmp_path / "elsewhere"))
    shutil.rmtree(copy / "store")
    for root in (world.stand.root, copy):
        done = labhub("collect", ASSIGNMENT, "--before-duedate", "--course-dir", root)
        assert done.stdout == "ps1: 1 collected\n"
        folder = root / "submitted" / "ada" / ASSIGNMENT
        assert not (folder / "late.txt").exists()


def test_what_is_not_said_is_asked_for(
    labhub: Labhub, world: World, ada: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LABHUB_TOKEN")
    monkeypatch.delenv("JUPYTERHUB_API_TOKEN", raising=False)
    refused = labhub("list")
    assert refused.exit_code == 3
    assert "There is no token" in refused.stderr


def test_none_means_nbgrader_s_exchange(labhub: Labhub, ada: None, exchange: Path) -> None:
    refused = labhub("fetch-assignment", ASSIGNMENT, "--service", "none", "--course", "tiny101")
    assert refused.exit_code != 0
    assert "handed" not in refused.stdout
    merge = labhub(
        "fetch-assignment", ASSIGNMENT, "--service", "none", "--course", "tiny101", "--merge"
    )
    assert merge.exit_code in (2, 3)


def test_the_door_of_nbgrader_s_configuration_leads_to_the_service(
    world: World, ada: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Config()
    configure(config, world.stand.root)
    assert config.ExchangeFactory.submit is ExchangeSubmit
    monkeypatch.delenv("LABHUB_SERVICE_URL")
    plain = Config()
    configure(plain, world.stand.root)
    assert "submit" not in plain.ExchangeFactory


class Hub(BaseHTTPRequestHandler):
    """Gives tokens as the Hub's REST interface does, or none."""

    asked: dict[str, object]
    gives = True

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = json.loads(self.rfile.read(length))
        type(self).asked = {"path": self.path, "as": self.headers["Authorization"], **body}
        self.send_response(201 if self.gives else 403)
        self.end_headers()
        self.wfile.write(json.dumps({"token": "0123"}).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch):
    server = HTTPServer(("127.0.0.1", 0), Hub)
    thread = Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("JUPYTERHUB_API_URL", f"http://127.0.0.1:{server.server_port}/hub/api")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "mine")
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    monkeypatch.setenv("LABHUB_SERVICE_URL", "http://127.0.0.1:1/services/labhub")
    monkeypatch.setenv("JUPYTERHUB_PUBLIC_HUB_URL", "https://hub.example.org/hub/")
    yield Hub
    Hub.gives = True
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_token_is_for_the_service_alone_and_short_lived(labhub: Labhub, hub: type[Hub]) -> None:
    made = labhub("token", "--hours", "2")
    assert made.stdout == "https://hub.example.org/services/labhub#0123\n"
    assert "nothing else" in made.stderr
    assert hub.asked == {
        "path": "/hub/api/users/ada/tokens",
        "as": "token mine",
        "note": "Handing in from elsewhere",
        "expires_in": 7200,
        "scopes": ["access:services!service=labhub"],
    }
    told = json.loads(labhub("token", "--json").stdout)
    assert told["token"] == "0123"
    assert datetime.fromisoformat(told["expires_at"]) > datetime(2026, 1, 1, tzinfo=UTC)


def test_where_the_hub_gives_none_the_page_is_named(labhub: Labhub, hub: type[Hub]) -> None:
    hub.gives = False
    refused = labhub("token")
    assert refused.exit_code == 4
    assert "Colab and own machine" in refused.stderr
    assert "access:services!service=labhub" in refused.stderr


def test_off_the_hub_there_is_no_token(labhub: Labhub, ada: None) -> None:
    assert labhub("token").exit_code == 4


def test_the_course_of_the_folder_is_the_course(
    labhub: Labhub, world: World, ada: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABHUB_TOKEN", "mallory")
    refused = labhub("list", "--course-dir", world.stand.root)
    assert "no part" in refused.stderr, refused.output
    assert COURSE in refused.stderr
