"""Fixtures that several packages share; which tests stay together; what none may leave behind."""

import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.course_folder import make_course
from tests.leftovers import left_running, mark_environment


def is_worker(config: pytest.Config) -> bool:
    """Whether this is one of the processes of `-n`, and not the one that has started them."""
    return hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    """Programs that tests start carry a mark."""
    if not is_worker(config):
        mark_environment()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """No program outlives the test that has started it."""
    if is_worker(session.config):
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    for line in left_running():
        reporter.write_line(f"\nLEFT RUNNING {line}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """With `-n`, tests of a group stay in one process, which alone sets up what they share."""
    if getattr(config.option, "numprocesses", None) and config.option.dist == "no":
        config.option.dist = "loadgroup"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None, None, None]:
    """Tests that share a fixture of their module are a group, unless they are in one already."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None and shares_fixtures(item):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
    yield
    if is_worker(config):
        for item in items:
            name_group(item)


def name_group(item: pytest.Item) -> None:
    """Write the group where xdist looks for it: at the end of the test's id.

    xdist 3.8 itself writes it into an attribute that pytest 9.2 no longer reads, and groups are
    torn apart without a word (https://github.com/pytest-dev/pytest-xdist/issues/1386).
    """
    mark = item.get_closest_marker("xdist_group")
    if mark is not None and not item.nodeid.endswith(f"@{mark.args[0]}"):
        item._id = type(item._id).parse(f"{item.nodeid}@{mark.args[0]}")


def shares_fixtures(item: pytest.Item) -> bool:
    """Whether the test uses a fixture of scope `module`."""
    info = getattr(item, "_fixtureinfo", None)
    found = info.name2fixturedefs.values() if info else ()
    return any(each[-1].scope == "module" for each in found)


@pytest.fixture(scope="session")
def tiny_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny course, generated once; read-only by agreement."""
    return make_course(tmp_path_factory.mktemp("tiny") / "course")


@pytest.fixture
def course_dir(tiny_course: Path, tmp_path: Path) -> Path:
    """A copy of the tiny course that a test may change: released, nothing handed in."""
    return Path(shutil.copytree(tiny_course, tmp_path / "course"))
