"""`labhub review`: double-blind peer review, from the allocation to the report."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labhub.cli import review_replies, review_report
from labhub.cli.common import (
    FAILED,
    AsJson,
    AssignmentName,
    CourseDir,
    open_course,
    say,
    say_json,
    warn,
)
from labhub.cli.reviewing import (
    Late,
    Reviewer,
    identities,
    require_open,
    require_pair,
    round_of,
    rows_of,
    until,
)
from labhub.cli.term import (
    At,
    By,
    DryRun,
    Student,
    author,
    required,
    store_of,
    term_of,
    verbs,
)

if TYPE_CHECKING:
    from labhub.gradebook.term import Term
    from labhub.policy.allocations import Allocation

app = verbs("Double-blind peer review of hand-ins.")

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder for each student.")]
Work = Annotated[str, typer.Option("--work", help="Hand-in: its name, or pseudonym.")]


@app.command()
def allocate(
    assignment: AssignmentName,
    seed: Annotated[str, typer.Option(help="Word of the lot; default: drawn, and kept.")] = "",
    dry_run: DryRun = False,
    by: By = "",
    at: At = "",
    course_dir: CourseDir = Path(),
    as_json: AsJson = False,
) -> None:
    """Draw who reviews what.

    Done again, it fills the gaps after late hand-ins and drop-outs. Written reviews never move.
    Nobody reviews the own group, or meets an author twice in the course where it can be
    avoided."""
    import secrets

    from labhub.exchange.peer.pseudonyms import pseudonymous_pairs, pseudonymous_works
    from labhub.exchange.store.reviewing import Round, put_allocation
    from labhub.gradebook.term.reviewing import allocation_now, works

    term = term_of(course_dir, at)
    lab = term.course.assignment(assignment).id
    until(term, lab)
    seed = seed or secrets.token_hex(8)
    found = allocation_now(term, lab, seed)
    held = term.rounds.get(lab, Round(lab))
    named = pseudonymous_works([work for work, _ in works(term, lab).values()], held, seed)
    if not dry_run:
        with store_of(course_dir) as store, store.writing() as db:
            pairs = pseudonymous_pairs(found, held, seed)
            put_allocation(db, author(by, at), lab, named, pairs)
    if as_json:
        say_json({"seed": seed, "pairs": found.pairs, "notes": found.notes})
    else:
        _say_allocation(term, found, before=len(held.pairs))
        say("Nothing was written." if dry_run else f"Kept. The lot was drawn with '{seed}'.")


def _say_allocation(term: "Term", found: "Allocation", before: int) -> None:
    from labhub.policy.words import say_count

    of_work = {pair.work: found.reviewers_of(pair.work) for pair in found.pairs}
    loads = [len(found.works_of(reviewer)) for reviewer in {p.reviewer for p in found.pairs}]
    if not found.pairs:
        say("Nobody has handed in yet, so there is nothing to review.")
        return
    numbers = [len(there) for there in of_work.values()]
    say(
        f"{say_count(len(of_work), 'hand-in')}, {say_count(len(loads), 'reviewer')}, "
        f"{say_count(len(found.pairs), 'review')}{f' ({before} before)' if before else ''}"
    )
    say(f"A hand-in has {_span(numbers)} reviewers, a reviewer {_span(loads)} hand-ins.")
    for step in found.notes:
        say(step.words)


def _span(numbers: list[int]) -> str:
    low, high = min(numbers), max(numbers)
    return str(low) if low == high else f"{low} to {high}"


@app.command()
def packages(
    assignment: AssignmentName,
    to: Annotated[Path, typer.Option("--to", help="Folder to write into.")] = Path("reviews"),
    course_dir: CourseDir = Path(),
) -> None:
    """Write a folder for each reviewer.

    It holds anonymous notebooks, and a form for each. Names, ids, addresses, folders, metadata
    and the declaration are taken out. Names of variables stay."""
    from labhub.exchange.peer.packages import Paper, write_packages
    from labhub.gradebook.term.reviewing import works

    term = term_of(course_dir)
    lab = term.course.assignment(assignment).id
    held, folder = round_of(term, lab), open_course(course_dir).folder
    papers = {
        name: Paper(folder.submitted(lab, by), identities(term, work.authors, name))
        for name, (work, by) in works(term, lab).items()
    }
    count = write_packages(to, held, papers, rows_of(term, folder, lab), until(term, lab)[0])
    say(f"{count} packages in {to}")


@app.command()
def form(
    assignment: AssignmentName,
    to: Annotated[Path, typer.Option("--to", help="File to write.")] = Path("review.md"),
    course_dir: CourseDir = Path(),
) -> None:
    """Write an empty form.

    To be handed out with the example that staff have marked."""
    from labhub.exchange.peer.forms import empty_form

    term = term_of(course_dir)
    lab = term.course.assignment(assignment).id
    rows = rows_of(term, open_course(course_dir).folder, lab)
    to.write_text(empty_form("the example", rows, until(term, lab)[0]), encoding="utf-8")
    say(f"{to}: {len(rows)} rows")


@app.command()
def collect(
    assignment: AssignmentName,
    folder: Folder,
    late: Late = False,
    by: By = "",
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Read the forms that came back.

    Exit code 1 where some are not filled in right. Those that are right are kept all the same."""
    from labhub.errors import LabhubError
    from labhub.exchange.intake.read import read_bounded
    from labhub.exchange.peer.forms import FORM_BYTES, empty_form, read_form
    from labhub.exchange.peer.packages import filled_forms
    from labhub.exchange.store.reviewing import put_review
    from labhub.policy.reviews import Review

    term = term_of(course_dir, at)
    lab = term.course.assignment(assignment).id
    held = round_of(term, lab)
    require_open(term, lab, answers=False, late=late)
    rows = rows_of(term, open_course(course_dir).folder, lab)
    known = {each.review.pair: each.review for each in held.reviews}
    count, wrong = 0, 0
    with store_of(course_dir) as store, store.writing() as db:
        for pair, file in filled_forms(folder, held):
            text = read_bounded(file, file.parent, FORM_BYTES).decode("utf-8", errors="replace")
            work = held.work(pair.work)
            if work and text == empty_form(work.pseudonym, rows, until(term, lab)[0]):
                continue
            try:
                form = read_form(text, rows, f"{pair.reviewer}/{file.parent.name}/{file.name}")
            except LabhubError as error:
                warn(error.message)
                wrong += 1
                continue
            review = Review(pair, form.share(rows), form.text)
            if known.get(pair) != review:
                put_review(db, author(by or pair.reviewer, at), lab, review, form.points)
                count += 1
    say(f"{count} reviews new or changed, {wrong} not readable")
    if wrong:
        raise typer.Exit(FAILED)


