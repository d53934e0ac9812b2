"""`labhub policy`: why a hand-in counts as it does, and what another date would change."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labhub.cli.common import (
    AsJson,
    AssignmentName,
    CourseDir,
    open_course,
    say,
    say_json,
    say_table,
)
from labhub.cli.term import (
    Assignment,
    At,
    By,
    DryRun,
    Reason,
    Student,
    author,
    course_of,
    moment,
    required,
    say_trace,
    store_of,
    term_of,
    verbs,
)

if TYPE_CHECKING:
    from labhub.gradebook.term.cases import Case
    from labhub.ids import AssignmentId

app = verbs("Deadlines: what holds, and why.")


@app.command()
def show(
    assignment: AssignmentName, course_dir: CourseDir = Path(), as_json: AsJson = False
) -> None:
    """Show the timeline of a lab.

    It holds for those without an extension."""
    from labhub.policy.assignments import timeline_of

    course = course_of(course_dir)
    line = timeline_of(course, course.assignment(assignment).id)
    if as_json:
        say_json({"assignment": assignment, "timeline": line.describe()})
        return
    say(line.title)
    for words in line.describe():
        say(f"  {words}")


@app.command()
def explain(
    student: Student = "",
    assignment: Assignment = "",
    course_dir: CourseDir = Path(),
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Tell why a hand-in counts as it does.

    Names everybody who hands in together, the student's own timeline with extensions and spent
    late days, and every rule that had a say."""
    from labhub.gradebook.term.cases import case, late_days_left
    from labhub.policy.words import say_count

    term = term_of(course_dir, at)
    found = case(term, required(student, "--student"), required(assignment, "--assignment"))
    left = late_days_left(term, found.student)
    if as_json:
        say_json(_plain(found) | {"late_days_left": left})
        return
    _say(found)
    if left is not None:
        say(f"  {say_count(left, 'late day')} left for the rest of the course.")


def _say(found: "Case") -> None:
    say(f"{found.timeline.title}: {found.student}")
    say("Who hands in:")
    say_trace(found.together)
    if found.unit is not None and len(found.unit.students) > 1:
        say(f"  One hand-in for {', '.join(found.unit.students)}.")
    say("What holds:")
    for words in found.timeline.describe():
        say(f"  {words}")
    say("What came of it:")
    say_trace(found.verdict.trace)


def _plain(found: "Case") -> dict[str, object]:
    verdict = found.verdict
    return {
        "student": found.student,
        "assignment": found.assignment,
        "group": found.unit.group if found.unit else None,
        "together": found.unit.students if found.unit else [],
        "timeline": [
            {
                "phase": segment.phase,
                "starts_at": segment.starts_at,
                "ends_at": segment.ends_at,
                "credit": segment.credit,
            }
            for segment in found.timeline.segments
        ],
        "handed_in_at": verdict.handed_in_at,
        "handed_in_by": found.handed_in_by,
        "phase": verdict.phase,
        "credit": verdict.credit,
        "accepted": verdict.accepted,
        "graded_from": verdict.graded_from,
        "trace": [*found.together, *verdict.trace],
    }


@app.command("list")
def list_(
    assignment: AssignmentName,
    ready: Annotated[
        bool, typer.Option("--ready", help="Only hand-ins that are to be graded by now.")
    ] = False,
    at: At = "",
    course_dir: CourseDir = Path(),
    as_json: AsJson = False,
) -> None:
    """List what holds for everybody's hand-in of a lab.

    A late hand-in may wait until the last late date is over: with --ready those are left out, and
    so is what is not accepted."""
    from labhub.gradebook.term.cases import cases
    from labhub.policy.words import say_credit

    term = term_of(course_dir, at)
    zone = term.course.zone
    found = [
        case
        for case in cases(term, term.course.assignment(assignment).id).values()
        if not ready
        or (case.verdict.accepted and term.now >= (case.verdict.graded_from or term.now))
    ]
    if as_json:
        say_json([_plain(case) for case in found])
        return
    rows = []
    for case in found:
        moment, waits = case.verdict.handed_in_at, case.verdict.graded_from
        rows.append(
            (
                case.student,
                (case.unit.group if case.unit else None) or "",
                f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else "",
                case.verdict.phase or ("excused" if case.excused else "missing"),
                say_credit(case.verdict.credit) if moment else "",
                f"{waits.astimezone(zone):%Y-%m-%d %H:%M}" if waits else "",
            )
        )
    say_table(("student", "group", "handed in", "phase", "credit", "graded from"), rows)


