"""Writes the tables of docs/reference from the code: `python -m tools.reference`.

A page keeps its hand-written words; what stands between two marker lines is generated. A test
fails when a page and the code differ.
"""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

import labhub
from labhub.cli.main import app
from labhub.cli.verbs import VERBS
from labhub.course.fields import Table
from labhub.course.schema import CourseFile
from labhub.errors import LabhubError
from labhub.grading.problems import SENTENCES
from labhub.hub.settings import HubSettings
from tools.rest_reference import rest

PAGES = Path(__file__).parent.parent / "docs" / "reference"
BEGIN, END = "<!-- generated: python -m tools.reference -->", "<!-- end of generated -->"


def renewed(page: str, content: str) -> str:
    """The page with `content` between its markers."""
    pattern = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    text, count = pattern.subn(lambda _: f"{BEGIN}\n\n{content.strip()}\n\n{END}", page)
    assert count == 1, "the page has one pair of markers"
    return text


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def verbs() -> str:
    """Every verb with its arguments and options."""
    group: Any = typer.main.get_command(app)
    context = typer.Context(group)
    return "\n\n".join(_verb(verb, group.get_command(context, verb)) for verb in VERBS)


def _verb(verb: str, command: Any, level: str = "##") -> str:  # noqa: ANN401 - typer's own
    """The section of a verb; a group of verbs has a section for each below its own."""
    head = f"{level} {verb}\n\n{inspect.cleandoc(command.help)}"
    members = getattr(command, "commands", None)
    if members:
        below = (_verb(f"{verb} {name}", each, "###") for name, each in members.items())
        return "\n\n".join([head, *below])
    rows = [
        (f"`{_names(param)}`", param.help or "", _default(param))
        for param in command.params
        if param.name != "help"
    ]
    return f"{head}\n\n" + table(("argument or option", "meaning", "default"), rows)


def _names(param: Any) -> str:  # noqa: ANN401
    if param.param_type_name == "argument":
        return str(param.metavar or param.name.upper())
    return ", ".join([*param.opts, *param.secondary_opts])


def _default(param: Any) -> str:  # noqa: ANN401
    if param.required:
        return "required"
    value = param.default
    if param.envvar:
        return f"`${param.envvar}`" + (f", else `{value}`" if value else "")
    return "" if value in (None, "", False) else f"`{getattr(value, 'value', value)}`"


def errors() -> str:
    """Every error with its code, exit code, HTTP status and meaning."""
    rows = [
        (f"`{leaf.code}`", str(leaf.exit_code), str(leaf.http_status), _first_line(leaf))
        for leaf in all_errors()
    ]
    return table(("code", "exit code", "HTTP status", "meaning"), rows)


def problems() -> str:
    """Every problem of one hand-in that the engine names."""
    rows = [(f"`{code}`", sentence) for code, sentence in sorted(SENTENCES.items())]
    return table(("code", "what the student and the TA read"), rows)


def all_errors() -> list[type[LabhubError]]:
    """Every leaf of labhub's family of errors."""
    for module in pkgutil.walk_packages(labhub.__path__, "labhub."):
        if module.name.endswith("errors"):
            importlib.import_module(module.name)
    return [leaf for leaf in LabhubError.leaves() if leaf.__module__.startswith("labhub.")]


def _first_line(kind: type) -> str:
    return inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0]


def course_toml() -> str:
    """Every table and key of course.toml."""
    return "\n\n".join(
        f"## {_title(path)}\n\n{_first_line(model)}\n\n{_keys(model)}"
        for path, model in _tables(CourseFile, "")
        if model is not CourseFile
    )


def hub_toml() -> str:
    """Every table and key of hub.toml; the keys outside tables come first."""
    return "\n\n".join(
        f"## {_title(path) if path else 'Outside tables'}\n\n{_first_line(model)}\n\n{_keys(model)}"
        for path, model in _tables(HubSettings, "")
    )


def _tables(model: type[BaseModel], path: str) -> Iterator[tuple[str, type[BaseModel]]]:
    yield path, model
    for name, field in model.model_fields.items():
        inner = _inner(field)
        if inner is not None:
            kind = str(field.annotation)
            repeated = "[]" if kind.startswith("list") else ".NAME" * kind.startswith("dict")
            yield from _tables(inner, f"{path}.{name}{repeated}".lstrip("."))


def _inner(field: FieldInfo) -> type[Table] | None:
    kinds = [field.annotation, *getattr(field.annotation, "__args__", ())]
    return next((k for k in kinds if isinstance(k, type) and issubclass(k, Table)), None)


def _title(path: str) -> str:
    name = path.replace("[]", "")
    return f"`[[{name}]]`" if path.endswith("[]") else f"`[{name}]`"


def _keys(model: type[BaseModel]) -> str:
    rows = [
        (f"`{name}`", _kind(field), _standard(field), field.description or "")
        for name, field in model.model_fields.items()
    ]
    return table(("key", "value", "default", "meaning"), rows)


def _kind(field: FieldInfo) -> str:
    text = str(field.annotation)
    if "Literal" in text:
        values = " or ".join(f'`"{value}"`' for value in _literals(field.annotation))
        return f"list of {values}" if text.startswith("list") else values
    words = {"list[labhub": "tables", "datetime.date'": "date", "Datetime": "date and time"}
    words |= {"datetime.time": "time", "Path": "path", "dict": "table", "Table": "table"}
    words |= {"list": "list of texts", "tuple": "list of texts"}
    plain = {"bool": "true or false", "int": "whole number", "float": "number", "str": "text"}
    found = (word for sign, word in words.items() if sign in text)
    named = (word for sign, word in plain.items() if re.search(rf"\b{sign}\b", text))
    return next(chain(found, named), text)


def _literals(annotation: object) -> Iterator[object]:
    for argument in getattr(annotation, "__args__", ()):
        if getattr(argument, "__args__", None):
            yield from _literals(argument)
        elif isinstance(argument, str | int):  # not a type that stands beside them
            yield argument


def _standard(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.default
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return (
        f"`{value}`" if value not in (None, "", [], (), {}) and not isinstance(value, Table) else ""
    )


GENERATED: dict[str, Callable[[], str]] = {
    "verbs.md": verbs,
    "errors.md": errors,
    "problems.md": problems,
    "course-toml.md": course_toml,
    "hub-toml.md": hub_toml,
    "rest.md": rest,
}


def main() -> None:
    """Renew every page."""
    for name, content in GENERATED.items():
        path = PAGES / name
        path.write_text(renewed(path.read_text(encoding="utf-8"), content()), encoding="utf-8")


if __name__ == "__main__":
    main()
