"""`labhub`: finds the verb, turns errors into a message and an exit code."""

import gc
import importlib
import sys
from typing import Annotated, Any, TypeAlias

import typer
from typer.core import TyperGroup

import labhub
from labhub.cli.verbs import VERBS, canonical
from labhub.errors import LabhubError

INTERRUPTED = 130

Context: TypeAlias = Any
Command: TypeAlias = Any
"""Those of typer's own copy of click, which it does not export."""


class Verbs(TyperGroup):
    """The verbs, each imported when it is called; hyphen and underscore are alike."""

    def list_commands(self, ctx: Context) -> list[str]:
        """Every verb, in the order of a lab's journey."""
        return list(VERBS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """The command of a verb; None where there is none, which ends with exit code 2."""
        verb = canonical(cmd_name)
        if verb not in VERBS:
            return None
        module, function = VERBS[verb].split(":")
        found = getattr(importlib.import_module(f"labhub.cli.{module}"), function)
        if isinstance(found, typer.Typer):
            return typer.main.get_command(found)
        single = typer.Typer(add_completion=False, rich_markup_mode=None)
        single.command(verb)(found)
        return typer.main.get_command(single)

    def invoke(self, ctx: Context) -> object:
        """Run the verb; what labhub refuses or fails to do becomes words and an exit code."""
        try:
            return super().invoke(ctx)
        except LabhubError as error:
            complain(error)
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            typer.echo("Interrupted.", err=True)
            raise typer.Exit(INTERRUPTED) from None


def complain(error: LabhubError) -> None:
    """Say on stderr what is wrong and what to do next."""
    typer.echo(f"{typer.style('error', fg='red', bold=True)}: {error.message}", err=True)
    if error.hint:
        typer.echo(error.hint, err=True)


app = typer.Typer(
    cls=Verbs,
    name="labhub",
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"labhub {labhub.__version__}")
        raise typer.Exit


@app.callback()
def top(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show version.")
    ] = False,
) -> None:
    """Write labs once; release, collect, grade and give feedback.

    Exit codes: 0 done, 1 failed or findings, 2 usage, 3 configuration, 4 refused by policy,
    130 interrupted.
    """


def main() -> None:
    """The program `labhub`."""
    # jsonschema builds 39 grammars at import for addresses in other scripts, which no notebook's
    # schema has; without this package it leaves them out, and every verb starts 1.4 s earlier.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    try:
        sys.exit(app())
    finally:
        gc.freeze()  # at its end Python looks for garbage in all that was ever imported
