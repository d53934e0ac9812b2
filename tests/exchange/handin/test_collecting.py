"""Collecting: the hand-ins that count lie in nbgrader's folders, one folder per hand-in."""

from datetime import timedelta

import pytest

from labhub.exchange.handin import HandInDesk, collect, keep_pages, release_pages
from labhub.exchange.store.collected import collected
from labhub.exchange.store.errors import BlobMissingError
from labhub.exchange.store.feedback import feedback_of
from labhub.exchange.store.grants import add_extension
from labhub.exchange.store.groups import add_group_events, add_group_exception
from labhub.exchange.store.people import Person, put_people
from labhub.gradebook.handin import handed_in_at
from labhub.gradebook.term import load_term
from labhub.gradebook.term.cases import cases
from labhub.ids import AssignmentId, GroupId, StudentId
from labhub.policy.extensions import Extension
from labhub.policy.groups import EventKind, GroupEvent
from labhub.policy.units import Arrangement, GroupException
from tests.exchange.handin.conftest import Opener
from tests.exchange.handin.counter import (
    ANN,
    BO,
    CLEO,
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
    leave_group,
    notebook,
)

LAB1 = AssignmentId("lab1")
GROUPS = "group_work = true\n"


def folders(desk: HandInDesk) -> dict[str, bytes]:
    """Whose folder holds which notebook."""
    found = sorted((desk.folder.root / "submitted").glob("*/lab1/lab1.ipynb"))
    return {path.parent.parent.name: path.read_bytes() for path in found}


def placed(desk: HandInDesk, **more) -> list[tuple[int, str, bool]]:
    done = collect(desk, "lab1", **more)
    return [(each.submission.id, each.student, each.is_new) for each in done]


def test_a_hand_in_becomes_a_folder_with_its_time(desk: HandInDesk) -> None:
    content = notebook("lab1", "a = abs")
    given = give(desk, ANN, {"lab1.ipynb": content, "figures/plot.png": b"png"})
    assert placed(desk) == [(given.submission.id, ANN, True)]
    folder = desk.folder.submitted(LAB1, ANN)
    assert (folder / "lab1.ipynb").read_bytes() == content
    assert (folder / "figures" / "plot.png").read_bytes() == b"png"
    assert (folder / "timestamp.txt").read_text() == "2027-02-01 12:00:00.000000 UTC"
    assert [path.name for path in folder.parent.iterdir()] == ["lab1"]


def test_the_gradebook_reads_the_time_as_it_was(desk: HandInDesk) -> None:
    give(desk, ANN)
    collect(desk, "lab1")
    assert handed_in_at(desk.folder.submitted(LAB1, ANN)) == (NOW.replace(tzinfo=None), None)


def test_what_lies_there_already_is_left_alone(desk: HandInDesk) -> None:
    give(desk, ANN)
    collect(desk, "lab1")
    before = desk.folder.submitted(LAB1, ANN).stat().st_ino
    assert placed(desk) == [(1, ANN, False)]
    assert desk.folder.submitted(LAB1, ANN).stat().st_ino == before


def test_a_folder_that_was_removed_comes_back(desk: HandInDesk) -> None:
    give(desk, ANN)
    collect(desk, "lab1")
    (desk.folder.submitted(LAB1, ANN) / "timestamp.txt").unlink()
    assert placed(desk) == [(1, ANN, True)]


def test_the_last_of_those_worth_most_counts(desk: HandInDesk) -> None:
    give(desk, ANN, b"a = 1")
    second = give(at(desk, NOW + DAY), ANN, b"a = 2").submission.id
    give(at(desk, LATE), ANN, b"a = 3")
    assert placed(desk) == [(second, ANN, True)]
    late = give(at(desk, LATE), BO, b"a = 4").submission.id
    assert placed(desk, students=["bo"]) == [(late, BO, True)]


def test_only_what_came_before_a_moment_is_looked_at(desk: HandInDesk) -> None:
    first = give(desk, ANN, b"a = 1").submission.id
    give(at(desk, NOW + DAY), ANN, b"a = 2")
    assert placed(desk, before=NOW + DAY) == [(first, ANN, True)]
    assert placed(desk, before=NOW) == []


def test_a_file_of_the_students_does_not_forge_the_time(desk: HandInDesk) -> None:
    give(at(desk, LATE), ANN, {"lab1.ipynb": notebook("lab1"), "timestamp.txt": b"2020-01-01 UTC"})
    collect(desk, "lab1")
    stamp = desk.folder.submitted(LAB1, ANN) / "timestamp.txt"
    assert stamp.read_text() == "2027-02-09 07:00:00.000000 UTC"


def test_a_group_has_one_folder_that_stays_the_same(open_course: Opener) -> None:
    desk = open_course(GROUPS)
    form_group(desk, "g1", ANN, BO, CLEO)
    give(desk, BO, b"a = 1")
    assert [home for _, home, _ in placed(desk)] == [BO]
    give(desk, CLEO, b"a = 2")
    assert placed(desk) == [(2, BO, True)]
    assert list(folders(desk)) == [BO]
    assert b"a = 2" in folders(desk)[BO]


