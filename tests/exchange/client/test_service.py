"""Fetching, handing in and feedback through the real service."""

import hashlib
import json
from collections.abc import Callable

import pytest

from labhub.exchange.client import Service
from labhub.exchange.client.errors import (
    AlreadyFetchedError,
    CourseNotSaidError,
    NotebooksMissingError,
    NotFetchedError,
    ServiceRefusedError,
    TokenRefusedError,
    TwoCopiesError,
)
from labhub.exchange.client.fetching import Wish, fetch
from labhub.exchange.client.student import (
    PlaceOf,
    course_of,
    fetch_feedback,
    hand_in,
    has_feedback,
    listed,
)
from labhub.exchange.client.workfolder import WorkFolder
from labhub.exchange.handin.errors import (
    HandInClosedError,
    NotReleasedError,
    VersionWithdrawnError,
)
from labhub.exchange.receipts.receipt import verify
from tests.course_folder import ASSIGNMENT, SQUARES_RIGHT
from tests.exchange.client.conftest import World
from tests.service.stand import COURSE

Answer = Callable[[WorkFolder], None]
RELEASED = {"problem1.ipynb", "problem2.ipynb", "data.txt"}


def first(home: WorkFolder) -> str:
    return home.notebooks()[0].name


def test_a_student_fetches_works_hands_in_and_keeps_a_receipt(
    world: World, home: WorkFolder, answer: Answer
) -> None:
    ada = world.service("ada")
    assert fetch(ada, COURSE, ASSIGNMENT, home).is_first
    answer(home)
    done = hand_in(ada, COURSE, ASSIGNMENT, home, place="own", strict=True)
    receipt = done.given.receipt
    assert (receipt.student, receipt.version, receipt.late) == ("ada", 1, False)
    assert {file.path for file in receipt.files} == RELEASED
    assert verify(done.saved.read_text(), (done.saved.parent / "receipt-key.pub.pem").read_text())


def test_the_same_files_twice_are_one_hand_in(world: World, home: WorkFolder) -> None:
    ada = world.service("ada")
    fetch(ada, COURSE, ASSIGNMENT, home)
    receipts = [hand_in(ada, COURSE, ASSIGNMENT, home, place="own").given.text for _ in range(2)]
    assert receipts[0] == receipts[1]
    assert len(ada.submissions(COURSE)) == 1


def test_files_of_ours_and_links_to_elsewhere_stay_at_home(
    world: World, home: WorkFolder, tmp_path
) -> None:
    ada = world.service("ada")
    fetch(ada, COURSE, ASSIGNMENT, home)
    hand_in(ada, COURSE, ASSIGNMENT, home, place="own")
    (home.root / ".ipynb_checkpoints").mkdir()
    (home.root / ".ipynb_checkpoints" / "x.ipynb").write_text("{}")
    (home.root / "figures").mkdir()
    (home.root / "figures" / "åäö plot.png").write_bytes(b"png")
    (tmp_path / "secret").write_text("x")
    (home.root / "link").symlink_to(tmp_path / "secret")
    done = hand_in(ada, COURSE, ASSIGNMENT, home, place="own")
    paths = {file.path for file in done.given.receipt.files}
    assert paths == RELEASED | {"figures/åäö plot.png"}
    assert done.left_out == ("link",)


def test_the_list_says_what_is_released_fetched_and_newer(world: World, home: WorkFolder) -> None:
    ada, places = world.service("ada"), PlaceOf(home.root.parent)
    [row] = listed(ada, [COURSE], places)
    assert (row.assignment, row.status, row.version) == (ASSIGNMENT, "released", 1)
    assert row.words
    fetch(ada, COURSE, ASSIGNMENT, home)
    assert listed(ada, [COURSE], places)[0].status == "fetched"
    world.change_release("squares", "squares ")
    world.release()
    assert listed(ada, [COURSE], places)[0].status == "newer"


def test_a_fetched_assignment_is_not_fetched_again(world: World, home: WorkFolder) -> None:
    ada = world.service("ada")
    fetch(ada, COURSE, ASSIGNMENT, home)
    with pytest.raises(AlreadyFetchedError, match="already have a copy"):
        fetch(ada, COURSE, ASSIGNMENT, home)


def test_missing_files_come_back_and_work_stays(
    world: World, home: WorkFolder, answer: Answer
) -> None:
    ada = world.service("ada")
    fetch(ada, COURSE, ASSIGNMENT, home)
    answer(home)
    lost, *kept = home.notebooks()
    before = {path: path.read_bytes() for path in kept}
    lost.unlink()
    done = fetch(ada, COURSE, ASSIGNMENT, home, Wish(replace_missing=True))
    assert done.words == (f"{lost.name}: new",)
    assert lost.is_file()
    assert {path: path.read_bytes() for path in kept} == before


