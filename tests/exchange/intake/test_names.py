"""A file is found under the names that browsers, Colab and students give it."""

import copy
import os

import pytest

from labhub.exchange.intake import FactKind, ReleaseVersion, intake_submission, release_notebook
from labhub.exchange.intake.names import closeness


@pytest.mark.parametrize(
    ("name", "close"),
    [
        ("lab1.ipynb", 4),
        ("Lab1.ipynb", 3),
        ("LAB1.IPYNB", 3),
        ("lab1.ipynb.txt", 3),
        ("lab1.ipynb.json", 3),
        ("Copy of lab1 (1).ipynb", 2),
        ("Copy of Copy of lab1.ipynb", 2),
        ("Kopia av lab1.ipynb", 2),
        ("lab1-1.ipynb", 2),
        ("lab1 (2).ipynb", 2),
        ("lab1-Copy1.ipynb", 2),
        ("lab1 - Copy.ipynb", 2),
        ("s1234_lab1.ipynb", 1),
        ("lab1_final_Andersson.ipynb", 1),
        ("lab10.ipynb", 0),
        ("Untitled3.ipynb", 0),
    ],
)
def test_closeness_of_names(name, close):
    assert closeness(name, "lab1") == close


@pytest.mark.parametrize("name", ["Copy of lab1 (1).ipynb", "Untitled.ipynb", "Lab1.ipynb"])
def test_a_file_of_another_name_is_recognised(lab, name):
    (notebook,) = intake_submission(lab.write(lab.answered(), name), lab.release).notebooks
    assert notebook.problem is None
    assert notebook.file.name == name
    assert notebook.report.of(FactKind.FILE_RECOGNISED)
    assert any("another name" in sentence for sentence in notebook.report.for_student())


def test_a_foreign_notebook_is_not_taken(lab):
    foreign = {"nbformat": 4, "cells": [{"cell_type": "code", "source": "1"}]}
    (notebook,) = intake_submission(lab.write(foreign, "thesis.ipynb"), lab.release).notebooks
    assert notebook.status == "missing-notebook"
    assert "thesis.ipynb" in notebook.problem.sentence


def test_the_file_with_answers_counts_before_the_untouched_one(lab):
    lab.write(lab.released())
    lab.write(lab.answered(), "lab1 (1).ipynb")
    (notebook,) = intake_submission(lab.folder, lab.release).notebooks
    assert notebook.file.name == "lab1 (1).ipynb"
    assert notebook.report.of(FactKind.SEVERAL_FILES)


def test_of_two_with_answers_the_right_name_counts(lab):
    lab.write(lab.answered())
    other = lab.answered()
    other["cells"][3]["source"] += "  # an older try"
    lab.write(other, "Copy of lab1.ipynb")
    (notebook,) = intake_submission(lab.folder, lab.release).notebooks
    assert notebook.file.name == "lab1.ipynb"
    (fact,) = notebook.report.of(FactKind.SEVERAL_FILES)
    assert "Copy of lab1.ipynb" in fact.sentence


def test_equal_copies_are_no_matter(lab):
    lab.write(lab.answered())
    lab.write(lab.answered(), "Copy of lab1.ipynb")
    (notebook,) = intake_submission(lab.folder, lab.release).notebooks
    assert notebook.status == "ok"


def test_a_broken_file_of_the_right_name_gives_way_to_a_whole_copy(lab):
    lab.write(b"")
    lab.write(lab.answered(), "lab1 (1).ipynb")
    assert intake_submission(lab.folder, lab.release).notebooks[0].problem is None


def test_a_notebook_in_a_subfolder_is_found_and_checkpoints_are_not(lab):
    for folder in ("hand-in", ".ipynb_checkpoints"):
        (lab.folder / folder).mkdir()
    lab.write(lab.answered(), "hand-in/lab1.ipynb")
    lab.write(lab.released(), ".ipynb_checkpoints/lab1.ipynb")
    (notebook,) = intake_submission(lab.folder, lab.release).notebooks
    assert notebook.file.parent.name == "hand-in"
    assert not notebook.report.of(FactKind.SEVERAL_FILES)


def test_two_notebooks_are_kept_apart(lab):
    second = copy.deepcopy(lab.answered())
    for cell in second["cells"]:
        cell["source"] = cell["source"].replace("s", "ß")
    releases = (lab.notebook, release_notebook("lab2", second))
    lab.write(second, "Untitled.ipynb")
    lab.write(lab.answered(), "Copy of lab1.ipynb")
    intake = intake_submission(lab.folder, ReleaseVersion("both", releases))
    assert [one.file.name for one in intake.notebooks] == ["Copy of lab1.ipynb", "Untitled.ipynb"]


def test_one_file_is_never_two_notebooks(lab):
    twin = release_notebook("twin", lab.released())
    lab.write(lab.answered())
    intake = intake_submission(lab.folder, ReleaseVersion("both", (lab.notebook, twin)))
    assert [one.status for one in intake.notebooks] == ["ok", "missing-notebook"]


@pytest.mark.parametrize("name", ["..\\..\\lab1.ipynb", "a\nb\x1b[31m lab1.ipynb", "‮lab1.ipynb"])
def test_names_that_mislead_are_shown_in_plain(lab, name):
    (notebook,) = intake_submission(lab.write(b"{", name), lab.release).notebooks
    assert notebook.problem.sentence.isprintable()


def test_a_name_that_is_no_text_is_read(lab):
    raw_name = os.fsencode(lab.folder) + b"/lab1 \xff.ipynb"
    with open(raw_name, "wb") as file:  # noqa: PTH123 - a name of bytes
        file.write(b"{")
    (notebook,) = intake_submission(lab.folder, lab.release).notebooks
    assert notebook.status == "not-json"
    notebook.problem.sentence.encode()


def test_a_missing_folder_is_a_missing_notebook(lab):
    intake = intake_submission(lab.folder / "nobody", lab.release)
    assert intake.notebooks[0].status == "missing-notebook"


def test_extra_files_are_listed_when_they_are_safe(lab, tmp_path_factory):
    secret = tmp_path_factory.mktemp("secret") / "grades.csv"
    secret.write_text("all of them")
    (lab.folder / "data").mkdir()
    (lab.folder / "data" / "mine.csv").write_text("1,2")
    (lab.folder / "helper.py").symlink_to(secret)
    (lab.folder / "everything").symlink_to(secret.parent)
    os.mkfifo(lab.folder / "pipe")
    (lab.folder / "big.bin").write_bytes(b"0" * (65 << 20))
    intake = intake_submission(lab.write(lab.answered()), lab.release)
    assert [file.relative for file in intake.files] == ["data/mine.csv"]
    assert len(intake.refused) == 4


def test_a_folder_that_may_not_be_looked_into_holds_nothing(lab, monkeypatch):
    def refuse(_):
        raise PermissionError(13, "Permission denied")

    lab.write(lab.answered())
    monkeypatch.setattr(os, "scandir", refuse)
    assert intake_submission(lab.folder, lab.release).notebooks[0].status == "missing-notebook"
