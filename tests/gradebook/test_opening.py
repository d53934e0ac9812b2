"""A course folder is opened as nbgrader would see it, with or without course.toml."""

from datetime import datetime
from pathlib import Path

import pytest

from labhub.authoring.errors import NbgraderConfigError
from labhub.gradebook.due_dates import ensure_due_date
from labhub.gradebook.opening import open_course
from labhub.gradebook.plan import limits_of, read_plan
from labhub.grading.model import Limits
from labhub.ids import AssignmentId
from tests.course_folder import ASSIGNMENT, hand_in
from tests.gradebook.helpers import PS1, grade, gradebook

COURSE = """
[course]
id = "tiny-from-toml"
title = "Tiny"
zone = "Europe/Stockholm"

[[assignments]]
id = "ps1"
title = "Problem set 1"
release = 2027-01-18T08:00:00+01:00
due = 2027-02-01T12:30:00+01:00
late_until = 2027-02-22T23:59:00+01:00
weight_percent = 100
in_process_cells = ["squares-t2"]
limits = { submission_timeout_s = 33, memory_mib = 512 }
"""


@pytest.fixture
def with_course_file(course_dir: Path) -> Path:
    (course_dir / "course.toml").write_text(COURSE)
    return course_dir


def test_an_nbgrader_folder_needs_no_course_file(course_dir: Path) -> None:
    folder = open_course(course_dir).folder
    assert folder.course is None
    assert folder.course_id == "tiny101"
    assert folder.db_url == f"sqlite:///{course_dir}/gradebook.db"


def test_nbgrader_s_own_file_decides_about_folders_and_database(course_dir: Path) -> None:
    (course_dir / "nbgrader_config.py").write_text(
        "c.CourseDirectory.submitted_directory = 'in'\n"
        "c.CourseDirectory.directory_structure = '{assignment_id}/{nbgrader_step}/{student_id}'\n"
        "c.CourseDirectory.db_url = 'sqlite:////elsewhere.db'\n"
    )
    folder = open_course(course_dir).folder
    assert folder.submitted(PS1, "ann") == course_dir / "ps1" / "in" / "ann"
    assert folder.db_url == "sqlite:////elsewhere.db"


def test_nbgrader_s_own_file_wins_over_the_course_file(with_course_file: Path) -> None:
    assert open_course(with_course_file).folder.course_id == "tiny101"
    (with_course_file / "nbgrader_config.py").unlink()
    assert open_course(with_course_file).folder.course_id == "tiny-from-toml"


def test_the_command_line_wins_over_both(with_course_file: Path) -> None:
    assert open_course(with_course_file, course_id="other").folder.course_id == "other"


def test_the_current_directory_decides_nothing(
    course_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nbgrader_config.py").write_text("c.CourseDirectory.course_id = 'stray'\n")
    monkeypatch.chdir(tmp_path)
    assert open_course(course_dir).folder.course_id == "tiny101"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("c.CourseDirectory.course_id = unknown", "NameError: name 'unknown' is not defined"),
        ("c.CourseDirectory.ignore = 3", "The 'ignore' trait"),
        ("c.CourseDirectory.course_id =", "SyntaxError"),
    ],
)
def test_a_configuration_that_cannot_be_loaded_is_an_error(
    course_dir: Path, text: str, said: str
) -> None:
    """nbgrader only warns, and would grade with the wrong settings."""
    (course_dir / "nbgrader_config.py").write_text(text)
    with pytest.raises(NbgraderConfigError, match=said):
        open_course(course_dir)


def test_the_course_file_s_due_date_decides_who_is_late(with_course_file: Path) -> None:
    hand_in(with_course_file, "ann", timestamp="2027-02-01 12:00:00 UTC")
    assert grade(with_course_file)["ann"].seconds_late == 1800
    with gradebook(with_course_file) as opened:
        assert opened.find_assignment(ASSIGNMENT).duedate == datetime(2027, 2, 1, 11, 30)


def test_a_due_date_is_written_once(with_course_file: Path) -> None:
    course = open_course(with_course_file)
    assert ensure_due_date(course, PS1)
    assert not ensure_due_date(course, PS1)


def test_without_course_file_the_gradebook_s_due_date_stands(course_dir: Path) -> None:
    assert not ensure_due_date(open_course(course_dir), PS1)


def test_limits_and_cells_in_process_come_from_the_course_file(with_course_file: Path) -> None:
    with read_plan(open_course(with_course_file), PS1) as plan:
        assert plan.limits.submission_timeout_s == 33
        assert plan.limits.memory_bytes == 512 << 20
        assert plan.limits.cell_timeout_s == Limits().cell_timeout_s
        assert plan.in_process == {("problem1", "squares-t2")}


def test_a_timeout_asked_for_wins(with_course_file: Path) -> None:
    with read_plan(open_course(with_course_file), PS1, timeout_s=7) as plan:
        assert plan.limits.submission_timeout_s == 7
        assert plan.limits.cell_timeout_s < 3, "an endless cell leaves time for the rest"
        assert plan.limits.test_timeout_s < 1


def test_a_whole_assignment_can_run_in_process(with_course_file: Path) -> None:
    text = COURSE.replace("weight_percent", 'grading = "in-process"\nweight_percent')
    (with_course_file / "course.toml").write_text(text)
    with read_plan(open_course(with_course_file), PS1) as plan:
        assert len(plan.in_process) == 4


def test_every_limit_of_the_course_file_is_one_of_the_engine_s() -> None:
    from dataclasses import fields

    from labhub.course.model import LimitOverrides

    assert {each.name for each in fields(LimitOverrides)} == {each.name for each in fields(Limits)}
    assert limits_of(None) == Limits()


def test_a_release_that_is_gone_is_built_again_for_grading(course_dir: Path) -> None:
    import shutil

    hand_in(course_dir, "ann")
    shutil.rmtree(course_dir / "release")
    assert grade(course_dir)["ann"].score == 8
    assert not (course_dir / "release").exists()


def test_the_plan_s_digest_changes_with_what_marks_depend_on(with_course_file: Path) -> None:
    course = open_course(with_course_file)
    with read_plan(course, PS1) as plan, read_plan(course, PS1) as same:
        assert plan.digest == same.digest
    with read_plan(course, PS1, timeout_s=7) as other:
        assert other.digest != plan.digest
    (with_course_file / "release/ps1/data.txt").write_text("4\n")
    with read_plan(course, AssignmentId(ASSIGNMENT)) as other:
        assert other.digest != plan.digest
