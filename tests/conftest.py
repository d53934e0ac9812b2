"""Fixtures that several packages share."""

import shutil
from pathlib import Path

import pytest

from tests.course_folder import make_course


@pytest.fixture(scope="session")
def tiny_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny course, generated once; read-only by agreement."""
    return make_course(tmp_path_factory.mktemp("tiny") / "course")


@pytest.fixture
def course_dir(tiny_course: Path, tmp_path: Path) -> Path:
    """A copy of the tiny course that a test may change: released, nothing handed in."""
    return Path(shutil.copytree(tiny_course, tmp_path / "course"))
