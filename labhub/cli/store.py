"""`labhub store`: is everything there, a backup of it, and the way back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labhub.cli.common import FAILED, AsJson, CourseDir, open_course, say, say_json, say_table, warn
from labhub.cli.term import DryRun, verbs

if TYPE_CHECKING:
    from labhub.exchange.handin import HandInDesk

app = verbs("The store of hand-ins: verify it, back it up, restore it.")


@app.command()
def verify(course_dir: CourseDir = Path(), as_json: AsJson = False) -> None:
    """Compare every file with its hash, and every record with its receipt.

    Nothing is changed. Exit code 1 if something is missing or damaged."""
    from labhub.exchange.handin.verifying import verify_store

    with desk_of(course_dir) as desk:
        found = verify_store(desk)
    if as_json:
        say_json(found)
    else:
        if found.findings:
            rows = [(each.code, each.subject, each.sentence) for each in found.findings]
            say_table(("finding", "of", "what"), rows)
        mib = found.size_bytes / (1 << 20)
        say(f"{found.submissions} hand-ins, {found.versions} versions: {found.files} files read")
        say(f"{mib:.1f} MiB, {len(found.findings)} findings; {found.unused} files unused")
    if found.findings:
        raise typer.Exit(FAILED)


@app.command()
def backup(
    to: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that is not there yet.")],
    course_dir: CourseDir = Path(),
    as_json: AsJson = False,
) -> None:
    """Back up database, files and keys, while the service goes on.

    The folder holds the key that signs receipts: keep it where only you can read it."""
    from labhub.exchange.handin.backups import back_up

    with desk_of(course_dir) as desk:
        made = back_up(desk, to)
    if as_json:
        say_json(made)
    else:
        say(f"{to}: {sum(made.rows.values())} rows, {made.files} files")
    for name in made.missing:
        warn(f"missing or damaged in the store, so not in the backup: {name}")
    if made.missing:
        raise typer.Exit(FAILED)


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of a backup.")],
    course_dir: CourseDir = Path(),
    url: Annotated[
        str, typer.Option("--url", help="Database to restore into; default: the course's own.")
    ] = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Restore a backup into a course whose store is empty.

    Everything is checked first; a store that holds something is never written over."""
    from labhub.exchange.handin.restoring import restore as restore_backup

    found = restore_backup(source, course_dir.resolve(), url=url, dry_run=dry_run)
    if as_json:
        say_json(found)
        return
    done = "can be restored" if dry_run else "restored"
    say(f"{found.course}, backed up at {found.made_at}: {found.files} files {done}")


@contextmanager
def desk_of(course_dir: Path) -> "Iterator[HandInDesk]":
    """The course of a folder, open for hand-ins."""
    from labhub.exchange.handin import open_desk

    desk = open_desk(open_course(course_dir).folder)
    try:
        yield desk
    finally:
        desk.close()
