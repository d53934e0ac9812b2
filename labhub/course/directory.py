"""The course's folder as nbgrader's configuration has it."""

from pathlib import Path
from typing import Protocol

from labhub.course.folder import CourseFolder, Steps, course_in


class Directory(Protocol):
    """What is read of nbgrader's `CourseDirectory`; nbgrader itself is not imported here."""

    root: str
    db_url: str
    source_directory: str
    release_directory: str
    submitted_directory: str
    autograded_directory: str
    feedback_directory: str
    directory_structure: str
    ignore: list[str]


def folder_of(directory: Directory, course_id: str) -> CourseFolder:
    """The folder that nbgrader works in."""
    root = Path(directory.root)
    return CourseFolder(
        root=root,
        course_id=course_id,
        db_url=directory.db_url,
        course=course_in(root),
        steps=Steps(
            source=directory.source_directory,
            release=directory.release_directory,
            submitted=directory.submitted_directory,
            autograded=directory.autograded_directory,
            feedback=directory.feedback_directory,
        ),
        structure=directory.directory_structure,
        ignore=tuple(directory.ignore),
    )
