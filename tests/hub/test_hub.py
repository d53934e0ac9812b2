"""A real Hub: who gets in where, and one hand-in through nbgrader's own pages."""

from collections.abc import Callable

import pytest

from labhub.hub.process import RunningHub
from labhub.hub.settings import grader_account
from tests.course_folder import ASSIGNMENT, COURSE_ID
from tools.demo.hubclient import Person
from tools.demo.stage import Stage

pytestmark = [pytest.mark.hub, pytest.mark.slow, pytest.mark.xdist_group("hub")]
Enter = Callable[[str], Person]
LAB = {"course_id": COURSE_ID, "assignment_id": ASSIGNMENT}


@pytest.fixture(scope="session")
def released(person: Enter) -> None:
    """The lab lies in the exchange."""
    reply = person("teacher").service(
        COURSE_ID, "POST", f"formgrader/api/assignment/{ASSIGNMENT}/release"
    )
    assert reply.json()["success"], reply.text


@pytest.fixture(scope="session")
def ada(person: Enter) -> Person:
    """A student with a running server."""
    someone = person("ada")
    someone.start_server()
    return someone


def test_a_wrong_password_is_refused(hub: RunningHub) -> None:
    with Person(hub.url, "ada", "wrong") as stranger:
        assert stranger.log_in().status_code == 403


@pytest.mark.parametrize("password", ["", "x"])
def test_nobody_logs_in_as_the_grader_account(hub: RunningHub, password: str) -> None:
    with Person(hub.url, grader_account(COURSE_ID), password) as stranger:
        assert stranger.log_in().status_code == 403


@pytest.mark.parametrize("name", ["teacher", "ta"])
def test_staff_open_the_formgrader(person: Enter, name: str) -> None:
    reply = person(name).service(COURSE_ID, "GET", "formgrader/api/assignments")
    assert [each["name"] for each in reply.json()] == [ASSIGNMENT]


@pytest.mark.parametrize("name", ["ada", "mallory"])
def test_the_formgrader_refuses_students_and_strangers(person: Enter, name: str) -> None:
    assert person(name).service(COURSE_ID, "GET", "formgrader/api/assignments").status_code == 403


def test_a_student_has_no_formgrader_in_the_own_server(ada: Person) -> None:
    assert ada.lab("GET", "formgrader").status_code == 404


@pytest.mark.parametrize("name", ["bob", "ta"])
def test_nobody_reaches_the_server_of_somebody_else(
    hub: RunningHub, ada: Person, person: Enter, name: str
) -> None:
    reply = person(name).session.get(f"{hub.url}/user/{ada.name}/api/contents", timeout=30)
    assert reply.status_code == 403


def test_a_student_cannot_start_or_stop_somebody_elses_server(ada: Person, person: Enter) -> None:
    assert person("bob").hub("POST", "users/ta/server").status_code == 404
    assert person("bob").hub("DELETE", f"users/{ada.name}/server").status_code == 404


def test_a_student_cannot_list_the_users_of_the_hub(ada: Person) -> None:
    assert ada.hub("GET", "users").status_code == 403


@pytest.mark.usefixtures("released")
def test_a_student_fetches_validates_and_submits(ada: Person, stage: Stage) -> None:
    assert ada.lab("GET", "courses").json()["value"] == [COURSE_ID]
    assert ada.lab("POST", "assignments/fetch", LAB).json()["success"]
    fetched = stage.homes_dir / "ada" / ASSIGNMENT / "problem1.ipynb"
    assert fetched.exists()
    verdict = ada.lab("POST", "assignments/validate", {"path": f"{ASSIGNMENT}/problem1.ipynb"})
    assert verdict.json()["value"]["failed"], "an untouched lab does not pass"
    assert ada.lab("POST", "assignments/submit", LAB).json()["success"]
    [handed_in] = (stage.exchange_dir / COURSE_ID / "inbound").glob(f"*+{ASSIGNMENT}+*")
    assert handed_in.name.startswith("ada+"), "under the Hub's name, not the Unix account's"


@pytest.mark.usefixtures("released")
def test_somebody_of_no_course_sees_and_fetches_nothing(person: Enter, stage: Stage) -> None:
    mallory = person("mallory")
    mallory.start_server()
    assert mallory.lab("GET", "courses").json()["value"] == []
    mallory.lab("POST", "assignments/fetch", LAB)
    assert not (stage.homes_dir / "mallory" / ASSIGNMENT).exists()


def test_kernels_talk_over_sockets_of_the_own_folder(ada: Person, hub: RunningHub) -> None:
    kernel = ada.lab("POST", "api/kernels").json()["id"]
    connection = hub.settings.runtime_dir / "ada" / f"kernel-{kernel}.json"
    assert '"transport": "ipc"' in connection.read_text()