@app.command()
def letters(
    assignment: AssignmentName,
    to: Annotated[Path, typer.Option("--to", help="Folder to write into.")] = Path("letters"),
    course_dir: CourseDir = Path(),
) -> None:
    """Write letters to authors and reviewers.

    Authors read what was said about their work, reviewers what was answered. Both sides stay
    under their pseudonyms."""
    from labhub.exchange.anonymise import Scrubber
    from labhub.exchange.peer.packages import write_answers, write_letters

    term = term_of(course_dir)
    lab = term.course.assignment(assignment).id
    held = round_of(term, lab)
    people = {
        each.pair.reviewer: identities(term, frozenset({each.pair.reviewer}))[0]
        for each in held.pairs
    }
    count = write_letters(to, held, people, until(term, lab)[1])
    authors = {
        work.work: Scrubber(identities(term, work.authors, work.work)) for work in held.works
    }
    answers = write_answers(to, held, authors)
    say(f"{count} letters to authors and {answers} to reviewers in {to}")


@app.command("check")
def check(
    assignment: AssignmentName,
    share: Annotated[float, typer.Option(min=0, max=100, help="Per cent of a good review.")],
    work: Work = "",
    reviewer: Reviewer = "",
    by: By = "",
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Keep what staff think of one review.

    It replaces the authors' rating."""
    from labhub.exchange.store.reviewing import put_spot_check
    from labhub.policy.roundings import exact

    term = term_of(course_dir, at)
    lab = term.course.assignment(assignment).id
    held = round_of(term, lab)
    pair = require_pair(held, required(reviewer, "--reviewer"), required(work, "--work"))
    with store_of(course_dir) as store, store.writing() as db:
        put_spot_check(db, author(by, at), lab, pair, exact(share) / 100)
    say(f"{pair.work} by {pair.reviewer}: {share:g} %")


@app.command()
def calibrate(
    assignment: AssignmentName,
    student: Student = "",
    form: Annotated[Path, typer.Option(help="The student's form on the example.")] = Path(),
    example: Annotated[
        Path, typer.Option(help="The staff's points: CSV with criterion and points.")
    ] = Path("example.csv"),
    at: At = "",
    course_dir: CourseDir = Path(),
    as_json: AsJson = False,
) -> None:
    """Compare a review of the example with the staff's.

    Exit code 1 if they are too far apart."""
    from labhub.cli.reviewing import criteria_of
    from labhub.exchange.peer.forms import read_form
    from labhub.exchange.store.reviewing import put_calibration
    from labhub.policy.calibrations import calibrate as compare
    from labhub.policy.roundings import exact

    term = term_of(course_dir, at)
    lab, who = term.course.assignment(assignment).id, term.person(required(student, "--student")).id
    rows = rows_of(term, open_course(course_dir).folder, lab)
    given = read_form(form.read_text(encoding="utf-8"), rows, str(form)).points
    tolerance = exact(term.course.rules.peer_review.calibration_tolerance_percent) / 100
    found = compare(criteria_of(rows, example), given, tolerance)
    with store_of(course_dir) as store, store.writing() as db:
        put_calibration(db, author(who, at), lab, who, found)
    if as_json:
        say_json({"student": who, "passed": found.passed, "trace": found.trace})
    else:
        for step in found.trace:
            say(step.words)
    if not found.passed:
        raise typer.Exit(FAILED)


app.command()(review_replies.rate)
app.command("rate-all")(review_replies.rate_all)
app.command()(review_report.show)
app.command()(review_report.flags)
app.command()(review_report.quality)
app.command()(review_report.report)