def test_a_newer_version_is_laid_beside_work_and_replaces_what_was_left_alone(
    world: World, home: WorkFolder
) -> None:
    ada = world.service("ada")
    fetch(ada, COURSE, ASSIGNMENT, home)
    worked, untouched = home.notebooks()
    worked.write_text(worked.read_text().replace("YOUR CODE HERE", "MY CODE"))
    mine = worked.read_bytes()
    world.change_release("assert", "assert  ")
    assert world.release() == 2
    done = fetch(ada, COURSE, ASSIGNMENT, home)
    beside = f"{worked.stem} (version 2).ipynb"
    assert done.beside == (beside,)
    assert worked.read_bytes() == mine
    assert "assert  " in untouched.read_text()
    assert (home.root / beside).is_file()
    receipt = hand_in(ada, COURSE, ASSIGNMENT, home, place="own").given.receipt
    assert receipt.version == 1, "the student still works on version 1"
    assert beside not in {file.path for file in receipt.files}


def test_work_in_a_copy_beside_is_not_silently_left_at_home(world: World, home: WorkFolder) -> None:
    ada = world.service("ada")
    fetch(ada, COURSE, ASSIGNMENT, home)
    worked = home.notebooks()[0]
    worked.write_text(worked.read_text().replace("YOUR CODE HERE", "MY CODE"))
    world.change_release("assert", "assert  ")
    world.release()
    [beside] = fetch(ada, COURSE, ASSIGNMENT, home).beside
    copy = home.root / beside
    copy.write_text(copy.read_text().replace("YOUR CODE HERE", "MY OTHER CODE"))
    with pytest.raises(TwoCopiesError, match="worked in"):
        hand_in(ada, COURSE, ASSIGNMENT, home, place="own")
    copy.replace(worked)
    assert hand_in(ada, COURSE, ASSIGNMENT, home, place="own").given.receipt.attempt == 1


def test_a_newer_version_is_merged_and_the_old_file_kept(
    world: World, home: WorkFolder, answer: Answer
) -> None:
    ada = world.service("ada")
    fetch(ada, COURSE, ASSIGNMENT, home)
    answer(home)
    before = {path.name: path.read_bytes() for path in home.notebooks()}
    world.change_release("assert", "assert  ")
    world.release()
    told = fetch(ada, COURSE, ASSIGNMENT, home, Wish(merge=True, dry_run=True))
    assert any("merged with version 2" in words for words in told.words)
    assert {path.name: path.read_bytes() for path in home.notebooks()} == before
    done = fetch(ada, COURSE, ASSIGNMENT, home, Wish(merge=True))
    assert done.words == told.words
    text = "".join(path.read_text() for path in home.notebooks())
    assert json.dumps(SQUARES_RIGHT)[1:-1] in text or "i**2 for i in range(1, n + 1)" in text
    assert "assert  " in text
    backups = {path.read_bytes() for path in (home.root / "backups").iterdir()}
    assert backups <= set(before.values()) and backups
    assert hand_in(ada, COURSE, ASSIGNMENT, home, place="own").given.receipt.version == 2


def test_after_a_copy_was_laid_beside_it_can_still_be_merged(
    world: World, home: WorkFolder, answer: Answer
) -> None:
    ada = world.service("ada")
    fetch(ada, COURSE, ASSIGNMENT, home)
    answer(home)
    world.change_release("assert", "assert  ")
    world.release()
    beside = fetch(ada, COURSE, ASSIGNMENT, home).beside
    assert beside
    with pytest.raises(AlreadyFetchedError):
        fetch(ada, COURSE, ASSIGNMENT, home)
    fetch(ada, COURSE, ASSIGNMENT, home, Wish(merge=True))
    assert not any((home.root / name).exists() for name in beside), "the copies have served"
    assert hand_in(ada, COURSE, ASSIGNMENT, home, place="own").given.receipt.version == 2


def test_a_withdrawn_version_is_refused_with_the_service_s_words(
    world: World, home: WorkFolder
) -> None:
    ada = world.service("ada")
    fetch(ada, COURSE, ASSIGNMENT, home)
    world.change_release("assert", "assert  ")
    world.release()
    world.service("teacher").withdraw(COURSE, ASSIGNMENT, 1, "a wrong test")
    with pytest.raises(VersionWithdrawnError, match="withdrawn") as refused:
        hand_in(ada, COURSE, ASSIGNMENT, home, place="own")
    assert refused.value.hint


