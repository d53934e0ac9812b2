"""What can go wrong between the instructor's notebook and the student version."""

from labhub.errors import ConfigurationError, LabhubError, PolicyError, UsageError


class NoSourceError(UsageError):
    """The assignment has no instructor notebook in the course's source folder."""

    code = "no-source"


class NotebookUnreadableError(LabhubError):
    """An instructor notebook is not a notebook of format 4."""

    code = "notebook-unreadable"


class NbgraderConfigError(ConfigurationError):
    """nbgrader refuses the course's nbgrader_config.py."""

    code = "nbgrader-config"


class ReleaseBuildError(LabhubError):
    """nbgrader refuses the instructor notebook, or cannot write the gradebook."""

    code = "release-build"


class CellsChangedError(PolicyError):
    """Graded cells would come or go although students have handed in."""

    code = "cells-changed"


class MarksWouldBeLostError(PolicyError):
    """A cell to be removed carries a mark or a comment that a person gave."""

    code = "marks-would-be-lost"


class ChecksFileError(ConfigurationError):
    """A file of mutants and alternates does not follow its format."""

    code = "checks-file"


class UnknownExerciseError(UsageError):
    """A hand-in asks for an exercise that no lab of the pool has."""

    code = "unknown-exercise"


class ExerciseCycleError(ConfigurationError):
    """Exercises need each other in a circle, so none of them can be given first."""

    code = "exercise-cycle"


class MissingNeedError(ConfigurationError):
    """An exercise needs another one that no lab of the pool has."""

    code = "missing-need"


class NamesClashError(ConfigurationError):
    """Two labs of one hand-in use the same name for different things, and a test asks for it."""

    code = "names-clash"


class GivenStillOpenError(PolicyError):
    """A hand-in would give away the solution of an exercise that others can still hand in."""

    code = "given-still-open"


class NotAHandInError(UsageError):
    """The assignment lists no exercises, so there is nothing to put together."""

    code = "not-a-hand-in"
