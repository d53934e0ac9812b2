"""`@probe`: a function of a test cell that runs beside the student's objects."""

# ruff: noqa: ANN401 - a probe takes and gives plain values of every kind

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

from labhub.grading.examiner.remote import Link


def probe_of(link: Link) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The decorator `probe` of one test cell.

    The function's source is sent to the student's process and runs in the student's module:
    arguments go by value or as remote objects, the result must be plain data. What else the
    function needs it must import; it sees no name of the test cell.
    """

    def probe(function: Callable[..., Any]) -> Callable[..., Any]:
        source = probe_source(function)
        filename = f"<probe {function.__name__}>"

        def call(*arguments: Any, **named: Any) -> Any:
            return link.probe(filename, source, function.__name__, arguments, named)

        call.__name__ = function.__name__
        call.__doc__ = function.__doc__
        return call

    return probe


def probe_source(function: Callable[..., Any]) -> str:
    """A function's own source, without its decorators and comments.

    Comments may explain to a colleague what the right answer is.
    """
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    (definition,) = tree.body
    if not isinstance(definition, ast.FunctionDef):
        raise TypeError("@probe stands over a function that is made with `def`.")
    definition.decorator_list = []
    return ast.unparse(definition)
