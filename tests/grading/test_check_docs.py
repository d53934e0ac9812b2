"""The reference page of checks says what the code says."""

import re
from pathlib import Path

import pytest

from labhub.authoring.checks import read_file
from labhub.authoring.errors import ChecksFileError, ReleaseBuildError
from labhub.grading.process_errors import ReferenceCellError

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/checks-format.md").read_text()
MODULES = [
    *(ROOT / "labhub/authoring").glob("*.py"),
    *(ROOT / "labhub/grading/check").glob("*.py"),
]
WRITTEN = {
    code
    for module in MODULES
    for code in re.findall(r"(?:Finding|advice)\(\s*\"([a-z-]+)\"", module.read_text())
}
FROM_ERRORS = {error.code for error in (ChecksFileError, ReleaseBuildError, ReferenceCellError)}
TABLES = set(re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE))


def test_every_finding_is_documented_and_nothing_else():
    assert TABLES == WRITTEN | FROM_ERRORS


@pytest.mark.parametrize("page", ["docs/reference/checks-format.md", "docs/howto/write-a-lab.md"])
def test_the_examples_follow_the_format(page, tmp_path):
    blocks = re.findall(r"```python\n(# %% .*?)```", (ROOT / page).read_text(), re.DOTALL)
    assert blocks
    for number, block in enumerate(blocks):
        path = tmp_path / f"example{number}.py"
        path.write_text(block)
        assert read_file(path)
