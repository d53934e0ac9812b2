"""Sequences of lab 2: a source of known entropy, tagged sentences, and running text.

Nothing here opens a network connection. The treebank comes from files where they are at hand,
and from the grammar in `nnlab.grammar` where they are not.
"""

import hashlib
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nnlab.datasets import DataError
from nnlab.grammar import conllu

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Sentence = list[tuple[str, str]]
"""Words with their tags."""

EWT_COMMIT = "15d613d8447b3478787d4c278730a1e48a945efb"
EWT_ADDRESS = (
    f"https://raw.githubusercontent.com/UniversalDependencies/UD_English-EWT/{EWT_COMMIT}/"
)
EWT_SHA256 = {
    "en_ewt-ud-train.conllu": "3fb78e2b55482c8ee00caa653af436c88c9e5bc9a73ce26e4ae3ddc79d2b7e7b",
    "en_ewt-ud-dev.conllu": "531a54ff90d6ab12201c5a50c3e78e6ddac4de69abc4bce5d275d3cd29efe2b6",
}
"""UD English EWT (CC BY-SA 4.0), release 2.16: file -> SHA-256 of its content."""
EWT_FOLDERS = ("ud-english-ewt", "UD_English-EWT", ".")
GRAMMAR_SENTENCES = {"train": 1600, "dev": 400}


# --- a source whose entropy is known -----------------------------------------------------------


@dataclass(frozen=True)
class Source:
    """A Markov chain of order 2: the next symbol depends on the last two.

    `transitions[i, j, k]` is the probability of `k` after `i, j`. The three entropies are in nats
    per symbol: what is left to guess when two, one or none of the last symbols are known.
    """

    transitions: Floats
    entropy: float
    bigram_entropy: float
    unigram_entropy: float

    @property
    def symbols(self) -> int:
        """How many symbols there are."""
        return len(self.transitions)

    @property
    def levels(self) -> dict[str, float]:
        """The four levels that a model's loss can be held against, worst first."""
        return {
            "uniform": float(np.log(self.symbols)),
            "unigram": self.unigram_entropy,
            "bigram": self.bigram_entropy,
            "entropy": self.entropy,
        }

    def sample(self, count: int, rng: np.random.Generator) -> Ints:
        """The next `count` symbols, after two that are drawn uniformly."""
        ladder = self.transitions.cumsum(axis=2)
        before, last = rng.integers(self.symbols, size=2)
        drawn = np.empty(count, dtype=np.int64)
        for t, u in enumerate(rng.random(count)):
            after = min(int(np.searchsorted(ladder[before, last], u)), self.symbols - 1)
            before, last, drawn[t] = last, after, after
        return drawn


def known_source(symbols: int = 8, seed: int = 0, concentration: float = 0.15) -> Source:
    """A source whose transitions are drawn from Dirichlet(`concentration`) distributions.

    The entropies follow from the stationary distribution of the chain of symbol pairs
    (Cover and Thomas, Elements of Information Theory, theorem 4.2.4).
    """
    rng = np.random.default_rng(seed)
    transitions = rng.dirichlet(np.full(symbols, concentration), size=(symbols, symbols))
    pairs = _stationary_pairs(transitions)
    following = np.einsum("ij,ijk->jk", pairs, transitions)
    single = following.sum(axis=0)
    return Source(
        transitions,
        entropy=_entropy(pairs[..., None] * transitions, transitions),
        bigram_entropy=_entropy(following, following / following.sum(axis=1, keepdims=True)),
        unigram_entropy=_entropy(single, single),
    )


def _stationary_pairs(transitions: Floats) -> Floats:
    """How often each pair of symbols comes, in the long run."""
    size = len(transitions)
    pairs = np.full((size, size), 1 / size**2)
    for _ in range(5000):
        moved = np.einsum("ij,ijk->jk", pairs, transitions)
        pairs = (pairs + moved) / 2  # the mean damps a chain that alternates
    return pairs


def _entropy(joint: Floats, conditional: Floats) -> float:
    safe = np.where(conditional > 0, conditional, 1.0)
    return float(-np.sum(joint * np.log(safe)))


