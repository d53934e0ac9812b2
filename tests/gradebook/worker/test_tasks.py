"""The worker on the tiny course: hand-ins are graded as they come, once each, urgent ones first."""

import fcntl
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat
import pytest

from labhub.cli.working import write_pages
from labhub.clock import FixedClock
from labhub.exchange.handin import HandedIn, collect, hand_in, receiving, release_version
from labhub.exchange.handin.results import read_result, shown_result
from labhub.exchange.store.collected import collected, folders_of
from labhub.exchange.store.errors import StoreBusyError
from labhub.exchange.store.events import Author
from labhub.exchange.store.feedback import feedback_of
from labhub.exchange.store.groups import add_group_events
from labhub.exchange.store.jobs import (
    INTERACTIVE,
    Job,
    JobKind,
    JobState,
    NewJob,
    claim,
    enqueue,
    job,
    jobs,
    requeue_lost,
)
from labhub.exchange.store.submissions import Place
from labhub.gradebook.errors import WorkerRunsError
from labhub.gradebook.worker import Bench, Benches, Worker, working_alone
from labhub.ids import AssignmentId, GroupId, StudentId
from labhub.policy.groups import EventKind, GroupEvent
from tests.course_folder import ASSIGNMENT, FULL, SQUARES_SHIFTED
from tests.gradebook.helpers import PS1, grades
from tests.gradebook.plain_engine import PlainEngine

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
DUE = datetime(2027, 2, 8, 12, tzinfo=UTC)
TEACHER = Author("teacher", NOW)
SHIFTED = {**FULL, "squares": SQUARES_SHIFTED}

COURSE = """\
[course]
id = "tiny101"
title = "Tiny course"
zone = "UTC"

[[assignments]]
id = "ps1"
title = "Problem set 1"
release = 2027-01-18T08:00:00Z
due = 2027-02-08T12:00:00Z
late_until = 2027-02-15T12:00:00Z
weight_percent = 100
{more}
"""
AT_ONCE = 'on_hand_in = {{ grade = true, shows = "{shows}" }}'


class Stand:
    """The tiny course with its worker, an engine without walls, and a clock."""

    def __init__(self, root: Path) -> None:
        self.root, self.engine, self.ended = root, PlainEngine(), []
        self.benches = Benches(root, self.engine, write_pages, at_once=1)
        self.worker = Worker(self._bench, name="w", watch=self.ended.append)
        self.now = NOW
        release_version(self.desk, "teacher", ASSIGNMENT)

    def _bench(self) -> Bench:
        bench = self.benches()
        return replace(bench, desk=replace(bench.desk, clock=FixedClock(self.now)))

    @property
    def desk(self):
        return self._bench().desk

    def give(self, student: str, answers=FULL) -> HandedIn:
        with receiving(self.desk.blobs, self.desk.course.hand_in_limits) as upload:
            for path in sorted((self.root / "release" / ASSIGNMENT).glob("*.ipynb")):
                content = nbformat.read(path, as_version=4)
                for cell in content.cells:
                    grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
                    cell.source = answers.get(grade_id, cell.source)
                upload.begin(path.name).write(json.dumps(content).encode())
            return hand_in(self.desk, StudentId(student), ASSIGNMENT, upload, place=Place.HUB)

    def queue(self, kind: JobKind, priority: int = 0, **options: Any) -> int:
        with self.desk.store.writing() as db:
            return enqueue(db, TEACHER, NewJob(kind, PS1, None, priority, options)).seq

    def job(self, seq: int) -> Job:
        with self.desk.store.reading() as db:
            return job(db, seq)

    def jobs(self) -> tuple[Job, ...]:
        with self.desk.store.reading() as db:
            return jobs(db)

    def result(self, given: HandedIn):
        with self.desk.store.reading() as db:
            return read_result(db, given.submission.id)

    def shown(self, given: HandedIn):
        with self.desk.store.reading() as db:
            rules = self.desk.course.assignment(ASSIGNMENT).on_hand_in
            return shown_result(db, rules, given.submission.id)


