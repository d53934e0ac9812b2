"""One family of errors. Each names the object, what was expected and what to do next.

A leaf class per situation sets `code`; docs/reference/errors.md lists every code, and a test
proves it. All survive pickling, so that they can cross a process border.
"""

from typing import ClassVar, Self


class LabhubError(Exception):
    """Anything labhub refuses or fails to do, with a sentence for the person in front of it."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.message, self.hint))

    @classmethod
    def leaves(cls) -> list[type[Self]]:
        """Every error class that stands for one situation, in order of its code."""
        found = [leaf for child in cls.__subclasses__() for leaf in (child.leaves() or [child])]
        return sorted(found, key=lambda leaf: leaf.code)


def _rebuild(kind: type[LabhubError], message: str, hint: str) -> LabhubError:
    return kind(message, hint=hint)


class UsageError(LabhubError):
    """The command was called with words that do not fit together."""

    code = "usage"
    exit_code = 2
    http_status = 400


class ConfigurationError(LabhubError):
    """A file of the course or of the machine says something that cannot be."""

    code = "configuration"
    exit_code = 3


class PolicyError(LabhubError):
    """A rule of the course refuses this."""

    code = "policy"
    exit_code = 4
    http_status = 403
