"""What cannot be read ends as a named status with a sentence, and costs nothing else."""

import json
import os
import socket

import pytest

from labhub.errors import LabhubError
from labhub.exchange.intake import Bounds, FactKind, intake_submission
from labhub.exchange.intake.errors import IntakeError

DEEP = b'{"cells":[], "nbformat": 4, "metadata":' + b'{"a":' * 300 + b"1" + b"}" * 301
DEEPER = b"[" * 200_000
BOMB = b'{"cells":[' + b"[]," * 600_000 + b"[]]}"

BROKEN = {
    "empty": (b"", "empty-file"),
    "white space": (b" \n\t\n", "empty-file"),
    "cut short": (b'{"cells": [{"cell_type": "code", "sou', "not-json"),
    "zip": (b"PK\x03\x04 and so on", "not-json"),
    "web page": (b"<!DOCTYPE html><html></html>", "not-json"),
    "conflict": (b'{"cells": [\n<<<<<<< HEAD\n]}', "not-json"),
    "binary": (bytes(range(256)) * 20, "not-json"),
    "huge number": (b'{"nbformat": ' + b"9" * 5000 + b"}", "not-json"),
    "deep": (DEEP, "too-deep"),
    "deeper": (DEEPER, "too-deep"),
    "bomb": (BOMB, "too-large"),
    "list": (b"[1, 2, 3]", "not-a-notebook"),
    "number": (b"42", "not-a-notebook"),
    "null": (b"null", "not-a-notebook"),
    "no cells": (b'{"nbformat": 4}', "not-a-notebook"),
    "cells no list": (b'{"nbformat": 4, "cells": {"a": 1}}', "not-a-notebook"),
    "format 3": (b'{"nbformat": 3, "worksheets": [{"cells": []}]}', "nbformat-3"),
    "format 3 unsaid": (b'{"worksheets": []}', "nbformat-3"),
    "format 9": (b'{"nbformat": 9, "cells": []}', "newer-nbformat"),
    "R kernel": (b'{"cells": [], "metadata": {"kernelspec": {"name": "ir"}}}', "wrong-kernel"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_has_its_named_status(lab, name):
    content, code = BROKEN[name]
    intake = intake_submission(lab.write(content), lab.release)
    (notebook,) = intake.notebooks
    assert notebook.status == notebook.problem.code == code
    assert notebook.notebook is None
    assert "lab1.ipynb" in notebook.problem.sentence
    assert not intake.readable
    assert (lab.folder / "lab1.ipynb").read_bytes() == content


def status(lab, **options):
    return intake_submission(lab.folder, lab.release, **options).notebooks[0].status


def test_a_file_beyond_the_limit_is_not_read(lab):
    """A sparse file of 100 MB takes no room on disk, and none in memory."""
    with (lab.folder / "lab1.ipynb").open("wb") as file:
        file.truncate(100_000_000)
    assert status(lab) == "too-large"


def test_too_many_cells_are_refused(lab):
    notebook = lab.answered()
    notebook["cells"] *= 3
    lab.write(notebook)
    assert status(lab, bounds=Bounds(cells=40)) == "too-large"


def test_a_link_out_of_the_folder_is_refused(lab, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "solution.ipynb"
    outside.write_text(json.dumps(lab.answered()))
    (lab.folder / "lab1.ipynb").symlink_to(outside)
    assert status(lab) == "link-outside"


def test_a_folder_that_is_a_link_is_refused(lab, tmp_path):
    lab.write(lab.answered())
    link = tmp_path / "link"
    link.symlink_to(lab.folder, target_is_directory=True)
    assert [each.status for each in intake_submission(link, lab.release).notebooks] == [
        "link-outside"
    ]


def test_a_link_to_nothing_and_to_itself_is_refused(lab):
    (lab.folder / "lab1.ipynb").symlink_to(lab.folder / "lab1.ipynb")
    assert status(lab) == "link-outside"


def test_a_link_inside_the_folder_is_followed(lab):
    lab.write(lab.answered(), "mine.txt")
    (lab.folder / "lab1.ipynb").symlink_to("mine.txt")
    assert status(lab) == "ok"


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_a_pipe_or_folder_in_place_of_the_file_does_not_block(lab, make):
    make(lab.folder / "lab1.ipynb")
    assert status(lab) == "not-a-file"


def test_a_socket_in_place_of_the_file_is_refused(lab, monkeypatch):
    monkeypatch.chdir(lab.folder)  # the name of a socket must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("lab1.ipynb")
        assert status(lab) == "not-a-file"


def test_a_file_that_may_not_be_read_is_named(lab, monkeypatch):
    lab.write(lab.answered())

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("labhub.exchange.intake.read.os.open", refuse)
    assert status(lab) == "unreadable-file"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_other_encodings_are_read(lab, encoding):
    notebook = lab.answered()
    notebook["cells"][10]["source"] = "Größe – 梯度"
    lab.write(json.dumps(notebook, ensure_ascii=False).encode(encoding))
    assert status(lab) == "ok"


def test_broken_text_is_replaced_and_reported(lab):
    notebook = lab.answered()
    at = lab.at(notebook, "l1m-a")
    notebook["cells"][at]["source"] = "a\ud800b\0c OMEGA"
    notebook["cells"][at]["metadata"]["bad"] = float("inf")
    raw = json.dumps(notebook).encode().replace(b"OMEGA", b"\xff")
    intake = intake_submission(lab.write(raw), lab.release)
    text = intake.notebooks[0].notebook["cells"][at]["source"]
    assert text == "a\ufffdb\ufffdc \ufffd"
    json.dumps(intake.notebooks[0].notebook, allow_nan=False).encode()
    assert intake.notebooks[0].report.of(FactKind.TEXT_MENDED)


def test_windows_line_ends_and_lists_of_lines_are_read(lab):
    notebook = lab.answered()
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].replace("\n", "\r\n").splitlines(keepends=True)
    intake = intake_submission(lab.write(notebook), lab.release)
    assert intake.notebooks[0].status == "ok"
    assert "\r" not in json.dumps(intake.notebooks[0].notebook)


def test_cells_of_any_shape_do_not_stop_the_batch(lab):
    notebook = lab.answered()
    notebook["cells"] += [
        None,
        7,
        {},
        {"cell_type": 3, "source": 5, "metadata": [], "outputs": {}, "id": []},
        {"cell_type": "heading", "source": ["a", 1, None]},
        {"cell_type": "code", "source": "1", "metadata": {"nbgrader": "yes"}, "outputs": [3, {}]},
        {"cell_type": "code", "source": "2", "metadata": {"nbgrader": {"grade_id": ["x"]}}},
    ]
    intake = intake_submission(lab.write(notebook), lab.release)
    assert intake.notebooks[0].problem is None


def test_another_file_stays_untouched(lab):
    raw = json.dumps(lab.answered()).encode()
    intake_submission(lab.write(raw), lab.release)
    assert (lab.folder / "lab1.ipynb").read_bytes() == raw


@pytest.mark.parametrize(
    "error", [one for one in LabhubError.leaves() if issubclass(one, IntakeError)]
)
def test_every_status_is_a_word_of_its_own(error):
    assert error.code
    assert error.code != IntakeError.code
