"""A small template grammar of English whose words are ambiguous on purpose, as CoNLL-U text.

It stands in for a treebank where none is at hand. Many words need their neighbours to be tagged
(*can*, *will*, *light*, *that*, ...), and many are too rare to be learned by heart.
"""

from bisect import bisect
from itertools import accumulate

import numpy as np

_RULES: dict[str, tuple[tuple[float, str], ...]] = {
    "S": (
        (6, "CLAUSE ./PUNCT"),
        (2, "QUESTION ?/PUNCT"),
        (1, "VBASE NP ./PUNCT"),
        (1, "ADV ,/PUNCT CLAUSE ./PUNCT"),
        (1.5, "CLAUSE CC CLAUSE ./PUNCT"),
        (1, "SC CLAUSE ,/PUNCT CLAUSE ./PUNCT"),
    ),
    "CLAUSE": (
        (4, "SUBJ MODAL INF"),
        (4, "SUBJ PAST"),
        (2, "SUBJ COP PRED"),
        (1, "that/PRON COP PRED"),
        (1.5, "SUBJ SAID that/SCONJ CLAUSE"),
        (0.8, "SUBJ SAID CLAUSE"),
        (1, "SUBJ WANTED to/PART INF"),
        (0.6, "NUM of/ADP PL PAST"),
    ),
    "QUESTION": ((4, "MODAL SUBJ INF"), (1, "COP SUBJ PRED"), (1, "did/AUX SUBJ INF")),
    "SUBJ": ((4, "NP"), (3, "PRON"), (3, "NAME")),
    "NP": (
        (5, "DET N"),
        (2.5, "DET ADJ N"),
        (1.5, "that/DET N"),
        (0.8, "that/DET ADJ N"),
        (1, "DET N PP"),
        (0.8, "NUM PL"),
        (0.7, "DET N that/PRON PAST"),
        (0.6, "DET N N"),
    ),
    "PP": ((3, "in/ADP NP"), (2, "to/ADP NP"), (2, "with/ADP NP"), (1, "like/ADP NP")),
    "INF": ((3, "VBASE"), (4, "VBASE NP"), (2, "VBASE PP"), (1, "VBASE ADV"), (1, "VBASE OBJ")),
    "PAST": ((3, "VED NP"), (2, "VED PP"), (2, "VED ADV"), (2, "VED OBJ"), (1, "VED")),
    "PRED": ((3, "ADJ"), (2, "NP"), (1, "PP"), (1, "ADV ADJ")),
    "OBJ": ((1, "her/PRON"), (1, "him/PRON"), (1, "that/PRON"), (1, "NAME")),
    "MODAL": ((3, "can/AUX"), (3, "will/AUX"), (3, "may/AUX"), (1, "could/AUX"), (0.7, "CANNOT")),
    "CANNOT": ((1, "can/AUX+not/PART"),),
    "COP": ((3, "was/AUX"), (1, "is/AUX")),
    "SAID": ((1, "said/VERB"), (1, "knew/VERB"), (1, "heard/VERB")),
    "WANTED": ((1, "wanted/VERB"), (1, "tried/VERB"), (1, "went/VERB")),
    "DET": ((5, "the/DET"), (3, "a/DET"), (1, "every/DET"), (1, "her/PRON"), (1, "this/DET")),
    "PRON": ((1, "she/PRON"), (1, "he/PRON"), (1, "they/PRON"), (0.7, "this/PRON")),
    "CC": ((2, "and/CCONJ"), (1, "but/CCONJ"), (0.6, "so/CCONJ")),
    "SC": ((1, "when/SCONJ"), (1, "if/SCONJ"), (1, "before/SCONJ")),
    "NUM": ((1, "two/NUM"), (1, "three/NUM"), (1, "one/NUM"), (1, "ten/NUM")),
}
"""Symbol -> its expansions with their weights. `can/AUX+not/PART` is written *cannot*."""

