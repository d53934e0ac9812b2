"""The program itself: help, version, exit codes, words on stderr."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer

import labhub as package
from labhub.cli.verbs import VERBS

HEAVY = "torch numpy nbgrader nbformat nbconvert IPython pydantic sqlalchemy rich jinja2 traitlets"


@pytest.mark.parametrize("flag", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(flag: str) -> None:
    """This is what keeps them under half a second, on any machine and at any load."""
    code = (
        "import sys\n"
        f"sys.argv = ['labhub', {flag!r}]\n"
        "from labhub.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        f"print('heavy:', sorted(set({HEAVY!r}.split()) & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "heavy: []"


def test_version_is_the_package_s(labhub) -> None:
    assert labhub("--version").stdout == f"labhub {package.__version__}\n"


def test_help_names_every_verb(labhub) -> None:
    shown = labhub("--help").stdout
    assert all(f"\n  {verb} " in shown for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_under_both_spellings(labhub, verb: str) -> None:
    hyphen = labhub(verb, "--help")
    underscore = labhub(verb.replace("-", "_"), "--help")
    assert (hyphen.exit_code, underscore.exit_code) == (0, 0)
    assert hyphen.stdout.split("[OPTIONS]")[1] == underscore.stdout.split("[OPTIONS]")[1]


OF_NO_COURSE = {"validate", "doctor", "token", "serve", "hub", "data"}
"""They look at a file, a machine, a Hub, or at several courses."""


@pytest.mark.parametrize("verb", sorted(set(VERBS) - OF_NO_COURSE))
def test_every_verb_on_a_course_takes_its_folder(labhub, verb: str) -> None:
    for words in commands_of(verb):
        assert "--course-dir" in labhub(*words, "--help").stdout, words


def commands_of(verb: str) -> list[tuple[str, ...]]:
    """The verb, or for a group each verb of the group."""
    module, name = VERBS[verb].split(":")
    found = getattr(import_module(f"labhub.cli.{module}"), name)
    if not isinstance(found, typer.Typer):
        return [(verb,)]
    return [(verb, each) for each in typer.main.get_command(found).commands]  # type: ignore[attr-defined]


def test_an_unknown_verb_is_a_mistake_of_usage(labhub) -> None:
    result = labhub("autgrade")
    assert result.exit_code == 2
    assert "No such command 'autgrade'" in result.stderr


def test_an_unknown_option_is_a_mistake_of_usage(labhub) -> None:
    assert labhub("doctor", "--cure").exit_code == 2


def test_no_verb_at_all_shows_the_help(labhub) -> None:
    assert "autograde" in labhub().output


def test_an_error_comes_as_message_and_hint_on_stderr(labhub, tmp_path: Path) -> None:
    result = labhub("autograde", "ps1", "--course-dir", tmp_path / "nowhere")
    assert result.exit_code == 3
    assert result.stdout == ""
    message, hint = result.stderr.strip().splitlines()
    assert message.startswith("error: There is no folder ")
    assert hint == "Name the folder of the course with --course-dir."


def test_a_mistake_in_the_course_file_ends_with_3(labhub, course_dir: Path) -> None:
    (course_dir / "course.toml").write_text("[course]\nid = 1\n")
    result = labhub("export", "--course-dir", course_dir)
    assert result.exit_code == 3
    assert "course.toml:2: [course], key 'id'" in result.stderr


def test_a_mistake_in_nbgrader_s_configuration_ends_with_3(labhub, course_dir: Path) -> None:
    (course_dir / "nbgrader_config.py").write_text("c.CourseDirectory.course_id = unknown\n")
    result = labhub("export", "--course-dir", course_dir)
    assert result.exit_code == 3
    assert "name 'unknown' is not defined" in result.stderr


def test_a_planned_assignment_ends_with_3(labhub, course_dir: Path) -> None:
    from tests.course.test_load import TEXT

    (course_dir / "course.toml").write_text(TEXT)
    result = labhub("generate-assignment", "lab2", "--course-dir", course_dir)
    assert result.exit_code == 3
    assert "lab2 is planned for 15 March 2027" in result.stderr


def test_ctrl_c_ends_with_130(labhub, course_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("labhub.gradebook.grades.grade_rows", interrupted)
    result = labhub("export", "--course-dir", course_dir)
    assert (result.exit_code, result.stderr) == (130, "Interrupted.\n")


def test_the_module_is_the_program(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "labhub.cli", "nonsense"], capture_output=True, check=False
    )
    assert done.returncode == 2
