"""nbgrader's application and its `GenerateAssignment` converter, made quiet and repeatable."""

import io
import json
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, TypeAlias

from labhub.authoring.errors import NbgraderConfigError, ReleaseBuildError

Untyped: TypeAlias = Any
"""An object of nbgrader's or nbformat's, which carry no types."""


@dataclass(frozen=True)
class CourseFolders:
    """Where nbgrader's configuration of a course says that things are."""

    root: Path
    source: Path
    """The folder of the assignment's instructor notebooks."""
    release: Path
    """The folder of the assignment's student version."""
    db_url: str


def course_folders(
    course_dir: Path, assignment: str, *, release_step: Path | None = None
) -> CourseFolders:
    """The folders of one assignment, as the course's nbgrader_config.py names them.

    `release_step` stands in for nbgrader's `release` step. Raises NbgraderConfigError if nbgrader
    refuses the configuration.
    """
    overrides = {} if release_step is None else {"release_directory": str(release_step)}
    with quiet():
        course = _app(course_dir, [], CourseDirectory=overrides).coursedir

    def folder(step: str) -> Path:
        return Path(course.format_path(step, ".", assignment)).resolve()

    return CourseFolders(
        root=Path(course.root),
        source=folder(course.source_directory),
        release=folder(course.release_directory),
        db_url=course.db_url,
    )


def convert(
    course_dir: Path, assignment: str, step: Path, *, with_gradebook: bool
) -> tuple[str, ...]:
    """Run nbgrader's converter with `step` in the role of `release`; its warnings come back.

    Raises NbgraderConfigError and ReleaseBuildError.
    """
    log: list[str] = []
    course = {
        "release_directory": str(step),
        "assignment_id": assignment,
        "notebook_id": "*",
    }
    with quiet():
        from nbgrader.converters.base import NbGraderException

        app = _app(course_dir, log, CourseDirectory=course, SaveCells={"enabled": with_gradebook})
        try:
            _converter(app, with_gradebook=with_gradebook).start()
        except NbGraderException as error:
            raise ReleaseBuildError(
                f"{assignment}: nbgrader cannot build the student version: {_cause(log)}",
                hint="\n".join(log),
            ) from error
    return tuple(log)


@contextmanager
def quiet() -> Iterator[None]:
    """nbgrader and its libraries warn about themselves and extend sys.path; neither stays.

    Inside, the program `alembic` is found, which nbgrader runs by name for a new gradebook.
    """
    modules, programs = list(sys.path), os.environ.get("PATH", os.defpath)
    os.environ["PATH"] = os.pathsep.join([programs, str(Path(sys.executable).parent)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            sys.path[:] = modules
            os.environ["PATH"] = programs


class _Lines(logging.Handler):
    """Keeps what nbgrader logs, so that an error can quote it."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.WARNING)
        self.lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def _app(course_dir: Path, log: list[str], **overrides: dict[str, Any]) -> Untyped:
    """nbgrader's application with the course's configuration, and nothing of the cwd's."""
    from nbgrader.apps import NbGrader
    from traitlets.config import Config

    class CourseApp(NbGrader):  # type: ignore[misc]
        load_cwd_config = False

    logger = logging.Logger("labhub.nbgrader", logging.WARNING)
    logger.addHandler(_Lines(log))
    app = CourseApp(log=logger, raise_config_file_errors=True)
    try:
        app.initialize([], root=str(course_dir.resolve()))
    except (Exception, SystemExit) as error:
        raise NbgraderConfigError(
            f"{course_dir / 'nbgrader_config.py'}: nbgrader refuses it: "
            f"{type(error).__name__}: {error}",
            hint="\n".join(log),
        ) from error
    app.update_config(Config(overrides))
    app.coursedir.update_config(app.config)
    return app


def _converter(app: Untyped, *, with_gradebook: bool) -> Untyped:
    from nbgrader.converters import GenerateAssignment

    return GenerateAssignment(
        coursedir=app.coursedir,
        parent=app,
        exporter_class=_stable_exporter(),
        no_database=not with_gradebook,
        force=True,
    )


def _cause(log: list[str]) -> str:
    """The exception of the last traceback that nbgrader logged."""
    for entry in reversed(log):
        if entry.startswith("Traceback"):
            return entry.strip().splitlines()[-1]
    return log[-1] if log else "it gave no reason"


def _stable_exporter() -> type:
    """An exporter that gives a cell without an id of its own the same one in every build."""
    import nbformat
    from nbconvert.exporters import NotebookExporter

    class StableExporter(NotebookExporter):  # type: ignore[misc]
        export_from_notebook = None
        source_ids: frozenset[str] = frozenset()

        def from_file(self, file_stream: IO[str], *args: Untyped, **kwargs: Untyped) -> Untyped:
            text = file_stream.read()
            self.source_ids = frozenset(
                cell["id"] for cell in json.loads(text).get("cells", []) if "id" in cell
            )
            return super().from_file(io.StringIO(text), *args, **kwargs)

        def from_notebook_node(self, nb: Untyped, *args: Untyped, **kwargs: Untyped) -> Untyped:
            output, resources = super().from_notebook_node(nb, *args, **kwargs)
            built = nbformat.from_dict(json.loads(output))
            settle_ids(built, self.source_ids)
            return nbformat.writes(built) + "\n", resources

    return StableExporter


def settle_ids(notebook: Untyped, source_ids: frozenset[str]) -> None:
    """Replace the ids that nbformat drew at random by ones made of the cell's place and text."""
    if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
        return
    seen: set[str] = set()
    for index, cell in enumerate(notebook.cells):
        if cell.id not in source_ids or cell.id in seen:
            cell.id = sha256(f"{index}\n{cell.source}".encode()).hexdigest()[:12]
        seen.add(cell.id)