@app.command()
def changes(
    assignment: AssignmentName,
    due: Annotated[str, typer.Option(help="The new due date, with its offset.")] = "",
    late_until: Annotated[str, typer.Option(help="The new last late date.")] = "",
    dry_run: DryRun = False,
    course_dir: CourseDir = Path(),
    as_json: AsJson = False,
) -> None:
    """Change a date, and show whom it concerns.

    The date is changed in course.toml, and in nbgrader's gradebook where that knows the lab.
    With --dry-run nothing is written. What staff decided for a hand-in stays as it is."""
    from labhub.course.edit import change_dates, replace_text
    from labhub.gradebook.term.changes import concerned
    from labhub.policy.words import say_count

    term = term_of(course_dir)
    name = term.course.assignment(assignment).id
    new = {
        key: moment(text).astimezone(term.course.zone)
        for key, text in (("due", due), ("late_until", late_until))
        if text
    }
    required("".join(new), "--due or --late-until")
    text = change_dates(course_dir / "course.toml", name, new)
    found = concerned(term, name, text)
    if as_json:
        say_json([{"student": c.student, "kept": c.kept, "words": c.words} for c in found])
    else:
        for change in found:
            say(change.words)
        say(f"{assignment}: {say_count(len(found), 'hand-in')} concerned")
    if not dry_run:
        replace_text(course_dir / "course.toml", text)
        _tell_gradebook(course_dir, name)


def _tell_gradebook(course_dir: Path, assignment: "AssignmentId") -> None:
    """Write the due date into nbgrader's gradebook too, where it knows the lab."""
    from labhub.course.model import AssignmentState
    from labhub.gradebook.due_dates import ensure_due_date
    from labhub.gradebook.term.handed_in import has_gradebook

    course = open_course(course_dir)
    plan = course_of(course_dir).assignment(assignment)
    if plan.state is AssignmentState.READY and has_gradebook(course.folder):
        ensure_due_date(course, assignment)


@app.command()
def decide(
    credit: Annotated[float, typer.Option(min=0, max=100, help="Per cent of the points.")],
    student: Student = "",
    assignment: Assignment = "",
    reason: Reason = "",
    by: By = "",
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Decide on the credit of one hand-in.

    The decision stands whatever the dates become."""
    from labhub.exchange.store.grants import decide_credit
    from labhub.policy.assignments import share
    from labhub.policy.verdicts import Decision

    term = term_of(course_dir)
    who = term.person(required(student, "--student"))
    lab = term.course.assignment(required(assignment, "--assignment"))
    who_decides = author(by, at)
    decision = Decision(share(credit), who_decides.by, required(reason, "--reason"))
    with store_of(course_dir) as store, store.writing() as db:
        decide_credit(db, who_decides, lab.id, who.id, decision)
    say(f"{student}, {assignment}: {credit:g} % decided by {who_decides.by}")


@app.command()
def history(
    subject: Annotated[
        str, typer.Argument(help="Begin of a subject, e.g. extension/lab1; default: everything.")
    ] = "",
    course_dir: CourseDir = Path(),
    as_json: AsJson = False,
) -> None:
    """List what was changed, when and by whom."""
    from labhub.exchange.store.events import history as events

    course_of(course_dir)
    with store_of(course_dir) as store, store.reading() as db:
        found = events(db, subject)
    if as_json:
        say_json(found)
        return
    rows = [(f"{e.at:%Y-%m-%d %H:%M:%S} UTC", e.by, e.what, e.subject) for e in found]
    say_table(("at", "by", "what", "subject"), rows)
