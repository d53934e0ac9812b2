"""`labhub grades`: final grades on the screen, as CSV, with their account, and "what if"."""

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from labhub.cli.common import AsJson, CourseDir, say, say_json, say_table
from labhub.cli.errors import BadWordsError
from labhub.cli.term import At, Student, ToFile, required, term_of, write_csv

if TYPE_CHECKING:
    from labhub.gradebook.term import Term
    from labhub.gradebook.term.finals import Final


def grades(
    student: Student = "",
    if_: Annotated[
        list[str] | None,
        typer.Option("--what-if", metavar="ITEM=POINTS", help="With --student; may be repeated."),
    ] = None,
    form: Annotated[
        Literal["table", "csv", "ladok"],
        typer.Option("--format", help="'ladok': a row for every module of credits."),
    ] = "table",
    to: ToFile = None,
    pages: Annotated[
        Path | None, typer.Option(help="Folder: write a page for each student into it.")
    ] = None,
    at: At = "",
    course_dir: CourseDir = Path(),
    as_json: AsJson = False,
) -> None:
    """Show final grades.

    With --student the whole account: every rule that made the grade, in the order in which it
    was applied. A grade that is not complete counts what is missing as nothing so far."""
    from labhub.gradebook.term.finals import finals

    term = term_of(course_dir, at)
    only = term.person(student).id if student else None
    if if_:
        _say_what_if(term, required(student, "--student"), if_, as_json)
        return
    found = finals(term, only)
    if pages is not None:
        _write_pages(term, list(found.values()), pages)
    elif as_json:
        say_json([_plain(final) for final in found.values()])
    elif form != "table":
        columns, rows = (_ladok if form == "ladok" else _csv)(term, list(found.values()))
        write_csv(to, columns, rows)
    elif only is not None:
        _say_account(found[only])
    else:
        _say_all(term, list(found.values()))


def _write_pages(term: "Term", found: "list[Final]", folder: Path) -> None:
    from labhub.gradebook.term.page import grade_page
    from labhub.policy.words import say_moment

    folder.mkdir(parents=True, exist_ok=True)
    when = say_moment(term.now.replace(second=0), term.course.zone)
    for final in found:
        page = grade_page(term.course.title, final, when)
        (folder / f"{final.student}.html").write_text(page, encoding="utf-8")
    say(f"{len(found)} pages in {folder}")


def _say_all(term: "Term", found: "list[Final]") -> None:
    categories = [category.title for category in term.scheme.categories]
    rows = [
        (
            final.student,
            final.name,
            *(_percent(part.share) for part in final.grade.categories),
            final.grade.percent,
            final.grade.grade,
            _number(final.grade.credits),
            _state(final),
        )
        for final in found
    ]
    say_table(("student", "name", *categories, "%", "grade", "credits", ""), rows)


def _say_account(final: "Final") -> None:
    say(f"{final.student} {final.name}".strip())
    for step in final.grade.trace:
        say(f"  {step.words}")
    for words in final.notes:
        say(f"  {words}")


def _say_what_if(term: "Term", student: str, wishes: list[str], as_json: bool) -> None:
    from labhub.gradebook.term.finals import if_instead

    points = dict(_wish(each) for each in wishes)
    found = if_instead(term, term.person(student).id, points)
    if as_json:
        before, after = found.before, found.after
        say_json(
            {
                "before": {"percent": before.percent, "grade": before.grade},
                "after": {"percent": after.percent, "grade": after.grade},
                "words": found.words,
            }
        )
    else:
        say(found.words)


def _wish(text: str) -> tuple[str, Fraction]:
    item, _, points = text.partition("=")
    try:
        return item, Fraction(points.replace(",", "."))
    except (ValueError, ZeroDivisionError):
        raise BadWordsError(
            f"'{text}' is no wish.", hint="Write an item and points, for example lab2=45."
        ) from None


def _plain(final: "Final") -> dict[str, object]:
    grade = final.grade
    return {
        "student": final.student,
        "name": final.name,
        "percent": grade.percent,
        "grade": grade.grade,
        "passed": grade.passed,
        "credits": float(grade.credits),
        "complete": final.complete,
        "dropped_out": final.dropped_out,
        "waits": final.waits,
        "running": final.running,
        "items": {
            name: {
                "state": result.state,
                "points": float(result.share * result.item.points),
                "of": float(result.item.points),
                "passed": result.passed,
            }
            for name, result in grade.items.items()
        },
        "trace": grade.trace,
    }


Rows = tuple[tuple[str, ...], list[dict[str, object]]]


def _csv(term: "Term", found: "list[Final]") -> Rows:
    """One row for a student: the points of every item, and the final grade."""
    items = list(term.scheme.items)
    columns = ("student", "name", "email", *items, "percent", "grade", "credits", "complete")
    rows: list[dict[str, object]] = []
    for final in found:
        row: dict[str, object] = {
            "student": final.student,
            "name": final.name,
            "email": term.people[final.student].email,
            "percent": final.grade.percent,
            "grade": final.grade.grade,
            "credits": _number(final.grade.credits),
            "complete": "yes" if final.complete else "no",
        }
        for name, result in final.grade.items.items():
            pending = result.state == "pending"
            row[name] = "" if pending else _number(result.share * result.item.points)
        rows.append(row)
    return columns, rows


def _ladok(term: "Term", found: "list[Final]") -> Rows:
    """One row for a student and module, as a register of results takes them; no rows undone."""
    from labhub.policy.grades import modules_passed

    columns = ("student", "name", "email", "course", "module", "credits", "grade", "date")
    day = term.now.astimezone(term.course.zone).date().isoformat()
    pass_grade = term.scheme.scale.grades[-1][0]
    rows: list[dict[str, object]] = []
    for final in found:
        passed = modules_passed(term.scheme, final.grade)
        about = {
            "student": final.student,
            "name": final.name,
            "email": term.people[final.student].email,
            "course": term.course.id,
            "date": day,
        }
        rows += [
            {
                **about,
                "module": m.id,
                "credits": _number(m.credits),
                "grade": pass_grade,
            }
            for m in term.scheme.modules
            if passed[m.id]
        ]
        if final.complete or final.grade.passed:
            total = _number(final.grade.credits)
            rows.append({**about, "module": "", "credits": total, "grade": final.grade.grade})
    return columns, rows


def _percent(share: Fraction | None) -> str:
    from labhub.policy.words import say_percent

    return "excused" if share is None else say_percent(share)


def _number(value: Fraction) -> str:
    """A number for a table: at most two decimals."""
    return f"{float(value):.2f}".rstrip("0").rstrip(".")


def _state(final: "Final") -> str:
    if final.dropped_out:
        return "left the course"
    if final.waits:
        return "to be graded"
    return "" if final.complete else "so far"
