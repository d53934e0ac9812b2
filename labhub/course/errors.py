"""What can be wrong with course.toml and with the folder of a course."""

from labhub.errors import ConfigurationError, UsageError


class CourseFileSyntaxError(ConfigurationError):
    """course.toml is not TOML."""

    code = "course-file-syntax"


class CourseFileInvalidError(ConfigurationError):
    """course.toml is TOML, but says something that a course cannot be."""

    code = "course-file-invalid"


class CourseFileNeededError(ConfigurationError):
    """The course's rules stand in course.toml, and this folder has none."""

    code = "course-file-needed"


class CourseFolderMissingError(ConfigurationError):
    """The folder that `--course-dir` names is not there, or is no course."""

    code = "course-folder-missing"


class AssignmentPlannedError(ConfigurationError):
    """The assignment stands in course.toml, but its notebooks are not written yet."""

    code = "assignment-planned"


class UnknownAssignmentError(UsageError):
    """No assignment of the course has this name."""

    code = "unknown-assignment"
    http_status = 404
