"""Malformed files: each ends with a named status or is repaired, and the batch goes on."""

import json
import os
from collections.abc import Callable
from pathlib import Path

from tests.integrity.attacks.model import EXERCISES, WRONG, Attack, Notebook
from tests.integrity.lab import cell_of


def _bytes(content: bytes) -> Callable[[Path, Notebook], None]:
    def write(target: Path, notebook: Notebook) -> None:
        target.write_bytes(content)

    return write


def _truncated(target: Path, notebook: Notebook) -> None:
    target.write_text(json.dumps(notebook)[:-200])


def _nested(target: Path, notebook: Notebook) -> None:
    target.write_text('{"cells": ' + "[" * 200_000 + "]" * 200_000 + "}")


def _hundred_megabytes(target: Path, notebook: Notebook) -> None:
    notebook["metadata"]["padding"] = "x" * 101_000_000
    target.write_text(json.dumps(notebook))


def _pipe(target: Path, notebook: Notebook) -> None:
    os.mkfifo(target)


def _folder(target: Path, notebook: Notebook) -> None:
    target.mkdir()


def _device(target: Path, notebook: Notebook) -> None:
    target.symlink_to("/dev/zero")


def _r_kernel(notebook: Notebook) -> None:
    notebook["metadata"]["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}
    notebook["metadata"]["language_info"] = {"name": "R"}


def _no_ids(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        cell.pop("id", None)
        cell["metadata"] = {}


def _odd_metadata(notebook: Notebook) -> None:
    cell_of(notebook, "mean")["metadata"]["tags"] = {"not": "a list"}
    cell_of(notebook, "scale")["metadata"]["nbgrader"]["points"] = "many"
    cell_of(notebook, "net")["metadata"]["nbgrader"]["schema_version"] = 99
    cell_of(notebook, "count-t1")["metadata"]["nbgrader"] = ["a", "list"]


def _odd_outputs(notebook: Notebook) -> None:
    cell_of(notebook, "mean")["outputs"] = [{"output_type": "nonsense", "data": None}, 7]
    cell_of(notebook, "scale")["execution_count"] = "one"


def _all_twice(notebook: Notebook) -> None:
    notebook["cells"] += [dict(cell) for cell in notebook["cells"]]


def _tests_deleted(notebook: Notebook) -> None:
    notebook["cells"] = [
        c
        for c in notebook["cells"]
        if not str(c["metadata"].get("nbgrader", {}).get("grade_id", "")).endswith("-t1")
    ]


def _other_encodings(encoding: str) -> Callable[[Path, Notebook], None]:
    def write(target: Path, notebook: Notebook) -> None:
        target.write_bytes(json.dumps(notebook).encode(encoding))

    return write


def _twice_the_keys(target: Path, notebook: Notebook) -> None:
    text = json.dumps(notebook)
    target.write_text('{"cells": [], "metadata": {}, "nbformat": 3, ' + text[1:])


def _no_numbers(notebook: Notebook) -> None:
    notebook["metadata"]["odd"] = [float("nan"), float("inf"), -float("inf"), 10**4000]
    cell_of(notebook, "mean")["execution_count"] = float("nan")


def _ids_of_all_kinds(notebook: Notebook) -> None:
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = [None, 7, "", "same", "same", "../../x", {"a": 1}, "x" * 100_000][number % 8]


def _deep_metadata(target: Path, notebook: Notebook) -> None:
    deep = '{"a": [' * 150 + "1" + "]}" * 150
    text = json.dumps({**notebook, "metadata": {**notebook["metadata"], "deep": "DEEP"}})
    target.write_text(text.replace('"DEEP"', deep))


def _course_metadata(notebook: Notebook) -> None:
    about = {"points": 1000, "auto_score": 2, "score": 2, "status": "passed", "in_process": True}
    notebook["metadata"] |= {"nnlab": {"units": [about]}, "labhub": about, "nbgrader": about}
    for cell in notebook["cells"]:
        cell["metadata"]["labhub"] = about


def _sources_of_all_kinds(notebook: Notebook) -> None:
    cells = notebook["cells"]
    cells += [
        {"cell_type": "code", "source": ["x = 1\n", 7, None], "metadata": {}, "outputs": []},
        {"cell_type": "code", "source": {"a": 1}, "metadata": None, "outputs": None},
        {"cell_type": "heading", "level": 1, "source": "x", "metadata": {}},
        {"cell_type": "raw", "source": "<script>", "metadata": {"format": "text/html"}},
        {"cell_type": None}, 7, None, [], "cell",
    ]  # fmt: skip


ATTACKS: list[Attack] = [
    Attack("a mark before the bytes", place=_other_encodings("utf-8-sig")),
    Attack("sixteen bits a letter", place=_other_encodings("utf-16")),
    Attack("every key twice", place=_twice_the_keys),
    Attack("numbers that are none", damage=_no_numbers),
    Attack("ids of all kinds", damage=_ids_of_all_kinds),
    Attack("metadata without a floor", place=_deep_metadata, named=True),
    Attack("metadata of the grader", {"mean": WRONG["mean"]}, damage=_course_metadata),
    Attack("sources of all kinds", damage=_sources_of_all_kinds),
    Attack("empty file", place=_bytes(b""), named=True),
    Attack("not json", place=_bytes(b"this is my essay"), named=True),
    Attack("binary", place=_bytes(bytes(range(256)) * 64), named=True),
    Attack("json but no notebook", place=_bytes(b'{"a": [1, 2]}'), named=True),
    Attack("a number", place=_bytes(b"42"), named=True),
    Attack(
        "cells is a word",
        place=_bytes(b'{"cells": "x", "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'),
        named=True,
    ),
    Attack("truncated", place=_truncated, named=True),
    Attack("nested two hundred thousand deep", place=_nested, named=True),
    Attack("a hundred megabytes", place=_hundred_megabytes, named=True),
    Attack("a named pipe", place=_pipe, named=True),
    Attack("a folder", place=_folder, named=True),
    Attack("a link to a device", place=_device, named=True),
    Attack("an R kernel", damage=_r_kernel, named=True),
    Attack("all metadata lost", damage=_no_ids),
    Attack("odd metadata", damage=_odd_metadata),
    Attack("odd outputs", damage=_odd_outputs),
    Attack("every cell twice", damage=_all_twice),
    Attack("tests deleted", damage=_tests_deleted),
    Attack("syntax errors", dict.fromkeys(EXERCISES, "def (:")),
    Attack("null bytes and surrogates", {"mean": "x = '\ud800'\ndef mean(xs): return '\x00'"}),
]
