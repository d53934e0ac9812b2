"""kill -9 in mid-batch, then the same command: complete and correct, each graded once."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.course_folder import ASSIGNMENT, FULL, hand_in
from tests.gradebook.helpers import grades

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kill")]

SLOW = {**FULL, "squares": f"import time\ntime.sleep(2)\n{FULL['squares']}"}
STUDENTS = ("ann", "bob", "cleo", "dan")
PATIENCE_S = 240


def command(root: Path) -> list[str]:
    options = ["--course-dir", str(root), "--jobs", "1", "--json"]
    return [sys.executable, "-m", "labhub.cli", "autograde", ASSIGNMENT, *options]


def graded(root: Path) -> set[str]:
    return {path.parent.name for path in (root / "autograded").glob(f"*/{ASSIGNMENT}")}


def test_the_same_command_goes_on_after_kill_9(course_dir: Path) -> None:
    for student in STUDENTS:
        hand_in(course_dir, student, SLOW)
    with subprocess.Popen(command(course_dir), stdout=subprocess.PIPE) as grader:
        deadline = time.monotonic() + PATIENCE_S
        while not graded(course_dir) and time.monotonic() < deadline:
            time.sleep(0.02)
        grader.send_signal(signal.SIGKILL)
    before = graded(course_dir)
    assert before and before < set(STUDENTS), "killed in mid-batch"

    done = subprocess.run(command(course_dir), capture_output=True, text=True, check=True)
    outcomes: list[dict[str, Any]] = json.loads(done.stdout)["outcomes"]
    assert {each["student"]: each["score"] for each in outcomes} == dict.fromkeys(STUDENTS, 8.0)
    kept = {each["student"] for each in outcomes if each["standing"] == "unchanged"}
    assert kept == before
    assert graded(course_dir) == set(STUDENTS)
    assert not list((course_dir / "autograded").glob("*/.*"))
    assert all(
        grades(course_dir, each)["problem1", "squares-t3"]["score"] == 3 for each in STUDENTS
    )
