"""Packages for reviewers, and letters for the reviewed: folders of files that name nobody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from labhub.course.rule_model import FormRow
from labhub.exchange.anonymise import Identity, Scrubber, anonymised
from labhub.exchange.intake.read import DEFAULT_BOUNDS, read_bounded
from labhub.exchange.peer.forms import empty_form
from labhub.exchange.store.reviewing import ReviewPair, Round
from labhub.ids import StudentId
from labhub.policy.allocations import Pair
from labhub.policy.words import say_percent

FORM = "review.md"
LETTER = "reviews.md"
ANSWERS = "answers.md"


@dataclass(frozen=True)
class Paper:
    """A hand-in to be reviewed: the folder in which it lies, and who must not be named."""

    folder: Path
    people: tuple[Identity, ...]


def write_packages(
    to: Path, held: Round, papers: Mapping[str, Paper], rows: Sequence[FormRow], until: str
) -> int:
    """Write `to/<reviewer>/<work's pseudonym>/` with notebook and form; how many were written.

    A form that a reviewer has begun to fill in is left as it is.
    """
    count = 0
    for each in held.pairs:
        work = held.work(each.pair.work)
        assert work is not None, "a pair names a work of the round"
        folder = to / each.pair.reviewer / work.pseudonym
        folder.mkdir(parents=True, exist_ok=True)
        paper = papers[work.work]
        for number, notebook in enumerate(sorted(paper.folder.glob("*.ipynb")), start=1):
            raw = read_bounded(notebook, paper.folder, DEFAULT_BOUNDS.file_bytes)
            # Under a name of ours: students write theirs into file names, too.
            name = f"hand-in-{number}.ipynb"
            (folder / name).write_bytes(anonymised(raw, name, paper.people))
        if not (folder / FORM).exists():
            (folder / FORM).write_text(empty_form(work.pseudonym, rows, until), encoding="utf-8")
        count += 1
    return count


def filled_forms(folder: Path, held: Round) -> Iterable[tuple[Pair, Path]]:
    """The forms of every pair that came back, changed or not."""
    for each in held.pairs:
        work = held.work(each.pair.work)
        assert work is not None, "a pair names a work of the round"
        file = folder / each.pair.reviewer / work.pseudonym / FORM
        if file.is_file() and not file.is_symlink():
            yield each.pair, file


def write_letters(
    to: Path, held: Round, reviewers: Mapping[StudentId, Identity], until: str
) -> int:
    """Write `to/<author>/reviews.md` with what was said about the work; how many were written."""
    count = 0
    for work in held.works:
        text = letter(held, work.work, reviewers, until)
        for author in sorted(work.authors):
            folder = to / author
            folder.mkdir(parents=True, exist_ok=True)
            (folder / LETTER).write_text(text, encoding="utf-8")
            count += 1
    return count


def write_answers(to: Path, held: Round, authors: Mapping[str, Scrubber]) -> int:
    """Write `to/<reviewer>/answers.md` with what the reviewed answered; how many were written.

    `authors` has a scrubber for each work. Stars are not told: they are for the staff.
    """
    names = {work.work: work.pseudonym for work in held.works}
    told: dict[StudentId, list[str]] = {}
    for reply in held.replies:
        if reply.answer:
            text = authors[reply.pair.work].prose(reply.answer)
            lines = told.setdefault(reply.pair.reviewer, ["# Answers to your reviews", ""])
            lines += [f"## {names[reply.pair.work]}", "", text, ""]
    for reviewer, lines in told.items():
        folder = to / reviewer
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ANSWERS).write_text("\n".join(lines), encoding="utf-8")
    return len(told)


def letter(held: Round, work: str, reviewers: Mapping[StudentId, Identity], until: str) -> str:
    """All reviews of a work, the reviewers under their pseudonyms."""
    scrubber = Scrubber(tuple(reviewers.values()))
    lines = ["# Reviews of your hand-in", "", f"You may rate and answer them before {until}.", ""]
    written = {each.review.pair: each for each in held.reviews}
    for each in _of(held, work):
        found = written.get(each.pair)
        lines += [f"## {each.pseudonym}", ""]
        if found is None:
            lines += ["Has not come.", ""]
            continue
        lines += [f"Points: {say_percent(found.review.mark)} of what there is.", ""]
        lines += [f"- {row}: {_number(points)}" for row, points in found.points.items()]
        lines += ["", scrubber.prose(found.review.text), ""]
    return "\n".join(lines)


def _of(held: Round, work: str) -> list[ReviewPair]:
    found = [each for each in held.pairs if each.pair.work == work]
    return sorted(found, key=lambda each: each.pseudonym)


def _number(points: str) -> str:
    return f"{float(Fraction(points)):.2f}".rstrip("0").rstrip(".")
