import json
import shutil
import sys
import warnings
from pathlib import Path

import pytest

from labhub.authoring.errors import (
    CellsChangedError,
    MarksWouldBeLostError,
    NbgraderConfigError,
    NoSourceError,
    ReleaseBuildError,
)
from labhub.authoring.folders import ChangeKind, FileChange, files_of
from labhub.authoring.release import course_folders, generate_assignment, trial_build
from tests.authoring import mini_course


@pytest.fixture(scope="module")
def released_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built once, because making a gradebook takes seconds."""
    course = mini_course.write_course(tmp_path_factory.mktemp("mini") / "course")
    generate_assignment(course, "lab1")
    return course


@pytest.fixture
def course(released_course: Path, tmp_path: Path) -> Path:
    """A course whose lab has been built."""
    return Path(shutil.copytree(released_course, tmp_path / "course"))


@pytest.fixture
def new_course(tmp_path: Path) -> Path:
    """A course with a source and nothing else."""
    return mini_course.write_course(tmp_path / "course")


def released(course: Path) -> dict:
    return json.loads((course / "release/lab1/lab1.ipynb").read_text())


def sources(course: Path) -> dict[str, str]:
    return {cell["id"]: "".join(cell["source"]) for cell in released(course)["cells"]}


def rebuild(course: Path, cells: list, **options: bool):
    mini_course.write_course(course, cells)
    return generate_assignment(course, "lab1", **options)


def gradebook(course: Path):
    from nbgrader.api import Gradebook

    return Gradebook(f"sqlite:///{course / 'gradebook.db'}")


def hand_in(course: Path, **marks: object) -> None:
    with warnings.catch_warnings(), gradebook(course) as book:
        warnings.simplefilter("ignore")  # SQLAlchemy's, about nbgrader's own code
        book.add_student("ada")
        book.add_submission("lab1", "ada")
        grade = book.find_grade("l1e02-t1", "lab1", "lab1", "ada")
        for name, value in marks.items():
            setattr(grade, name, value)
        book.db.commit()


def test_solutions_hidden_tests_and_answers_are_gone(course):
    text = (course / "release/lab1/lab1.ipynb").read_text()
    for secret in ("total_of_all_numbers", "shifted_by_seven", "half their distance", "median"):
        assert secret not in text


def test_given_code_and_visible_tests_stay(course):
    assert sources(course)["l1g-imports"] == "import numpy as np"
    assert "the mean of one number" in sources(course)["l1e01-t1"]
    assert "raise NotImplementedError()" in sources(course)["l1e01-mean"]
    assert sources(course)["l1m-a"] == "YOUR ANSWER HERE"


def test_the_gradebook_knows_points_and_hidden_tests(course):
    with gradebook(course) as book:
        assert book.find_assignment("lab1").max_score == 8
        source = book.find_source_cell("l1e01-t1", "lab1", "lab1").source
    assert "shifted_by_seven" in source


def test_building_twice_gives_the_same_bytes(course):
    first = (course / "release/lab1/lab1.ipynb").read_bytes()
    again = generate_assignment(course, "lab1")
    assert (course / "release/lab1/lab1.ipynb").read_bytes() == first
    assert again.changes == ()


def test_cells_without_ids_get_the_same_ones_in_every_build(course):
    cells = mini_course.lab_cells()
    for cell in cells:
        del cell["id"]
    first = rebuild(course, cells)
    ids = [cell["id"] for cell in released(course)["cells"]]
    second = rebuild(course, cells)
    assert first.changes
    assert second.changes == ()
    assert len(set(ids)) == len(cells)


def test_the_same_file_as_plain_nbgrader_makes(course, tmp_path):
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    plain = mini_course.write_course(tmp_path / "plain")
    api = NbGraderAPI(config=Config({"CourseDirectory": {"root": str(plain)}}))
    assert api.generate_assignment("lab1")["success"]
    assert (plain / "release/lab1/lab1.ipynb").read_bytes() == (
        course / "release/lab1/lab1.ipynb"
    ).read_bytes()


def test_extra_files_come_along_except_ignored_ones(course):
    folder = course / "source/lab1"
    (folder / "figures").mkdir()
    (folder / "figures/net.svg").write_text("<svg/>")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__/x.txt").write_text("ignored")
    generate_assignment(course, "lab1")
    assert set(files_of(course / "release/lab1")) == {"lab1.ipynb", "figures/net.svg"}


def test_a_file_that_left_the_source_leaves_the_release(course):
    extra = course / "source/lab1/data.csv"
    extra.write_text("1,2\n")
    generate_assignment(course, "lab1")
    extra.unlink()
    change = generate_assignment(course, "lab1").changes
    assert change == (FileChange("data.csv", ChangeKind.REMOVED),)
    assert not (course / "release/lab1/data.csv").exists()


def test_a_dry_run_says_what_would_change_and_writes_nothing(new_course):
    result = generate_assignment(new_course, "lab1", dry_run=True)
    assert result.changes == (FileChange("lab1.ipynb", ChangeKind.ADDED),)
    assert not result.written
    assert not (new_course / "release").exists()
    assert not (new_course / "gradebook.db").exists()


def test_a_trial_build_leaves_nothing_behind(new_course):
    with trial_build(new_course, "lab1") as trial:
        assert (trial.folder / "lab1.ipynb").is_file()
    assert not trial.folder.exists()


def test_working_folder_and_import_path_are_as_before(course):
    before = Path.cwd(), list(sys.path)
    generate_assignment(course, "lab1")
    assert (Path.cwd(), sys.path) == before


def test_a_broken_source_keeps_the_old_release_and_the_gradebook(course):
    before = (course / "release/lab1/lab1.ipynb").read_bytes()
    cells = mini_course.lab_cells()
    cells[2]["source"] = cells[2]["source"].replace("    ### END SOLUTION", "")
    with pytest.raises(ReleaseBuildError, match="no end solution statement found"):
        rebuild(course, cells)
    assert (course / "release/lab1/lab1.ipynb").read_bytes() == before
    assert sorted(path.name for path in (course / "release").iterdir()) == ["lab1"]


def test_nbgraders_configuration_of_the_course_is_honoured(course):
    with (course / "nbgrader_config.py").open("a") as config:
        config.write('c.ClearSolutions.code_stub = {"python": "# over to you"}\n')
        config.write('c.CourseDirectory.release_directory = "handout"\n')
    result = generate_assignment(course, "lab1")
    assert result.folder == (course / "handout/lab1").resolve()
    assert "# over to you" in (course / "handout/lab1/lab1.ipynb").read_text()


def test_a_configuration_in_the_working_folder_is_somebody_elses(course, tmp_path, monkeypatch):
    (tmp_path / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.root = "/nowhere"\n'
    )
    monkeypatch.chdir(tmp_path)
    assert course_folders(course, "lab1").root == course.resolve()


def test_the_header_of_the_configuration_is_included(course):
    head = mini_course.notebook([mini_course.markdown("Be kind.", "head")])
    mini_course.write_notebook(course / "header.ipynb", head)
    with (course / "nbgrader_config.py").open("a") as config:
        config.write('c.IncludeHeaderFooter.header = "header.ipynb"\n')
    generate_assignment(course, "lab1")
    assert "".join(released(course)["cells"][0]["source"]) == "Be kind."
    assert generate_assignment(course, "lab1").changes == ()


def test_a_folder_without_the_assignment_names_those_it_has(course):
    with pytest.raises(NoSourceError, match="lab9") as error:
        generate_assignment(course, "lab9")
    assert "lab1" in error.value.hint


def test_a_folder_without_source_is_an_error(tmp_path):
    with pytest.raises(NoSourceError):
        generate_assignment(tmp_path, "lab1")


def test_a_broken_configuration_names_the_file(course):
    (course / "nbgrader_config.py").write_text("c = get_config(\n")
    with pytest.raises(NbgraderConfigError, match=r"nbgrader_config\.py"):
        course_folders(course, "lab1")


class TestWithHandIns:
    def test_a_new_text_is_fine(self, course):
        hand_in(course)
        cells = mini_course.lab_cells()
        cells[1]["source"] = "import numpy as np\n"
        assert rebuild(course, cells).changes

    def test_graded_cells_cannot_go(self, course):
        hand_in(course)
        cells = [c for c in mini_course.lab_cells() if c["id"] != "l1e02-t1"]
        with pytest.raises(CellsChangedError, match="l1e02-t1"):
            rebuild(course, cells)

    def test_a_dry_run_refuses_too(self, course):
        hand_in(course)
        with pytest.raises(CellsChangedError):
            rebuild(course, mini_course.lab_cells()[:-1], dry_run=True)

    def test_notebooks_cannot_come(self, course):
        hand_in(course)
        extra = mini_course.notebook([mini_course.markdown("More.", "more")])
        mini_course.write_notebook(course / "source/lab1/extra.ipynb", extra)
        with pytest.raises(CellsChangedError, match="extra"):
            generate_assignment(course, "lab1", force=True)

    def test_force_removes_a_cell_with_its_automatic_mark(self, course):
        hand_in(course, auto_score=1.0)
        rebuild(course, [c for c in mini_course.lab_cells() if c["id"] != "l1e02-t1"], force=True)
        with gradebook(course) as book:
            assert book.find_assignment("lab1").max_score == 7
            assert book.find_submission("lab1", "ada").score == 0

    def test_force_gives_earlier_hand_ins_the_new_cell(self, course):
        hand_in(course)
        cells = [
            *mini_course.lab_cells(),
            mini_course.test_cell("assert True", "l1e02-t2", 3),
            mini_course.manual("Because.", "l1m-b", 2),
        ]
        rebuild(course, cells, force=True)
        with gradebook(course) as book:
            assert book.find_grade("l1e02-t2", "lab1", "lab1", "ada").max_score == 3
            assert book.find_comment("l1m-b", "lab1", "lab1", "ada").comment is None

    @pytest.mark.parametrize("mark", [{"manual_score": 1.0}, {"extra_credit": 0.5}])
    def test_force_never_removes_a_mark_that_a_person_gave(self, course, mark):
        hand_in(course, **mark)
        cells = [c for c in mini_course.lab_cells() if c["id"] != "l1e02-t1"]
        with pytest.raises(MarksWouldBeLostError, match="l1e02-t1"):
            rebuild(course, cells, force=True)
        with gradebook(course) as book:
            assert book.find_grade("l1e02-t1", "lab1", "lab1", "ada").id
