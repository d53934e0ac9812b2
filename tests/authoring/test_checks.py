from pathlib import Path

import pytest

from labhub.authoring.checks import read_checks, read_file
from labhub.authoring.errors import ChecksFileError
from tests.authoring.mini_course import MUTANTS

HEAD = "# %% [mutant] Wrong\n# cell: l1e01-mean\n# kills: l1e01-t1\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "lab1"
    folder.mkdir()
    (folder / "mean.py").write_text(MUTANTS)
    return folder


def parse(folder: Path, text: str):
    path = folder / "other.py"
    path.write_text(text)
    return read_file(path)


def test_a_mutant_names_its_cell_and_the_tests_it_kills(folder):
    (mutant,) = read_checks(folder).mutants
    assert mutant.title == "Divides by one less"
    assert (mutant.cell, mutant.kills) == ("l1e01-mean", ("l1e01-t1",))
    assert (mutant.exercise, mutant.line) == ("mean", 1)
    assert mutant.code.startswith("def mean(x):")


def test_an_alternate_stands_in_the_same_file(folder):
    (alternate,) = read_checks(folder).alternates
    assert alternate.title == "Through a running sum"
    assert alternate.place == "lab1/mean.py:6"


def test_code_is_added_at_the_end_of_the_solution_cell(folder):
    (mutant,) = read_checks(folder).mutants
    assert mutant.applied_to("x = 1").startswith("x = 1\n\ndef mean(x):")


def test_code_replaces_the_cell_where_it_says_so(folder):
    (mutant,) = parse(folder, HEAD + "# replaces: yes\ny = 2\n")
    assert mutant.applied_to("x = 1") == "y = 2"


def test_several_tests_may_be_killed(folder):
    (mutant,) = parse(folder, HEAD.replace("l1e01-t1", "l1e01-t1, l1e01-t2") + "x = 1\n")
    assert mutant.kills == ("l1e01-t1", "l1e01-t2")


def test_comments_may_stand_before_the_first_block(folder):
    assert len(parse(folder, "# Mistakes that we have seen.\n\n" + HEAD + "x = 1\n")) == 1


@pytest.mark.parametrize("exercise", ["mean", "l1e01"])
def test_an_exercise_is_named_by_file_or_by_unit(folder, exercise):
    assert len(read_checks(folder).of_exercise(exercise).variants) == 2
    assert read_checks(folder).of_exercise("l1e02").variants == ()


def test_a_folder_that_is_not_there_has_no_checks(tmp_path):
    assert read_checks(tmp_path / "none").variants == ()


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("x = 1\n", 1, "code before the first block"),
        ("# %% mutant Wrong\n", 1, "needs a kind and a title"),
        ("# %% [monster] Wrong\n", 1, "needs a kind and a title"),
        ("# %% [mutant]\n", 1, "needs a kind and a title"),
        ("# %% [mutant] Wrong\n# kills: a\nx = 1\n", 1, "names no cell"),
        ("# %% [mutant] Wrong\n# cell: a\nx = 1\n", 1, "names the tests that it kills"),
        ("# %% [alternate] Right\n# cell: a\n# kills: b\nx = 1\n", 1, "an alternate kills none"),
        ("# %% [mutant] Wrong\n# cell: a\n# kills: ,\nx = 1\n", 1, "`kills` is empty"),
        ("# %% [mutant] Wrong\n# cell: a\n# cell: b\n# kills: c\nx = 1\n", 1, "stands twice"),
        (HEAD, 1, "has no code"),
        (HEAD + "x = 1\n\ndef f(:\n", 6, "invalid syntax"),
        (HEAD + "# replaces: maybe\nx = 1\n", 1, "yes or no"),
        (HEAD + "x = 1\n" + HEAD + "x = 2\n", 5, "line 1 has the same title"),
    ],
)
def test_an_error_names_file_line_and_rule(folder, text, line, sentence):
    with pytest.raises(ChecksFileError, match=rf"other\.py:{line}: .*{sentence}"):
        parse(folder, text)
