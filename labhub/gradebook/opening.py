"""Opens the folder of a course: course.toml, and nbgrader's configuration as nbgrader reads it."""

import logging
import os
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from jupyter_core.paths import jupyter_config_path
from nbgrader.coursedir import CourseDirectory
from traitlets import TraitError
from traitlets.config import Config, LoggingConfigurable, PyFileConfigLoader
from traitlets.config.loader import ConfigFileNotFound, JSONFileConfigLoader

from labhub.authoring.errors import NbgraderConfigError
from labhub.course.directory import folder_of
from labhub.course.folder import CourseFolder, course_in
from labhub.gradebook.settings import apply_course

CONFIG_NAME = "nbgrader_config"
log = logging.getLogger("labhub.nbgrader")
# What nbgrader says is shown by the command that asked for it, not by a stray handler.
log.propagate = False
log.addHandler(logging.NullHandler())


@dataclass(frozen=True)
class OpenCourse:
    """A course folder together with nbgrader's configuration of it."""

    folder: CourseFolder
    config: Config

    @cached_property
    def parent(self) -> LoggingConfigurable:
        """The parent of every nbgrader object made for this course: configuration and log."""
        return LoggingConfigurable(config=self.config, log=log)

    def directory(
        self, assignment: str = "", *, student: str = "*", notebook: str = "*"
    ) -> CourseDirectory:
        """nbgrader's view of the folder, narrowed to an assignment and a student."""
        directory = CourseDirectory(parent=self.parent, root=str(self.folder.root))
        directory.course_id = self.folder.course_id
        directory.assignment_id = assignment
        directory.student_id = student
        directory.notebook_id = notebook
        return directory


def open_course(root: Path, *, course_id: str = "") -> OpenCourse:
    """Open the course at `root`, with or without course.toml or nbgrader_config.py.

    `course_id` wins over both files. Raises the errors of `labhub.course` and
    `NbgraderConfigError`.
    """
    root = root.resolve()
    _ensure_programs_are_found()
    course = course_in(root)
    config = load_config(root)
    if course is not None:
        # As defaults: what nbgrader_config.py says wins.
        defaults = Config()
        apply_course(defaults, course)
        defaults.merge(config)
        config = defaults
    if course_id:
        config.CourseDirectory.course_id = course_id
    return course_of(_directory(root, config), config)


def course_of(directory: CourseDirectory, config: Config) -> OpenCourse:
    """The course that nbgrader itself has opened, with the options of its command line."""
    return OpenCourse(folder_of(directory, directory.course_id), config)


def load_config(root: Path) -> Config:
    """nbgrader's configuration as a command in `root` would see it: the machine's, the user's,
    the folder's; the later wins.
    """
    config = Config()
    for place in [*reversed([Path(path) for path in jupyter_config_path()]), root]:
        for loader in (JSONFileConfigLoader, PyFileConfigLoader):
            suffix = "json" if loader is JSONFileConfigLoader else "py"
            name = f"{CONFIG_NAME}.{suffix}"
            try:
                config.merge(loader(name, path=str(place)).load_config())
            except ConfigFileNotFound:
                continue
            except Exception as error:
                raise NbgraderConfigError(
                    f"{place / name} cannot be loaded: {type(error).__name__}: {error}.",
                    hint="nbgrader itself would go on without it; labhub does not, because marks "
                    "depend on it.",
                ) from error
    return config


def _directory(root: Path, config: Config) -> CourseDirectory:
    try:
        parent = LoggingConfigurable(config=config, log=log)
        return CourseDirectory(parent=parent, root=str(root))
    except TraitError as error:
        raise NbgraderConfigError(f"{root / CONFIG_NAME}.py: {error}.") from error


def _ensure_programs_are_found() -> None:
    """nbgrader runs `alembic` by its name when it makes a gradebook."""
    programs = str(Path(sys.executable).parent)
    if programs not in os.environ.get("PATH", os.defpath).split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", os.defpath), programs])
