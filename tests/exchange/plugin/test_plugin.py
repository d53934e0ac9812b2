"""nbgrader's own classes and handlers, set to the service: what JupyterLab's lists call."""

from collections.abc import Callable
from pathlib import Path

import pytest
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError, ExchangeFactory
from nbgrader.server_extensions.assignment_list.handlers import AssignmentList
from traitlets.config import Config

from labhub.errors import LabhubError
from labhub.exchange.client.workfolder import WorkFolder
from labhub.exchange.plugin import use_service
from tests.course_folder import ASSIGNMENT
from tests.exchange.client.conftest import World
from tests.service.stand import COURSE


def statuses(lists: AssignmentList) -> list[tuple[str, str]]:
    found = lists.list_assignments(course_id=COURSE)
    assert found["success"], found["value"]
    return [(each["assignment_id"], each["status"]) for each in found["value"]]


def test_the_list_fetches_submits_and_shows_feedback(
    lists: AssignmentList,
    world: World,
    home: WorkFolder,
    answer: Callable[[WorkFolder], None],
    tmp_path: Path,
) -> None:
    assert lists.list_courses() == {"success": True, "value": [COURSE]}
    assert statuses(lists) == [(ASSIGNMENT, "released")]
    assert lists.fetch_assignment(COURSE, ASSIGNMENT)["success"]
    assert statuses(lists) == [(ASSIGNMENT, "fetched")]
    answer(home)
    assert lists.submit_assignment(COURSE, ASSIGNMENT)["success"]
    assert statuses(lists) == [(ASSIGNMENT, "fetched"), (ASSIGNMENT, "submitted")]
    [submission] = lists.list_assignments()["value"][1]["submissions"]
    assert submission["student_id"] == "ada"
    assert not submission["has_exchange_feedback"]

    [entry] = world.service("ada").submissions(COURSE)
    assert entry.place == "hub"
    assert submission["timestamp"] == entry.timestamp
    page = tmp_path / "problem1.html"
    page.write_text("<p>Well done.</p>")
    world.service("ta").release_feedback(COURSE, entry.id, {page.name: page})
    assert lists.list_assignments()["value"][1]["submissions"][0]["has_exchange_feedback"]
    assert lists.fetch_feedback(COURSE, ASSIGNMENT)["success"]
    [submission] = lists.list_assignments()["value"][1]["submissions"]
    assert submission["has_local_feedback"]
    assert not submission["feedback_updated"]
    folder = home.root.parent / submission["local_feedback_path"]
    assert (folder / "problem1.html").read_text() == "<p>Well done.</p>"


def test_a_newer_version_stands_in_both_lists_until_it_is_fetched(
    lists: AssignmentList, world: World, home: WorkFolder, answer: Callable[[WorkFolder], None]
) -> None:
    lists.fetch_assignment(COURSE, ASSIGNMENT)
    answer(home)
    world.change_release("assert", "assert  ")
    world.release()
    assert statuses(lists) == [(ASSIGNMENT, "released"), (ASSIGNMENT, "fetched")]
    assert lists.fetch_assignment(COURSE, ASSIGNMENT)["success"]
    assert statuses(lists) == [(ASSIGNMENT, "fetched")]
    names = {path.name for path in home.notebooks()}
    assert "problem1 (version 2).ipynb" in names


def test_a_refusal_is_shown_with_its_words(lists: AssignmentList, world: World) -> None:
    lists.fetch_assignment(COURSE, ASSIGNMENT)
    world.stand.clock.turn(days=60)
    said = lists.submit_assignment(COURSE, ASSIGNMENT)
    assert not said["success"]
    assert "is closed" in said["value"]


def test_without_the_service_the_list_says_so(
    lists: AssignmentList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABHUB_SERVICE_URL", "http://127.0.0.1:9/services/labhub")
    said = lists.list_assignments(course_id=COURSE)
    assert not said["success"]
    assert "does not answer" in said["value"]


def factory(world: World) -> tuple[Callable[..., object], CourseDirectory]:
    """Makes nbgrader's actions on the course's folder, as the formgrader does."""
    config = Config()
    use_service(config)
    config.CourseDirectory.course_id = COURSE
    config.CourseDirectory.root = str(world.stand.root)
    config.CourseDirectory.assignment_id = ASSIGNMENT
    directory = CourseDirectory(config=config)
    made = ExchangeFactory(config=config)

    def start(name: str, **traits: object) -> object:
        action = getattr(made, name)(
            coursedir=directory, authenticator=Authenticator(config=config), parent=directory
        )
        for key, value in traits.items():
            setattr(action, key, value)
        return action.start()

    return start, directory


def test_staff_release_collect_and_give_feedback_back(
    lists: AssignmentList, world: World, person: Callable[[str], None]
) -> None:
    lists.fetch_assignment(COURSE, ASSIGNMENT)
    lists.submit_assignment(COURSE, ASSIGNMENT)
    person(COURSE)  # the formgrader's own token
    start, _ = factory(world)
    world.change_release("assert", "assert  ")
    start("ReleaseAssignment")
    assert [each.number for each in world.service("ta").versions(COURSE, ASSIGNMENT)] == [1, 2]
    start("Collect")
    folder = world.stand.root / "submitted" / "ada" / ASSIGNMENT
    assert (folder / "timestamp.txt").is_file()
    [listed] = start("List", inbound=True)
    assert listed["student_id"] == "ada"
    pages = world.stand.root / "feedback" / "ada" / ASSIGNMENT
    pages.mkdir(parents=True)
    (pages / "problem1.html").write_text("<p>Good.</p>")
    (pages / "timestamp.txt").write_text((folder / "timestamp.txt").read_text())
    start("ReleaseFeedback")
    [entry] = world.service("ada").submissions(COURSE)
    assert entry.feedback is not None


def test_removing_a_released_lab_withdraws_it_and_hand_ins_stay(
    lists: AssignmentList, world: World, person: Callable[[str], None]
) -> None:
    lists.fetch_assignment(COURSE, ASSIGNMENT)
    lists.submit_assignment(COURSE, ASSIGNMENT)
    person(COURSE)
    start, _ = factory(world)
    with pytest.raises(ExchangeError, match="never removed"):
        start("List", inbound=True, remove=True)
    start("List", remove=True)
    assert all(each.withdrawn for each in world.service("ta").versions(COURSE, ASSIGNMENT))
    assert len(world.service("ta").submissions(COURSE)) == 1


def test_the_formgrader_goes_on_where_the_service_is_down(
    world: World, person: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABHUB_SERVICE_URL", "http://127.0.0.1:9/services/labhub")
    start, _ = factory(world)
    with pytest.raises(ExchangeError, match="does not answer"):
        start("List")


def test_a_course_must_be_named(world: World, person: Callable[[str], None]) -> None:
    start, directory = factory(world)
    directory.course_id = ""
    with pytest.raises(ExchangeError, match="No course id"):
        start("FetchAssignment")
    assert issubclass(LabhubError, Exception)
