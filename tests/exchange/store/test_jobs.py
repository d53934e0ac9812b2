"""The queue: the urgent first, each done once, and nothing lost when a worker dies."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from labhub.exchange.store import Store
from labhub.exchange.store.errors import JobLostError, UnknownJobError
from labhub.exchange.store.events import Author, history
from labhub.exchange.store.jobs import (
    INTERACTIVE,
    LEASE,
    MOST_TRIES,
    JobKind,
    JobState,
    NewJob,
    claim,
    enqueue,
    finish,
    give_back,
    job,
    jobs,
    requeue_lost,
    say_alive,
    waiting_before,
)
from labhub.ids import AssignmentId

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
LATER = NOW + LEASE
TEACHER = Author("teacher", NOW)
LAB1 = AssignmentId("lab1")


def new(number: int = 0, **more) -> NewJob:
    return NewJob(JobKind.COLLECT, LAB1, options={"number": number}, **more)


@pytest.fixture
def db(store: Store):
    with store.writing() as connection:
        yield connection


def test_the_urgent_comes_first_and_of_those_the_oldest(db) -> None:
    slow = [enqueue(db, TEACHER, new(number)).seq for number in (1, 2)]
    quick = [enqueue(db, TEACHER, new(number, priority=INTERACTIVE)).seq for number in (3, 4)]
    assert waiting_before(db, job(db, slow[1])) == 3
    assert waiting_before(db, job(db, quick[0])) == 0
    taken = [claim(db, "w", NOW) for _ in range(4)]
    assert [each.seq for each in taken if each] == [*quick, *slow]
    assert claim(db, "w", NOW) is None
    assert waiting_before(db, job(db, slow[1])) == 0


@pytest.mark.parametrize("kind", [JobKind.AUTOGRADE, JobKind.FEEDBACK])
def test_a_whole_class_never_comes_before_who_waits(db, kind: JobKind) -> None:
    asked = enqueue(db, TEACHER, NewJob(kind, LAB1, priority=INTERACTIVE))
    assert asked.priority == 0
    urgent = enqueue(db, TEACHER, new(priority=INTERACTIVE))
    taken = claim(db, "w", NOW)
    assert taken is not None and taken.seq == urgent.seq


def test_what_waits_already_is_not_queued_twice_but_may_become_urgent(db) -> None:
    first = enqueue(db, TEACHER, new(1))
    again = enqueue(db, TEACHER, new(1, priority=INTERACTIVE))
    assert (again.seq, again.priority) == (first.seq, INTERACTIVE)
    assert enqueue(db, TEACHER, new(1)).priority == INTERACTIVE
    claim(db, "w", NOW)
    assert enqueue(db, TEACHER, new(1)).seq != first.seq, "the running one may have begun too early"
    assert [event.what for event in history(db, "job/lab1")] == ["job", "job"]


def test_a_job_tells_how_far_it_is_and_what_came_of_it(db) -> None:
    seq = enqueue(db, TEACHER, new()).seq
    found = claim(db, "w", NOW)
    assert found is not None
    assert (found.state, found.worker, found.started_at) == (JobState.RUNNING, "w", NOW)
    say_alive(db, seq, "w", LATER, {"done": 1, "total": 3})
    say_alive(db, seq, "w", LATER)
    assert job(db, seq).progress == {"done": 1, "total": 3}
    ended = finish(db, seq, "w", LATER, {"graded": 3})
    assert (ended.state, ended.result, ended.ended_at) == (JobState.DONE, {"graded": 3}, LATER)
    assert ended.state.ended
    failed = enqueue(db, TEACHER, new(1)).seq
    claim(db, "w", NOW)
    assert finish(db, failed, "w", LATER, {}, failed=True).state is JobState.FAILED


def test_the_job_of_a_silent_worker_goes_to_another_and_counts_once(db) -> None:
    seq = enqueue(db, TEACHER, new()).seq
    claim(db, "dead", NOW)
    assert requeue_lost(db, LATER - timedelta(seconds=1)) == ()
    (again,) = requeue_lost(db, LATER)
    assert (again.seq, again.state, again.worker) == (seq, JobState.QUEUED, None)
    claim(db, "alive", LATER)
    for act in (
        lambda: say_alive(db, seq, "dead", LATER),
        lambda: finish(db, seq, "dead", LATER, {}),
        lambda: give_back(db, seq, "dead"),
    ):
        with pytest.raises(JobLostError, match=f"Job {seq} is running and not with dead"):
            act()
    finish(db, seq, "alive", LATER, {"by": "alive"})
    with pytest.raises(JobLostError):
        finish(db, seq, "alive", LATER, {"by": "alive again"})
    assert job(db, seq).result == {"by": "alive"}


def test_who_says_to_be_alive_keeps_the_job(db) -> None:
    seq = enqueue(db, TEACHER, new()).seq
    claim(db, "w", NOW)
    say_alive(db, seq, "w", LATER)
    assert requeue_lost(db, LATER + LEASE - timedelta(seconds=1)) == ()


def test_a_job_at_which_workers_die_is_given_up(db) -> None:
    seq = enqueue(db, TEACHER, new()).seq
    for number in range(MOST_TRIES):
        taken = claim(db, f"w{number}", NOW)
        assert taken is not None and taken.tries == number + 1
        requeue_lost(db, LATER)
    found = job(db, seq)
    assert found.state is JobState.FAILED
    assert found.result is not None
    assert "3 workers died" in found.result["error"]["message"]


def test_a_job_that_is_given_back_waits_again_as_if_untouched(db) -> None:
    seq = enqueue(db, TEACHER, new()).seq
    claim(db, "w", NOW)
    give_back(db, seq, "w")
    assert (job(db, seq).state, job(db, seq).tries) == (JobState.QUEUED, 0)


def test_jobs_are_found_by_state_assignment_and_number(db) -> None:
    seqs = [enqueue(db, TEACHER, new(number)).seq for number in range(3)]
    claim(db, "w", NOW)
    assert [each.seq for each in jobs(db)] == seqs
    assert [each.seq for each in jobs(db, state=JobState.RUNNING)] == seqs[:1]
    assert [each.seq for each in jobs(db, last=2)] == seqs[1:]
    assert jobs(db, assignment="lab2") == jobs(db, submission=4) == ()
    assert claim(db, "w", NOW, at_least=INTERACTIVE) is None
    with pytest.raises(UnknownJobError, match="no job number 99"):
        job(db, 99)


def test_of_many_workers_each_gets_another_job(store: Store) -> None:
    with store.writing() as db:
        for number in range(20):
            enqueue(db, TEACHER, new(number))

    def work(name: int) -> int | None:
        with store.writing() as db:
            found = claim(db, f"w{name}", NOW)
        return found.seq if found else None

    with ThreadPoolExecutor(8) as pool:
        taken = [seq for seq in pool.map(work, range(30)) if seq is not None]
    assert len(taken) == len(set(taken)) == 20
