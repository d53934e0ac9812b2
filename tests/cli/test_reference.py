"""The reference pages say what the code says."""

import re

import pytest

from labhub.cli.main import INTERRUPTED
from labhub.cli.verbs import VERBS
from tools.reference import GENERATED, PAGES, all_errors, renewed


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_page_equals_the_code(name: str) -> None:
    page = (PAGES / name).read_text(encoding="utf-8")
    assert page == renewed(page, GENERATED[name]()), "run: python -m tools.reference"


def test_every_verb_has_its_section() -> None:
    page = (PAGES / "verbs.md").read_text(encoding="utf-8")
    assert re.findall(r"^## ([a-z-]+)$", page, re.MULTILINE) == list(VERBS)


def test_every_option_says_what_it_means() -> None:
    page = (PAGES / "verbs.md").read_text(encoding="utf-8")
    assert not re.findall(r"^\| `[^`]+` \|\s+\|", page, re.MULTILINE)


def test_every_exit_code_is_documented() -> None:
    page = (PAGES / "exit-codes.md").read_text(encoding="utf-8")
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}
    assert documented == {0, INTERRUPTED} | {leaf.exit_code for leaf in all_errors()}


def test_every_key_of_the_course_file_is_described() -> None:
    page = (PAGES / "course-toml.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|(.*)\|$", page, re.MULTILINE)
    assert len(rows) > 30
    assert all(row.split("|")[-1].strip() for _, row in rows)
