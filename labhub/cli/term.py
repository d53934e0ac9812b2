"""What the verbs of the course's rules share: store, clock, author, accounts and CSV files."""

import csv
import getpass
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labhub.cli.common import note, open_course, say
from labhub.cli.errors import BadCsvError, BadTimeError, BadWordsError

if TYPE_CHECKING:
    from labhub.course.model import Course
    from labhub.exchange.store import Store
    from labhub.exchange.store.events import Author
    from labhub.gradebook.term import Term
    from labhub.policy.traces import Trace

Student = Annotated[str, typer.Option("--student", help="Id of the student.")]
Assignment = Annotated[str, typer.Option("--assignment", help="Id of the lab.")]
Group = Annotated[str, typer.Option("--group", help="Id of the group.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it stands in the account of the mark.")]
By = Annotated[str, typer.Option("--by", help="Who decides; default: your login.")]
At = Annotated[
    str, typer.Option("--at", help="When, e.g. 2027-02-08T12:00:00+01:00; default: now.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would happen.")]
ToFile = Annotated[Path | None, typer.Option("--to", help="File to write; default: stdout.")]
FromFile = Annotated[Path, typer.Argument(metavar="FILE", help="CSV file with a header line.")]


def verbs(words: str) -> typer.Typer:
    """A group of verbs."""
    return typer.Typer(
        help=words, add_completion=False, rich_markup_mode=None, no_args_is_help=True
    )


def moment(text: str) -> datetime:
    """The moment that an option names; now, where it names none.

    Raises `BadTimeError` for one that cannot be read or has no offset from UTC.
    """
    if not text:
        from labhub.clock import SystemClock

        return SystemClock().now()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise BadTimeError(
            f"'{text}' is no time with an offset from UTC.",
            hint="Write it like this: 2027-02-08T23:59:00+01:00.",
        )
    return found.astimezone(UTC)


def author(by: str, at: str) -> "Author":
    """Who changes something, and when."""
    from labhub.exchange.store.events import Author

    return Author(by or getpass.getuser(), moment(at))


def course_of(course_dir: Path) -> "Course":
    """The course of a folder, read without nbgrader. Raises `CourseFileNeededError`."""
    from labhub.course.errors import CourseFileNeededError
    from labhub.course.folder import course_in

    course = course_in(course_dir)
    if course is None:
        raise CourseFileNeededError(
            f"There is no course.toml in {course_dir.resolve()}.",
            hint="Name the folder of the course with --course-dir.",
        )
    return course


@contextmanager
def store_of(course_dir: Path) -> Iterator["Store"]:
    """The store of a course, closed at the end."""
    from labhub.exchange.store import open_store

    store = open_store(course_dir.resolve())
    try:
        yield store
    finally:
        store.close()


def term_of(course_dir: Path, at: str = "") -> "Term":
    """Everything recorded about a course until a moment."""
    from labhub.gradebook.term import load_term

    course_of(course_dir)
    with store_of(course_dir) as store:
        return load_term(open_course(course_dir).folder, store, moment(at))


def required(value: str, option: str) -> str:
    """The value of an option that this verb needs. Raises `BadWordsError`."""
    if not value:
        raise BadWordsError(f"The option {option} is missing.", hint="Try --help.")
    return value


def say_trace(trace: "Trace", indent: str = "  ") -> None:
    """Print the steps of an account, one a line."""
    for step in trace:
        say(f"{indent}{step.words}")


def read_csv(path: Path, needed: Sequence[str], once: Sequence[str] = ()) -> list[dict[str, str]]:
    """The rows of a CSV file with at least these columns, texts stripped; commas or semicolons.

    No two rows may say the same under all columns of `once`. Raises `BadCsvError`.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadCsvError(
            f"{path} cannot be read: {error}.", hint="Save it as CSV in UTF-8."
        ) from None
    head = text.partition("\n")[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    reader = csv.DictReader(StringIO(text, newline=""), delimiter=separator)
    rows = [{key.strip(): (row[key] or "").strip() for key in row if key} for row in reader]
    columns = [name.strip() for name in reader.fieldnames or ()]
    missing = [name for name in needed if name not in columns]
    if missing:
        raise BadCsvError(
            f"{path} has no column {', '.join(missing)}.",
            hint=f"Expected: {', '.join(needed)}. Found: {', '.join(columns)}.",
        )
    _refuse_twice(path, rows, once)
    return rows


def _refuse_twice(path: Path, rows: list[dict[str, str]], once: Sequence[str]) -> None:
    seen: dict[tuple[str, ...], int] = {}
    for number, row in enumerate(rows, start=2):
        key = tuple(row[name] for name in once)
        if once and key in seen:
            raise BadCsvError(
                f"{path}: lines {seen[key]} and {number} are both about {', '.join(key)}.",
                hint="Take one of them out.",
            )
        seen[key] = number


def write_csv(
    path: Path | None, columns: Sequence[str], rows: Iterable[Mapping[str, object]]
) -> None:
    """Write rows as CSV, to stdout where no file is named.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    with path.open("w", newline="", encoding="utf-8") if path else nullcontext(sys.stdout) as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows({key: harmless(value) for key, value in row.items()} for row in rows)
    if path is not None:
        note(f"{path} written")


def harmless(value: object) -> object:
    """The value, or for a text that a spreadsheet would run, the same as plain text."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value
