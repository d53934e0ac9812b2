"""A small course with a released assignment, served without a Hub, at a time that stands still."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat
from fastapi import FastAPI
from fastapi.testclient import TestClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from labhub.exchange.handin import HandInDesk, release_version
from labhub.exchange.store.events import Author
from labhub.exchange.store.people import Person, put_people
from labhub.ids import CourseId, StudentId
from labhub.service.app import create_app
from labhub.service.development_login import DevelopmentLogin
from labhub.service.identity import Role
from labhub.service.settings import CoursePlace, ServiceSettings

COURSE = CourseId("tiny")
NOW = datetime(2027, 2, 7, 12, tzinfo=UTC)
COURSE_TOML = """
[course]
id = "tiny"
title = "Tiny networks"
term = "Spring 2027"
zone = "Europe/Stockholm"
repository = "uni/tiny@main"

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
STUDENTS = {"ada": "Ada Lovelace", "bo": "Bo Berg", "cy": "Cy Young"}
ROLES = {
    **dict.fromkeys(STUDENTS, Role.STUDENT),
    "tess": Role.TA,
    "ina": Role.INSTRUCTOR,
}
SQUARES = "def squares(n):\n    raise NotImplementedError"
ANSWER = "def squares(n):\n    return [i**2 for i in range(1, n + 1)]"


@dataclass
class MovableClock:
    """A clock that a test sets."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def forward(self, **spans: float) -> None:
        self.at += timedelta(**spans)


def notebook(answer: str = SQUARES) -> Any:
    """The released notebook of ps1, with this answer."""
    return new_notebook(
        cells=[
            new_markdown_cell("# Squares", id="title"),
            _cell(answer, "squares", solution=True),
            _cell("assert squares(1) == [1]", "squares-t1", grade=True, locked=True, points=2),
        ],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
    )


def notebook_text(answer: str = ANSWER) -> str:
    """A hand-in of ps1 as a file."""
    return str(nbformat.writes(notebook(answer)))


def make_course(root: Path) -> Path:
    """The folder of the course, with the student version of ps1."""
    release = root / "release" / "ps1"
    release.mkdir(parents=True)
    (root / "course.toml").write_text(COURSE_TOML, encoding="utf-8")
    nbformat.write(notebook(), release / "ps1.ipynb")
    (release / "data.txt").write_text("1 2 3\n")
    return root


def settings_for(root: Path, **more: Any) -> ServiceSettings:
    """The settings of a service for the course in a folder."""
    return ServiceSettings(courses=(CoursePlace(root),), form_secret=b"for tests", **more)


@contextmanager
def served(settings: ServiceSettings, clock: MovableClock) -> Iterator[FastAPI]:
    """The app, running, for the people of ROLES."""
    people = {name: {COURSE: role} for name, role in ROLES.items()}
    people["out"] = {}
    app = create_app(settings, DevelopmentLogin(settings, people), clock)
    with TestClient(app):
        yield app


def desk_of(app: FastAPI) -> HandInDesk:
    """The desk of the course that the app serves."""
    desk: HandInDesk = app.state.service.courses[COURSE].desk
    return desk


def fill(desk: HandInDesk) -> None:
    """Put the students on the list, and release ps1."""
    author = Author("ina", desk.clock.now())
    with desk.store.writing() as db:
        put_people(db, author, [Person(StudentId(s), name) for s, name in STUDENTS.items()])
    release_version(desk, "ina", "ps1", "First version.")


def _cell(source: str, grade_id: str, **marks: Any) -> Any:
    cell = new_code_cell(source, id=f"c-{grade_id}")
    standard = {"grade": False, "solution": False, "locked": False, "task": False}
    cell.metadata["nbgrader"] = {**standard, "grade_id": grade_id, "schema_version": 3, **marks}
    return cell
