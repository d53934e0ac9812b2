"""Handing in: who may, when, what; what is refused leaves nothing, what is taken has a receipt."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest

from labhub.errors import LabhubError
from labhub.exchange.handin import HandInDesk, errors, receiving
from labhub.exchange.receipts import verify
from labhub.exchange.store.errors import UnknownVersionError
from labhub.exchange.store.events import history
from labhub.exchange.store.grants import add_extension
from labhub.exchange.store.groups import add_group_events, add_group_exception
from labhub.exchange.store.jobs import INTERACTIVE, JobKind, jobs
from labhub.exchange.store.people import Person, put_people
from labhub.exchange.store.submissions import Place, receipt_text, submission, submissions
from labhub.exchange.store.versions import withdraw_version
from labhub.ids import AssignmentId, StudentId
from labhub.policy.extensions import Extension
from labhub.policy.groups import EventKind, GroupEvent
from labhub.policy.units import Arrangement, GroupException
from tests.exchange.handin.conftest import Opener
from tests.exchange.handin.counter import (
    ANN,
    BO,
    CLOSED,
    DAY,
    DUE,
    LATE,
    NOW,
    RELEASE,
    TEACHER,
    at,
    author,
    form_group,
    give,
    kept_files,
    leave_group,
    notebook,
)

LAB1 = AssignmentId("lab1")
SECOND = timedelta(seconds=1)


def all_submissions(desk: HandInDesk):
    with desk.store.reading() as db:
        return submissions(db)


def test_a_hand_in_is_kept_with_its_bytes_and_a_receipt(desk: HandInDesk) -> None:
    content = notebook("lab1", "a = abs")
    given = give(desk, ANN, {"lab1.ipynb": content, "figures/plot.png": b"png"}, place=Place.COLAB)
    found = given.submission
    assert given.is_new
    assert (found.student, found.members, found.group, found.attempt) == (ANN, (ANN,), None, 1)
    assert (found.at, found.place, found.late, found.credit) == (NOW, Place.COLAB, False, 1)
    assert [file.path for file in found.files] == ["figures/plot.png", "lab1.ipynb"]
    assert desk.blobs.read(found.files[1].sha256) == content
    with desk.store.reading() as db:
        assert submission(db, found.id) == found
        assert receipt_text(db, found.id) == given.receipt.text
        (event,) = history(db, "submission/")
    assert (event.what, event.by, event.subject) == ("submission", ANN, "submission/lab1/ann")


def test_the_receipt_says_it_all_and_is_signed(desk: HandInDesk) -> None:
    given = give(desk, ANN)
    receipt = verify(given.receipt.text, desk.key.public_pem)
    assert receipt == given.receipt
    assert (receipt.course, receipt.assignment, receipt.title) == ("dl", "lab1", "Lab 1")
    assert (receipt.version, receipt.submission, receipt.attempt) == (1, given.submission.id, 1)
    assert (receipt.received_at, receipt.late, receipt.credit) == (NOW, False, "1")
    assert "Lab 1 is due on Monday 8 February 2027 at 08:00 CET." in receipt.words
    assert receipt.files == given.submission.files


def test_the_same_bytes_again_are_the_same_hand_in(desk: HandInDesk) -> None:
    first, again = give(desk, ANN), give(at(desk, LATE), ANN)
    assert (first.is_new, again.is_new) == (True, False)
    assert again.submission == first.submission
    assert again.receipt.text == first.receipt.text
    assert len(all_submissions(desk)) == 1


def test_other_bytes_in_between_make_the_first_ones_a_new_attempt(desk: HandInDesk) -> None:
    """Who goes back to an earlier answer wants that one to count."""
    for answer, attempt in ((b"a = 1", 1), (b"a = 2", 2), (b"a = 1", 3)):
        given = give(desk, ANN, answer)
        assert (given.is_new, given.submission.attempt) == (True, attempt)


def test_the_names_of_the_files_count_too(desk: HandInDesk) -> None:
    content = notebook("lab1")
    assert give(desk, ANN, {"lab1.ipynb": content}).is_new
    assert give(desk, ANN, {"lab1 (1).ipynb": content}).is_new


@pytest.mark.parametrize(
    ("moment", "late", "credit"),
    [
        (RELEASE, False, "1"),
        (DUE - SECOND, False, "1"),
        (DUE, True, "0.8"),
        (CLOSED - SECOND, True, "0.8"),
    ],
)
def test_what_is_late_is_taken_and_says_so(desk: HandInDesk, moment, late, credit) -> None:
    given = give(at(desk, moment), ANN)
    assert (given.submission.late, given.submission.credit) == (late, Decimal(credit))
    assert (given.receipt.late, given.receipt.credit) == (late, credit)
    assert ("late, 80 % of the points" in given.receipt.words) is late


@pytest.mark.parametrize(("seconds", "late"), [(1, False), (120, False), (121, True)])
def test_a_busy_service_makes_nobody_late(desk: HandInDesk, seconds: int, late: bool) -> None:
    """An upload counts from its beginning; a very slow one could have been written meanwhile."""
    begun = DUE - SECOND
    given = give(at(desk, begun + seconds * SECOND), ANN, begun_at=begun)
    assert given.submission.late is late
    assert given.submission.at == (begun + seconds * SECOND if late else begun)


def test_an_extension_moves_the_date(desk: HandInDesk) -> None:
    given = Extension(LAB1, "ill", TEACHER, ANN, days=2)
    with desk.store.writing() as db:
        add_extension(db, author(), given)
    assert not give(at(desk, LATE), ANN).submission.late
    assert give(at(desk, LATE), BO).submission.late


def test_late_days_are_spent_by_handing_in(open_course: Opener) -> None:
    desk = open_course(more="\n[late_budget]\ndays = 2\nper_assignment = 2\n")
    given = give(at(desk, LATE - SECOND), ANN)
    assert not given.submission.late
    assert "late budget" in given.submission.words
    with_more = give(at(desk, LATE - SECOND), ANN, assignment="lab2")
    assert not with_more.submission.late
    assert not give(at(desk, LATE + DAY - SECOND), BO).submission.late
    assert give(at(desk, LATE + DAY), BO, assignment="lab2").submission.late, "none is left"


@pytest.mark.parametrize("moment", [CLOSED, CLOSED + DAY])
def test_what_is_closed_is_refused(desk: HandInDesk, moment) -> None:
    with pytest.raises(errors.HandInClosedError, match="Lab 1 is closed") as caught:
        give(at(desk, moment), ANN)
    assert caught.value.http_status == 403
    assert "Monday 15 February 2027 at 08:00 CET" in caught.value.message
    assert all_submissions(desk) == ()


def test_a_retry_after_the_end_still_gets_its_receipt(desk: HandInDesk) -> None:
    first = give(at(desk, CLOSED - SECOND), ANN)
    again = give(at(desk, CLOSED + SECOND), ANN)
    assert (again.is_new, again.receipt.text) == (False, first.receipt.text)


def test_nothing_is_taken_before_the_release(desk: HandInDesk) -> None:
    with pytest.raises(errors.NotReleasedError, match="Lab 1 has not been released yet"):
        give(at(desk, RELEASE - SECOND), ANN)


def test_a_planned_lab_takes_nothing(open_course: Opener) -> None:
    desk = open_course('state = "planned"\n')
    with pytest.raises(errors.NotReleasedError):
        give(desk, ANN)


def test_a_lab_without_a_version_takes_nothing(desk: HandInDesk) -> None:
    with desk.store.writing() as db:
        withdraw_version(db, author(), "lab1", 1)
    with pytest.raises(errors.NotReleasedError):
        give(desk, ANN)


def test_a_withdrawn_version_is_refused_and_says_what_to_do(desk: HandInDesk) -> None:
    with desk.store.writing() as db:
        withdraw_version(db, author(), "lab1", 1, "a wrong test")
    with pytest.raises(errors.VersionWithdrawnError, match="Version 1 of Lab 1") as caught:
        give(desk, ANN, version=1)
    assert "Fetch the newest version" in caught.value.hint
    assert caught.value.http_status == 409


def test_a_version_that_never_was_is_refused(desk: HandInDesk) -> None:
    with pytest.raises(UnknownVersionError, match="no version 7"):
        give(desk, ANN, version=7)


def test_only_people_of_the_course_hand_in(desk: HandInDesk) -> None:
    with desk.store.writing() as db:
        put_people(db, author(), [Person(BO), Person(StudentId("t"), role="staff")])
    assert give(desk, BO).is_new
    for other in (ANN, "t"):
        with pytest.raises(errors.NotEnrolledError, match="is no student of Deep learning"):
            give(desk, other)


def test_who_left_the_course_hands_in_no_more(desk: HandInDesk) -> None:
    gone = GroupEvent(EventKind.DROPPED_OUT, NOW, TEACHER, None, ANN, staff=True)
    with desk.store.writing() as db:
        add_group_events(db, [gone])
    with pytest.raises(errors.NotEnrolledError):
        give(desk, ANN)


def test_who_is_excused_has_nothing_to_hand_in(desk: HandInDesk) -> None:
    excused = GroupException(LAB1, ANN, Arrangement.EXCUSED, TEACHER, "credited")
    with desk.store.writing() as db:
        add_group_exception(db, author(), excused)
    with pytest.raises(errors.NotExpectedError, match="ann is excused from Lab 1"):
        give(desk, ANN)
    assert give(desk, ANN, assignment="lab2").is_new


def test_one_hand_in_counts_for_the_whole_group(open_course: Opener) -> None:
    desk = open_course("group_work = true\n")
    form_group(desk, "g1", ANN, BO)
    given = give(desk, BO)
    assert (given.submission.group, given.submission.unit) == ("g1", "g1")
    assert given.submission.members == given.receipt.members == (ANN, BO)
    with desk.store.reading() as db:
        assert submissions(db, student=ANN) == submissions(db, student=BO) == (given.submission,)
        assert submissions(db, student="cleo") == ()
    again = give(desk, ANN)
    assert (again.is_new, again.submission) == (False, given.submission)
    assert give(desk, ANN, b"a = 2").submission.attempt == 2


def test_groups_do_not_matter_for_work_of_ones_own(desk: HandInDesk) -> None:
    form_group(desk, "g1", ANN, BO)
    given = give(desk, BO).submission
    assert (given.group, given.members) == (None, (BO,))
    assert give(desk, ANN).is_new


def test_who_leaves_before_the_groups_freeze_hands_in_alone(open_course: Opener) -> None:
    desk = open_course("group_work = true\n")
    form_group(desk, "g1", ANN, BO)
    leave_group(desk, "g1", BO, NOW)
    assert give(desk, BO).submission.members == (BO,)
    assert give(desk, ANN).submission.members == (ANN,)


def test_who_leaves_later_still_hands_in_with_the_group(open_course: Opener) -> None:
    desk = open_course("group_work = true\n")
    form_group(desk, "g1", ANN, BO)
    leave_group(desk, "g1", BO, DUE + SECOND)
    assert give(at(desk, LATE), BO).submission.members == (ANN, BO)


def test_an_exception_for_one_does_not_stop_another(open_course: Opener) -> None:
    """An exception that names a group that is not there concerns only its own student."""
    desk = open_course("group_work = true\n")
    form_group(desk, "g1", ANN)
    with desk.store.writing() as db:
        wrong = GroupException(LAB1, BO, Arrangement.WITH_GROUP, TEACHER, "x", "nowhere")
        add_group_exception(db, author(), wrong)
    assert give(desk, ANN).is_new


def test_who_was_sent_to_a_group_hands_in_with_it(open_course: Opener) -> None:
    desk = open_course("group_work = true\n")
    form_group(desk, "g1", ANN)
    with desk.store.writing() as db:
        sent = GroupException(LAB1, BO, Arrangement.WITH_GROUP, TEACHER, "x", "g1")
        add_group_exception(db, author(), sent)
    assert give(desk, ANN).submission.members == (ANN, BO)
    assert give(desk, BO).submission.members == (ANN, BO)


def test_attempts_run_out(open_course: Opener) -> None:
    desk = open_course("on_hand_in = { attempts = 2 }\n")
    for answer in (b"a = 1", b"a = 2", b"a = 2"):
        give(desk, ANN, answer)
    with pytest.raises(errors.AttemptsUsedUpError, match="can be handed in 2 times") as caught:
        give(desk, ANN, b"a = 3")
    assert caught.value.http_status == 429
    assert give(desk, BO, b"a = 3").is_new


def test_attempts_of_a_day_come_back_at_midnight_of_the_course(open_course: Opener) -> None:
    desk = open_course("on_hand_in = { attempts_per_day = 1 }\n")
    give(desk, ANN, b"a = 1")
    with pytest.raises(errors.AttemptsUsedUpError, match="1 time a day") as caught:
        give(desk, ANN, b"a = 2")
    assert "from Tuesday 2 February 2027 at 00:00 CET on" in caught.value.hint
    midnight = NOW + timedelta(hours=11)
    with pytest.raises(errors.AttemptsUsedUpError):
        give(at(desk, midnight - SECOND), ANN, b"a = 2")
    assert give(at(desk, midnight), ANN, b"a = 2").is_new


def test_staff_hand_in_for_a_student_after_everything_is_over(open_course: Opener) -> None:
    desk = open_course("on_hand_in = { attempts = 1 }\n")
    give(desk, ANN)
    given = give(at(desk, CLOSED + DAY), ANN, b"a = 2", place=Place.STAFF, by=TEACHER)
    assert (given.submission.late, given.submission.credit) == (True, 0)
    assert "nothing is accepted" in given.receipt.words
    with desk.store.reading() as db:
        assert [event.by for event in history(db, "submission/")] == [ANN, TEACHER]


def test_a_hand_in_without_files_is_none(desk: HandInDesk) -> None:
    with pytest.raises(errors.NothingHandedInError, match="no file"):
        give(desk, ANN, {})


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"answer.py": b"x = 1"}, "There is no notebook"),
        ({"lab1.ipynb": b""}, "lab1.ipynb"),
        ({"lab1.ipynb": b"<html>"}, "it is a web page"),
        ({"lab1.ipynb": b'{"cells": ['}, "cut short or broken"),
        ({"lab1.ipynb": b'{"a": 1}'}, "lab1.ipynb"),
        ({"lab1.ipynb": b"[" * 100_000}, "lab1.ipynb"),
    ],
)
def test_what_is_no_notebook_is_said_at_once(desk: HandInDesk, files, words) -> None:
    with pytest.raises(errors.NoNotebookError, match=words) as caught:
        give(desk, ANN, files)
    assert "ends in .ipynb" in caught.value.hint


def test_a_notebook_of_another_lab_is_refused_by_its_content(desk: HandInDesk) -> None:
    with pytest.raises(errors.WrongAssignmentError, match="of Lab 2, not of Lab 1"):
        give(desk, ANN, {"lab1.ipynb": notebook("lab2")})
    assert give(desk, ANN, {"lab2.ipynb": notebook("lab2")}, "lab2").is_new


def test_a_notebook_without_any_marks_is_taken(desk: HandInDesk) -> None:
    """Some editors drop the metadata; intake knows the cells by what is in them."""
    bare = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    assert give(desk, ANN, {"lab1.ipynb": bare.encode()}).is_new


def test_a_refused_hand_in_leaves_nothing(desk: HandInDesk) -> None:
    before = kept_files(desk)
    for moment, files in ((CLOSED, b"a = 1"), (NOW, {"x.txt": b"x"})):
        with pytest.raises(LabhubError):
            give(at(desk, moment), ANN, files)
    assert kept_files(desk) == before
    assert all_submissions(desk) == ()


def test_what_is_graded_at_once_is_queued_with_the_hand_in(open_course: Opener) -> None:
    desk = open_course("on_hand_in = { grade = true }\n")
    given = give(desk, ANN)
    give(desk, ANN)
    give(desk, ANN, assignment="lab2")
    with desk.store.reading() as db:
        (job,) = jobs(db)
    assert (job.kind, job.submission, job.priority) == (
        JobKind.GRADE,
        given.submission.id,
        INTERACTIVE,
    )


def test_what_the_rules_grade_later_is_not_queued(open_course: Opener) -> None:
    deadlines = 'deadlines = { late_credit_percent = 80.0, late_graded = "after-last-date" }\n'
    desk = open_course(deadlines + "on_hand_in = { grade = true }\n")
    give(at(desk, LATE), ANN)
    with desk.store.reading() as db:
        assert jobs(db) == ()
    give(desk, BO)
    with desk.store.reading() as db:
        assert len(jobs(db)) == 1


def test_two_members_at_once_make_attempts_in_a_row(open_course: Opener) -> None:
    desk = open_course("group_work = true\n")
    form_group(desk, "g1", ANN, BO)
    answers = [(who, f"a = {number}".encode()) for number in range(10) for who in (ANN, BO)]
    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(lambda each: give(desk, *each), answers))
    kept = all_submissions(desk)
    assert [each.attempt for each in kept] == list(range(1, len(kept) + 1))
    assert {each.submission.id for each in given} == {each.id for each in kept}
    assert all(verify(each.receipt.text, desk.key.public_pem) for each in given)


def test_the_same_bytes_at_once_are_one_hand_in(desk: HandInDesk) -> None:
    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(lambda _: give(desk, ANN), range(16)))
    assert sum(each.is_new for each in given) == 1
    assert len({each.receipt.text for each in given}) == 1


def test_an_upload_that_is_broken_off_leaves_nothing(desk: HandInDesk) -> None:
    before = kept_files(desk)
    with pytest.raises(RuntimeError), receiving(desk.blobs, desk.course.hand_in_limits) as upload:
        upload.begin("lab1.ipynb").write(b"x" * 5000)
        raise RuntimeError
    assert kept_files(desk) == before
