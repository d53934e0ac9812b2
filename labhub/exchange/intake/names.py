"""Which handed-in file is which notebook: by its name and by what is in it."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from labhub.exchange.intake.content import Text
from labhub.exchange.intake.errors import IntakeError, MissingNotebookError
from labhub.exchange.intake.parse import HandedNotebook, parse_notebook
from labhub.exchange.intake.read import Bounds, printable, read_bounded
from labhub.exchange.intake.release import ReleaseNotebook
from labhub.exchange.intake.report import Fact, FactKind
from labhub.exchange.intake.survey import Survey
from labhub.ids import NotebookId

EXACT, CASE, COPY, PART, OTHER = 4, 3, 2, 1, 0
"""How close a file's name is to a notebook's, closest first."""
ENOUGH = 0.5
"""Share of the release's own cells that makes a file of any name this notebook."""
_MOST_READ = 12
"""Files read of one hand-in; the ones with the closest names first."""

_COPY_BEFORE = re.compile(
    r"^(?:copy of|kopia av|kopie von|kopie van|kopi av|kopi af|copie de|copia de|copia di|"
    r"cópia de|kopio|копия)\s+"
)
_COPY_AFTER = re.compile(r"(?:\s*\(\d+\)|[\s_-]*(?:copy|kopia|kopie)\d*|[\s_-]+\d{1,2})$")
_BREAK = re.compile(r"[\s_.-]+")


@dataclass(frozen=True)
class Candidate:
    """One file that may be a notebook: what it holds, or why it cannot be read."""

    path: Path
    raw: bytes = b""
    notebook: HandedNotebook | None = None
    error: IntakeError | None = None

    @cached_property
    def keys(self) -> frozenset[str]:
        """The texts of its cells, white space collapsed."""
        cells = self.notebook.cells if self.notebook else ()
        return frozenset(key for cell in cells if (key := Text(cell.source).key))

    @cached_property
    def sha256(self) -> str:
        """Of the file's bytes, in hexadecimal."""
        return hashlib.sha256(self.raw).hexdigest()


@dataclass(frozen=True)
class Choice:
    """The file that counts as a notebook."""

    candidate: Candidate
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class _Claim:
    """How well a file fits a notebook."""

    candidate: Candidate
    release: ReleaseNotebook
    closeness: int
    share: float
    answered: int

    @property
    def plausible(self) -> bool:
        named = self.closeness >= COPY or self.share > 0 or self.candidate.error is not None
        return (self.closeness > OTHER and named) or self.share >= ENOUGH

    @property
    def rank(self) -> tuple[bool, bool, bool, float, int, int]:
        """A file with answers before an untouched one, then the right name, then content."""
        readable = self.candidate.error is None
        is_exact = self.closeness == EXACT
        return readable, self.answered > 0, is_exact, self.share, self.closeness, self.answered


def choose_files(
    folder: Path, found: Survey, releases: Sequence[ReleaseNotebook], bounds: Bounds
) -> dict[NotebookId, Choice]:
    """The file for each notebook of the release; a notebook that has none is missing here."""
    candidates = [_candidate(path, folder, bounds) for path in _closest(found.notebooks, releases)]
    claims = [
        claim
        for candidate in candidates
        for release in releases
        if (claim := _claim(candidate, release, releases)).plausible
    ]
    chosen: dict[NotebookId, _Claim] = {}
    for claim in sorted(claims, key=lambda claim: claim.rank, reverse=True):
        taken = any(other.candidate is claim.candidate for other in chosen.values())
        if not taken and claim.release.notebook_id not in chosen:
            chosen[claim.release.notebook_id] = claim
    used = {id(claim.candidate) for claim in chosen.values()}
    return {
        notebook_id: Choice(claim.candidate, tuple(_facts(claim, claims, used)))
        for notebook_id, claim in chosen.items()
    }


