"""What students must not see, cut into pieces that can be recognised anywhere.

Secret is what the released version of a cell no longer says: solutions, hidden tests, written
answers, mark schemes, their stored outputs; and the mutants and alternates. A piece is a line of
code, a sentence, a long string or a group of numbers that is distinctive: it does not occur in
anything that students are given on purpose.
"""

import ast
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from labhub.authoring.checks import Checks
from labhub.authoring.notebook import Cell, Notebook, Role

CODE_LENGTH = 16
"""Characters without spaces; `return 1/(1+np.exp(-z))` has 19 after `return`."""
PROSE_LENGTH = 24
STEP = 3
"""A piece of a sentence begins at every third word, so that a part of it is recognised too."""
NUMBER = re.compile(r"(?<![\w.])\d+\.\d{3,}(?:e[+-]?\d+)?(?![\w.])")
NUMBERS_TOGETHER = 3
_COMMON = re.compile(r"\s*(?:import |from |def |class |@|raise NotImplementedError|%|!)")
_RESULT = re.compile(r"\s*(?:return\s+|[\w.,\s\[\]'\"]+?(?<![=!<>])=(?!=)\s*)")
_SENTENCE = re.compile(r"[.!?|\n]+")
_SECRET_KEY = re.compile(r"anchor|answer|solution|misconception|mark_scheme", re.IGNORECASE)
_QUOTES = str.maketrans({'"': "'", "“": "'", "”": "'", "’": "'", "`": "'"})
_ROLES = (Role.SOLUTION, Role.TEST, Role.MANUAL, Role.TASK)
KINDS = {
    Role.SOLUTION: "solution",
    Role.TEST: "hidden test",
    Role.MANUAL: "answer",
    Role.TASK: "mark scheme",
}


def compact(text: str) -> str:
    """The text without white space and with one kind of quote, so that layout hides nothing."""
    return "".join(text.split()).translate(_QUOTES)


@dataclass(frozen=True)
class Secret:
    """One piece: `text` is compact, `owner` the cell or block that it comes from."""

    text: str
    owner: str
    kind: str


@dataclass(frozen=True)
class Numbers:
    """Long numbers of one owner; several of them close together give it away."""

    numbers: frozenset[str]
    owner: str
    kind: str


@dataclass(frozen=True)
class Secrets:
    """All secrets of an assignment."""

    pieces: tuple[Secret, ...] = ()
    numbers: tuple[Numbers, ...] = ()
    cells: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Owner -> its secret lines, compact, distinctive or not."""

    def merged(self, other: "Secrets") -> "Secrets":
        """These and the others."""
        return Secrets(
            (*self.pieces, *other.pieces),
            (*self.numbers, *other.numbers),
            {**self.cells, **other.cells},
        )


def secrets_of(source: Notebook, released: Notebook, checks: Checks) -> Secrets:
    """The secrets of a notebook, given its student version and its mutants and alternates."""
    public = compact("\n".join(cell.source for cell in released.cells))
    hidden = {
        f"{source.path.name}: {cell.place}": (cell, "\n".join(_secret_lines(cell, released)))
        for cell in source.cells
        if cell.role in _ROLES
    }
    pieces: list[Secret] = []
    numbers: list[Numbers] = []
    for owner, (cell, text) in hidden.items():
        kind = KINDS[cell.role]
        pieces += _pieces(text, owner, kind, prose=cell.kind != "code")
        pieces += _pieces(_stored_text(cell), owner, f"output of a {kind}", prose=True)
        numbers += _numbers(text, owner, kind, public)
    for variant in checks.variants:
        owner = f"checks/{variant.place}"
        pieces += _pieces(variant.code, owner, variant.kind, prose=False)
    pieces += _metadata_pieces(source)
    distinct = {piece.text: piece for piece in reversed(pieces) if piece.text not in public}
    lines = {owner: _lines(text) for owner, (_, text) in hidden.items()}
    return Secrets(tuple(distinct.values()), tuple(numbers), lines)


def _secret_lines(cell: Cell, released: Notebook) -> list[str]:
    """The lines that the released version of the cell no longer has; without markers."""
    kept = released.cell(cell.grade_id) if cell.grade_id else None
    shown = set(kept.source.split("\n")) if kept else set()
    lines = [line for line in cell.source.split("\n") if line not in shown]
    return [line for line in lines if not re.search(r"###\s*(BEGIN|END) ", line)]


def _stored_text(cell: Cell) -> str:
    data = [output.get("data", {}) for output in cell.outputs]
    texts = [output.get("text") for output in cell.outputs]
    texts += [each.get(kind) for each in data for kind in ("text/plain", "text/html")]
    return "\n".join(text if isinstance(text, str) else "".join(text) for text in texts if text)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line for line in map(compact, text.split("\n")) if len(line) >= 8)


def _metadata_pieces(source: Notebook) -> Iterator[Secret]:
    """Anchor answers and the like in the metadata `nnlab`, wherever they stand there."""
    waiting: list[tuple[bool, object]] = [(False, source.metadata.get("nnlab"))]
    while waiting:
        secret, value = waiting.pop()
        if isinstance(value, Mapping):
            waiting += [(secret or bool(_SECRET_KEY.search(k)), v) for k, v in value.items()]
        elif isinstance(value, list):
            waiting += [(secret, each) for each in value]
        elif secret and isinstance(value, str):
            yield from _pieces(value, f"{source.path.name}: metadata nnlab", "answer", prose=True)


# --- pieces ----------------------------------------------------------------------------------


def _pieces(text: str, owner: str, kind: str, *, prose: bool) -> Iterator[Secret]:
    for piece in _sentences(text) if prose else _code_pieces(text):
        yield Secret(piece, owner, kind)


def _sentences(text: str) -> Iterator[str]:
    """From every third word on, as many words of a sentence as are distinctive together."""
    for sentence in _SENTENCE.split(text):
        words = [compact(word) for word in sentence.split()]
        for start in range(0, len(words), STEP):
            lengths = itertools.accumulate(len(word) for word in words[start:])
            for count, length in enumerate(lengths, start=1):
                if length >= PROSE_LENGTH:
                    yield "".join(words[start : start + count])
                    break


def _code_pieces(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if _COMMON.match(line):
            continue
        value = compact(_RESULT.sub("", line, count=1))
        for piece in (value, compact(line)):
            if _is_distinctive(piece):
                yield piece
                break
    yield from _strings(text)


def _is_distinctive(piece: str) -> bool:
    words = re.findall(r"[A-Za-z_]\w*", piece)
    return len(piece) >= CODE_LENGTH and len(words) >= 2


def _strings(text: str) -> Iterator[str]:
    for match in re.finditer(r"([\"'])((?:\\.|(?!\1)[^\\\n])*)\1", text):
        if len(piece := compact(_unescaped(match.group()))) >= CODE_LENGTH:
            yield piece


def _unescaped(literal: str) -> str:
    try:
        return str(ast.literal_eval(literal))
    except (SyntaxError, ValueError):
        return literal


def _numbers(text: str, owner: str, kind: str, public: str) -> Iterator[Numbers]:
    found = frozenset(number for number in NUMBER.findall(text) if number not in public)
    if len(found) >= NUMBERS_TOGETHER:
        yield Numbers(found, owner, kind)
