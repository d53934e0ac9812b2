"""A small lab, built once."""

import pytest

from labhub.authoring.release import generate_assignment
from tests.authoring.mini_course import write_course
from tools.demo.lab import Lab, read_lab


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """Two exercises, of 2 points and of 1; the second builds on the first."""
    root = write_course(tmp_path_factory.mktemp("mini"))
    generate_assignment(root, "lab1")
    return read_lab(root / "source/lab1/lab1.ipynb", root / "release/lab1/lab1.ipynb")