_AMBIGUOUS = ("book", "fish", "light", "can", "will", "watch", "plant", "water", "play", "walk")
_NOUNS = ("dog", "river", "teacher", "house")
_VERBS = ("light", "book", "fish", "watch", "plant", "water", "play", "walk", "like", "round")
_VERBS_TOO = ("see", "bring")
_PAST = ("found", "brought", "saw", "liked", "watched", "planted", "lit", "carried", "left")
_ADJ = ("light", "old", "red", "fast", "well", "round", "quiet", "left", "late", "flat")
_ADV = ("fast", "well", "there", "yesterday", "so", "once")
_NAMES = ("Will", "May", "Ada", "Alan", "Grace", "Mark")
_ONSETS = (
    "b",
    "br",
    "d",
    "dr",
    "f",
    "fl",
    "g",
    "gr",
    "h",
    "k",
    "l",
    "m",
    "n",
    "pl",
    "r",
    "st",
    "t",
)
_VOWELS = ("a", "e", "i", "o", "u", "ea", "oo")
_CODAS = ("b", "ck", "d", "g", "l", "m", "mp", "n", "nd", "rt", "sk", "st", "t")
_SUFFIXES = {
    "N": ("", "", "er", "ness", "ment"),
    "PL": ("s", "s", "ers"),
    "VBASE": ("", "", "ify"),
    "VED": ("ed",),
    "ADJ": ("", "ous", "ful", "ed"),
    "ADV": ("ly",),
    "NAME": ("", "ia"),
}
_TAG = {
    "N": "NOUN",
    "PL": "NOUN",
    "VBASE": "VERB",
    "VED": "VERB",
    "ADJ": "ADJ",
    "ADV": "ADV",
    "NAME": "PROPN",
}
_FREQUENT = {
    "N": _AMBIGUOUS + _NOUNS,
    "PL": ("dogs", "letters", "students", "fish", "lights"),
    "VBASE": _VERBS + _VERBS_TOO,
    "VED": _PAST,
    "ADJ": _ADJ,
    "ADV": _ADV,
    "NAME": _NAMES,
}
_RARE_SHARE = 0.22
"""How often an open class gives one of its rare words."""


def conllu(sentences: int, rng: np.random.Generator) -> str:
    """A treebank of that many sentences in CoNLL-U, with tags and without trees."""
    stems = _stems(rng, 400)
    return "\n".join(
        _sentence(number, _expand("S", rng, stems)) for number in range(1, sentences + 1)
    )


def _stems(rng: np.random.Generator, count: int) -> list[str]:
    """Made-up stems such as *grend*."""
    parts = (_ONSETS, _VOWELS, _CODAS)
    return ["".join(_one_of(part, rng) for part in parts) for _ in range(count)]


def _expand(symbol: str, rng: np.random.Generator, stems: list[str]) -> list[str]:
    """The tokens `word/TAG` of one derivation from `symbol`."""
    if symbol in _TAG:
        return [f"{_word(symbol, rng, stems)}/{_TAG[symbol]}"]
    if symbol not in _RULES:
        return [symbol]
    parts = _pick(_RULES[symbol], rng).split()
    return [token for part in parts for token in _expand(part, rng, stems)]


def _pick(expansions: tuple[tuple[float, str], ...], rng: np.random.Generator) -> str:
    """One expansion, drawn by the weights."""
    ladder = list(accumulate(weight for weight, _ in expansions))
    return expansions[bisect(ladder, rng.random() * ladder[-1])][1]


def _one_of(words: tuple[str, ...], rng: np.random.Generator) -> str:
    return words[int(rng.integers(len(words)))]


def _word(symbol: str, rng: np.random.Generator, stems: list[str]) -> str:
    """A frequent word of an open class, or a rare one: a stem with one of the class's suffixes."""
    if rng.random() > _RARE_SHARE:
        return _one_of(_FREQUENT[symbol], rng)
    rank = int(len(stems) * rng.random() ** 2)  # the first stems come more often
    word = stems[rank] + _one_of(_SUFFIXES[symbol], rng)
    return word.capitalize() if symbol == "NAME" else word


def _sentence(number: int, tokens: list[str]) -> str:
    """One sentence as CoNLL-U: comments, one line per word, ranges for contracted words."""
    lines, index = [f"# sent_id = grammar-{number}"], 0
    for token in tokens:
        parts = [part.rsplit("/", 1) for part in token.split("+")]
        if index == 0:
            parts[0][0] = parts[0][0][0].upper() + parts[0][0][1:]
        if len(parts) > 1:
            form = "".join(word for word, _ in parts)
            lines.append("\t".join([f"{index + 1}-{index + len(parts)}", form, *"________"]))
        for word, tag in parts:
            index += 1
            lines.append("\t".join([str(index), word, "_", tag, *"______"]))
    return "\n".join([*lines, ""])
