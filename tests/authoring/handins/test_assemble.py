"""`assemble` writes a hand-in that stands on its own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from labhub.authoring.checks import read_checks
from labhub.authoring.errors import GivenStillOpenError, NotAHandInError, UnknownExerciseError
from labhub.authoring.folders import ChangeKind
from labhub.authoring.handins.assemble import Assembly, assemble
from labhub.authoring.notebook import Role, read_notebook
from labhub.authoring.review import review
from labhub.course.errors import CourseFileInvalidError
from labhub.course.folder import CourseFolder, course_in
from labhub.grading.check import CheckOptions, Stage, check_assignment
from labhub.ids import AssignmentId
from tests.authoring import mini_course, pool_course
from tests.authoring.pool_course import FIRST, course_text
from tests.grading.check_engine import InProcessEngine

MIXED = ("l1e02b", "l1m-a", "l2e01")


def course(root: Path, *exercises: str, **keys: str) -> CourseFolder:
    pool_course.write_pool(root)
    (root / "course.toml").write_text(course_text(*exercises, **keys), encoding="utf-8")
    return CourseFolder(root, "small", "sqlite://", course_in(root))


def made(root: Path, *exercises: str, **keys: str) -> Assembly:
    return assemble(course(root, *exercises, **keys), AssignmentId("handin1"))


def content(root: Path) -> dict[str, Any]:
    path = root / "source" / "handin1" / "handin1.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))


def cell(root: Path, cell_id: str) -> dict[str, Any]:
    found = [each for each in content(root)["cells"] if each["id"] == cell_id]
    assert len(found) == 1, cell_id
    return found[0]


def test_the_notebook_is_valid_and_its_review_finds_nothing(tmp_path):
    made(tmp_path, *MIXED)
    path = tmp_path / "source" / "handin1" / "handin1.ipynb"
    nbformat.validate(nbformat.read(path, as_version=4))
    assert [found for found in review(read_notebook(path)) if found.is_error] == []


def test_ids_are_unique_although_labs_share_them(tmp_path):
    made(tmp_path, *MIXED)
    ids = [each["id"] for each in content(tmp_path)["cells"]]
    assert len(set(ids)) == len(ids)
    assert {"l1-e02", "l2-e01", "l1-badge"} <= set(ids)


def test_points_are_added_up_anew(tmp_path):
    assembly = made(tmp_path, *MIXED, keys="scaled_to = 100")
    assert [(task.number, task.points) for task in assembly.tasks] == [
        ("1.2 b", 1),
        ("M1.a", 5),
        ("2.1", 2),
    ]
    assert (assembly.points, assembly.scaled_to) == (8, 100)
    nnlab = content(tmp_path)["metadata"]["nnlab"]
    assert nnlab["assembled"]["points"] == 8
    assert nnlab["assembled"]["scaled_to"] == 100
    assert [(unit["id"], unit["points"]) for unit in nnlab["units"]] == [("l1e02", 1), ("l2e01", 2)]
    title = "".join(cell(tmp_path, "title")["source"])
    assert "*8 points, scaled to 100 · about 45 minutes*" in title
    assert "| 1.2 b | Spread | 1 | 10 | D1, D2 |" in title


def test_a_part_says_what_the_part_costs(tmp_path):
    made(tmp_path, "l1e02b")
    assert "".join(cell(tmp_path, "l1-e02")["source"]).splitlines()[1] == (
        "*10 minutes · 1 point · D1, D2*"
    )


def test_units_provide_and_need_what_the_hand_in_has(tmp_path):
    made(tmp_path, "l1e02b")
    (unit,) = content(tmp_path)["metadata"]["nnlab"]["units"]
    assert (unit["provides"], unit["needs"]) == (["deviation"], [])


def test_a_given_solution_is_locked_and_bare(tmp_path):
    made(tmp_path, "l1e02b")
    given = cell(tmp_path, "l1e01-mean")
    assert "".join(given["source"]) == "def mean(x):\n    return sum(x) / len(x)"
    flags = given["metadata"]["nbgrader"]
    assert (flags["solution"], flags["locked"], flags["grade"]) == (False, True, False)
    assert "1.1 Mean (given)" in "".join(cell(tmp_path, "given-l1e01")["source"])
    assert "the part that is not asked" in "".join(cell(tmp_path, "given-l1e02a")["source"])


def test_the_second_lab_brings_its_code_and_its_rules_but_no_second_header(tmp_path):
    made(tmp_path, "l1e01", "l2e01")
    ids = [each["id"] for each in content(tmp_path)["cells"]]
    assert "l2g-bootstrap" in ids
    assert "l2-badge" not in ids
    part = "".join(cell(tmp_path, "l2-part")["source"])
    assert part == "# Lab 2 · words\n\nUse words."
    tags = [each["metadata"].get("tags") for each in content(tmp_path)["cells"]]
    assert tags.count(["parameters"]) == 1


def test_the_last_cell_hands_in_this_hand_in(tmp_path):
    made(tmp_path, "l1e01", "l2e01")
    last = content(tmp_path)["cells"][-1]
    assert (last["id"], "".join(last["source"])) == ("l1g-handin", 'print("handin1")')


def test_every_graded_cell_is_listed_for_the_hand_in_check(tmp_path):
    made(tmp_path, *MIXED)
    notebook = read_notebook(tmp_path / "source" / "handin1" / "handin1.ipynb")
    known = {each.grade_id: each.kind for each in notebook.cells if each.grade_id}
    assert content(tmp_path)["metadata"]["nnlab"]["cells"] == known


def test_the_checks_of_the_answers_come_along(tmp_path):
    assembly = made(tmp_path, "l1e01", "l1e02a")
    assert (assembly.mutants, assembly.alternates) == (2, 1)
    checks = read_checks(tmp_path / "checks" / "handin1")
    assert [each.kills for each in checks.mutants] == [("l1e01-t1",), ("l1e02-t1",)]
    assert checks.alternates[0].replaces
    assert checks.alternates[0].code == "def mean(x):\n    return sum(v / len(x) for v in x)"


def test_checks_of_what_is_given_stay_behind(tmp_path):
    assembly = made(tmp_path, "l1e02b")
    assert (assembly.mutants, assembly.alternates) == (0, 0)


def test_the_hand_in_stands_the_check_of_a_lab(tmp_path):
    made(tmp_path, "l1e01", "l1e02", "l1m-a", "l2e01")
    stages = frozenset(Stage) - {Stage.KERNEL, Stage.RELEASE}
    report = check_assignment(tmp_path, "handin1", InProcessEngine, CheckOptions(stages))
    assert report.ok, report.findings
    assert [len(report.mutants), len(report.alternates)] == [2, 1]


def test_the_same_labs_give_the_same_bytes_in_another_process(tmp_path):
    made(tmp_path, *MIXED)
    path = tmp_path / "source" / "handin1" / "handin1.ipynb"
    first = path.read_bytes()
    code = (
        "from labhub.cli.main import main; import sys; "
        f"sys.argv = ['labhub', 'assemble', 'handin1', '--course-dir', {str(tmp_path)!r}]; main()"
    )
    environment = {"PYTHONHASHSEED": "7", "PATH": ""}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert path.read_bytes() == first


def test_a_dry_run_writes_nothing(tmp_path):
    folder = course(tmp_path, "l1e01")
    assembly = assemble(folder, AssignmentId("handin1"), dry_run=True)
    assert not assembly.written
    assert {change.kind for change in assembly.changes} == {ChangeKind.ADDED}
    assert not (tmp_path / "source" / "handin1").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "checks",
        "course.toml",
        "nbgrader_config.py",
        "source",
    ]


def test_assembling_again_changes_nothing(tmp_path):
    made(tmp_path, *MIXED)
    assert made(tmp_path, *MIXED).changes == ()


def test_files_beside_a_lab_go_with_it(tmp_path):
    folder = course(tmp_path, "l1e01")
    (tmp_path / "source" / FIRST / "data").mkdir()
    (tmp_path / "source" / FIRST / "data" / "table.csv").write_text("1\n", encoding="utf-8")
    assemble(folder, AssignmentId("handin1"))
    assert (tmp_path / "source" / "handin1" / "data" / "table.csv").read_text() == "1\n"


def test_the_labs_may_lie_in_another_course(tmp_path):
    pool_course.write_pool(tmp_path / "labs")
    college = tmp_path / "college"
    college.mkdir()
    (college / "course.toml").write_text(course_text("l1e01", pool="../labs"), encoding="utf-8")
    folder = CourseFolder(college, "small", "sqlite://", course_in(college))
    assert assemble(folder, AssignmentId("handin1")).written
    assert (college / "source" / "handin1" / "handin1.ipynb").is_file()
    assert (college / "checks" / "handin1" / "l1e01.py").is_file()


def test_a_section_about_the_data_comes_with_its_words(tmp_path):
    folder = course(tmp_path, "l1e03")
    first = pool_course.first_lab()
    place = next(i for i, each in enumerate(first["cells"]) if each["id"] == "e03")
    first["cells"][place:place] = [
        mini_course.markdown("## The data\n\nLook at it.", "data"),
        mini_course.given("WIDE = [1, 5]", "l1g-data"),
    ]
    answer = next(each for each in first["cells"] if each["id"] == "l1e03-width")
    answer["source"] = answer["source"].replace("max(x)", "max(x or WIDE)")
    path = tmp_path / "source" / FIRST / f"{FIRST}.ipynb"
    mini_course.write_notebook(path, first)
    assemble(folder, AssignmentId("handin1"))
    ids = [each["id"] for each in content(tmp_path)["cells"]]
    assert ids[ids.index("l1-data") :][:3] == ["l1-data", "l1g-data", "l1-e03"]
    assert not any(name.startswith("given-") for name in ids)


# --- what is refused -----------------------------------------------------------------------------


def test_a_lab_is_not_put_together(tmp_path):
    with pytest.raises(NotAHandInError, match="lists no exercises") as caught:
        assemble(course(tmp_path, "l1e01"), AssignmentId(FIRST))
    assert "handin1" in caught.value.hint


def test_a_folder_without_a_course_file_has_no_hand_ins(tmp_path):
    with pytest.raises(NotAHandInError, match=r"course\.toml"):
        assemble(CourseFolder(tmp_path, "small", "sqlite://"), AssignmentId("handin1"))


def test_an_unknown_exercise_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(UnknownExerciseError):
        made(tmp_path, "l1e01", "l1e55")
    assert not (tmp_path / "source" / "handin1").exists()


def test_what_is_no_exercise_is_a_mistake_of_the_course_file(tmp_path):
    with pytest.raises(CourseFileInvalidError, match="'handin1', table exercises"):
        course(tmp_path, "Softmax")


@pytest.mark.parametrize(
    ("release", "refused"),
    [
        ("2027-01-29T08:00:00+01:00", True),
        ("2027-01-30T08:00:00+01:00", False),  # the very moment at which the lab closes
        ("2027-01-05T08:00:00+01:00", True),  # before the lab is given out
    ],
)
def test_a_given_solution_waits_until_its_lab_is_closed(tmp_path, release, refused):
    folder = course(tmp_path, "l1e02b", release=release)
    if refused:
        with pytest.raises(GivenStillOpenError, match=r"l1e01-mean, l1e02-spread.*lab1_small"):
            assemble(folder, AssignmentId("handin1"))
    else:
        assert assemble(folder, AssignmentId("handin1")).written


def test_what_gives_nothing_away_need_not_wait(tmp_path):
    assert made(tmp_path, "l1e01", release="2027-01-12T08:00:00+01:00").written


@pytest.mark.parametrize(
    ("release", "refused", "warned"),
    [
        ("2027-01-20T08:00:00+01:00", True, False),  # the labs' course has it open
        ("2027-02-20T08:00:00+01:00", False, False),
        ("2026-06-01T08:00:00+02:00", False, True),  # the labs' course gives it out later
    ],
)
def test_the_course_of_the_labs_is_asked_too(tmp_path, release, refused, warned):
    labs = pool_course.write_pool(tmp_path / "labs")
    (labs / "course.toml").write_text(course_text("l1e03"), encoding="utf-8")
    text = course_text("l1e02b", pool="../labs", release=release).replace('"small"', '"college"')
    text = text.replace('id = "lab1_small"', 'id = "other"')
    college = tmp_path / "college"
    college.mkdir()
    (college / "course.toml").write_text(text, encoding="utf-8")
    folder = CourseFolder(college, "college", "sqlite://", course_in(college))
    if refused:
        with pytest.raises(GivenStillOpenError, match="lab1_small of small"):
            assemble(folder, AssignmentId("handin1"))
    else:
        assert bool(assemble(folder, AssignmentId("handin1")).warnings) == warned


def test_the_answers_of_a_hand_in_that_is_open_are_not_given_away(tmp_path):
    text = course_text("l1e02b", release="2027-06-01T08:00:00+02:00")
    other = text[text.index('[[assignments]]\nid = "handin1"') :]
    other = other.replace("handin1", "handin0").replace('"l1e02b"', '"l1e01"')
    other = other.replace("weight_percent = 50", "weight_percent = 0")
    pool_course.write_pool(tmp_path)
    (tmp_path / "course.toml").write_text(text + other, encoding="utf-8")
    folder = CourseFolder(tmp_path, "small", "sqlite://", course_in(tmp_path))
    with pytest.raises(GivenStillOpenError, match=r"l1e01-mean.*handin0"):
        assemble(folder, AssignmentId("handin1"))


def test_roles_of_the_asked_answers_stay(tmp_path):
    made(tmp_path, "l1e01", "l1m-a")
    notebook = read_notebook(tmp_path / "source" / "handin1" / "handin1.ipynb")
    roles = {each.grade_id: each.role for each in notebook.cells if each.grade_id}
    assert roles["l1e01-mean"] is Role.SOLUTION
    assert roles["l1e01-t1"] is Role.TEST
    assert roles["l1m-a"] is Role.MANUAL
    assert roles["l1e02-spread"] is Role.GIVEN
