"""`labhub groups`: who hands in together, with the whole history."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from labhub.cli import groups_files
from labhub.cli.common import FAILED, AsJson, AssignmentName, CourseDir, say, say_json, say_table
from labhub.cli.errors import BadWordsError
from labhub.cli.grouping import group_event, group_rules
from labhub.cli.term import (
    At,
    By,
    Reason,
    Student,
    author,
    course_of,
    moment,
    required,
    store_of,
    verbs,
)

if TYPE_CHECKING:
    from labhub.course.model import Course
    from labhub.policy.groups import EventKind

app = verbs("Groups that hand in together.\n\nStaff may go beyond a rule when they give a reason.")

GroupName = Annotated[str, typer.Argument(metavar="GROUP", help="Id of the group.")]
Students = Annotated[list[str] | None, typer.Option("--student", help="Id; may be repeated.")]
ActAs = Annotated[str, typer.Option("--as", help="Act as this student, under the students' rules.")]


@app.command()
def form(
    group: GroupName,
    student: Students = None,
    act_as: ActAs = "",
    reason: Reason = "",
    by: By = "",
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Found a group with these members.

    Staff may found an empty one."""
    from labhub.policy.groups import EventKind

    first, *rest = student or [act_as]
    kinds = [(EventKind.FORMED, first), *((EventKind.JOINED, each) for each in rest)]
    _change(course_dir, group, kinds, act_as, reason, by, at)


