"""The house's floor plan holds: imports run downwards, and nbgrader stays behind its bridges."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "labhub"
ORDER = (
    "errors",
    "ids",
    "clock",
    "course",
    "policy",
    "authoring",
    "exchange",
    "grading",
    "gradebook",
    "feedback",
    "service",
    "hub",
    "cli",
)
NBGRADER_BRIDGES = ("gradebook/", "authoring/release", "exchange/plugin", "cli/")
JUPYTERHUB_BRIDGES = ("hub/", "service/")
MODULES = sorted(PACKAGE.rglob("*.py"))


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> Iterator[tuple[str, bool]]:
    """Every module that a file imports, and whether it is imported when the file is."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    lazy = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) not in lazy
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: imports are absolute"
            for alias in node.names:
                yield f"{node.module}.{alias.name}", id(node) not in lazy


def floor(module: str) -> int | None:
    parts = module.split(".")
    return ORDER.index(parts[1]) if parts[0] == "labhub" and len(parts) > 1 else None


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_run_downwards(path: Path) -> None:
    here = floor(module_name(path))
    upward = [
        target
        for target, _ in imports_of(path)
        if target.startswith("labhub.") and target != "labhub.__version__"
        if here is not None and (floor(target) or 0) > here
    ]
    assert upward == []


def test_every_package_has_its_floor() -> None:
    tops = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in MODULES}
    assert tops - {"__init__"} <= set(ORDER)


def test_no_module_is_imported_in_a_circle() -> None:
    known = {module_name(path) for path in MODULES}
    graph = {module_name(path): set(_targets(path, known)) for path in MODULES}
    while leaves := {name for name, targets in graph.items() if not targets & graph.keys()}:
        graph = {name: targets for name, targets in graph.items() if name not in leaves}
    assert graph == {}, "these import each other"


def _targets(path: Path, known: set[str]) -> Iterator[str]:
    for target, eager in imports_of(path):
        parent = target.rpartition(".")[0]
        found = target if target in known else parent
        if eager and found in known and found != module_name(path):
            yield found


@pytest.mark.parametrize(
    ("library", "bridges"),
    [("nbgrader", NBGRADER_BRIDGES), ("jupyterhub", JUPYTERHUB_BRIDGES)],
)
def test_foreign_houses_are_entered_through_their_bridges(
    library: str, bridges: tuple[str, ...]
) -> None:
    strays = [
        str(path.relative_to(PACKAGE))
        for path in MODULES
        if any(target.split(".")[0] == library for target, _ in imports_of(path))
        if not str(path.relative_to(PACKAGE)).startswith(bridges)
    ]
    assert strays == []


@pytest.mark.parametrize("path", sorted((PACKAGE / "cli").glob("*.py")), ids=lambda path: path.stem)
def test_the_command_line_imports_nothing_heavy_before_a_verb_runs(path: Path) -> None:
    heavy = {"torch", "numpy", "nbgrader", "nbformat", "nbconvert", "rich", "pydantic", "IPython"}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    guarded = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    eager = {
        name.split(".")[0]
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in guarded
        for name in (
            [a.name for a in node.names] if isinstance(node, ast.Import) else [str(node.module)]
        )
    }
    assert eager & heavy == set()
