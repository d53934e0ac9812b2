"""A hand-in laid into the exchange is one that nbgrader collects and answers."""

from datetime import UTC, datetime
from pathlib import Path

from labhub.ids import AssignmentId, CourseId
from tools.demo.handing_in import lay_into_exchange
from tools.demo.stage import Stage
from tools.demo.students import Deserved, HandIn

WHEN = datetime(2027, 2, 7, 23, 59, tzinfo=UTC)
HAND_IN = HandIn("ada", "solved everything", "lab1.ipynb", b"{}", Deserved(1.0))


def test_it_lies_where_nbgraders_submit_puts_it(tmp_path: Path) -> None:
    folder = lay_into_exchange(Stage(tmp_path, CourseId("dl")), AssignmentId("lab1"), HAND_IN, WHEN)
    assert folder.parent == tmp_path / "exchange" / "dl" / "inbound"
    student, assignment, stamp, _random = folder.name.split("+")
    assert (student, assignment) == ("ada", "lab1")
    assert (folder / "timestamp.txt").read_text() == stamp == "2027-02-07 23:59:00.000000 UTC"
    assert (folder / "lab1.ipynb").read_bytes() == b"{}"


def test_the_students_copy_finds_the_feedback_by_the_same_secret(tmp_path: Path) -> None:
    stage = Stage(tmp_path, CourseId("dl"))
    folder = lay_into_exchange(stage, AssignmentId("lab1"), HAND_IN, WHEN)
    cache = stage.homes_dir / "ada/.local/share/jupyter/nbgrader_cache/dl"
    [copy] = cache.iterdir()
    assert copy.name.count("+") == 2
    secret = (folder / "submission_secret.txt").read_text()
    assert (copy / "submission_secret.txt").read_text() == secret


def test_handing_in_again_changes_nothing(tmp_path: Path) -> None:
    stage = Stage(tmp_path, CourseId("dl"))
    folders = {lay_into_exchange(stage, AssignmentId("lab1"), HAND_IN, WHEN) for _ in range(2)}
    assert len(folders) == 1
