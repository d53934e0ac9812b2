"""The names that a cell reads, binds and may change: read off its syntax tree."""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from labhub.authoring.names import bound_names, used_names

IDENTIFIER = re.compile(r"[^\W\d]\w*")
SETTING = re.compile(
    r"\b(?:seed|seed_all|manual_seed|set_num_threads|set_default_\w+|seterr|set_state|chdir)\s*\("
    r"|environ|rcParams|filterwarnings|simplefilter|get_ipython"
)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Names:
    """What one cell does with names."""

    imports: frozenset[str] = frozenset()
    """Modules and what comes from them: whatever a student writes, they stay the same."""
    functions: frozenset[str] = frozenset()
    """Functions and classes: only another definition changes them, or a name that they look up."""
    assigns: frozenset[str] = frozenset()
    """Data, also by an assignment to an attribute or an item."""
    now: frozenset[str] = frozenset()
    """Read from other cells while this one runs."""
    late: frozenset[str] = frozenset()
    """Read from other cells by functions of this one, when they are called."""
    touches: frozenset[str] = frozenset()
    """Read while the cell runs; a call may change the object in place."""
    always: bool = False
    """The cell changes more than names can tell: settings, seeds, magics."""

    @property
    def uses(self) -> frozenset[str]:
        """Everything that is read from other cells."""
        return self.now | self.late


def names_of(source: str) -> Names:
    """The names of a cell; of a cell that Python alone cannot read, every word of it."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        words = frozenset(IDENTIFIER.findall(source))
        return Names(words, words, words, words, words, words, always=True)
    reads = _Reads()
    reads.statements(tree.body)
    top = list(_top_level(tree.body))
    late = reads.late - reads.bound
    calls = any(isinstance(node, ast.Call) for node in top)
    touched = reads.now | late if calls else reads.now
    return Names(
        imports=frozenset(_bound(tree.body, (ast.Import, ast.ImportFrom))),
        functions=frozenset(_bound(tree.body, _SCOPES)),
        assigns=frozenset(_assigned(top)),
        now=frozenset(reads.now),
        late=frozenset(late),
        # By convention a name in capitals is a constant: nobody changes it in place.
        touches=frozenset(name for name in touched if not name.isupper()),
        always=_is_setting(source, tree),
    )


@dataclass
class _Reads:
    """Walks statements in the order in which they run.

    A name that the cell has bound before it reads it is the cell's own affair.
    """

    now: set[str] = field(default_factory=set)
    """Read while the cell runs."""
    late: set[str] = field(default_factory=set)
    """Read by a function or class of the cell: looked up when it is called."""
    bound: set[str] = field(default_factory=set)

    def statements(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            self._statement(statement)

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self.late |= used_names(ast.unparse(node))
                self.bound.add(node.name)
            case ast.Import() | ast.ImportFrom():
                self.bound |= bound_names(node)
            case ast.Assign(targets=targets, value=value):
                self._read(value)
                self._bind(targets)
            case ast.For(target=target, iter=iterable, body=body, orelse=orelse):
                self._read(iterable)
                self._bind([target])
                self.statements([*body, *orelse])
            case ast.With(items=items, body=body):
                for item in items:
                    self._read(item.context_expr)
                    self._bind([item.optional_vars] if item.optional_vars else [])
                self.statements(body)
            case (
                ast.If(test=test, body=body, orelse=orelse)
                | ast.While(test=test, body=body, orelse=orelse)
            ):
                self._read(test)
                self._perhaps(body)
                self._perhaps(orelse)
            case _:
                # Anything else reads all its names first, as if it bound none of them.
                self._read(node)
                self._read_targets(node)

    def _perhaps(self, body: Sequence[ast.stmt]) -> None:
        before = set(self.bound)
        self.statements(body)
        self.bound = before

    def _read(self, node: ast.AST) -> None:
        self.now |= used_names(ast.unparse(node)) - self.bound

    def _read_targets(self, node: ast.AST) -> None:
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            self.now |= {node.target.id} - self.bound

    def _bind(self, targets: Iterable[ast.expr]) -> None:
        for target in targets:
            for node in ast.walk(target):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                    self.now |= {node.id} - self.bound  # x of `x.size = 1` or `x[0] = 1`
            self.bound |= {
                node.id
                for node in ast.walk(target)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            }


def _top_level(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    """The nodes that run when the cell runs: all but the bodies of functions and classes."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*_SCOPES, ast.Lambda)):
            waiting.extend(ast.iter_child_nodes(node))


def _bound(body: Sequence[ast.stmt], kinds: tuple[type[ast.stmt], ...]) -> Iterator[str]:
    for node in body:
        if isinstance(node, kinds):
            yield from bound_names(node)


def _assigned(top: list[ast.AST]) -> Iterator[str]:
    for node in top:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            yield node.id
        elif isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            base: ast.AST = node
            while isinstance(base, ast.Attribute | ast.Subscript):
                base = base.value
            if isinstance(base, ast.Name):
                yield base.id


def _is_setting(source: str, tree: ast.Module) -> bool:
    nodes = list(ast.walk(tree))
    stars = any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in nodes)
    unclear = any(isinstance(node, ast.Global) for node in nodes)
    return stars or unclear or SETTING.search(source) is not None