def missing(notebook_id: str, found: Survey) -> MissingNotebookError:
    """The sentence for a notebook that no file is."""
    names = [printable(path.name, 40) for path in found.notebooks]
    names += [printable(file.relative, 40) for file in found.files]
    names = [name for name in names if name != "timestamp.txt"]
    shown = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
    return MissingNotebookError(
        f"The notebook {notebook_id}.ipynb is not in your hand-in "
        f"({f'found: {shown}' if shown else 'the folder is empty'}). "
        "Hand in the notebook itself, under this name."
    )


def closeness(name: str, notebook_id: str) -> int:
    """How close a file's name is to a notebook's.

    >>> closeness("lab1.ipynb", "lab1"), closeness("Copy of lab1 (1).ipynb", "lab1")
    (4, 2)
    >>> closeness("s1234_lab1.ipynb", "lab1"), closeness("lab10.ipynb", "lab1")
    (1, 0)
    """
    stem, wanted = _stem(name), _plain(notebook_id)
    if name == f"{notebook_id}.ipynb":
        return EXACT
    if stem == wanted:
        return CASE
    bare = _without_copy_marks(stem)
    if _BREAK.sub("-", bare) == _BREAK.sub("-", wanted):
        return COPY
    parts = f"-{_BREAK.sub('-', bare)}-"
    return PART if f"-{_BREAK.sub('-', wanted)}-" in parts else OTHER


def _stem(name: str) -> str:
    lower = _plain(name).removesuffix(".txt").removesuffix(".json")
    return lower.removesuffix(".ipynb")


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _without_copy_marks(stem: str) -> str:
    while (bare := _COPY_AFTER.sub("", _COPY_BEFORE.sub("", stem.strip(" -_")))) != stem:
        stem = bare
    return stem


def _closest(paths: Sequence[Path], releases: Sequence[ReleaseNotebook]) -> list[Path]:
    def farness(path: Path) -> tuple[int, int, str]:
        best = max(closeness(path.name, release.notebook_id) for release in releases)
        return -best, len(path.parts), str(path)

    return sorted(paths, key=farness)[: max(_MOST_READ, 2 * len(releases))]


def _candidate(path: Path, folder: Path, bounds: Bounds) -> Candidate:
    raw = b""
    try:
        raw = read_bounded(path, folder, bounds.file_bytes)
        return Candidate(path, raw, parse_notebook(raw, printable(path.name), bounds))
    except IntakeError as error:
        return Candidate(path, raw, error=error)


def _claim(
    candidate: Candidate, release: ReleaseNotebook, releases: Sequence[ReleaseNotebook]
) -> _Claim:
    close = closeness(candidate.path.name, release.notebook_id)
    exact = any(candidate.path.name == f"{other.notebook_id}.ipynb" for other in releases)
    if exact and close != EXACT:
        return _Claim(candidate, release, OTHER, 0.0, 0)  # the name says it is another notebook
    own = {key for cell in release.cells if (key := Text(cell.source).key)}
    fixed = {key for cell in release.cells if not cell.is_answer and (key := Text(cell.source).key)}
    share = len(fixed & candidate.keys) / len(fixed) if fixed else 0.0
    return _Claim(candidate, release, close, share, len(candidate.keys - own))


def _facts(chosen: _Claim, claims: Sequence[_Claim], used: set[int]) -> Iterator[Fact]:
    name = printable(chosen.candidate.path.name)
    if chosen.closeness != EXACT:
        by = "its name" if chosen.closeness > OTHER else "its content"
        yield Fact(
            FactKind.FILE_RECOGNISED,
            f"{name} is taken for {chosen.release.notebook_id}.ipynb by {by}; "
            f"{chosen.share:.0%} of the released cells are in it.",
        )
    rivals = [
        claim.candidate
        for claim in claims
        if claim.release is chosen.release
        and id(claim.candidate) not in used
        and claim.candidate.raw != chosen.candidate.raw
    ]
    if rivals:
        others = ", ".join(printable(rival.path.name) for rival in rivals)
        yield Fact(
            FactKind.SEVERAL_FILES, f"{name} counts; also handed in for this notebook: {others}."
        )
