"""Functions of the course's locked cells that compare values: `rel_error(got, want)`.

A student can define that name anew, and the test would ask the student's function. Where such a
function uses nothing of the student's, the examiner has its own. It must not call what it is given
(`train(net, data)`): next to the student's objects that is faster, and belongs to what is tested.
"""

import ast
import builtins
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from labhub.authoring.names import bound_names, statements, used_names
from labhub.grading.examiner.names import imported
from labhub.grading.examiner.source import is_builtin, register

_FILE = "<given {}>"
_CLOSED = ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Await | ast.Yield


def given_functions(
    given: Iterable[str], cells: Iterable[str], libraries: Mapping[str, str]
) -> dict[str, Callable[..., Any]]:
    """The examiner's own functions, by name.

    `given` are the locked cells, `cells` all cells of the instructor's notebook: a function that
    another cell binds too is the student's. `libraries` is what `library_names` says.
    """
    bound = Counter(
        name for source in cells for node in statements(source) for name in bound_names(node)
    )
    found = {
        node.name: node
        for source in given
        for node in statements(source)
        if isinstance(node, ast.FunctionDef) and not node.decorator_list and bound[node.name] <= 1
    }
    while alien := [name for name, node in found.items() if not _is_own(node, found, libraries)]:
        for name in alien:
            del found[name]
    return _built(found.values(), libraries)


def _is_own(node: ast.FunctionDef, others: Collection[str], libraries: Mapping[str, str]) -> bool:
    """Whether a function needs only libraries and `others`, and takes its arguments as values."""

    def known(name: str) -> bool:
        return name in others or name in libraries or is_builtin(name)

    inner = [part for statement in node.body for part in ast.walk(statement)]
    calls = [part.func for part in inner if isinstance(part, ast.Call)]
    return (
        all(map(known, used_names(ast.unparse(node))))
        and not any(isinstance(part, _CLOSED) for part in inner)
        and all(_is_of_value(called, known) for called in calls)
    )


def _is_of_value(called: ast.expr, known: Callable[[str], bool]) -> bool:
    """Whether what is called is a function of a library, or a method that values have."""
    root = called
    while isinstance(root, ast.Attribute):
        root = root.value
    if isinstance(root, ast.Name) and known(root.id):
        return True
    return isinstance(called, ast.Attribute) and any(
        hasattr(kind, called.attr) for kind in _value_classes()
    )


def _value_classes() -> list[type]:
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    loaded = [*([numpy.ndarray] if numpy else ()), *([torch.Tensor] if torch else ())]
    return [*loaded, str, list, dict, set, float]


def _built(
    nodes: Iterable[ast.FunctionDef], libraries: Mapping[str, str]
) -> dict[str, Callable[..., Any]]:
    chosen = list(nodes)
    names = {part.id for node in chosen for part in ast.walk(node) if isinstance(part, ast.Name)}
    space = {name: imported(libraries[name]) for name in names & libraries.keys()}
    space |= {"__builtins__": builtins, "__name__": "__main__"}
    for node in chosen:
        source, file = ast.unparse(node), _FILE.format(node.name)
        register(file, source)
        exec(compile(source, file, "exec"), space)  # noqa: S102 - the course's own function
    return {node.name: space[node.name] for node in chosen}
