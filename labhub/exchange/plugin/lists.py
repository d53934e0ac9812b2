"""The lists of JupyterLab and of `nbgrader list`, in the form that nbgrader gives them."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from nbgrader.exchange import ExchangeFactory, abc

from labhub.errors import LabhubError
from labhub.exchange.client.answers import SubmissionEntry
from labhub.exchange.client.student import Row, courses_of, has_feedback, listed
from labhub.exchange.client.workfolder import WorkFolder
from labhub.exchange.plugin.base import Exchange

Info = dict[str, Any]


class ExchangeList(Exchange, abc.ExchangeList):  # type: ignore[misc]
    """Lists released and fetched labs, or hand-ins."""

    def copy_files(self) -> None:
        """Nothing: nbgrader's step for folders."""

    def list_files(self) -> list[Info]:
        """What there is, in nbgrader's form."""
        try:
            found = self._handed_in() if self.inbound or self.cached else self._released()
        except LabhubError as error:
            if isinstance(self.parent, ExchangeFactory):
                # Called by JupyterLab's list: of nbgrader's own error it would say that a
                # directory is missing; this one it shows as it is.
                raise
            self.refuse(error)
        self.log.info("%s assignments:", "Submitted" if self.inbound or self.cached else "Released")
        for info in found:
            self.log.info("%s %s (%s)", info["course_id"], info["assignment_id"], info["status"])
        return found

    def remove_files(self) -> list[Info]:
        """Withdraw all versions of a released lab; hand-ins are never removed."""
        if self.inbound or self.cached:
            self.fail("A hand-in with a receipt is never removed.")
        found = {(info["course_id"], info["assignment_id"]): info for info in self.list_files()}
        with self.refusals():
            for course, assignment in found:
                self._withdraw(course, assignment)
        return [info | {"status": "removed"} for info in found.values()]

    def _withdraw(self, course: str, assignment: str) -> None:
        for version in self.service.versions(course, assignment):
            if not version.withdrawn:
                self.service.withdraw(course, assignment, version.number)

    @property
    def _courses(self) -> list[str]:
        wanted = str(self.coursedir.course_id or "*")
        return [each.id for each in courses_of(self.service, wanted)]

    def _released(self) -> list[Info]:
        rows = listed(
            self.service, self._courses, self.places, str(self.coursedir.assignment_id or "*")
        )
        return [info for row in rows for info in _infos(row)]

    def _handed_in(self) -> list[Info]:
        return [info for course in self._courses for info in self._of_course(course)]

    def _of_course(self, course: str) -> Iterator[Info]:
        """The hand-ins of a course, in one entry for each student and assignment."""
        wanted = str(self.coursedir.assignment_id or "")
        student = str(self.coursedir.student_id or "*") if self.inbound else "*"
        units: dict[tuple[str, str], list[SubmissionEntry]] = defaultdict(list)
        for entry in self.service.submissions(course, "" if wanted == "*" else wanted):
            if student in ("*", entry.student, *entry.members):
                units[entry.student, entry.assignment].append(entry)
        for (who, assignment), entries in sorted(units.items()):
            folder = self.places(course, assignment)
            submissions = [_submitted(course, entry, folder) for entry in entries]
            yield {
                "course_id": course,
                "student_id": who,
                "assignment_id": assignment,
                "status": "submitted",
                "submissions": sorted(submissions, key=lambda each: each["timestamp"]),
            }


def _infos(row: Row) -> Iterator[Info]:
    """One entry, or two where a newer version can be fetched beside what is there."""
    info = {"course_id": row.course, "assignment_id": row.assignment}
    if row.status in ("released", "newer"):
        yield info | {"status": "released", "path": "", "notebooks": []}
    if row.status in ("fetched", "newer"):
        notebooks = [
            {"notebook_id": path.stem, "path": str(path)}
            for path in WorkFolder(Path(row.path)).notebooks()
        ]
        yield info | {"status": "fetched", "path": row.path, "notebooks": notebooks}


def _submitted(course: str, entry: SubmissionEntry, folder: WorkFolder) -> Info:
    here, changed = has_feedback(entry, folder)
    feedback = folder.feedback(entry.timestamp)
    state = {
        "has_local_feedback": here,
        "has_exchange_feedback": entry.feedback is not None,
        "feedback_updated": changed,
        "local_feedback_path": str(feedback) if here else None,
    }
    notebooks = [
        {
            **state,
            "notebook_id": PurePosixPath(file.path).stem,
            "path": str(folder.root / file.path),
            "local_feedback_path": str(feedback / f"{PurePosixPath(file.path).stem}.html")
            if here
            else None,
        }
        for file in entry.files
        if file.path.endswith(".ipynb") and "/" not in file.path
    ]
    return {
        **state,
        "course_id": course,
        "student_id": entry.student,
        "assignment_id": entry.assignment,
        "timestamp": entry.timestamp,
        "status": "submitted",
        "path": str(folder.root),
        "notebooks": notebooks,
    }
