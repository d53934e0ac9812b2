"""nbgrader's own commands and the formgrader's buttons do labhub's work."""

import shutil
from pathlib import Path
from typing import ClassVar

import pytest
from nbgrader.apps import NbGraderAPI
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter
from traitlets.config import Config

from labhub.gradebook import nbgrader_bridge
from labhub.gradebook.opening import open_course
from tests.cli.conftest import OpenPlainEngine
from tests.course_folder import ASSIGNMENT, CONFIG, hand_in
from tests.gradebook.helpers import autograded, grades

DOOR = """
from pathlib import Path
from labhub.cli.nbgrader_door import configure
configure(get_config(), Path(__file__).parent)
"""


@pytest.fixture
def course_with_door(course_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(nbgrader_bridge, "Engine", OpenPlainEngine)
    (course_dir / "nbgrader_config.py").write_text(CONFIG + DOOR)
    return course_dir


def api(root: Path) -> NbGraderAPI:
    """What the formgrader's buttons call."""
    course = open_course(root)
    return NbGraderAPI(course.directory(), config=course.config)


def test_the_button_grades_with_the_engine(course_with_door: Path) -> None:
    hand_in(course_with_door, "ann")
    result = api(course_with_door).autograde(ASSIGNMENT, "ann")
    assert result["success"], result
    assert "ann: graded, 8 of 15" in result["log"]
    assert "fingerprint" in autograded(course_with_door, "ann").metadata.labhub
    assert grades(course_with_door, "ann")["problem1", "squares-t2"]["auto_score"] == 2


def test_the_button_grades_again_what_has_not_changed(course_with_door: Path) -> None:
    hand_in(course_with_door, "ann")
    api(course_with_door).autograde(ASSIGNMENT, "ann")
    assert "ann: regraded" in api(course_with_door).autograde(ASSIGNMENT, "ann")["log"]


def test_what_is_wrong_with_a_file_stands_in_nbgrader_s_log(course_with_door: Path) -> None:
    (hand_in(course_with_door, "ann") / "problem1.ipynb").write_text("{")
    result = api(course_with_door).autograde(ASSIGNMENT, "ann")
    assert result["success"]
    assert "ann: not-json: " in result["log"]


def test_what_labhub_refuses_fails_the_button_with_its_words(course_with_door: Path) -> None:
    result = api(course_with_door).autograde(ASSIGNMENT, "nobody")
    assert not result["success"]
    assert "There is no hand-in at" in result["log"]


def test_a_failure_of_the_grader_fails_the_button(
    course_with_door: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*args: object) -> None:
        raise OSError(28, "No space left on device")

    hand_in(course_with_door, "ann")
    monkeypatch.setattr("labhub.gradebook.desk.lay_out_files", full_disk)
    result = api(course_with_door).autograde(ASSIGNMENT, "ann")
    assert not result["success"]
    assert "Not graded: ann" in result["error"]


def test_the_feedback_button_writes_pages_without_hidden_tests(course_with_door: Path) -> None:
    hand_in(course_with_door, "ann")
    buttons = api(course_with_door)
    buttons.autograde(ASSIGNMENT, "ann")
    result = buttons.generate_feedback(ASSIGNMENT, "ann")
    assert result["success"], result
    page = (course_with_door / "feedback/ann/ps1/problem1.html").read_text()
    assert "[1, 4, 9, 16]" not in page


def test_a_line_in_the_configuration_takes_it_back(
    course_with_door: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = course_with_door / "nbgrader_config.py"
    config.write_text(config.read_text() + "c.Labhub.autograde = False\n")
    course = open_course(course_with_door)
    started: list[str] = []
    monkeypatch.setattr(Autograde, "init_notebooks", lambda self: started.append("nbgrader"))
    monkeypatch.setattr(Autograde, "convert_notebooks", lambda self: None)
    Autograde(coursedir=course.directory(ASSIGNMENT), config=course.config).start()
    assert started == ["nbgrader"]


@pytest.fixture
def converter() -> type[BaseConverter]:
    """A converter of this test's own: nbgrader's are changed once per process."""

    class Converter(BaseConverter):
        ways: ClassVar[list[str]] = []

        def start(self) -> None:
            self.ways.append("nbgrader")

    return Converter


def start(converter: type[BaseConverter], config: Config, root: Path) -> list[str]:
    converter(coursedir=open_course(root).directory(), config=config).start()
    return converter.ways


def test_another_course_of_the_same_process_keeps_nbgrader_s_way(
    converter: type[BaseConverter], course_dir: Path
) -> None:
    ours = Config()
    nbgrader_bridge.put_to_work(ours, "x", converter, lambda *_: converter.ways.append("labhub"))
    start(converter, ours, course_dir)
    assert start(converter, Config(), course_dir) == ["labhub", "nbgrader"]


def test_being_configured_twice_does_the_work_once(
    converter: type[BaseConverter], course_dir: Path
) -> None:
    ours = Config()
    for _ in range(2):
        nbgrader_bridge.put_to_work(
            ours, "x", converter, lambda *_: converter.ways.append("labhub")
        )
    assert start(converter, ours, course_dir) == ["labhub"]


@pytest.mark.slow
def test_nbgrader_s_own_command_uses_the_real_engine(course_dir: Path) -> None:
    import subprocess
    import sys

    (course_dir / "nbgrader_config.py").write_text(CONFIG + DOOR)
    hand_in(course_dir, "ann")
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT],
        cwd=course_dir,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "ann: graded, 8 of 15" in done.stderr
    assert shutil.which("bwrap") is None or autograded(course_dir, "ann").metadata.labhub.sandboxed
