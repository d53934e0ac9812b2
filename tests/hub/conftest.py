"""One real Hub for all tests that need one."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import copytree

import pytest

from labhub.hub.process import RunningHub
from labhub.ids import CourseId
from tests.course_folder import COURSE_ID
from tools.demo.hubclient import Person
from tools.demo.stage import Cast, Stage, open_hub

CAST = Cast(students=("ada", "bob"), outsiders=("mallory",))


@pytest.fixture(scope="session")
def stage(tiny_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The tiny course on a stage of its own, nothing released yet."""
    stage = Stage(tmp_path_factory.mktemp("stage"), CourseId(COURSE_ID))
    copytree(tiny_course, stage.course_dir)
    return stage


@pytest.fixture(scope="session")
def hub(stage: Stage) -> Iterator[RunningHub]:
    """The running Hub."""
    with open_hub(stage, CAST) as hub:
        yield hub


@pytest.fixture(scope="session")
def person(hub: RunningHub) -> Iterator[Callable[[str], Person]]:
    """Gives the session of a user who has logged in."""
    with ExitStack() as stack:
        sessions: dict[str, Person] = {}

        def enter(name: str) -> Person:
            if name not in sessions:
                someone = Person(hub.url, name, hub.settings.logins[name])
                sessions[name] = stack.enter_context(someone)
                assert someone.log_in().status_code == 302
            return sessions[name]

        yield enter
