"""Which handed-in cell is which cell of the release.

Evidence, strongest first: locked cells have the very text of the release; a cell claims an id
and its text does not speak against it; the anchor comment of an answer's first line; what is
left of the released stub; the place between neighbours that are certain. A claimed id alone
never makes a test of a student's cell: what does not read like the locked cell is the student's
own.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import pairwise

from labhub.exchange.intake.content import Text, unique_tags
from labhub.exchange.intake.parse import HandedCell
from labhub.exchange.intake.release import ReleaseCell

EDITED = 0.3
"""Likeness from which a cell that claims a locked cell's id is an edited copy of it."""
RECOGNISED = 0.6
"""Likeness from which text alone tells a cell."""

_BY_CLAIM, _BY_TEXT, _UNTOUCHED, _EMPTIED = 4, 3, 2, 1


@dataclass(frozen=True)
class Alignment:
    """Release positions and handed-in positions that belong together."""

    matched: Mapping[int, int]
    """Cells with a grade id: release position -> handed-in position."""
    landmarks: Mapping[int, int] = field(default_factory=dict)
    """Cells outside the grading that were left as released, in order."""
    repeats: Mapping[int, int] = field(default_factory=dict)
    """Handed-in cells that add nothing -> the release position they repeat."""
    rivals: Mapping[int, int] = field(default_factory=dict)
    """Handed-in cells that answer (or claim to be) what another cell already is."""
    pieces: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """Answers in words that were split: release position -> all pieces in order."""


def align(release: Sequence[ReleaseCell], handed: Sequence[HandedCell]) -> Alignment:
    """The alignment of a handed-in notebook with the release."""
    intact = _intact(release, handed)
    return Alignment(intact) if intact is not None else _Aligner(release, handed).align()