def test_who_has_more_time_gets_a_folder_besides(open_course: Opener) -> None:
    desk = open_course(GROUPS)
    form_group(desk, "g1", ANN, BO)
    with desk.store.writing() as db:
        add_extension(db, author(), Extension(LAB1, "ill", TEACHER, ANN, days=3))
    early = give(desk, BO, b"a = 1").submission.id
    late = give(at(desk, LATE), ANN, b"a = 2").submission.id
    assert placed(desk) == [(early, BO, True), (late, ANN, True)]


def test_a_group_that_parted_has_a_folder_each(open_course: Opener) -> None:
    """What was handed in together counts for both; who left before the end is marked alone."""
    desk = open_course(GROUPS)
    form_group(desk, "g1", ANN, BO)
    give(desk, BO)
    collect(desk, "lab1")
    leave_group(desk, "g1", ANN, NOW + timedelta(hours=1))
    assert sorted(placed(desk)) == [(1, ANN, True), (1, BO, False)]
    alone = give(at(desk, NOW + DAY), ANN, b"a = 2").submission.id
    assert sorted(placed(desk)) == [(1, BO, False), (alone, ANN, True)]


def test_who_joined_later_brings_the_own_hand_in_along(open_course: Opener) -> None:
    desk = open_course(GROUPS)
    form_group(desk, "g1", ANN)
    own = give(desk, BO, b"a = 1")
    assert own.submission.group is None
    joined = GroupEvent(EventKind.JOINED, NOW + DAY, BO, GroupId("g1"), BO)
    with desk.store.writing() as db:
        add_group_events(db, [joined])
    assert placed(desk) == [(1, BO, True)]


def test_the_final_marks_find_the_folder_for_every_member(open_course: Opener) -> None:
    """The rules of the term, asked of the folders, name the same hand-in for everybody."""
    desk = open_course(GROUPS)
    form_group(desk, "g1", ANN, BO, CLEO, at=RELEASE)
    with desk.store.writing() as db:
        add_extension(db, author(), Extension(LAB1, "ill", TEACHER, CLEO, days=3))
        put_people(db, author(), [Person(each) for each in (ANN, BO, CLEO)])
    give(desk, BO, b"a = 1")
    give(at(desk, LATE), ANN, b"a = 2")
    collect(desk, "lab1")
    found = cases(load_term(desk.folder, desk.store, DUE + 9 * DAY), LAB1)
    assert {who: case.handed_in_by for who, case in found.items()} == {
        ANN: BO,
        BO: BO,
        CLEO: CLEO,
    }
    assert {who: case.verdict.credit for who, case in found.items()} == {ANN: 1, BO: 1, CLEO: 1}


def test_who_is_excused_has_no_folder(desk: HandInDesk) -> None:
    give(desk, ANN)
    with desk.store.writing() as db:
        excused = GroupException(LAB1, ANN, Arrangement.EXCUSED, TEACHER, "credited")
        add_group_exception(db, author(), excused)
    assert placed(desk) == []


def test_missing_bytes_stop_it_and_leave_no_half_folder(desk: HandInDesk) -> None:
    given = give(desk, ANN)
    desk.blobs.path(given.submission.files[0].sha256).unlink()
    with pytest.raises(BlobMissingError):
        collect(desk, "lab1")
    assert list((desk.folder.root / "submitted" / "ann").iterdir()) == []
    with desk.store.reading() as db:
        assert collected(db, "lab1") == {}


def write_page(desk: HandInDesk, student: StudentId, words: str) -> None:
    folder = desk.folder.feedback(LAB1, student)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lab1.html").write_text(words)
    (folder / "timestamp.txt").write_text("not a page")


def test_pages_belong_to_the_hand_in_and_so_to_all_its_members(open_course: Opener) -> None:
    desk = open_course(GROUPS)
    form_group(desk, "g1", ANN, BO)
    number = give(desk, BO).submission.id
    collect(desk, "lab1")
    write_page(desk, BO, "<p>Good.</p>")
    write_page(desk, CLEO, "<p>Not from the store.</p>")
    (kept,) = keep_pages(desk, TEACHER, "lab1")
    assert (kept.submission, [file.path for file in kept.files]) == (number, ["lab1.html"])
    assert desk.blobs.read(kept.files[0].sha256) == b"<p>Good.</p>"
    with desk.store.reading() as db:
        assert feedback_of(db, number) is None
    assert release_pages(desk, TEACHER, "lab1") == (number,)
    with desk.store.reading() as db:
        assert feedback_of(db, number) is not None


def test_pages_of_some_are_kept_alone(desk: HandInDesk) -> None:
    for student in (ANN, BO):
        give(desk, student, f"# {student}".encode())
    collect(desk, "lab1")
    for student in (ANN, BO):
        write_page(desk, student, student)
    assert [each.submission for each in keep_pages(desk, TEACHER, "lab1", ["bo", "nobody"])] == [2]
    assert release_pages(desk, TEACHER, "lab1", [1]) == ()