def test_a_late_hand_in_says_so_and_a_closed_one_is_refused(world: World, home: WorkFolder) -> None:
    ada = world.service("ada")
    fetch(ada, COURSE, ASSIGNMENT, home)
    world.stand.clock.turn(days=8)
    receipt = hand_in(ada, COURSE, ASSIGNMENT, home, place="own").given.receipt
    assert receipt.late
    assert receipt.words
    world.stand.clock.turn(days=30)
    (home.root / "more.txt").write_text("x")
    with pytest.raises(HandInClosedError):
        hand_in(ada, COURSE, ASSIGNMENT, home, place="own")


def test_before_the_release_there_is_nothing(world: World, home: WorkFolder) -> None:
    world.stand.clock.turn(days=-60)
    ada = world.service("ada")
    assert listed(ada, [COURSE], PlaceOf(home.root.parent)) == []
    with pytest.raises(NotReleasedError):
        fetch(ada, COURSE, ASSIGNMENT, home)


def test_strict_refuses_what_lacks_a_notebook(world: World, home: WorkFolder) -> None:
    ada = world.service("ada")
    fetch(ada, COURSE, ASSIGNMENT, home)
    name = first(home)
    (home.root / name).unlink()
    with pytest.raises(NotebooksMissingError, match=name):
        hand_in(ada, COURSE, ASSIGNMENT, home, place="own", strict=True)
    assert hand_in(ada, COURSE, ASSIGNMENT, home, place="own").missing == (name,)


def test_there_must_be_a_folder(world: World, home: WorkFolder) -> None:
    with pytest.raises(NotFetchedError, match="not found"):
        hand_in(world.service("ada"), COURSE, ASSIGNMENT, home, place="own")


def test_feedback_comes_when_it_is_released_and_anew_when_it_changed(
    world: World, home: WorkFolder, tmp_path
) -> None:
    ada = world.service("ada")
    fetch(ada, COURSE, ASSIGNMENT, home)
    number = hand_in(ada, COURSE, ASSIGNMENT, home, place="own").given.receipt.submission
    assert fetch_feedback(ada, COURSE, ASSIGNMENT, home) == []
    page = tmp_path / "problem1.html"
    page.write_text("<p>Well done.</p>")
    world.service("ta").release_feedback(COURSE, number, {page.name: page})
    [entry] = ada.submissions(COURSE)
    assert has_feedback(entry, home) == (False, False)
    [found] = fetch_feedback(ada, COURSE, ASSIGNMENT, home)
    assert found.files[0].read_text() == "<p>Well done.</p>"
    assert has_feedback(entry, home) == (True, False)
    page.write_text("<p>Very well done.</p>")
    world.service("ta").release_feedback(COURSE, number, {page.name: page})
    [entry] = ada.submissions(COURSE)
    assert has_feedback(entry, home) == (True, True)


def test_others_reach_nothing(world: World, home: WorkFolder) -> None:
    ada = world.service("ada")
    fetch(ada, COURSE, ASSIGNMENT, home)
    number = hand_in(ada, COURSE, ASSIGNMENT, home, place="own").given.receipt.submission
    assert world.service("bob").submissions(COURSE) == []
    with pytest.raises(Exception, match="no hand-in"):
        world.service("bob").submission_files(COURSE, number)
    with pytest.raises(ServiceRefusedError) as refused:
        world.service("mallory").assignments(COURSE)
    assert refused.value.said == "not-your-course"


def test_an_unknown_token_is_refused_with_the_way_to_another(world: World) -> None:
    with pytest.raises(TokenRefusedError) as refused:
        Service(world.url, "nobody").courses()
    assert refused.value.hint


def test_the_only_course_need_not_be_named(world: World, home: WorkFolder) -> None:
    assert course_of(world.service("ada"), "") == COURSE
    assert course_of(world.service("ada"), "other") == "other"
    with pytest.raises(CourseNotSaidError):
        course_of(world.service("mallory"), "")
    fetch(world.service("ada"), COURSE, ASSIGNMENT, home)
    assert course_of(world.service("mallory"), "", home) == COURSE


def test_staff_get_the_bytes_that_were_handed_in(world: World, home: WorkFolder) -> None:
    ada = world.service("ada")
    fetch(ada, COURSE, ASSIGNMENT, home)
    receipt = hand_in(ada, COURSE, ASSIGNMENT, home, place="own").given.receipt
    files = world.service("ta").submission_files(COURSE, receipt.submission)
    assert {name: hashlib.sha256(content).hexdigest() for name, content in files.items()} == {
        file.path: file.sha256 for file in receipt.files
    }
