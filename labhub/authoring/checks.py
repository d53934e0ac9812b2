"""Mutants and alternates: wrong solutions that must fail, and other right ones that must pass.

`checks/<assignment>/<exercise>.py` holds both, as blocks of one file; docs/reference/checks-format
describes the format. The folder stands beside source/, so that nbgrader cannot release it.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

from labhub.authoring.errors import ChecksFileError
from labhub.authoring.notebook import Notebook
from labhub.ids import GradeId

BLOCK = re.compile(r"# %%\s*\[(?P<kind>[^\]]*)\]\s*(?P<title>.*)")
KEY = re.compile(r"#\s*(?P<key>cell|kills|replaces)\s*:\s*(?P<value>.*?)\s*")
KINDS = ("mutant", "alternate")


@dataclass(frozen=True)
class Variant:
    """One block: code that stands in for, or is added to, a solution cell."""

    kind: ClassVar[str] = "variant"
    title: str
    exercise: str
    """The name of the file without its ending."""
    cell: GradeId
    code: str
    replaces: bool
    """Whether the code replaces the solution cell, instead of being added at its end."""
    path: Path
    line: int

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.path.parent.name}/{self.path.name}:{self.line}"

    def applied_to(self, source: str) -> str:
        """The solution cell's source with this variant in it."""
        return self.code if self.replaces else f"{source}\n\n{self.code}"


@dataclass(frozen=True)
class Mutant(Variant):
    """A wrong solution. It must fail in the cells `kills`, and only there."""

    kind: ClassVar[str] = "mutant"
    kills: tuple[GradeId, ...]


@dataclass(frozen=True)
class Alternate(Variant):
    """A right solution that differs from the author's. It must get full marks."""

    kind: ClassVar[str] = "alternate"


@dataclass(frozen=True)
class Checks:
    """All mutants and alternates of an assignment, in order of files and lines."""

    mutants: tuple[Mutant, ...] = ()
    alternates: tuple[Alternate, ...] = ()

    @property
    def variants(self) -> tuple[Variant, ...]:
        """Mutants first."""
        return (*self.mutants, *self.alternates)

    def of_exercise(self, exercise: str) -> "Checks":
        """Those of one exercise, by file name or by the prefix of the cell's grade id."""
        return self._those(lambda v: v.exercise == exercise or v.cell.startswith(f"{exercise}-"))

    def of_notebook(self, notebook: Notebook) -> "Checks":
        """Those that change an answer of this notebook."""
        return self._those(lambda v: notebook.cell(v.cell) is not None)

    def _those(self, wanted: Callable[[Variant], bool]) -> "Checks":
        return Checks(
            tuple(mutant for mutant in self.mutants if wanted(mutant)),
            tuple(alternate for alternate in self.alternates if wanted(alternate)),
        )


def read_checks(folder: Path) -> Checks:
    """The checks of one assignment; none where there is no folder.

    Raises ChecksFileError, which names file and line.
    """
    variants = [variant for path in sorted(folder.glob("*.py")) for variant in read_file(path)]
    return Checks(
        tuple(variant for variant in variants if isinstance(variant, Mutant)),
        tuple(variant for variant in variants if isinstance(variant, Alternate)),
    )


def read_file(path: Path) -> list[Variant]:
    """The blocks of one file, in order. Raises ChecksFileError."""
    variants = [_variant(block) for block in _blocks(path)]
    seen: dict[str, Variant] = {}
    for variant in variants:
        earlier = seen.setdefault(variant.title, variant)
        if earlier is not variant:
            raise _error(path, variant.line, f"line {earlier.line} has the same title.")
    return variants


@dataclass(frozen=True)
class _Block:
    path: Path
    line: int
    kind: str
    title: str
    body: tuple[str, ...]


def _blocks(path: Path) -> Iterator[_Block]:
    lines = path.read_text(encoding="utf-8").splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("# %%")]
    for number, line in enumerate(lines[: starts[0] if starts else None]):
        if line.strip() and not line.startswith("#"):
            raise _error(path, number + 1, "code before the first block.", _EXAMPLE)
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        match = BLOCK.fullmatch(lines[start])
        if match is None or match["kind"] not in KINDS or not match["title"].strip():
            raise _error(path, start + 1, "a block needs a kind and a title.", _EXAMPLE)
        body = tuple(lines[start + 1 : end])
        yield _Block(path, start + 1, match["kind"], match["title"].strip(), body)


_EXAMPLE = "For example: # %% [mutant] No shift before exp, or # %% [alternate] In log space."


def _variant(block: _Block) -> Variant:
    keys, code = _header(block)
    if "cell" not in keys:
        raise _error(block.path, block.line, "the block names no cell.", "# cell: l1e03-softmax")
    return _kind(block, keys)(
        title=block.title,
        exercise=block.path.stem,
        cell=GradeId(keys["cell"]),
        code=code,
        replaces=_yes(block, keys.get("replaces", "no")),
        path=block.path,
        line=block.line,
    )


def _kind(block: _Block, keys: dict[str, str]) -> Callable[..., Variant]:
    if (block.kind == "mutant") != ("kills" in keys):
        rule = "a mutant names the tests that it kills; an alternate kills none."
        raise _error(block.path, block.line, rule, "# kills: l1e03-t1, l1e03-t2")
    if block.kind == "alternate":
        return Alternate
    kills = tuple(GradeId(name.strip()) for name in keys["kills"].split(",") if name.strip())
    if not kills:
        raise _error(block.path, block.line, "`kills` is empty.", "# kills: l1e03-t1")
    return partial(Mutant, kills=kills)


def _header(block: _Block) -> tuple[dict[str, str], str]:
    """The keys directly under the block's title, and the code after them."""
    keys: dict[str, str] = {}
    rest = list(block.body)
    while rest and (match := KEY.fullmatch(rest[0])):
        if match["key"] in keys:
            raise _error(block.path, block.line, f"`{match['key']}` stands twice.")
        keys[match["key"]] = match["value"]
        rest.pop(0)
    code = "\n".join(rest).rstrip()
    if not code:
        raise _error(block.path, block.line, "the block has no code.")
    try:
        ast.parse(code)
    except SyntaxError as error:
        line = block.line + len(keys) + (error.lineno or 1)
        raise _error(block.path, line, f"{error.msg}.") from error
    return keys, code


def _yes(block: _Block, value: str) -> bool:
    if value not in ("yes", "no"):
        raise _error(block.path, block.line, f"`replaces` is yes or no, not {value!r}.")
    return value == "yes"


def _error(path: Path, line: int, sentence: str, hint: str = "") -> ChecksFileError:
    return ChecksFileError(f"{path}:{line}: {sentence}", hint=hint)
