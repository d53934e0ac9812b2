"""`labhub data`: the folder of data sets that all students of a Hub share."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labhub.cli.common import FAILED, AsJson, note, say, say_json, say_table
from labhub.cli.errors import BadWordsError
from labhub.cli.hub import HubFile
from labhub.cli.term import DryRun, verbs

if TYPE_CHECKING:
    from labhub.hub.shared_data import DataFile

app = verbs("The folder of data sets that all students of a Hub share.")

Names = Annotated[
    list[str] | None, typer.Argument(metavar="[NAME]...", help="Data sets; default: all.")
]
Folder = Annotated[
    Path | None,
    typer.Option("--to", help="The folder; default: data_dir of the Hub's settings."),
]


@app.command()
def fetch(
    names: Names = None,
    to: Folder = None,
    source: Annotated[
        list[str] | None,
        typer.Option("--from", help="Folder or address to try first; may be given again."),
    ] = None,
    hub: HubFile = Path("hub.toml"),
    dry_run: DryRun = False,
    timeout_s: Annotated[
        float, typer.Option("--timeout", min=1, help="Seconds of silence before the next mirror.")
    ] = 30.0,
) -> None:
    """Fill the folder: what is missing or damaged is fetched and compared with its SHA-256.

    A file appears whole or not at all; after an interruption the same command goes on."""
    from labhub.hub.shared_data import chosen, fill, look_over

    folder, sets = _folder(to, hub), chosen(names or [])
    if dry_run:
        needed = [each for each in look_over(folder, sets) if each.state in ("missing", "damaged")]
        _show(needed)
        say(f"{folder}: {len(needed)} files would be fetched")
        return
    fill(folder, sets, first=source or [], timeout_s=timeout_s, say=note)
    say(f"{folder}: {', '.join(each.name for each in sets)}")


@app.command()
def verify(
    names: Names = None,
    to: Folder = None,
    hub: HubFile = Path("hub.toml"),
    as_json: AsJson = False,
) -> None:
    """Compare every file of the folder with its SHA-256, and look at who may change it.

    Exit code 1 if something is missing, damaged, or open to be changed."""
    from labhub.hub.shared_data import chosen, look_over

    found = list(look_over(_folder(to, hub), chosen(names or [])))
    if as_json:
        say_json(found)
    else:
        _show(found)
    if not all(each.is_right for each in found):
        raise typer.Exit(FAILED)


def _show(files: "list[DataFile]") -> None:
    rows = [(each.data_set, each.name, each.state) for each in files]
    say_table(("data set", "file", "state"), rows)


def _folder(to: Path | None, hub: Path) -> Path:
    """The folder that an option or the Hub's settings name. Raises BadWordsError."""
    if to is not None:
        return to
    if hub.exists():
        from labhub.hub.settings import load_settings

        if (folder := load_settings(hub).spawner.data_dir) is not None:
            return folder
    raise BadWordsError(
        "No folder for the data sets is named.",
        hint="Say --to FOLDER, or set data_dir below [spawner] in hub.toml and name that file "
        "with --hub.",
    )
