"""A small course behind the service, and people who call it, without a Hub and without a socket."""

import shutil
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat
from fastapi import FastAPI

from labhub.ids import CourseId
from labhub.service.app import create_app
from labhub.service.development_login import COOKIE, DevelopmentLogin
from labhub.service.identity import Role
from labhub.service.settings import CoursePlace, ServiceSettings
from tests.course_folder import ASSIGNMENT, FULL

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # starlette prefers another client to httpx
    from fastapi.testclient import TestClient

COURSE = CourseId("dl")
PREFIX = "/services/labhub"
API = f"{PREFIX}/api"
BASE = f"{API}/courses/{COURSE}"
LAB = f"{BASE}/assignments/{ASSIGNMENT}"
NOON = datetime(2027, 2, 1, 12, tzinfo=UTC)
DUE = datetime(2027, 2, 8, 12, tzinfo=UTC)

ROLES: Mapping[str, Mapping[CourseId, Role]] = {
    "ada": {COURSE: Role.STUDENT},
    "bob": {COURSE: Role.STUDENT},
    "cleo": {COURSE: Role.STUDENT},
    "ta": {COURSE: Role.TA},
    "teacher": {COURSE: Role.INSTRUCTOR},
    COURSE: {COURSE: Role.TA},
    "mallory": {},
}
"""`dl` is the token of the course's formgrader, `mallory` has a login and no course."""

TOML = """\
[course]
id = "dl"
title = "Deep Learning"
term = "spring 2027"
zone = "UTC"
credits = 3

[[assignments]]
id = "ps1"
title = "Problem set 1"
release = 2027-01-18T08:00:00Z
due = 2027-02-08T12:00:00Z
late_until = 2027-02-15T12:00:00Z
weight_percent = 100
credits = 3
"""


@dataclass
class HandClock:
    """A clock that a test turns."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Stand:
    """The running app of one course."""

    root: Path
    app: FastAPI
    clock: HandClock
    clients: dict[str, TestClient] = field(default_factory=dict)

    def call(self, who: str, method: str, url: str, **content: Any) -> Any:
        """A request with the token of that name; of nobody for an empty one."""
        headers = {**content.pop("headers", {})}
        if who:
            headers["Authorization"] = f"Bearer {who}"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return self.client.request(method, url, headers=headers, **content)

    @property
    def client(self) -> TestClient:
        """One without cookies of anybody."""
        self.clients[""].cookies.clear()
        return self.clients[""]

    def browser(self, who: str) -> TestClient:
        """A browser with that person's cookie, which does not follow redirects."""
        client = TestClient(self.app, follow_redirects=False)
        client.cookies.set(COOKIE, who, path=f"{PREFIX}/")
        return client

    def release(self) -> int:
        """Release the version of the folder; its number."""
        reply = self.call("teacher", "POST", f"{LAB}/versions", files=NO_FILES)
        assert reply.status_code == 201, reply.text
        return int(reply.json()["number"])

    def hand_in(self, who: str, files: list[Any] | None = None, **fields: str) -> Any:
        """Hand in these files, or a right answer."""
        return self.call(
            who, "POST", f"{LAB}/submissions", files=files or answers(self.root), data=fields
        )


NO_FILES = [("note", (None, "The first."))]


def answers(root: Path, cells: Mapping[str, str] = FULL, *, salt: str = "") -> list[Any]:
    """The released notebooks with these cells answered, as the files of a form."""
    found = []
    for path in sorted((root / "release" / ASSIGNMENT).glob("*.ipynb")):
        content = nbformat.read(path, as_version=4)
        for cell in content.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            if grade_id in cells:
                cell.source = cells[grade_id] + salt
        text = nbformat.writes(content).encode()
        found.append(("files", (path.name, text, "application/octet-stream")))
    return found


def make_stand(course: Path, root: Path, toml: str = TOML, **settings: Any) -> Stand:
    """A copy of a course behind the service; not yet started."""
    shutil.copytree(course, root)
    (root / "course.toml").write_text(toml)
    chosen = ServiceSettings((CoursePlace(root, COURSE),), **settings)
    clock = HandClock()
    return Stand(root, create_app(chosen, DevelopmentLogin(chosen, ROLES), clock), clock)