@pytest.fixture
def stand(course_dir: Path):
    opened: list[Stand] = []

    def make(more: str = "") -> Stand:
        (course_dir / "course.toml").write_text(COURSE.format(more=more))
        opened.append(Stand(course_dir))
        return opened[-1]

    yield make
    for each in opened:
        each.benches.close()


Make = Callable[..., Stand]


def test_a_hand_in_is_graded_as_it_comes(stand: Make) -> None:
    here = stand(AT_ONCE.format(shows="visible"))
    given = here.give("ann", SHIFTED)
    here.worker.drain()
    (ended,) = here.ended
    assert (ended.kind, ended.state, ended.submission) == (
        JobKind.GRADE,
        JobState.DONE,
        given.submission.id,
    )
    found = here.result(given)
    assert found is not None and ended.result is not None
    assert (found.standing, found.score, found.max_score) == ("graded", 2.0, 15.0)
    assert ended.result["score"] == 2.0
    states = {test.grade_id: (test.status, test.hidden) for test in found.tests}
    assert states == {
        "squares-t1": ("failed", False),
        "squares-t2": ("failed", True),
        "squares-t3": ("partial", False),
        "t": ("passed", False),
    }
    assert grades(here.root, "ann")["problem2", "t"]["score"] == 2
    stamp = here.root / "submitted" / "ann" / ASSIGNMENT / "timestamp.txt"
    assert stamp.read_text() == "2027-02-01 12:00:00.000000 UTC"


@pytest.mark.parametrize(
    ("shows", "seen", "laws"),
    [
        ("visible", ["squares-t1", "squares-t3", "t"], 1),
        ("names", ["squares-t1", "squares-t2", "squares-t3", "t"], 1),
        ("nothing", None, 0),
    ],
)
def test_students_see_what_the_course_sets(stand: Make, shows, seen, laws) -> None:
    here = stand(AT_ONCE.format(shows=shows))
    given = here.give("ann", SHIFTED)
    assert here.shown(given) is None
    here.worker.drain()
    found = here.shown(given)
    assert (found and [test.grade_id for test in found.tests]) == seen
    if found is not None:
        hidden = [test for test in found.tests if test.hidden]
        assert all(not test.law for test in hidden)
        assert next(t.law for t in found.tests if t.grade_id == "squares-t1")
        assert found.max_score == sum(test.points for test in found.tests)


def test_feedback_is_written_kept_and_not_yet_released(stand: Make) -> None:
    here = stand(AT_ONCE.format(shows="visible"))
    given = here.give("ann")
    here.worker.drain()
    number = given.submission.id
    with here.desk.store.reading() as db:
        assert feedback_of(db, number) is None
        kept = feedback_of(db, number, released=False)
    assert kept is not None
    assert [file.path for file in kept.files] == ["problem1.html", "problem2.html"]
    seq = here.queue(JobKind.RELEASE_FEEDBACK)
    here.worker.drain()
    assert here.job(seq).result == {"released": [number]}
    with here.desk.store.reading() as db:
        assert feedback_of(db, number) is not None


def test_a_whole_class_is_collected_and_graded_once(stand: Make) -> None:
    here = stand()
    given = [here.give(student) for student in ("ann", "bo", "cleo")]
    seq = here.queue(JobKind.AUTOGRADE)
    here.worker.drain()
    done = here.job(seq)
    assert (done.state, done.progress) == (JobState.DONE, {"done": 3, "total": 3})
    assert done.result == {"hand_ins": 3, "standings": {"graded": 3}, "failed": []}
    assert len(here.engine.ran) == 6
    assert all((found := here.result(each)) and found.score == 8 for each in given)
    again = here.queue(JobKind.AUTOGRADE)
    here.worker.drain()
    assert here.job(again).result["standings"] == {"unchanged": 3}
    assert len(here.engine.ran) == 6
    found = here.result(given[0])
    assert found is not None and (found.standing, len(found.tests)) == ("graded", 4)
    forced = here.queue(JobKind.AUTOGRADE, force=True, students=["ann"])
    here.worker.drain()
    assert here.job(forced).result["standings"] == {"regraded": 1}


