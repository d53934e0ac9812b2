"""hub.toml: what it gives, and how each mistake in it is named."""

from pathlib import Path

import pytest

from labhub.hub.errors import HubSettingsError
from labhub.hub.settings import load_settings

GOOD = """
port = 8000
hub_port = 8081
proxy_port = 8001
state_dir = "state"
runtime_dir = "/tmp/labhub"
exchange_dir = "../exchange"
[authenticator.passwords]
teacher = "correct-horse"
[courses.dl]
course_dir = "/srv/dl"
formgrader_port = 8100
instructors = ["teacher"]
tas = ["tim"]
students = ["ada"]
"""


def write(folder: Path, text: str = GOOD) -> Path:
    path = folder / "hub.toml"
    path.write_text(text)
    return path


def test_folders_are_relative_to_the_file(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path))
    assert settings.state_dir == tmp_path / "state"
    assert settings.exchange_dir == tmp_path.parent / "exchange"
    assert settings.courses["dl"].course_dir == Path("/srv/dl")


def test_staff_are_instructors_and_tas_of_all_courses(tmp_path: Path) -> None:
    assert load_settings(write(tmp_path)).staff == {"teacher", "tim"}


@pytest.mark.parametrize(
    ("address", "loopback"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("h.se", False)],
)
def test_only_this_machine_is_the_loopback(tmp_path: Path, address: str, loopback: bool) -> None:
    settings = load_settings(write(tmp_path, f'address = "{address}"\n{GOOD}'))
    assert settings.is_loopback is loopback


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("port = 8000", "prot = 8000", "hub.toml:2: prot: is unknown; did you mean 'port'?"),
        ("[courses.dl]", "[limits]\ncpu = 2\n[courses.dl]", "limits.cpu: is unknown; did you mean"),
        (
            '["tim"]',
            '["tim"]\nteachers = []',
            "courses.dl.teachers: is unknown; known: course_dir,",
        ),
        ("port = 8000", "port = 80000", "port"),
        ('exchange_dir = "../exchange"', "", "exchange_dir"),
        ("formgrader_port = 8100", 'formgrader_port = "many"', "courses.dl.formgrader_port"),
        ('["ada"]', '["../ada"]', "courses.dl.students.0"),
        ('["ada"]', '["ada+lab1"]', "courses.dl.students.0"),
        ("[courses.dl]", "[courses.DL]", "courses.DL"),
        ("port = 8000", "port = ", "not TOML"),
    ],
)
def test_a_mistake_names_file_and_key(tmp_path: Path, old: str, new: str, named: str) -> None:
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(HubSettingsError) as caught:
        load_settings(path)
    assert str(path) in caught.value.message
    assert named in caught.value.message


def test_a_missing_file_says_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(HubSettingsError, match="cannot be read") as caught:
        load_settings(tmp_path / "nowhere.toml")
    assert "LABHUB_HUB" in caught.value.hint


def test_the_example_of_the_documentation_is_right(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "howto" / "run-the-hub.md").read_text()
    example = page.split("<!-- file: hub.toml -->\n```toml\n")[1].split("```")[0]
    settings = load_settings(write(tmp_path, example))
    assert settings.courses["mycourse"].students == ("ada",)
