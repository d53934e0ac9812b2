"""The line of a key in a TOML file, and the keys that may stand there."""

import re
from collections import Counter
from typing import get_args

from pydantic import BaseModel

from labhub.course.rules import KeyPath

HEADER = re.compile(r"^\s*(\[\[?)\s*([\w.\"'-]+)\s*\]\]?\s*(?:#.*)?$")
KEY = re.compile(r"^\s*([\w\"'-]+)\s*[.=]")


def line_of(text: str, path: KeyPath) -> int:
    """The line (from 1) of the key at `path`; of its table, where the key is not written.

    >>> line_of('[[labs]]\\nid = "b"\\n[[labs]]\\ndue = 1\\n', ("labs", 1, "due"))
    4
    """
    best, depth = 1, 0
    table: KeyPath = ()
    counts: Counter[str] = Counter()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := HEADER.match(line):
            table = _table_path(header, counts)
            here = table
        elif key := KEY.match(line):
            here = (*table, key.group(1).strip("\"'"))
        else:
            continue
        shared = min(len(here), len(path))
        if here[:shared] != path[:shared]:
            continue
        if shared > depth:
            best, depth = number, shared
    return best


def _table_path(header: re.Match[str], counts: Counter[str]) -> KeyPath:
    brackets, dotted = header.groups()
    names = [name.strip("\"'") for name in dotted.split(".")]
    path: list[str | int] = []
    for position, name in enumerate(names):
        full = ".".join(names[: position + 1])
        path.append(name)
        is_last = position == len(names) - 1
        if is_last and brackets == "[[":
            path.append(counts[full])
            counts[full] += 1
        elif full in counts:
            path.append(counts[full] - 1)
    return tuple(path)


def keys_at(model: type[BaseModel], table: KeyPath) -> list[str]:
    """The keys that may stand in the table at `table`."""
    for step in table:
        if isinstance(step, str):
            model = _model_in(model.model_fields[step].annotation)
    return list(model.model_fields)


def _model_in(annotation: object) -> type[BaseModel]:
    candidates = [annotation, *get_args(annotation)]
    return next(
        each for each in candidates if isinstance(each, type) and issubclass(each, BaseModel)
    )