def test_who_waits_for_a_result_comes_before_the_class(stand: Make) -> None:
    here = stand(AT_ONCE.format(shows="visible"))
    for student in ("ann", "bo", "cleo"):
        here.give(student)
    with here.desk.store.writing() as db:
        while claim(db, "nobody", NOW):
            pass
    slow = here.queue(JobKind.AUTOGRADE)
    before = len(here.engine.ran)
    run, late = here.engine.run, []

    def run_and_hand_in(exams):
        yield from run(exams)
        if not late:
            late.append(here.give("dan"))

    here.engine.run = run_and_hand_in
    while here.worker.run_one():
        pass
    order = [student for student, _ in here.engine.ran[before:]]
    assert order == ["ann", "ann", "dan", "dan", "bo", "bo", "cleo", "cleo"]
    assert [each.kind for each in here.ended] == [JobKind.GRADE, JobKind.AUTOGRADE]
    assert here.job(slow).result["hand_ins"] == 3


def test_a_group_is_graded_once_and_all_members_see_it(stand: Make) -> None:
    here = stand("group_work = true\n" + AT_ONCE.format(shows="visible"))
    start = NOW - timedelta(days=9)
    members = [
        GroupEvent(EventKind.FORMED, start, "bo", GroupId("g1"), StudentId("bo")),
        GroupEvent(EventKind.JOINED, start, "ann", GroupId("g1"), StudentId("ann")),
    ]
    with here.desk.store.writing() as db:
        add_group_events(db, members)
    first, second = here.give("bo", SHIFTED), here.give("ann")
    here.worker.drain()
    with here.desk.store.reading() as db:
        assert collected(db, PS1) == {"ann": second.submission.id}
        assert folders_of(db, first.submission.id) == ()
    standings = [here.result(each).standing for each in (first, second)]
    assert standings == ["not-counted", "graded"]
    third = here.give("bo", {**FULL, "why": "Because."})
    here.worker.drain()
    with here.desk.store.reading() as db:
        assert collected(db, PS1) == {"ann": third.submission.id}, "one folder for the group"
    assert (here.root / "submitted" / "bo").exists() is False
    found = here.result(third)
    assert found is not None and found.standing == "regraded"


def test_a_late_hand_in_that_does_not_count_says_so(stand: Make) -> None:
    here = stand("deadlines = { late_credit_percent = 50.0 }\n" + AT_ONCE.format(shows="visible"))
    here.give("ann")
    here.worker.drain()
    here.now = DUE + timedelta(hours=1)
    late = here.give("ann", SHIFTED)
    here.worker.drain()
    found = here.result(late)
    assert found is not None and found.standing == "not-counted"
    assert grades(here.root, "ann")["problem1", "squares-t1"]["score"] == 1


def test_an_unreadable_hand_in_is_named_and_the_worker_goes_on(stand: Make) -> None:
    here = stand(AT_ONCE.format(shows="visible"))
    with receiving(here.desk.blobs, here.desk.course.hand_in_limits) as upload:
        source = here.root / "release" / ASSIGNMENT / "problem1.ipynb"
        upload.begin("problem1.ipynb").write(source.read_bytes())
        given = hand_in(here.desk, StudentId("ann"), ASSIGNMENT, upload, place=Place.HUB)
    here.worker.drain()
    found = here.result(given)
    assert found is not None
    assert "missing-notebook" in [code for code, _ in found.problems]
    assert here.ended[0].state is JobState.DONE


def test_what_fails_ends_its_job_with_words(stand: Make) -> None:
    here = stand(AT_ONCE.format(shows="visible"))
    given = here.give("ann")
    for file in given.submission.files:
        here.desk.blobs.path(file.sha256).unlink()
    here.worker.drain()
    (ended,) = here.ended
    assert (ended.state, ended.result["error"]["code"]) == (JobState.FAILED, "blob-missing")
    assert here.result(given) is None

    def explode(exams):
        raise RuntimeError("the engine is gone")

    here.engine.run = explode
    here.give("bo")
    here.worker.drain()
    assert here.ended[-1].result["error"]["message"] == "RuntimeError: the engine is gone"
    assert here.ended[-1].result["error"]["code"] == "worker-failed"


