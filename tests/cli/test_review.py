"""`labhub review`: five groups of two review each other's first hand-in, double-blind."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from tests.cli.term_course import (
    COLLEGE,
    course_in,
    data,
    hand_in,
    invoke,
    record_marks,
    refused,
    run,
)

NAMES = ["ann", "bo", "cia", "dan", "eva", "fin", "gus", "hal", "ida", "jon"]
EARLY = ("--at", "2026-09-15T12:00:00-04:00")
OPEN = ("--at", "2026-10-08T12:00:00-04:00")
IN_TIME = ("--at", "2026-10-18T12:00:00-04:00")
TOO_LATE = ("--at", "2026-10-20T12:00:00-04:00")
STARS, SHARE = ("handin1", "--stars", 4), ("handin1", "--share", 9)
HANDED_IN = "2026-10-01 16:00:00"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    folder = course_in(tmp_path / "course", COLLEGE)
    (folder / "people.csv").write_text(
        "id,name,email\n" + "".join(f"{n},{n.title()} Xson,{n}@x.org\n" for n in NAMES)
    )
    run(folder, "people", "import", folder / "people.csv")
    (folder / "groups.csv").write_text(
        "group,student\n" + "".join(f"team{at // 2},{n}\n" for at, n in enumerate(NAMES))
    )
    run(folder, "groups", "import", folder / "groups.csv", *EARLY)
    for name in NAMES[::2]:
        hand_in(folder, name, "handin1", HANDED_IN)
        source = f"# by {name.title()} Xson\nx = 1\n"
        cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
        notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (folder / "submitted" / name / "handin1" / "handin1.ipynb").write_text(json.dumps(notebook))
    return folder


@pytest.fixture
def allocated(course: Path) -> Path:
    run(course, "review", "allocate", "handin1", "--seed", "x", *OPEN)
    return course


def sides(course: Path) -> list[dict[str, str]]:
    return data(course, "review", "show", "handin1")


def fill_in(course: Path, points: str = "6", words: str = "word " * 25) -> Path:
    """Everybody fills in every form."""
    packages = course / "packages"
    run(course, "review", "packages", "handin1", "--to", packages)
    for form in packages.glob("*/*/review.md"):
        text = form.read_text().replace("Points (0 to 4):", "Points: 3")
        who = f"{form.parent.parent.name} {form.parent.name} "
        form.write_text(text.replace("Points (0 to 8):", f"Points: {points}") + who * 3 + words)
    return packages


def test_an_allocation_is_tried_and_then_kept(course: Path) -> None:
    said = run(course, "review", "allocate", "handin1", "--dry-run", *OPEN)
    assert "5 hand-ins, 10 reviewers, 20 reviews" in said
    assert "A hand-in has 4 reviewers, a reviewer 2 hand-ins." in said
    assert (
        "Nothing of handin1 has been allocated yet."
        in refused(course, "review", "show", "handin1")[1]
    )
    kept = run(course, "review", "allocate", "handin1", "--seed", "x", *OPEN)
    assert "Kept. The lot was drawn with 'x'." in kept
    homes = {name: f"team{at // 2}" for at, name in enumerate(NAMES)}
    assert all(homes[side["reviewer"]] != side["work"] for side in sides(course))


def test_nobody_has_handed_in_yet(tmp_path: Path) -> None:
    folder = course_in(tmp_path / "empty", COLLEGE)
    assert "Nobody has handed in yet" in run(folder, "review", "allocate", "handin1")


def test_a_late_hand_in_and_a_drop_out_move_as_little_as_is_needed(allocated: Path) -> None:
    before = {(side["reviewer"], side["work"]) for side in sides(allocated)}
    run(allocated, "groups", "drop-out", "--student", "jon", "--reason", "moved", *OPEN)
    found = data(allocated, "review", "allocate", "handin1", *OPEN)
    after = {(pair["reviewer"], pair["work"]) for pair in found["pairs"]}
    assert not any(reviewer == "jon" for reviewer, _ in after)
    kept = {pair for pair in before if pair[0] != "jon"}
    assert kept <= after


def test_packages_are_anonymous(allocated: Path) -> None:
    assert run(allocated, "review", "packages", "handin1", "--to", allocated / "p") == (
        f"20 packages in {allocated / 'p'}\n"
    )
    (notebook, *_) = (allocated / "p" / "ann").glob("work-*/hand-in-1.ipynb")
    assert "# by [name]" in notebook.read_text()
    text = (notebook.parent / "review.md").read_text()
    assert "## [method] Is the method right" in text
    assert "before Monday 19 October 2026 at 17:15 EDT" in text


def test_reviews_are_collected_rated_answered_and_judged(allocated: Path) -> None:
    packages = fill_in(allocated)
    said = run(allocated, "review", "collect", "handin1", packages, *IN_TIME)
    assert said == "20 reviews new or changed, 0 not readable\n"
    again = run(allocated, "review", "collect", "handin1", packages, *IN_TIME)
    assert again.startswith("0 reviews")
    (side, *_) = [each for each in sides(allocated) if each["work"] == "team0"]
    assert side["mark"] == "75 %"
    rate = ("review", "rate", "handin1", "--student", "ann", "--reviewer", side["known as"])
    run(allocated, *rate, "--stars", 5, "--answer", "Thank you", *TOO_LATE)
    run(allocated, "review", "check", "handin1", "--work", "team0", "--reviewer", side["reviewer"],
        "--share", 50)  # fmt: skip
    shown = run(allocated, "review", "show", "handin1", "--work", side["pseudonym"])
    assert "Answer: Thank you" in shown
    assert f"{side['known as']} ({side['reviewer']}):" in shown
    found = {q["student"]: q["share"] for q in data(allocated, "review", "quality", "handin1")}
    assert found[side["reviewer"]] == 0.5
    table = run(allocated, "review", "quality", "handin1")
    assert f"{side['reviewer']}\t2/2\t\t\t50 %\t50 %" in table


def test_the_quality_of_reviews_is_a_part_of_the_grade(allocated: Path) -> None:
    at = datetime.fromisoformat("2026-10-01T12:00:00-04:00")
    record_marks(allocated, "handin1", dict.fromkeys(NAMES[::2], (30.0, 15.0)), at)
    packages = fill_in(allocated)
    run(allocated, "review", "collect", "handin1", packages, *IN_TIME)
    found = data(allocated, "grades", "--student", "bo", *IN_TIME)[0]
    assert found["items"]["reviews"]["points"] == 100
    assert found["running"][0].startswith("the peer review of Hand-in 1")
    assert "Not over yet: the peer review" in run(allocated, "grades", "--student", "bo", *IN_TIME)
    assert "Agreement with the staff: 100 %." in [step["words"] for step in found["trace"]]


def test_the_report_reads_well(allocated: Path) -> None:
    packages = fill_in(allocated, words="idiot")
    (packages / "ann").rename(allocated / "gone")
    run(allocated, "review", "collect", "handin1", packages, *IN_TIME)
    said = run(allocated, "review", "report", "handin1", *TOO_LATE)
    assert said.startswith("Peer review of Hand-in 1")
    assert "5 hand-ins, 10 reviewers; 18 of 20 reviews written." in said
    assert "missing: ann on" in said
    assert "It says “idiot”." in said
    kinds = {flag["kind"] for flag in data(allocated, "review", "flags", "handin1", *TOO_LATE)}
    assert {"missing", "empty", "abusive"} <= kinds
    early = {flag["kind"] for flag in data(allocated, "review", "flags", "handin1", *IN_TIME)}
    assert "missing" not in early
    assert "missing\tann" in run(allocated, "review", "flags", "handin1", *TOO_LATE)


def test_a_form_with_a_mistake_is_named_and_the_others_are_kept(allocated: Path) -> None:
    packages = fill_in(allocated)
    (form, *_) = (packages / "ann").glob("*/review.md")
    form.write_text(form.read_text().replace("Points: 6", "Points: 60"))
    result = invoke(allocated, "review", "collect", "handin1", packages, *IN_TIME)
    assert result.exit_code == 1
    assert "19 reviews new or changed, 1 not readable" in result.output
    assert "ann/work-" in result.output
    assert "says '60'; expected points from 0 to 8" in result.output


def test_reviews_have_a_deadline_of_their_own(allocated: Path) -> None:
    packages = fill_in(allocated)
    collect = ("review", "collect", "handin1", packages, *TOO_LATE)
    code, said = refused(allocated, *collect)
    assert (code, "It is too late. Reviews are due on Monday 19 October" in said) == (4, True)
    assert run(allocated, *collect, "--late").startswith("20 reviews")
    late = ("--at", "2026-10-25T12:00:00-04:00")
    rate = ("review", "rate", "handin1", "--student", "ann", "--reviewer", "Reviewer A",
            "--stars", 4)  # fmt: skip
    assert "Ratings and answers are due on" in refused(allocated, *rate, *late)[1]


def test_letters_go_to_every_author(allocated: Path) -> None:
    run(allocated, "review", "collect", "handin1", fill_in(allocated), *IN_TIME)
    rate = ("review", "rate", "handin1", "--student", "ann", "--reviewer", "Reviewer A")
    run(allocated, *rate, "--stars", 4, "--answer", "Thanks, from Ann", *TOO_LATE)
    said = run(allocated, "review", "letters", "handin1", "--to", allocated / "letters")
    assert said == f"10 letters to authors and 1 to reviewers in {allocated / 'letters'}\n"
    (answers,) = (allocated / "letters").glob("*/answers.md")
    assert "Thanks, from [name]" in answers.read_text()
    text = (allocated / "letters" / "bo" / "reviews.md").read_text()
    assert text.count("## Reviewer") == 4
    assert not any(name in text.split() for name in NAMES)


def test_many_ratings_come_from_a_file(allocated: Path) -> None:
    run(allocated, "review", "collect", "handin1", fill_in(allocated), *IN_TIME)
    file = allocated / "ratings.csv"
    file.write_text("student,reviewer,stars,answer\nann,Reviewer A,4,ok\nbo,Reviewer B,5,\n")
    assert run(allocated, "review", "rate-all", "handin1", file, *TOO_LATE) == "2 ratings kept\n"
    file.write_text("student,reviewer,stars\nann,Reviewer A,6\n")
    said = refused(allocated, "review", "rate-all", "handin1", file, *TOO_LATE)[1]
    assert "stars outside 1 to 5" in said


def test_a_student_is_calibrated_on_an_example(allocated: Path) -> None:
    form = allocated / "form.md"
    assert run(allocated, "review", "form", "handin1", "--to", form) == f"{form}: 3 rows\n"
    text = form.read_text().replace("Points (0 to 8):", "Points: 6")
    form.write_text(text.replace("Points (0 to 4):", "Points: 3"))
    example = allocated / "example.csv"
    example.write_text("criterion,points\nmethod,6\nevidence,7\nsources,3\n")
    ask = ("review", "calibrate", "handin1", "--student", "ann", "--form", form,
           "--example", example)  # fmt: skip
    assert data(allocated, *ask)["passed"] is True
    example.write_text("criterion,points\nmethod,1\nevidence,1\nsources,1\n")
    result = invoke(allocated, *ask)
    assert result.exit_code == 1
    assert "please look at the example again" in result.output
    assert "0 of 1 were near the staff" in run(allocated, "review", "report", "handin1")
    example.write_text("criterion,points\nmethod,1\n")
    assert "does not give points for each of" in refused(allocated, *ask)[1]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (
            ("rate", "handin1", "--stars", 4, "--student", "ann", "--reviewer", "ann", *IN_TIME),
            2,
            "was not to review",
        ),
        (
            ("rate", "handin1", "--stars", 4, "--student", "an", "--reviewer", "bo"),
            2,
            "Did you mean 'dan'?",
        ),
        (("rate", "handin1", "--stars", 4, "--reviewer", "bo"), 2, "--student is missing"),
        (
            ("check", "handin1", "--share", 9, "--work", "work-99", "--reviewer", "bo"),
            2,
            "was not to review",
        ),
        (("show", "handin2"), 2, "Nothing of handin2 has been allocated yet."),
        (("allocate", "handin9"), 2, "Did you mean 'handin"),
    ],
)
def test_what_makes_no_sense_is_refused(allocated: Path, arguments, code, words) -> None:
    found, said = refused(allocated, "review", *arguments)
    assert (found, words in said) == (code, True), said


def test_somebody_without_a_hand_in_rates_nothing(allocated: Path) -> None:
    run(allocated, "people", "add", "zoe")
    rate = ("review", "rate", "handin1", "--student", "zoe", "--reviewer", "bo",
            "--stars", 4, *IN_TIME)  # fmt: skip
    assert "zoe has no hand-in in this review." in refused(allocated, *rate)[1]


def test_a_course_without_peer_review_says_so(tmp_path: Path) -> None:
    folder = course_in(tmp_path / "phd")
    code, said = refused(folder, "review", "allocate", "lab1")
    assert (code, "no table [assignments.peer_review] for lab1" in said) == (3, True)
