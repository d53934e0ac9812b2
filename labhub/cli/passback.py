"""`labhub lms passback` and `labhub lms key`: grades sent to a learning system by LTI 1.3."""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labhub.cli.common import FAILED, CourseDir, say_json, say_table
from labhub.cli.errors import BadWordsError, LtiExtraMissingError
from labhub.cli.lms_values import TOTAL, value_of
from labhub.cli.term import At, DryRun, course_of, term_of

if TYPE_CHECKING:
    from labhub.course.model import LtiPlatform
    from labhub.exchange.lti import Entry, ToolKey
    from labhub.gradebook.term import Term

KEY_FILE = "lti-key.pem"
Wanted = Annotated[
    list[str] | None,
    typer.Option("--assignment", help="Only this item, or `total`; may be repeated."),
]


def passback(
    assignment: Wanted = None, dry_run: DryRun = False, at: At = "", course_dir: CourseDir = Path()
) -> None:
    """Send grades to the learning system of course.toml.

    What `labhub lms export` would write, to people by the system's own id. What is there already
    is not sent again. Exit code 1 where something is refused."""
    platform, tool_key = _platform(course_dir), _key(course_dir)
    from labhub.clock import SystemClock
    from labhub.exchange.lti import GradeService, pass_back

    term = term_of(course_dir, at)
    entries = list(_entries(term, _items(term, assignment)))
    clock = SystemClock()
    service = GradeService(platform, tool_key, clock)
    found = list(pass_back(service, entries, clock.now(), dry_run=dry_run))
    rows = [
        (each.entry.student, each.entry.item, _points(each.entry), each.what, each.why)
        for each in found
    ]
    say_table(("student", "item", "points", "what", "why"), rows, title=platform.issuer)
    if any(each.what == "refused" for each in found):
        raise typer.Exit(FAILED)


def key(course_dir: CourseDir = Path()) -> None:
    """Print labhub's public key for the learning system, as a JSON Web Key Set.

    The private one is made at first use: lti-key.pem in the course's folder, or the file that
    LABHUB_LTI_KEY names."""
    course_of(course_dir)
    say_json(_key(course_dir).public_jwks())


def _key(course_dir: Path) -> "ToolKey":
    """The tool's key. Raises `LtiExtraMissingError`, or as `ensure_key` does."""
    _require_extra()
    from labhub.exchange.lti import ensure_key

    named = os.environ.get("LABHUB_LTI_KEY")
    return ensure_key(Path(named) if named else course_dir.resolve() / KEY_FILE)


def _require_extra() -> None:
    missing = [name for name in ("jwt", "cryptography", "requests") if not find_spec(name)]
    if missing:
        raise LtiExtraMissingError(
            f"Not installed: {', '.join(missing)}.", hint="Install labhub with its extra: lti."
        )


def _platform(course_dir: Path) -> "LtiPlatform":
    _require_extra()
    from labhub.exchange.lti.errors import LtiSettingsError

    platform = course_of(course_dir).lti
    if platform is None:
        raise LtiSettingsError(
            "course.toml names no learning system.",
            hint="Add the table [lti]: docs/howto/connect-a-learning-system.md.",
        )
    return platform


def _items(term: "Term", wanted: list[str] | None) -> list[str]:
    known = [*term.scheme.items, TOTAL]
    for name in wanted or ():
        if name not in known:
            raise BadWordsError(
                f"The course has no graded item '{name}'.", hint=f"It has: {', '.join(known)}."
            )
    return [name for name in known if not wanted or name in wanted]


def _entries(term: "Term", items: list[str]) -> Iterator["Entry"]:
    """Everything that is marked, item by item."""
    from labhub.exchange.lti import Entry
    from labhub.gradebook.term.finals import finals

    found = finals(term)
    for name in items:
        item = term.scheme.items.get(name)
        title, most = (item.title, float(item.points)) if item else ("Total (percent)", 100.0)
        for student, final in found.items():
            if value := value_of(final, name):
                user_id = term.people[student].lms_id
                yield Entry(student, user_id, name, title, float(value), most)


def _points(entry: "Entry") -> str:
    return f"{entry.points:g} of {entry.maximum:g}"
