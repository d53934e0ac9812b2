"""A course in which groups hand in, with version 1 released, and browsers that look at it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from labhub.exchange.handin import HandInDesk
from labhub.exchange.store.events import Author
from labhub.exchange.store.people import Person, put_people
from labhub.ids import StudentId
from tests.service.stand import COURSE, PREFIX, Stand, TestClient, make_stand

TOML = """\
[course]
id = "dl"
title = "Deep Learning"
term = "Spring 2027"
zone = "Europe/Stockholm"
repository = "uni/dl@main"

[group_rules]
smallest = 1
largest = 2

[deadlines]
late_credit_percent = 80

[[assignments]]
id = "ps1"
title = "Squares and sums"
release = 2027-01-18T08:00:00+01:00
due = 2027-02-08T23:59:00+01:00
late_until = 2027-02-15T23:59:00+01:00
weight_percent = 50
group_work = true
on_hand_in = { attempts_per_day = 3 }

[[assignments]]
id = "ps2"
title = "Still to come"
release = 2027-03-01T08:00:00+01:00
due = 2027-03-08T23:59:00+01:00
late_until = 2027-03-08T23:59:00+01:00
weight_percent = 50
"""
NAMES = {"ada": "Ada Lovelace", "bob": "Bob Berg", "cleo": "Cleo Clark"}


@dataclass
class Browser:
    """Somebody's browser, without JavaScript."""

    client: TestClient

    def get(self, path: str = "", **headers: str) -> Any:
        """Open a page of the course, or of the service where the path begins with a slash."""
        return self.client.get(self._url(path), headers=headers)

    def post(self, path: str, page: str | None = None, **content: Any) -> Any:
        """Send a form that stands on a page (else at the form's own address)."""
        data = {"form_token": self.token(page if page is not None else path), **content}
        files = data.pop("files", None)
        return self.client.post(self._url(path), data=data, files=files)

    def token(self, page: str = "") -> str:
        """The token of the forms on a page."""
        found = re.search(r'name="form_token" value="(\w+)"', self.get(page).text)
        assert found, "every page has a form: that of the language"
        return found[1]

    def _url(self, path: str) -> str:
        return f"{PREFIX}{path}" if path.startswith("/") else f"{PREFIX}/{COURSE}/{path}"


@dataclass
class Campus:
    """The served course, its desk, and the browsers of its people."""

    stand: Stand

    def browser(self, who: str, *, follow: bool = True) -> Browser:
        """A new browser, with that person signed in."""
        client = self.stand.browser(who)
        client.follow_redirects = follow
        return Browser(client)

    @property
    def desk(self) -> HandInDesk:
        """The desk of the course."""
        desk: HandInDesk = self.stand.app.state.service.courses[COURSE].desk
        return desk


@contextmanager
def campus_of(course: Path, root: Path, toml: str = TOML) -> Iterator[Campus]:
    """A copy of a course, running, on Monday 1 February 2027 at noon UTC, with ps1 released."""
    stand = make_stand(course, root, toml)
    with TestClient(stand.app) as client:
        stand.clients[""] = client
        made = Campus(stand)
        people = [Person(StudentId(name), full) for name, full in NAMES.items()]
        with made.desk.store.writing() as db:
            put_people(db, Author("teacher", stand.clock.now()), people)
        stand.release()
        yield made


@pytest.fixture
def campus(tiny_course: Path, tmp_path: Path) -> Iterator[Campus]:
    """The course of TOML."""
    with campus_of(tiny_course, tmp_path / "dl") as made:
        yield made