def test_what_a_killed_worker_had_begun_is_done_by_the_next(stand: Make) -> None:
    here = stand(AT_ONCE.format(shows="visible"))
    given = here.give("ann")
    with here.desk.store.writing() as db:
        claim(db, "killed", NOW)
    assert here.worker.run_one() is None
    here.worker.drain()
    with here.desk.store.reading() as db:
        (only,) = jobs(db)
    assert (only.state, only.tries, only.worker) == (JobState.DONE, 2, "w")
    assert here.result(given) is not None


def test_feedback_is_written_anew_on_request(stand: Make) -> None:
    here = stand()
    here.give("ann")
    here.queue(JobKind.COLLECT)
    here.queue(JobKind.AUTOGRADE)
    seq = here.queue(JobKind.FEEDBACK)
    here.worker.drain()
    collecting = here.ended[0]
    assert collecting.result == {"hand_ins": 1, "new": 1}
    assert here.job(seq).result == {"hand_ins": 1, "kept": 1}


def test_a_changed_course_file_holds_from_the_next_job_on(stand: Make) -> None:
    here = stand()
    file = here.root / "course.toml"
    file.write_text(COURSE.format(more="").replace("Problem set 1", "Set one"))
    assert here.desk.course.assignment(ASSIGNMENT).title == "Set one"
    file.write_text("nonsense")
    assert here.desk.course.assignment(ASSIGNMENT).title == "Set one"


def test_there_is_one_worker_per_course(course_dir: Path) -> None:
    refused = pytest.raises(WorkerRunsError, match="Another worker is at work")
    with working_alone(course_dir), refused, working_alone(course_dir):
        pass
    with working_alone(course_dir):
        pass


def test_urgent_jobs_are_those_of_hand_ins(stand: Make) -> None:
    here = stand(AT_ONCE.format(shows="visible"))
    here.give("ann")
    with here.desk.store.reading() as db:
        assert jobs(db)[0].priority == INTERACTIVE
    assert AssignmentId(ASSIGNMENT) == PS1


def test_a_lab_that_another_command_grades_waits_its_turn(
    stand: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labhub.gradebook.worker.loop.BUSY_S", 0)
    here = stand(AT_ONCE.format(shows="visible"))
    here.give("ann")
    (here.root / "autograded").mkdir(exist_ok=True)
    with (here.root / "autograded" / f".{ASSIGNMENT}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        here.worker.run_one()
        (waiting,) = here.jobs()
        assert (waiting.state, waiting.tries, here.ended) == (JobState.QUEUED, 0, [])
    here.worker.drain()
    assert here.jobs()[0].state is JobState.DONE


def test_a_job_that_was_taken_over_meanwhile_is_left_to_the_other(stand: Make) -> None:
    here = stand(AT_ONCE.format(shows="visible"))
    given = here.give("ann")
    run = here.engine.run

    def run_while_another_takes_over(exams):
        yield from run(exams)
        with here.desk.store.writing() as db:
            requeue_lost(db, NOW, silent_for=timedelta(0))
            claim(db, "other", NOW)

    here.engine.run = run_while_another_takes_over
    assert here.worker.run_one() is not None
    assert here.ended == []
    assert here.jobs()[0].worker == "other"
    assert here.result(given) is not None, "what was graded is kept"


def test_a_busy_database_does_not_end_the_worker(
    stand: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, stop = stand(AT_ONCE.format(shows="visible")), threading.Event()
    given = here.give("ann")
    here.worker.watch = lambda _: stop.set()
    monkeypatch.setattr("labhub.gradebook.worker.tasks.collect", busy_once(collect))
    monkeypatch.setattr("labhub.gradebook.worker.loop.BUSY_S", 0)
    here.worker.run(stop)
    assert here.jobs()[0].state is JobState.DONE
    assert here.result(given) is not None


def test_a_worker_without_work_ends_by_itself(stand: Make) -> None:
    here = stand(AT_ONCE.format(shows="visible"))
    here.give("ann")
    here.worker.run(threading.Event(), idle_s=0.05)
    assert here.jobs()[0].state is JobState.DONE


def busy_once(collecting):
    """The same, but the first time the database is busy."""
    tried: list[int] = []

    def collected_later(*args, **more):
        tried.append(1)
        if len(tried) == 1:
            raise StoreBusyError("The database was busy for too long.")
        return collecting(*args, **more)

    return collected_later