# --- tagged sentences --------------------------------------------------------------------------


@dataclass(frozen=True)
class Tagged:
    """A tagged corpus in two parts that share no sentence."""

    name: str
    train: list[Sentence]
    dev: list[Sentence]

    @cached_property
    def tags(self) -> list[str]:
        """All tags of the training part, in alphabetical order."""
        return sorted({tag for sentence in self.train for _, tag in sentence})


def read_conllu(text: str) -> list[Sentence]:
    """The words and universal tags of every sentence in a CoNLL-U text.

    Comments, contracted words (`1-2`) and empty nodes (`1.1`) are left out, so that each syntactic
    word counts once. Raises `DataError` for a line that does not have ten columns.
    """
    return [sentence for block in text.split("\n\n") if (sentence := list(_words(block)))]


def _words(block: str) -> Iterator[tuple[str, str]]:
    for line in block.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        columns = line.split("\t")
        if len(columns) != 10:
            raise DataError(f"a line of CoNLL-U has ten columns; this one has not: {line[:60]!r}")
        if columns[0].isdigit():
            yield columns[1], columns[3]


def grammar() -> Tagged:
    """2,000 sentences from `nnlab.grammar`, the same on every machine."""
    sentences = read_conllu(conllu(sum(GRAMMAR_SENTENCES.values()), np.random.default_rng(2000)))
    cut = GRAMMAR_SENTENCES["train"]
    return Tagged("grammar corpus", sentences[:cut], sentences[cut:])


def ewt_folder(data_dir: Path | None) -> Path | None:
    """The folder below `data_dir` that holds the two files of the treebank, or None."""
    for folder in (data_dir / name for name in EWT_FOLDERS) if data_dir else ():
        if all((folder / name).is_file() for name in EWT_SHA256):
            return folder
    return None


def ewt(data_dir: Path | None) -> Tagged:
    """UD English EWT: 12,544 training and 2,001 dev sentences from web texts.

    Raises `DataError` when the files are missing or are not those of `EWT_COMMIT`.
    """
    folder = ewt_folder(data_dir)
    if folder is None:
        raise DataError(
            "UD English EWT not found: run `python -m nnlab data fetch ud-english-ewt`, or put "
            f"{' and '.join(EWT_SHA256)} into $NNLAB_DATA/ud-english-ewt"
        )
    train, dev = (_read_verified(folder / name, digest) for name, digest in EWT_SHA256.items())
    return Tagged("UD English EWT", read_conllu(train), read_conllu(dev))


def _read_verified(path: Path, sha256: str) -> str:
    raw = path.read_bytes()
    if hashlib.sha256(raw).hexdigest() != sha256:
        raise DataError(f"{path} is not the file of the pinned release: its SHA-256 differs")
    return raw.decode("utf-8")


def tagged(mode: str, data_dir: Path | None) -> Tagged:
    """The grammar corpus in `test` mode, UD English EWT in the others.

    Falls back to the grammar, with a loud notice, when the files are missing or wrong.
    """
    if mode != "test":
        try:
            return ewt(data_dir)
        except DataError as problem:
            print("!" * 78)
            print(f"!! {problem}")
            print("!! Going on with the grammar corpus: every figure says which data it shows.")
            print("!" * 78)
    return grammar()


# --- running text ------------------------------------------------------------------------------


def running_text(characters: int | None = None) -> str:
    """English prose: the help texts of Python itself, which every installation carries.

    Their wording changes from version to version. Where an installation lacks them, a made-up
    text takes their place.
    """
    try:
        topics: dict[str, str] = importlib.import_module("pydoc_data.topics").topics
    except ImportError:
        return made_up_text(characters or 400_000, np.random.default_rng(5))
    return "\n\n".join(topics[name] for name in sorted(topics))[:characters]


def made_up_text(characters: int, rng: np.random.Generator) -> str:
    """Sentences of the grammar as running text."""
    text = ""
    while len(text) < characters:
        for sentence in read_conllu(conllu(200, rng)):
            text += " ".join(word for word, _ in sentence).replace(" .", ".") + "\n"
    return text[:characters]
