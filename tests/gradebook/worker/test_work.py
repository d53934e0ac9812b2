"""`labhub work` with the real engine: a hand-in is graded, and kill -9 grades nothing twice."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from labhub.exchange.handin import HandInDesk, hand_in, open_desk, receiving, release_version
from labhub.exchange.handin.results import read_result
from labhub.exchange.store.jobs import Job, JobState, jobs
from labhub.exchange.store.submissions import Place, Submission
from labhub.gradebook.opening import open_course
from labhub.ids import StudentId
from tests.course_folder import ASSIGNMENT, FULL, SQUARES_SHIFTED
from tests.course_folder import hand_in as lay_out
from tests.gradebook.helpers import grades

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kill")]

COURSE = """\
[course]
id = "tiny101"
title = "Tiny course"
zone = "UTC"

[[assignments]]
id = "ps1"
title = "Problem set 1"
release = 2020-01-18T08:00:00Z
due = 2099-02-08T12:00:00Z
late_until = 2099-02-15T12:00:00Z
weight_percent = 100
on_hand_in = { grade = true }
"""
SLOW = {**FULL, "squares": f"import time\ntime.sleep(2)\n{FULL['squares']}"}
PATIENCE_S = 240


@pytest.fixture
def desk(course_dir: Path):
    (course_dir / "course.toml").write_text(COURSE)
    found = open_desk(open_course(course_dir).folder)
    release_version(found, "teacher", ASSIGNMENT)
    yield found
    found.close()


def give(desk: HandInDesk, student: str, answers) -> Submission:
    folder = lay_out(desk.folder.root / "aside", student, answers)
    with receiving(desk.blobs, desk.course.hand_in_limits) as upload:
        for path in sorted(folder.glob("*.ipynb")):
            upload.begin(path.name).write(path.read_bytes())
        return hand_in(desk, StudentId(student), ASSIGNMENT, upload, place=Place.HUB).submission


def work(desk: HandInDesk, *more: str) -> "subprocess.Popen[bytes]":
    root = str(desk.folder.root)
    command = [sys.executable, "-m", "labhub.cli", "work", "--course-dir", root, "--jobs", "1"]
    return subprocess.Popen([*command, *more])


def queue(desk: HandInDesk) -> tuple[Job, ...]:
    with desk.store.reading() as db:
        return jobs(db)


def wait_for(what) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.05)


@pytest.fixture(autouse=True)
def released_beside(course_dir: Path) -> None:
    """The student version, where `lay_out` copies it from."""
    (course_dir / "aside").mkdir()
    (course_dir / "aside" / "release").symlink_to(course_dir / "release")


def test_a_waiting_worker_grades_what_comes_and_ends_when_asked(desk: HandInDesk) -> None:
    with work(desk) as worker:
        first = give(desk, "ann", FULL)
        wait_for(lambda: queue(desk)[0].state.ended)
        second = give(desk, "bob", {**FULL, "squares": SQUARES_SHIFTED})
        wait_for(lambda: queue(desk)[1].state.ended)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=60) == 0
    with desk.store.reading() as db:
        scores = [
            found and found.score
            for found in (read_result(db, each.id) for each in (first, second))
        ]
    assert scores == [8.0, 2.0]
    assert (desk.folder.root / "feedback" / "ann" / ASSIGNMENT / "problem1.html").is_file()


def test_after_kill_9_the_next_worker_goes_on_and_each_is_graded_once(desk: HandInDesk) -> None:
    students = ("ann", "bob", "cleo")
    for student in students:
        give(desk, student, SLOW)
    with work(desk, "--once") as worker:
        wait_for(lambda: any(each.state is JobState.DONE for each in queue(desk)))
        wait_for(lambda: any(each.state is JobState.RUNNING for each in queue(desk)))
        worker.send_signal(signal.SIGKILL)
    done = {each.seq: each.ended_at for each in queue(desk) if each.state is JobState.DONE}
    assert 0 < len(done) < len(students), "killed in mid-queue"
    kept = graded_at(desk)
    with work(desk, "--once") as worker:
        assert worker.wait(timeout=PATIENCE_S) == 0
    ended = queue(desk)
    assert [each.state for each in ended] == [JobState.DONE] * 3
    assert {each.seq: each.ended_at for each in ended if each.seq in done} == done
    assert kept.items() <= graded_at(desk).items(), "what was recorded was not graded again"
    for student in students:
        assert grades(desk.folder.root, student)["problem1", "squares-t3"]["score"] == 3


def graded_at(desk: HandInDesk) -> dict[str, str]:
    """When each student's notebook was graded."""
    found = (desk.folder.root / "autograded").glob(f"*/{ASSIGNMENT}/problem1.ipynb")
    return {
        path.parent.parent.name: json.loads(path.read_text())["metadata"]["labhub"]["graded_at"]
        for path in found
    }
