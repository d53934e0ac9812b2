"""The verbs through the hand-in service, and how they say what was done."""

import getpass
import json
import os
import sys
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from labhub.cli.common import note, open_course, say, say_json, say_table, warn
from labhub.cli.errors import BadWordsError

if TYPE_CHECKING:
    from labhub.course.folder import CourseFolder
    from labhub.exchange.client import Account, Service
    from labhub.exchange.client.workfolder import WorkFolder

COURSE_FILES = ("course.toml", "nbgrader_config.py")


class ByService:
    """The hand-in service with the token of this environment, and the folders of this machine."""

    def __init__(self, url: str, course_dir: Path, course: str, work_dir: Path) -> None:
        self._url = url
        self._course_dir = course_dir
        self._named = course
        self._work_dir = work_dir

    @cached_property
    def _account(self) -> "Account":
        from labhub.exchange.client.configured import account
        from labhub.exchange.client.errors import TokenNeededError

        try:
            return account(self._url)
        except TokenNeededError:
            if not sys.stdin.isatty():
                raise
            return account(self._url, getpass.getpass("Token for the hand-in service: "))

    def _reach(self) -> "Service":
        return self._service

    @cached_property
    def _service(self) -> "Service":
        from labhub.exchange.client import Service

        return Service(self._account.url, self._account.token)

    @cached_property
    def _course_folder(self) -> "CourseFolder":
        return open_course(self._course_dir, self._named).folder

    def release(self, assignment: str, *, force: bool) -> None:
        """Release a lab as its next version; there is nothing to force."""
        from labhub.exchange.client import staff

        number = staff.release(self._reach, self._course_folder, assignment, _who())
        say(f"{assignment}: released as version {number}")

    def released(self, assignment: str, *, as_json: bool) -> None:
        """List labs."""
        from labhub.exchange.client.student import PlaceOf, listed

        found = listed(self._service, self._courses(), PlaceOf(self._work_dir), assignment)
        if as_json:
            say_json(found)
            return
        rows = [
            (each.course, each.assignment, each.version, each.status, _moment(each.due))
            for each in found
        ]
        say_table(("course", "assignment", "version", "status", "due"), rows)

    def handed_in(self, assignment: str, student: str, *, cached: bool, as_json: bool) -> None:
        """List hand-ins: one's own, for staff everybody's."""
        wanted = "" if assignment == "*" else assignment
        found = [
            (course, each)
            for course in self._courses()
            for each in self._service.submissions(course, wanted)
            if student in ("*", each.student, *each.members)
        ]
        if as_json:
            say_json([each for _, each in found])
            return
        rows = [
            (course, each.assignment, each.student, each.id, _moment(each.at), each.words)
            for course, each in found
        ]
        say_table(("course", "assignment", "student", "hand-in", "at", "rules"), rows)

    def fetch(
        self, assignment: str, *, replace: bool, merge: bool, dry_run: bool, as_json: bool
    ) -> None:
        """Fetch a lab, or a newer version of it."""
        from labhub.exchange.client.fetching import Wish, fetch

        folder = self._work_folder(assignment)
        wish = Wish(merge=merge, replace_missing=replace, dry_run=dry_run)
        done = fetch(self._service, self._course(folder), assignment, folder, wish)
        if as_json:
            say_json(done)
            return
        for words in done.words:
            say(words)
        say(f"{assignment}: version {done.version} {'would be ' * dry_run}fetched")

    def submit(self, assignment: str, *, student: str, strict: bool, as_json: bool) -> None:
        """Hand in; the receipt is printed and kept."""
        from labhub.exchange.client.student import hand_in

        if student != "*":
            raise BadWordsError(
                "Through the hand-in service everybody hands in under the own name.",
                hint="Leave --student out; the token says who you are.",
            )
        folder = self._work_folder(assignment)
        course = self._course(folder)
        done = hand_in(
            self._service, course, assignment, folder, place=self._account.place, strict=strict
        )
        for name in done.missing:
            warn(f"{name} is not among the files")
        for name in done.left_out:
            warn(f"{name} leads out of the folder and was left out")
        if as_json:
            say(json.dumps(json.loads(done.given.text), ensure_ascii=False, indent=2))
            return
        receipt = done.given.receipt
        say(f"{assignment}: handed in at {receipt.received_at:%Y-%m-%d %H:%M:%S} UTC")
        say(receipt.words)
        say(f"Receipt {receipt.submission}, attempt {receipt.attempt}: {done.saved}")

    def collect(
        self,
        assignment: str,
        *,
        student: str,
        update: bool,
        before_duedate: bool,
        check_owner: bool,
    ) -> None:
        """Collect hand-ins; the service knows whose they are, whoever owns the files."""
        from labhub.exchange.client import staff

        order = staff.Order(assignment, student, update=update, before_due=before_duedate)
        placed = staff.collect(self._reach, self._course_folder, order)
        for each in placed:
            note(f"{each.student}: hand-in {each.number}{'' if each.is_new else ', as it was'}")
        say(f"{assignment}: {sum(each.is_new for each in placed)} collected")

    def release_feedback(self, assignment: str, *, student: str) -> None:
        """Release feedback."""
        from labhub.exchange.client import staff

        released, without = staff.release_feedback(
            self._reach, self._course_folder, assignment, _who(), student
        )
        for each in without:
            warn(f"{each}: did not come through the hand-in service; give the page yourself")
        say(f"{assignment}: feedback of {len(released)} hand-ins released")

    def fetch_feedback(self, assignment: str, *, student: str) -> None:
        """Fetch feedback."""
        from labhub.exchange.client.student import fetch_feedback

        folder = self._work_folder(assignment)
        found = fetch_feedback(self._service, self._course(folder), assignment, folder)
        for each in found:
            say(str(each.files[0].parent) if each.files else each.timestamp)
        say(f"{assignment}: feedback on {len(found)} hand-ins fetched")

    def _work_folder(self, assignment: str) -> "WorkFolder":
        from labhub.exchange.client.workfolder import WorkFolder

        plain = WorkFolder(self._work_dir / assignment)
        with_course = WorkFolder(self._work_dir / self._named / assignment)
        return with_course if self._named and with_course.exists() and not plain.exists() else plain

    def _course(self, folder: "WorkFolder") -> str:
        from labhub.exchange.client.student import course_of

        return course_of(self._service, self._known_course(), folder)

    def _courses(self) -> list[str]:
        named = self._known_course()
        return [named] if named else [each.id for each in self._service.courses()]

    def _known_course(self) -> str:
        """The course that was named, or in whose folder one works."""
        if self._named or not any((self._course_dir / name).is_file() for name in COURSE_FILES):
            return self._named
        return self._course_folder.course_id


def _who() -> str:
    return os.environ.get("JUPYTERHUB_USER") or getpass.getuser()


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M %Z}" if at else ""
