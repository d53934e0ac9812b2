"""A browser's cookie alone changes nothing: every change needs the token of a page of ours."""

import pytest

from labhub.service.form_tokens import FormTokens
from labhub.service.identity import User
from labhub.service.settings import CoursePlace, ServiceSettings
from labhub.service.state import ServiceState
from tests.service.stand import BASE, COURSE, LAB, PREFIX, Stand, answers

NEW_GROUP = {"id": "g1"}


def token_of(stand: Stand, name: str) -> str:
    state: ServiceState = stand.app.state.service
    return state.form_tokens.of(User(name, by_cookie=True, session=name))


def test_a_change_by_cookie_without_a_form_token_is_refused(stand: Stand) -> None:
    reply = stand.browser("ada").post(f"{BASE}/groups", json=NEW_GROUP)
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "form-token")


def test_a_header_with_the_token_lets_a_change_through(stand: Stand) -> None:
    headers = {"X-Form-Token": token_of(stand, "ada")}
    reply = stand.browser("ada").post(f"{BASE}/groups", json=NEW_GROUP, headers=headers)
    assert reply.status_code == 201


@pytest.mark.parametrize("token", ["", "wrong", "ü"])
def test_a_wrong_token_is_refused(stand: Stand, token: str) -> None:
    form = {"language": "sv", "form_token": token}
    reply = stand.browser("ada").post(f"{PREFIX}/language", data=form)
    assert reply.status_code == 403


def test_the_token_of_another_session_is_refused(stand: Stand) -> None:
    form = {"language": "sv", "form_token": token_of(stand, "bob")}
    assert stand.browser("ada").post(f"{PREFIX}/language", data=form).status_code == 403


def test_a_form_with_the_token_is_taken(stand: Stand) -> None:
    form = {"language": "sv", "form_token": token_of(stand, "ada")}
    assert stand.browser("ada").post(f"{PREFIX}/language", data=form).status_code == 303


def test_reading_needs_no_token(stand: Stand) -> None:
    assert stand.browser("ada").get(f"{BASE}/assignments").status_code == 200


def test_a_program_with_a_token_of_its_own_needs_no_form_token(stand: Stand) -> None:
    assert stand.call("ada", "POST", f"{BASE}/groups", json=NEW_GROUP).status_code == 201


def test_an_upload_by_cookie_brings_its_token_before_the_first_file(released: Stand) -> None:
    form = [("form_token", (None, token_of(released, "ada"))), *answers(released.root)]
    browser = released.browser("ada")
    assert browser.post(f"{LAB}/submissions", files=form).status_code == 201


@pytest.mark.parametrize("place", ["none", "after"])
def test_an_upload_by_cookie_without_its_token_first_keeps_nothing(
    released: Stand, place: str
) -> None:
    form = answers(released.root)
    if place == "after":
        form = [*form, ("form_token", (None, token_of(released, "ada")))]
    reply = released.browser("ada").post(f"{LAB}/submissions", files=form)
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "form-token")
    assert released.call("ada", "GET", f"{BASE}/submissions").json() == []


def test_a_login_by_header_wins_over_the_cookie(stand: Stand) -> None:
    """Else another site could have a browser use a program's token."""
    reply = stand.browser("ada").get(f"{PREFIX}/api/courses", headers={"Authorization": "Bearer x"})
    assert reply.status_code == 401


def test_tokens_differ_by_session_person_and_secret() -> None:
    tokens = FormTokens(b"secret")
    users = [User("a", session="1"), User("a", session="2"), User("b", session="1")]
    found = {tokens.of(user) for user in users} | {FormTokens(b"other").of(users[0])}
    assert len(found) == 4
    assert "secret" not in repr(tokens)


def test_without_a_secret_every_start_has_its_own() -> None:
    assert FormTokens().of(User("a")) != FormTokens().of(User("a"))
    assert ServiceSettings((CoursePlace(root="/x", id=COURSE),)).form_secret == b""  # type: ignore[arg-type]
