"""Versions, submissions, feedback: numbered, never changed, found again as they were."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from labhub.exchange.store import Store
from labhub.exchange.store import feedback as pages
from labhub.exchange.store.collected import (
    collected,
    folders_of,
    put_collected,
    put_result,
    result_of,
)
from labhub.exchange.store.errors import (
    DiskFullError,
    StoreBusyError,
    UnknownSubmissionError,
    UnknownVersionError,
)
from labhub.exchange.store.events import Author, history
from labhub.exchange.store.files import FileRecord
from labhub.exchange.store.submissions import (
    NewSubmission,
    Place,
    add_submission,
    attempts_since,
    newest_submission,
    put_receipt,
    receipt_text,
    submission,
    submissions,
)
from labhub.exchange.store.versions import (
    add_version,
    newest,
    version_of,
    versions,
    withdraw_version,
)
from labhub.ids import AssignmentId, GroupId, StudentId

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
TEACHER = Author("teacher", NOW)
LAB1, LAB2 = AssignmentId("lab1"), AssignmentId("lab2")
ANN, BO = StudentId("ann"), StudentId("bo")
ONE = (FileRecord("lab1.ipynb", "1" * 64, 10), FileRecord("data/x.csv", "2" * 64, 5_000_000_000))
TWO = (FileRecord("lab1.ipynb", "3" * 64, 11),)
NEW = NewSubmission(
    LAB1, 1, None, (ANN,), ANN, NOW, Place.HUB, ONE, False, Decimal("0.8"), "In time. Grüße."
)


@pytest.fixture
def db(store: Store):
    with store.writing() as connection:
        add_version(connection, TEACHER, LAB1, ONE)
        yield connection


def test_versions_are_numbered_and_the_same_bytes_are_the_same(db) -> None:
    first = version_of(db, LAB1, 1)
    assert first.files == tuple(sorted(ONE))
    assert add_version(db, TEACHER, LAB1, reversed(ONE)) == first
    second = add_version(db, TEACHER, LAB1, TWO, "a clearer task")
    assert (second.number, second.note) == (2, "a clearer task")
    assert newest(db, LAB1) == second
    assert versions(db, LAB1) == versions(db) == (first, second)
    assert add_version(db, TEACHER, LAB1, ONE).number == 3
    assert add_version(db, TEACHER, LAB2, ONE).number == 1
    assert [event.what for event in history(db, "version/lab1")] == ["version"] * 3


def test_a_withdrawn_version_is_not_the_newest_but_stays(db) -> None:
    add_version(db, TEACHER, LAB1, TWO)
    gone = withdraw_version(db, TEACHER, LAB1, 2, "wrong data")
    assert (gone.withdrawn, gone.withdrawn_at, gone.withdrawn_by) == (True, NOW, "teacher")
    later = Author("other", NOW + timedelta(days=1))
    assert withdraw_version(db, later, LAB1, 2) == gone
    found = newest(db, LAB1)
    assert found is not None and found.number == 1
    assert add_version(db, TEACHER, LAB1, TWO).number == 3
    assert [event.data for event in history(db, "version/lab1/2")][-1] == {"reason": "wrong data"}
    assert newest(db, LAB2) is None


def test_a_version_that_never_was_is_named(db) -> None:
    with pytest.raises(UnknownVersionError, match="lab1 has no version 9") as caught:
        version_of(db, LAB1, 9)
    assert caught.value.hint == "It has: 1."
    with pytest.raises(UnknownVersionError) as caught:
        withdraw_version(db, TEACHER, LAB2, 1)
    assert caught.value.hint == "It has: none yet."


def test_a_submission_comes_back_whole(db) -> None:
    made, is_new = add_submission(db, TEACHER, NEW)
    assert is_new
    assert submission(db, made.id) == made
    assert (made.attempt, made.unit, made.files) == (1, ANN, tuple(sorted(ONE)))
    assert (made.credit, made.words, made.at) == (Decimal("0.8"), "In time. Grüße.", NOW)


def test_a_unit_is_a_group_or_a_student_alone(db) -> None:
    """Whoever bears the id of a group is not that group."""
    group = replace(NEW, group=GroupId("ann"), members=(ANN, BO), student=BO)
    for new in (NEW, group, replace(NEW, student=BO, members=(BO,))):
        assert add_submission(db, TEACHER, new)[1]
    assert [each.attempt for each in submissions(db)] == [1, 1, 1]
    assert newest_submission(db, LAB1, "ann", "x") == submissions(db)[1]
    assert newest_submission(db, LAB1, None, "ann") == submissions(db)[0]
    assert newest_submission(db, LAB2, None, "ann") is None


def test_submissions_are_found_by_assignment_and_by_member(db) -> None:
    add_version(db, TEACHER, LAB2, ONE)
    group = replace(NEW, group=GroupId("g"), members=(BO, ANN))
    mine, _ = add_submission(db, TEACHER, replace(NEW, assignment=LAB2))
    ours, _ = add_submission(db, TEACHER, group)
    assert submissions(db) == (mine, ours)
    assert submissions(db, "lab1") == submissions(db, student="bo") == (ours,)
    assert submissions(db, student="ann") == (mine, ours)
    assert submissions(db, "lab2", "bo") == ()


def test_many_submissions_are_read_with_their_files(db) -> None:
    for number in range(1100):
        student = StudentId(f"s{number}")
        add_submission(db, TEACHER, replace(NEW, student=student, members=(student,)))
    found = submissions(db, "lab1")
    assert len(found) == 1100
    assert all(each.files and each.members == (each.student,) for each in found)


def test_attempts_are_counted_since_a_moment(db) -> None:
    for days in range(3):
        moment = NOW + timedelta(days=days)
        file = (FileRecord("a", f"{days}" * 64, 1),)
        add_submission(db, TEACHER, replace(NEW, at=moment, files=file))
    assert attempts_since(db, LAB1, None, ANN) == 3
    assert attempts_since(db, LAB1, None, ANN, NOW + timedelta(days=1)) == 2
    assert attempts_since(db, LAB1, None, BO) == 0


def test_what_is_not_there_is_named(db) -> None:
    for look in (submission, receipt_text):
        with pytest.raises(UnknownSubmissionError, match="no hand-in number 4"):
            look(db, 4)


def test_a_receipt_is_kept_byte_for_byte(db) -> None:
    made, _ = add_submission(db, TEACHER, NEW)
    put_receipt(db, made.id, '{"words":"Grüße \\u0000"}')
    assert receipt_text(db, made.id) == '{"words":"Grüße \\u0000"}'


def test_feedback_is_seen_when_it_is_released(db) -> None:
    made, _ = add_submission(db, TEACHER, NEW)
    first = pages.keep_feedback(db, TEACHER, made.id, ONE)
    assert pages.keep_feedback(db, TEACHER, made.id, ONE) == first
    assert pages.feedback_of(db, made.id) is None
    assert pages.feedback_of(db, made.id, released=False) == first
    assert pages.release_feedback(db, TEACHER, "lab2") == ()
    assert pages.release_feedback(db, TEACHER, "lab1", only=[]) == ()
    assert pages.release_feedback(db, TEACHER, "lab1") == (made.id,)
    assert pages.release_feedback(db, TEACHER, "lab1") == ()
    seen = pages.feedback_of(db, made.id)
    assert seen is not None and (seen.files, seen.released_by) == (first.files, "teacher")
    again = pages.keep_feedback(db, TEACHER, made.id, TWO)
    assert pages.feedback_of(db, made.id) == seen, "what students see changes with a release"
    pages.release_feedback(db, TEACHER, "lab1", only=[made.id])
    now_seen = pages.feedback_of(db, made.id)
    assert now_seen is not None and now_seen.seq == again.seq
    assert len(pages.all_feedback(db)) == 2
    assert [event.what for event in history(db, "feedback/lab1")] == ["feedback-released"] * 2


def test_a_folder_holds_the_last_hand_in_that_was_put_there(db) -> None:
    first, _ = add_submission(db, TEACHER, NEW)
    second, _ = add_submission(db, TEACHER, replace(NEW, files=TWO))
    put_collected(db, LAB1, ANN, first.id, NOW)
    put_collected(db, LAB1, BO, first.id, NOW)
    assert folders_of(db, first.id) == (ANN, BO)
    put_collected(db, LAB1, ANN, second.id, NOW)
    assert collected(db, LAB1) == {ANN: second.id, BO: first.id}
    assert collected(db, LAB2) == {}


def test_the_last_result_holds(db) -> None:
    made, _ = add_submission(db, TEACHER, NEW)
    assert result_of(db, made.id) is None
    for score in (1, 2):
        put_result(db, made.id, NOW, {"score": score})
    assert result_of(db, made.id) == (NOW, {"score": 2})


def test_a_full_database_is_named_and_nothing_is_written(store: Store) -> None:
    if store.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has no limit to set; its words are tested below")
    with store.writing() as db:
        add_version(db, TEACHER, LAB1, ONE)
    with pytest.raises(DiskFullError) as caught, store.writing() as db:
        pages_now = db.execute(text("PRAGMA page_count")).scalar()
        db.execute(text(f"PRAGMA max_page_count = {pages_now}"))
        for number in range(500):
            student = StudentId(f"s{number}")
            add_submission(db, TEACHER, replace(NEW, student=student, members=(student,)))
    assert caught.value.http_status == 507
    with store.reading() as db:
        assert submissions(db) == ()


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("could not extend file: No space left on device", DiskFullError),
        ("canceling statement due to lock timeout", StoreBusyError),
        ("deadlock detected", StoreBusyError),
    ],
)
def test_what_postgresql_says_is_understood(store: Store, said: str, kind: type) -> None:
    with pytest.raises(kind), store.writing():
        raise OperationalError("INSERT", {}, Exception(said))


def test_a_database_that_others_keep_busy_is_named(store: Store) -> None:
    impatience = "PRAGMA busy_timeout = 10"
    if store.engine.dialect.name == "postgresql":
        impatience = "SET lock_timeout = 10"

    def hurry(connection, *_) -> None:
        connection.cursor().execute(impatience)
        connection.commit()

    with store.writing():
        event.listen(store.engine, "checkout", hurry)
        with pytest.raises(StoreBusyError) as caught, store.writing():
            pass
        event.remove(store.engine, "checkout", hurry)
    assert caught.value.http_status == 503
