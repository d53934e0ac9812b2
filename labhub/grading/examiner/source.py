"""A test cell's source: without magics, with its last expression apart, and what it names."""

import ast
import builtins
import inspect
import linecache
import re
import symtable
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType

TYPE_NAME = "__labhub_type__"
"""What `type(x)` is called as in a test cell: it also knows the class of a student's object."""
OWNER_NAME = "__labhub_owner__"
"""What takes the place of `torch` in `torch.exp = f`: it also writes into the student's module."""

_TIMED = re.compile(r"^(\s*)%(?:time|timeit|prun)\b(?:\s+-\w+(?:\s+\d+)?)*[ \t]*")
_MAGIC = re.compile(r"^(\s*)[%!].*$")
_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_LOOKED_THROUGH = {"globals", "locals", "vars", "dir"}
"""Functions by which a cell looks for names: its strings may be some."""


@dataclass(frozen=True)
class Cell:
    """A test cell, compiled."""

    filename: str
    source: str
    body: CodeType
    last: CodeType | None
    """The last expression, whose value may be partial credit."""
    names: frozenset[str]
    """Global names that it may read."""
    literals: frozenset[str]
    """Names that it binds at top level to a literal only (`SEED = 99`)."""

    @property
    def is_async(self) -> tuple[bool, bool]:
        """Whether the body and the last expression await something."""
        last = self.last.co_flags if self.last else 0
        return bool(self.body.co_flags & inspect.CO_COROUTINE), bool(last & inspect.CO_COROUTINE)


def without_magics(source: str) -> str:
    """The source as plain Python, line for line: `%time x = f()` is `x = f()`, others are gone.

    A source that is plain Python already stays as it is, whatever its strings hold.

    >>> without_magics("%matplotlib inline\\n%time assert f(1) == 2")
    '\\nassert f(1) == 2'
    """
    try:
        ast.parse(source)
    except SyntaxError:
        return "\n".join(map(_without_magic, source.split("\n")))
    return source


def _without_magic(line: str) -> str:
    if line.startswith("%%"):
        return ""
    timed = _TIMED.match(line)
    if timed:
        return timed[1] + line[timed.end() :]
    return _MAGIC.sub(lambda found: f"{found[1]}pass" if found[1] else "", line)


@lru_cache(maxsize=256)
def compile_cell(source: str, filename: str) -> Cell:
    """Compile a test cell. Raises `SyntaxError`."""
    source = without_magics(source)
    register(filename, source)
    tree = ast.parse(source, filename)
    names, literals = _names(source, tree), _literals(tree)
    tree = rewritten(tree)
    last: ast.Expr | None = None
    ending = tree.body[-1] if tree.body else None
    if isinstance(ending, ast.Expr) and not _ends_quietly(source):
        last = ending
        tree.body.pop()
    body = compile(tree, filename, "exec", _FLAGS, dont_inherit=True)
    return Cell(filename, source, body, _compile_last(last, filename), names, literals)


def register(filename: str, source: str) -> None:
    """Let tracebacks and `inspect` show this source."""
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)


def _compile_last(last: ast.Expr | None, filename: str) -> CodeType | None:
    if last is None:
        return None
    code: CodeType = compile(
        ast.Expression(last.value), filename, "eval", _FLAGS, dont_inherit=True
    )
    return code


def _ends_quietly(source: str) -> bool:
    """Whether a semicolon after the last expression keeps its value from being shown."""
    lines = [line for line in source.rstrip().split("\n") if not line.lstrip().startswith("#")]
    return bool(lines) and lines[-1].rstrip().endswith(";")


def rewritten(tree: ast.Module) -> ast.Module:
    """The tree, with what must reach the student's process going through the examiner."""
    changed: ast.Module = ast.fix_missing_locations(_ThroughExaminer().visit(tree))
    return changed


class _ThroughExaminer(ast.NodeTransformer):
    """`type(x)` and `x.__class__`, and the owner of an attribute that is set or deleted."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name == "type" and len(node.args) == 1 and not node.keywords:
            node.func = ast.copy_location(ast.Name(TYPE_NAME, ast.Load()), node.func)
        elif name in ("setattr", "delattr") and node.args:
            node.args[0] = _call(OWNER_NAME, node.args[0])
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load) and node.attr == "__class__":
            return _call(TYPE_NAME, node.value)
        if not isinstance(node.ctx, ast.Load):
            node.value = _call(OWNER_NAME, node.value)
        return node


def _call(name: str, argument: ast.expr) -> ast.Call:
    return ast.copy_location(ast.Call(ast.Name(name, ast.Load()), [argument], []), argument)


def _names(source: str, tree: ast.AST) -> frozenset[str]:
    """Every global name the cell may read, and strings that could be one."""
    found: set[str] = set()
    pending = [(symtable.symtable(source, "cell", "exec"), True)]
    while pending:
        table, top = pending.pop()
        found.update(
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_referenced() and (top or symbol.is_global())
        )
        pending.extend((child, False) for child in table.get_children())
    if found & _LOOKED_THROUGH:
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value.isidentifier()
        }
    return frozenset(found)


def _literals(tree: ast.Module) -> frozenset[str]:
    return frozenset(
        target.id
        for statement in tree.body
        if isinstance(statement, ast.Assign) and _is_literal(statement.value)
        for target in statement.targets
        if isinstance(target, ast.Name)
    )


def _is_literal(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    return isinstance(node, ast.Constant)


def is_builtin(name: str) -> bool:
    """Whether Python itself defines the name."""
    return hasattr(builtins, name)
