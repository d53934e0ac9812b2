"""Whom a text must not name, and the search for their names in prose and in code."""

import io
import re
import tokenize
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

NAME = "[name]"
EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
PERSONAL_LINK = re.compile(
    r"(?:https?://)?(?:drive|docs|colab\.research)\.google\.com/[^\s)\"'>]*", re.IGNORECASE
)
"""Links into somebody's own folder; where they lead, the name stands."""
DATA_URI = re.compile(r"data:image/[^\s)\"'>]*", re.IGNORECASE)
"""A picture inside a text, with whatever its file says about its author."""
HOME = re.compile(r"""(?:/home/|/Users/|/root\b|[A-Za-z]:(?:\\+|/)Users(?:\\+|/))[^/\\\s"'<>:]*""")
SHORTEST = 3
"""A shorter part of a name would also be found inside other words."""


@dataclass(frozen=True)
class Identity:
    """What a person is called: id in the course, full name, e-mail, further ids."""

    id: str
    name: str = ""
    email: str = ""
    others: tuple[str, ...] = ()

    def wholes(self) -> Iterable[str]:
        """What names the person beyond doubt, in any spelling of capitals."""
        local = self.email.partition("@")[0]
        return [text for text in (self.id, self.name, self.email, local, *self.others) if text]

    def parts(self) -> Iterable[str]:
        """First and last names, which may be words as well: only as they are written."""
        return [part for part in re.split(r"[\s.,'’-]+", self.name) if len(part) >= SHORTEST]


@dataclass(frozen=True)
class Scrubber:
    """Takes names, e-mail addresses and home folders of these people out of texts."""

    people: tuple[Identity, ...]

    @cached_property
    def _whole(self) -> re.Pattern[str] | None:
        texts = {t for who in self.people for t in who.wholes() if len(t) >= SHORTEST}
        return _any_of(_spellings(texts), re.IGNORECASE)

    @cached_property
    def _part(self) -> re.Pattern[str] | None:
        parts = {part for who in self.people for part in who.parts()}
        return _any_of(_spellings(parts), re.NOFLAG)

    def prose(self, text: str) -> str:
        """A text for people, without names, addresses and home folders."""
        text = PERSONAL_LINK.sub("[link]", DATA_URI.sub("[picture]", text))
        text = HOME.sub("~", EMAIL.sub("[e-mail]", text))
        for pattern in (self._whole, self._part):
            if pattern is not None:
                text = pattern.sub(NAME, text)
        return text

    def code(self, source: str) -> str:
        """A program whose comments and strings are scrubbed; names of variables stay.

        What is no Python (a magic, a command, a cell with a syntax error) is scrubbed as prose.
        """
        lines = source.splitlines(keepends=True)
        plain = "".join(self.prose(each) if each.lstrip()[:1] in MAGIC else each for each in lines)
        try:
            return HOME.sub("~", self._tokens(plain))
        except (tokenize.TokenError, SyntaxError):
            return self.prose(source)

    def _tokens(self, source: str) -> str:
        lines = source.splitlines(keepends=True)
        spans = [
            (token.start, token.end, token.string)
            for token in tokenize.generate_tokens(io.StringIO(source).readline)
            if token.type in TEXTS
        ]
        for (row, column), (end_row, end_column), text in reversed(spans):
            head, tail = lines[row - 1][:column], lines[end_row - 1][end_column:]
            lines[row - 1 : end_row] = [head + self.prose(text) + tail]
        return "".join(lines)


MAGIC = ("%", "!")
TEXTS = {tokenize.COMMENT, tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", -1)}
"""Tokens that a person reads. From Python 3.12 on an f-string has a token for its text."""


def _spellings(texts: Iterable[str]) -> set[str]:
    """The texts, and the same without accents, as people write them in paths: Åsa, Asa."""
    found = set(texts)
    plain = {unicodedata.normalize("NFKD", text) for text in found}
    return found | {"".join(c for c in text if not unicodedata.combining(c)) for text in plain}


def _any_of(texts: Iterable[str], flags: re.RegexFlag) -> re.Pattern[str] | None:
    """Any of the texts as a word of its own, the longest first; None for no text.

    An underscore ends a word too: `/data/ann_b/` names `ann`.
    """
    ordered = sorted(texts, key=lambda text: (-len(text), text))
    if not ordered:
        return None
    words = "|".join(re.escape(text) for text in ordered)
    return re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])", flags)
