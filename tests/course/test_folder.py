"""Where things lie, by nbgrader's path grammar."""

from pathlib import Path

import pytest

from labhub.course.errors import (
    AssignmentPlannedError,
    CourseFolderMissingError,
    UnknownAssignmentError,
)
from labhub.course.folder import CourseFolder, Steps, course_in
from labhub.ids import AssignmentId, StudentId
from tests.course.test_load import TEXT

PS1, ANN = AssignmentId("ps1"), StudentId("ann")


def folder(root: Path, **differences: object) -> CourseFolder:
    return CourseFolder(root, "tiny", "sqlite://", **differences)


def test_the_usual_places(tmp_path: Path) -> None:
    place = folder(tmp_path)
    assert place.source(PS1) == tmp_path / "source" / "ps1"
    assert place.release(PS1) == tmp_path / "release" / "ps1"
    assert place.submitted(PS1, ANN) == tmp_path / "submitted" / "ann" / "ps1"
    assert place.autograded(PS1, ANN) == tmp_path / "autograded" / "ann" / "ps1"
    assert place.feedback(PS1, ANN) == tmp_path / "feedback" / "ann" / "ps1"


def test_places_of_another_grammar(tmp_path: Path) -> None:
    place = folder(
        tmp_path,
        structure="{assignment_id}/{nbgrader_step}/{student_id}",
        steps=Steps(submitted="in"),
    )
    assert place.submitted(PS1, ANN) == tmp_path / "ps1" / "in" / "ann"


@pytest.mark.parametrize(
    "structure",
    [
        "{nbgrader_step}/{student_id}/{assignment_id}",
        "{assignment_id}/{nbgrader_step}/{student_id}",
    ],
)
@pytest.mark.parametrize("assignment", ["ps1", "Problem Set [1] (a)"])
def test_students_are_found_by_their_folders(
    tmp_path: Path, structure: str, assignment: str
) -> None:
    place = folder(tmp_path, structure=structure)
    name = AssignmentId(assignment)
    for student in ("bob", "ann", "åsa+lund"):
        place.submitted(name, StudentId(student)).mkdir(parents=True)
    place.submitted(AssignmentId("other"), StudentId("dan")).mkdir(parents=True)
    assert place.students_with_submission(name) == ["ann", "bob", "åsa+lund"]
    assert place.students_with_autograded(name) == []


def test_a_folder_without_course_file_has_no_course(tmp_path: Path) -> None:
    assert course_in(tmp_path) is None
    assert folder(tmp_path).plan_of(PS1) is None


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CourseFolderMissingError, match="nowhere"):
        course_in(tmp_path / "nowhere")


@pytest.fixture
def planned(tmp_path: Path) -> CourseFolder:
    (tmp_path / "course.toml").write_text(TEXT)
    return folder(tmp_path, course=course_in(tmp_path))


def test_a_planned_assignment_is_refused_with_its_date(planned: CourseFolder) -> None:
    with pytest.raises(AssignmentPlannedError, match="lab2 is planned for 15 March 2027") as caught:
        planned.require_source(AssignmentId("lab2"))
    assert "course.toml" in caught.value.hint


def test_a_ready_assignment_needs_its_source(planned: CourseFolder) -> None:
    with pytest.raises(UnknownAssignmentError, match="There is no folder") as caught:
        planned.require_source(AssignmentId("lab1"))
    assert caught.value.hint == "Found: none."


def test_the_source_of_a_ready_assignment_is_found(planned: CourseFolder) -> None:
    source = planned.root / "source" / "lab1"
    source.mkdir(parents=True)
    (source / "b.ipynb").touch()
    (source / "a.ipynb").touch()
    assert planned.require_source(AssignmentId("lab1")) == source
    assert list(planned.source_notebooks(AssignmentId("lab1"))) == ["a", "b"]
