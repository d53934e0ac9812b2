"""Verbs by which the reviewed rate and answer their reviews."""

from pathlib import Path
from typing import Annotated

import typer

from labhub.cli.common import AssignmentName, CourseDir, say
from labhub.cli.errors import BadWordsError
from labhub.cli.reviewing import Late, Reviewer, require_open, require_pair, round_of
from labhub.cli.term import At, Student, author, read_csv, required, store_of, term_of


def rate(
    assignment: AssignmentName,
    stars: Annotated[int, typer.Option(min=1, max=5, help="How helpful it was.")],
    student: Student = "",
    reviewer: Reviewer = "",
    answer: Annotated[str, typer.Option(help="A word to the reviewer.")] = "",
    late: Late = False,
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Rate and answer a review.

    As one of the authors (--student)."""
    from labhub.exchange.peer.errors import NotAllocatedError
    from labhub.exchange.store.reviewing import Reply, put_reply

    term = term_of(course_dir, at)
    lab = term.course.assignment(assignment).id
    held, who = round_of(term, lab), term.person(required(student, "--student")).id
    require_open(term, lab, answers=True, late=late)
    mine = next((work for work in held.works if who in work.authors), None)
    if mine is None:
        raise NotAllocatedError(f"{who} has no hand-in in this review.")
    pair = require_pair(held, required(reviewer, "--reviewer"), mine.work)
    with store_of(course_dir) as store, store.writing() as db:
        put_reply(db, author(who, at), lab, Reply(pair, stars, answer, who))
    say(f"{mine.work}: {stars} of 5 stars for {reviewer}")


def rate_all(
    assignment: AssignmentName,
    file: Annotated[Path, typer.Argument(help="CSV: student, reviewer, stars and answer.")],
    late: Late = False,
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Read ratings and answers from a CSV file.

    All of it is kept, or nothing."""
    from labhub.exchange.store.reviewing import Reply, put_reply

    term = term_of(course_dir, at)
    lab = term.course.assignment(assignment).id
    held = round_of(term, lab)
    require_open(term, lab, answers=True, late=late)
    works = {who: work.work for work in held.works for who in work.authors}
    rows = read_csv(file, ("student", "reviewer", "stars"), ("student", "reviewer"))
    with store_of(course_dir) as store, store.writing() as db:
        for number, row in enumerate(rows, start=2):
            if row["student"] not in works or row["stars"] not in "12345" or not row["stars"]:
                raise BadWordsError(f"{file}:{number}: no author, or stars outside 1 to 5.")
            who = term.person(row["student"]).id
            pair = require_pair(held, row["reviewer"], works[who])
            reply = Reply(pair, int(row["stars"]), row.get("answer", ""), who)
            put_reply(db, author(who, at), lab, reply)
    say(f"{len(rows)} ratings kept")
