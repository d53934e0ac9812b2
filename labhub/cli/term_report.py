"""`labhub term-report`: how the term went, in a page."""

from pathlib import Path
from typing import Annotated

import typer

from labhub.cli.common import CourseDir, note, say
from labhub.cli.term import At, store_of, term_of


def term_report(
    to: Annotated[Path | None, typer.Option("--to", help="File to write; default: stdout.")] = None,
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Tell in a page how the term went.

    Hand-ins, lateness, reviews, project, appeals and grades."""
    from labhub.exchange.store.marks import appeals
    from labhub.gradebook.term.overview import overview

    term = term_of(course_dir, at)
    with store_of(course_dir) as store, store.reading() as db:
        lines = overview(term, appeals(db))
    if to is None:
        for line in lines:
            say(line)
    else:
        to.write_text("\n".join([*lines, ""]), encoding="utf-8")
        note(f"{to} written")
