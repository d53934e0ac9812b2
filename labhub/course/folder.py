"""The folder of a course, in nbgrader's path grammar."""

import re
from dataclasses import dataclass
from glob import escape
from pathlib import Path

from labhub.course.errors import (
    AssignmentPlannedError,
    CourseFolderMissingError,
    UnknownAssignmentError,
)
from labhub.course.load import load_course
from labhub.course.model import Assignment, AssignmentState, Course
from labhub.ids import AssignmentId, NotebookId, StudentId

COURSE_FILE = "course.toml"
NOBODY = "."
"""nbgrader's student of the steps that have none (source, release)."""


@dataclass(frozen=True)
class Steps:
    """The names of the folders of the journey, as nbgrader's configuration gives them."""

    source: str = "source"
    release: str = "release"
    submitted: str = "submitted"
    autograded: str = "autograded"
    feedback: str = "feedback"


@dataclass(frozen=True)
class CourseFolder:
    """Where everything of a course lies; `course` is None in a folder without course.toml."""

    root: Path
    course_id: str
    db_url: str
    course: Course | None = None
    steps: Steps = Steps()
    structure: str = "{nbgrader_step}/{student_id}/{assignment_id}"
    """nbgrader's `CourseDirectory.directory_structure`."""
    ignore: tuple[str, ...] = (".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback")
    """File names that no step copies."""

    def source(self, assignment: AssignmentId) -> Path:
        """The instructor's notebooks of an assignment."""
        return self._path(self.steps.source, NOBODY, assignment)

    def release(self, assignment: AssignmentId) -> Path:
        """The student version of an assignment."""
        return self._path(self.steps.release, NOBODY, assignment)

    def submitted(self, assignment: AssignmentId, student: StudentId) -> Path:
        """What a student handed in."""
        return self._path(self.steps.submitted, student, assignment)

    def autograded(self, assignment: AssignmentId, student: StudentId) -> Path:
        """A student's graded notebooks."""
        return self._path(self.steps.autograded, student, assignment)

    def feedback(self, assignment: AssignmentId, student: StudentId) -> Path:
        """The pages that a student reads."""
        return self._path(self.steps.feedback, student, assignment)

    def source_notebooks(self, assignment: AssignmentId) -> dict[NotebookId, Path]:
        """The instructor's notebooks, in order of their names."""
        found = sorted(self.source(assignment).glob("*.ipynb"))
        return {NotebookId(path.stem): path for path in found}

    def students_with_submission(self, assignment: AssignmentId) -> list[StudentId]:
        """Everyone with a folder of this assignment under `submitted/`, in order."""
        return self._students(self.steps.submitted, assignment)

    def students_with_autograded(self, assignment: AssignmentId) -> list[StudentId]:
        """Everyone whose hand-in of this assignment has been graded, in order."""
        return self._students(self.steps.autograded, assignment)

    def students_with_feedback(self, assignment: AssignmentId) -> list[StudentId]:
        """Everyone for whom feedback pages of this assignment have been written, in order."""
        return self._students(self.steps.feedback, assignment)

    def plan_of(self, assignment: AssignmentId) -> Assignment | None:
        """What course.toml says about an assignment; None without course.toml.

        Raises `UnknownAssignmentError`, or `AssignmentPlannedError` where the notebooks are
        not written yet.
        """
        if self.course is None:
            return None
        plan = self.course.assignment(assignment)
        if plan.state is AssignmentState.PLANNED:
            raise AssignmentPlannedError(
                f"{assignment} is planned for {plan.timeline.release:%d %B %Y}; "
                "its notebooks are not written yet.",
                hint=f"Write them in {self.source(assignment)}, "
                'then take the line state = "planned" out of course.toml.',
            )
        return plan

    def require_source(self, assignment: AssignmentId) -> Path:
        """The folder of an assignment's source notebooks.

        Raises as `plan_of` does, and where the folder is not there.
        """
        self.plan_of(assignment)
        path = self.source(assignment)
        if not path.is_dir():
            raise UnknownAssignmentError(
                f"There is no folder {path}.",
                hint=f"Found: {', '.join(self._source_folders()) or 'none'}.",
            )
        return path

    def written_assignments(self) -> list[AssignmentId]:
        """The assignments with source notebooks: those of course.toml that are ready, else all."""
        if self.course is not None:
            ready = [
                each for each in self.course.assignments if each.state is AssignmentState.READY
            ]
            return [each.id for each in ready]
        return [AssignmentId(name) for name in self._source_folders()]

    def _path(self, step: str, student: str, assignment: str) -> Path:
        return self.root / self.structure.format(
            nbgrader_step=step, student_id=student, assignment_id=assignment
        )

    def _students(self, step: str, assignment: AssignmentId) -> list[StudentId]:
        template = str(self._path(step, "\0", assignment))
        name = re.compile(re.escape(template).replace(re.escape("\0"), "([^/]+)"))
        found = Path("/").glob(escape(template[1:]).replace("\0", "*"))
        matches = (name.fullmatch(str(path)) for path in found if path.is_dir())
        return sorted(StudentId(match.group(1)) for match in matches if match)

    def _source_folders(self) -> list[str]:
        parent = self.source(AssignmentId("\0")).parent
        return sorted(path.name for path in parent.glob("*") if any(path.glob("*.ipynb")))


def course_in(root: Path) -> Course | None:
    """The course of a folder; None where it has no course.toml.

    Raises `CourseFolderMissingError` where there is no such folder.
    """
    if not root.is_dir():
        raise CourseFolderMissingError(
            f"There is no folder {root}.", hint="Name the folder of the course with --course-dir."
        )
    file = root / COURSE_FILE
    return load_course(file) if file.is_file() else None
