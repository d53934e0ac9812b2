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
