"""The names in a cell's source: what it binds, and what it looks up."""

import ast
import symtable
from collections.abc import Iterable
from functools import lru_cache

_REMEMBERED = 4096
"""Sources whose names are remembered: the hand-ins to a notebook have most cells in common."""


def parse(source: str) -> ast.Module | None:
    """The syntax tree of a cell without its magics and shell lines; None when it has none."""
    try:
        return ast.parse(plain_python(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def statements(source: str) -> list[ast.stmt]:
    """The statements of a cell, in order; none where it has no syntax tree."""
    tree = parse(source)
    return [] if tree is None else tree.body


def plain_python(source: str) -> str:
    """`source` with IPython's `%magic` and `!command` lines blanked; cell magics blank it all."""
    if source.lstrip().startswith("%%"):
        return ""
    lines = source.split("\n")
    return "\n".join("pass" if _is_magic(line) else line for line in lines)


def _is_magic(line: str) -> bool:
    return line.startswith(("%", "!", "?")) or (line.rstrip().endswith("?") and "#" not in line)


def bound_names(node: ast.stmt) -> set[str]:
    """The names that a statement binds at its own level."""
    match node:
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return {(alias.asname or alias.name).split(".")[0] for alias in names}
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
    return {
        part.id
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store | ast.Del)
    }


@lru_cache(_REMEMBERED)
def names_bound_by(source: str) -> frozenset[str]:
    """The names that the cell `source` binds at module level; none where it has no syntax tree."""
    return frozenset(name for node in statements(source) for name in bound_names(node))


@lru_cache(_REMEMBERED)
def used_names(source: str) -> frozenset[str]:
    """The names that `source` looks up at module level, in functions and classes too."""
    try:
        table = symtable.symtable(plain_python(source), "<cell>", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    return frozenset(_globals_of(table))


def _globals_of(table: symtable.SymbolTable) -> Iterable[str]:
    at_top = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (at_top or symbol.is_global()):
            yield symbol.get_name()
    for child in table.get_children():
        yield from _globals_of(child)