def rising(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """The largest part of these (release, handed-in) pairs that is in order on both sides."""
    ordered = sorted(pairs)
    tails: list[int] = []  # handed-in position that ends the best chain of each length
    ends: list[int] = []  # index into `ordered` of that chain's end
    before: list[int] = []
    for index, (_, place) in enumerate(ordered):
        length = bisect_left(tails, place)
        tails[length:] = [place, *tails[length + 1 :]]
        ends[length:] = [index, *ends[length + 1 :]]
        before.append(ends[length - 1] if length else -1)
    chain: dict[int, int] = {}
    index = ends[-1] if ends else -1
    while index >= 0:
        chain[ordered[index][0]] = ordered[index][1]
        index = before[index]
    return chain


def _intact(release: Sequence[ReleaseCell], handed: Sequence[HandedCell]) -> dict[int, int] | None:
    """The plain case: each id once, in order, no locked cell touched, no answer overwritten."""
    course = {cell.course.grade_id: at for at, cell in enumerate(release) if cell.course}
    found = [(at, cell) for at, cell in enumerate(handed) if cell.claimed_id in course]
    if [cell.claimed_id for _, cell in found] != list(course):
        return None
    matched = dict(zip(course.values(), (at for at, _ in found), strict=True))
    keys = [Text(cell.source).key for cell in release]
    given = course_keys(release, keys)
    for place, (_, cell) in zip(matched, found, strict=True):
        key = Text(cell.source).key
        if key != keys[place] and (release[place].is_locked or key in given):
            return None
    return None if _misnamed(release, handed, matched) else matched


def _misnamed(
    release: Sequence[ReleaseCell], handed: Sequence[HandedCell], matched: Mapping[int, int]
) -> bool:
    """Whether an answer's id sits on another cell than the one that plainly is the answer."""
    answers = {at: Text(cell.source) for at, cell in enumerate(release) if cell.is_answer}
    tags = unique_tags(answers.values())
    texts = [Text(cell.source) for cell in handed]
    for place, stub in answers.items():
        bearer = texts[matched[place]]
        if stub.tag in tags and bearer.tag != stub.tag and bearer.holds(stub) < EDITED:
            named = (text for text in texts if text.tag == stub.tag)
            if any(text.holds(stub) >= RECOGNISED for text in named):
                return True
    return False


def course_keys(release: Sequence[ReleaseCell], keys: Sequence[str]) -> frozenset[str]:
    """Texts that are the course's and no empty answer: whatever bears them is no answer."""
    stubs = {key for key, cell in zip(keys, release, strict=True) if cell.is_answer}
    return frozenset(keys) - stubs - {""}


class _Aligner:
    """One alignment in the making: each step matches what the steps before left over."""

    def __init__(self, release: Sequence[ReleaseCell], handed: Sequence[HandedCell]) -> None:
        self.release = release
        self.handed = handed
        self.course_texts = [Text(cell.source) for cell in release]
        self.texts = [Text(cell.source) for cell in handed]
        self.locked = [at for at, cell in enumerate(release) if cell.is_locked]
        self.answers = [at for at, cell in enumerate(release) if cell.is_answer]
        self.by_id: dict[str, int] = {
            cell.course.grade_id: at for at, cell in enumerate(release) if cell.course
        }
        self.claims = [self.by_id.get(cell.claimed_id) for cell in handed]
        self.by_key: dict[str, list[int]] = {}
        for at, text in enumerate(self.texts):
            self.by_key.setdefault(text.key, []).append(at)
        self.stubs = {self.course_texts[at].key for at in self.answers}
        self.given = course_keys(release, [text.key for text in self.course_texts])
        tags = unique_tags(self.course_texts[at] for at in self.answers)
        self.by_tag = {tag: at for at in self.answers if (tag := self.course_texts[at].tag) in tags}
        self.matched: dict[int, int] = {}
        self.landmarks: dict[int, int] = {}
        self.free = set(range(len(handed)))

    def align(self) -> Alignment:
        self._match_landmarks()
        self._match_locked_by_text()
        self._match_locked_by_likeness()
        self._match_answers()
        self._match_answers_by_bare_claim()
        self._match_answers_by_place()
        return self._alignment()

    def _take(self, place: int, at: int) -> None:
        self.matched[place] = at
        self.free.discard(at)

    def _match_landmarks(self) -> None:
        """What is as released, in the order of the release."""
        fixed = [at for at in range(len(self.release)) if at not in set(self.answers)]
        fixed = [at for at in fixed if self.course_texts[at].key]
        keys = [self.course_texts[at].key for at in fixed]
        theirs = [text.key or f"\0{at}" for at, text in enumerate(self.texts)]
        for block in SequenceMatcher(None, keys, theirs, autojunk=False).get_matching_blocks():
            for step in range(block.size):
                self._place(fixed[block.a + step], block.b + step)

    def _place(self, place: int, at: int) -> None:
        if self.release[place].course:
            self._take(place, at)
        elif self.course_texts[place].key not in self.stubs:
            self.landmarks[place] = at
            self.free.discard(at)

    def _match_locked_by_text(self) -> None:
        """Locked cells as released that stand elsewhere."""
        for place in self.locked:
            if place in self.matched or not (key := self.course_texts[place].key):
                continue
            found = [at for at in self.by_key.get(key, ()) if at in self.free]
            if found:
                self._take(place, max(found, key=lambda at: (self.claims[at] == place, -at)))

    def _match_locked_by_likeness(self) -> None:
        """Locked cells that were edited: by claimed id and likeness, or by place and likeness."""
        gaps = self._gaps()
        found = [
            (self.claims[at] == place, likeness, -place, -at)
            for place in self.locked
            if place not in self.matched
            for at in self.free
            if (likeness := self._edited(place, at, gaps[place])) is not None
        ]
        for _, _, place, at in sorted(found, reverse=True):
            if -place not in self.matched and -at in self.free:
                self._take(-place, -at)

    def _edited(self, place: int, at: int, gap: tuple[int, int]) -> float | None:
        """The likeness with which this cell may be an edited copy of a locked one."""
        course, claim = self.course_texts[place], self.claims[at]
        if claim == place:
            # An empty locked cell has nothing but its id.
            least = EDITED if course.key else 0.0
        elif claim is None and gap[0] < at < gap[1]:
            least = RECOGNISED
        else:
            return None
        likeness = course.likeness(self.texts[at])
        return likeness if likeness >= least else None

    def _match_answers(self) -> None:
        """Answers, the strongest evidence first; of equals the last in the notebook."""
        gaps = self._gaps()
        found = [
            (*evidence, at, -place)
            for at in self.free
            if self.texts[at].key not in self.given
            for place, evidence in self._evidence(at, gaps)
        ]
        for *_, at, place in sorted(found, reverse=True):
            if -place not in self.matched and at in self.free:
                self._take(-place, at)

    def _evidence(
        self, at: int, gaps: Mapping[int, tuple[int, int]]
    ) -> Iterator[tuple[int, tuple[int, int, int, bool]]]:
        """For each answer that this cell may be: (kind, claims, likeness in steps, in place)."""
        text = self.texts[at]
        holds = {place: text.holds(self.course_texts[place]) for place in self.answers}
        best = max(holds.values(), default=0.0)
        for place in self.answers:
            steps = int(holds[place] >= EDITED) + int(holds[place] >= RECOGNISED)
            in_place = gaps[place][0] < at < gaps[place][1]
            named = self.by_tag.get(text.tag) == place if text.tag else False
            believed = holds[place] >= EDITED or best < RECOGNISED or named
            claims = int(self.claims[at] == place and believed) + int(named)
            kind = self._kind(text.key, place, claims, steps, in_place=in_place)
            if kind:
                yield place, (kind, claims, steps, in_place)

    def _kind(self, key: str, place: int, claims: int, steps: int, *, in_place: bool) -> int:
        if not key:
            return _EMPTIED if claims else 0
        if key == self.course_texts[place].key:
            alone = sum(self.course_texts[other].key == key for other in self.answers) == 1
            return _UNTOUCHED if claims or in_place or alone else 0
        if key in self.stubs:
            return 0  # the untouched cell of another answer
        if claims:
            return _BY_CLAIM
        return _BY_TEXT if steps == 2 or (steps and in_place) else 0

    def _match_answers_by_bare_claim(self) -> None:
        """A cell begun as a copy of another answer is what its id says, if nothing else is."""
        for at in sorted(self.free):
            place, key = self.claims[at], self.texts[at].key
            elsewhere = key in self.stubs or key in self.given
            if place in self.answers and place not in self.matched and not elsewhere:
                self._take(place, at)

    def _match_answers_by_place(self) -> None:
        """What is left between certain neighbours, in order; first with the type fitting."""
        for same_type in (True, False):
            gaps = self._gaps()
            for place in self.answers:
                if place in self.matched:
                    continue
                low, high = gaps[place]
                low = max([low, *(at for p, at in self.matched.items() if p < place and at < high)])
                found = (
                    at for at in range(low + 1, high) if self._may_answer(at, place, same_type)
                )
                if (at := next(found, None)) is not None:
                    self._take(place, at)

    def _may_answer(self, at: int, place: int, same_type: bool) -> bool:
        fits = not same_type or self.handed[at].cell_type == self.release[place].cell_type
        text = self.texts[at]
        elsewhere = text.tag in self.by_tag or text.key in self.stubs or text.key in self.given
        return at in self.free and bool(text.key) and fits and not elsewhere

    def _gaps(self) -> dict[int, tuple[int, int]]:
        """For each release position, the handed-in positions of its certain neighbours."""
        certain = rising([*self.matched.items(), *self.landmarks.items()])
        places = sorted(certain)
        bounds = [-1, *(certain[place] for place in places), len(self.handed)]
        spans = list(pairwise(bounds))
        gaps = {}
        for place in range(len(self.release)):
            index = bisect_left(places, place)
            inside = index < len(places) and places[index] == place
            gaps[place] = (spans[index][0], spans[index + 1][1]) if inside else spans[index]
        return gaps

    def _alignment(self) -> Alignment:
        repeats: dict[int, int] = {}
        rivals: dict[int, int] = {}
        for at in sorted(self.free):
            place = self._repeated(at)
            if place is not None:
                repeats[at] = place
            elif (place := self._rivalled(at)) is not None:
                rivals[at] = place
        pieces = self._pieces(rivals)
        joined = {at for found in pieces.values() for at in found}
        rivals = {at: place for at, place in rivals.items() if at not in joined}
        return Alignment(self.matched, self.landmarks, repeats, rivals, pieces)

    def _repeated(self, at: int) -> int | None:
        """The release position that this left-over cell merely repeats."""
        key, claim = self.texts[at].key, self.claims[at]
        if not key:
            return claim
        if (
            claim is not None
            and claim in self.matched
            and self.texts[self.matched[claim]].key == key
        ):
            return claim
        same = [place for place in self.by_id.values() if self.course_texts[place].key == key]
        return next((place for place in same if place == claim), same[0] if same else None)

    def _rivalled(self, at: int) -> int | None:
        """The release position that another cell holds, though this one names it."""
        claim = self.claims[at]
        return claim if claim is not None else self.by_tag.get(self.texts[at].tag)

    def _pieces(self, rivals: Mapping[int, int]) -> dict[int, tuple[int, ...]]:
        """Answers in words whose neighbours claim the same id but say something else."""
        pieces = {}
        for place in set(rivals.values()) & set(self.answers) & self.matched.keys():
            if self.release[place].cell_type == "code":
                continue
            run = self._run(place, rivals)
            alike = any(
                self.texts[a].likeness(self.texts[b]) >= 0.5 for a in run for b in run if a < b
            )
            whole = Text("\n\n".join(self.handed[at].source for at in run))
            if len(run) > 1 and not alike and whole.key not in self.given:
                pieces[place] = tuple(run)
        return pieces

    def _run(self, place: int, rivals: Mapping[int, int]) -> list[int]:
        """Unbroken neighbours of an answer that claim its id, with the answer itself."""
        low = high = self.matched[place]
        while rivals.get(low - 1) == place and self.claims[low - 1] == place:
            low -= 1
        while rivals.get(high + 1) == place and self.claims[high + 1] == place:
            high += 1
        return list(range(low, high + 1))
