"""The how-to about a term names verbs and options that exist."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from labhub.cli.main import app

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "run-a-term.md"
COMMANDS = re.findall(r"^labhub [^\n]+", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_of_the_page_is_understood(line: str) -> None:
    words = shlex.split(line.partition("  #")[0])[1:]
    command: Any = typer.main.get_command(app)
    context = typer.Context(command)
    while getattr(command, "get_command", None) is not None:
        name = words.pop(0)
        command = command.get_command(context, name)
        assert command is not None, f"there is no verb {name}"
    command.make_context("x", words)


def test_the_page_has_commands() -> None:
    assert len(COMMANDS) > 50