@app.command()
def invite(
    group: GroupName,
    student: Student = "",
    act_as: ActAs = "",
    reason: Reason = "",
    by: By = "",
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Invite a student; only members do."""
    from labhub.policy.groups import EventKind

    _change(course_dir, group, [(EventKind.INVITED, student)], act_as, reason, by, at)


@app.command()
def join(
    group: GroupName,
    student: Student = "",
    act_as: ActAs = "",
    reason: Reason = "",
    by: By = "",
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Become a member of a group.

    Where the course wants it so, an invitation comes first."""
    from labhub.policy.groups import EventKind

    _change(course_dir, group, [(EventKind.JOINED, student or act_as)], act_as, reason, by, at)


@app.command()
def decline(
    group: GroupName,
    student: Student = "",
    act_as: ActAs = "",
    by: By = "",
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Turn an invitation down."""
    from labhub.policy.groups import EventKind

    _change(course_dir, group, [(EventKind.DECLINED, student or act_as)], act_as, "", by, at)


@app.command()
def leave(
    group: GroupName,
    student: Student = "",
    act_as: ActAs = "",
    reason: Reason = "",
    by: By = "",
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Leave a group.

    Who leaves before a lab's due date hands it in alone; who leaves later shares its mark."""
    from labhub.policy.groups import EventKind

    _change(course_dir, group, [(EventKind.LEFT, student or act_as)], act_as, reason, by, at)


@app.command()
def move(
    group: GroupName,
    student: Student = "",
    reason: Reason = "",
    by: By = "",
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Move a student into this group.

    He or she leaves the old group at the same moment."""
    from labhub.exchange.store.groups import change_groups, group_events
    from labhub.ids import GroupId, StudentId
    from labhub.policy.groups import EventKind, replay

    course, rules = group_rules(course_dir)
    who = StudentId(required(student, "--student"))
    with store_of(course_dir) as store, store.writing() as db:
        home = replay(group_events(db)).group_of(who)
        leaving = group_event(EventKind.LEFT, home or "", who, "", reason, by, at) if home else None
        joining = group_event(EventKind.JOINED, group, who, "", reason, by, at)
        change_groups(db, [*([leaving] if leaving else []), joining], rules)
    _say_members(course, course_dir, GroupId(group))


@app.command()
def drop_out(
    student: Student = "",
    reason: Reason = "",
    by: By = "",
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Take a student off the course.

    He or she leaves the group, and is in no later lab."""
    from labhub.exchange.store.groups import change_groups
    from labhub.policy.groups import EventKind

    _, rules = group_rules(course_dir)
    who = required(student, "--student")
    event = group_event(EventKind.DROPPED_OUT, "", who, "", required(reason, "--reason"), by, at)
    with store_of(course_dir) as store, store.writing() as db:
        change_groups(db, [event], rules)
    say(f"{student} has left the course")


@app.command("except")
def except_(
    assignment: AssignmentName,
    student: Student = "",
    arrangement: Annotated[
        Literal["alone", "excused", "with-group"], typer.Option(help="What holds for this lab.")
    ] = "alone",
    group: Annotated[str, typer.Option("--group", help="For with-group.")] = "",
    reason: Reason = "",
    by: By = "",
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Make an exception for one student on one lab.

    The student hands in alone, with another group, or not at all."""
    from labhub.exchange.store.groups import add_group_exception, require_group
    from labhub.exchange.store.people import require_people
    from labhub.ids import GroupId, StudentId
    from labhub.policy.units import Arrangement, GroupException

    lab = course_of(course_dir).assignment(assignment)
    if (arrangement == "with-group") is not bool(group):
        raise BadWordsError("--group and --arrangement with-group belong together.")
    decides = author(by, at)
    found = GroupException(
        lab.id,
        StudentId(required(student, "--student")),
        Arrangement(arrangement),
        decides.by,
        required(reason, "--reason"),
        GroupId(group) if group else None,
    )
    with store_of(course_dir) as store, store.writing() as db:
        require_people(db, [student])
        if group:
            require_group(db, group)
        add_group_exception(db, decides, found)
    say(f"{student} on {assignment}: {arrangement}{f' {group}' if group else ''}")


@app.command("list")
def list_(at: At = "", course_dir: CourseDir = Path(), as_json: AsJson = False) -> None:
    """List the groups, of now or of another moment.

    Exit code 1 where something is odd: groups that are too small or too large, and students
    without a group."""
    from labhub.exchange.store.groups import group_events
    from labhub.exchange.store.people import people
    from labhub.policy.groups import problems, replay

    _, rules = group_rules(course_dir)
    with store_of(course_dir) as store, store.reading() as db:
        groups = replay(group_events(db), until=moment(at))
        odd = problems(groups, rules, people(db, "student"))
    if as_json:
        members = {name: sorted(there) for name, there in sorted(groups.members.items())}
        say_json({"groups": members, "dropped_out": sorted(groups.dropped_out), "problems": odd})
    else:
        rows = [
            (name, len(there), ", ".join(sorted(there)))
            for name, there in sorted(groups.members.items())
            if there
        ]
        say_table(("group", "members", "who"), rows)
        for step in odd:
            say(step.words)
    if odd:
        raise typer.Exit(FAILED)


@app.command()
def history(
    group: Annotated[str, typer.Argument(help="Only this group or student.")] = "",
    course_dir: CourseDir = Path(),
    as_json: AsJson = False,
) -> None:
    """List every change of groups, the oldest first."""
    from labhub.exchange.store.groups import group_events

    zone = course_of(course_dir).zone
    with store_of(course_dir) as store, store.reading() as db:
        found = [e for e in group_events(db) if group in ("", e.group, e.student)]
    if as_json:
        say_json(found)
        return
    rows = [
        (
            f"{e.at.astimezone(zone):%Y-%m-%d %H:%M}",
            e.group or "",
            e.kind,
            e.student or "",
            e.by,
            e.reason,
        )
        for e in found
    ]
    say_table(("at", "group", "what", "who", "by", "reason"), rows)


def _change(
    course_dir: Path,
    group: str,
    kinds: "Sequence[tuple[EventKind, str]]",
    act_as: str,
    reason: str,
    by: str,
    at: str,
) -> None:
    from labhub.exchange.store.groups import change_groups
    from labhub.exchange.store.people import require_people
    from labhub.ids import GroupId

    course, rules = group_rules(course_dir)
    events = [group_event(kind, group, student, act_as, reason, by, at) for kind, student in kinds]
    with store_of(course_dir) as store, store.writing() as db:
        require_people(db, [student for _, student in kinds if student])
        change_groups(db, events, rules)
    _say_members(course, course_dir, GroupId(group))


def _say_members(course: "Course", course_dir: Path, group: str) -> None:
    from labhub.exchange.store.groups import require_group

    with store_of(course_dir) as store, store.reading() as db:
        members = sorted(require_group(db, group))
    say(f"{group}: {', '.join(members) or 'nobody'}")


app.command("import")(groups_files.import_)
app.command()(groups_files.export)
app.command()(groups_files.draw)
