"""Allocations: who reviews whose hand-in.

The laws, in the order in which they win over one another:

1. Nobody reviews work of the own group, and nobody reviews a work twice.
2. Every work has at least `fewest` reviewers, or all who may review it where those are fewer.
3. Loads differ by at most one. Where `most` allows it they are equal.
4. No work has more than `most` reviewers.
5. A reviewer meets an author again only where the laws above leave no other way, and then the
   number of such pairs is the smallest possible under the loads drawn.

The same seed gives the same allocation, in whatever order people are listed.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from random import Random

from labhub.ids import StudentId
from labhub.policy.boards import Board, Edge
from labhub.policy.errors import BadReviewRulesError
from labhub.policy.traces import Step, Trace
from labhub.policy.words import say_count


@dataclass(frozen=True)
class Work:
    """A hand-in to be reviewed. `barred` may not review it: a former member, a relative."""

    id: str
    authors: frozenset[StudentId]
    barred: frozenset[StudentId] = frozenset()


@dataclass(frozen=True)
class ReviewRules:
    """How many reviewers a work has."""

    fewest: int = 3
    most: int = 4

    def __post_init__(self) -> None:
        if not 1 <= self.fewest <= self.most:
            raise BadReviewRulesError(
                f"A work cannot have {self.fewest} to {self.most} reviewers.",
                hint="For example 3 to 4.",
            )


@dataclass(frozen=True, order=True)
class Pair:
    """A student who reviews a work."""

    reviewer: StudentId
    work: str


Met = tuple[StudentId, StudentId]
"""A reviewer and an author whose work he or she reviewed earlier in the course."""


@dataclass(frozen=True)
class Allocation:
    """Who reviews what, in order of reviewer and work."""

    pairs: tuple[Pair, ...]
    repeats: tuple[Pair, ...] = ()
    """The pairs that meet again because it could not be avoided."""
    notes: Trace = ()

    def works_of(self, reviewer: StudentId) -> tuple[str, ...]:
        """What one student reviews."""
        return tuple(pair.work for pair in self.pairs if pair.reviewer == reviewer)

    def reviewers_of(self, work: str) -> tuple[StudentId, ...]:
        """Who reviews one work."""
        return tuple(pair.reviewer for pair in self.pairs if pair.work == work)


def met(allocation: Allocation, works: Iterable[Work]) -> frozenset[Met]:
    """What an allocation adds to the history of who has reviewed whom."""
    authors = {work.id: work.authors for work in works}
    return frozenset((pair.reviewer, a) for pair in allocation.pairs for a in authors[pair.work])


def allocate(
    works: Collection[Work],
    reviewers: Collection[StudentId],
    *,
    seed: str,
    rules: ReviewRules | None = None,
    history: Collection[Met] = frozenset(),
) -> Allocation:
    """Draws an allocation. Raises `BadReviewRulesError` when a work or reviewer is listed twice."""
    return rebalance(Allocation(()), works, reviewers, seed=seed, rules=rules, history=history)


def rebalance(
    allocation: Allocation,
    works: Collection[Work],
    reviewers: Collection[StudentId],
    *,
    seed: str,
    rules: ReviewRules | None = None,
    history: Collection[Met] = frozenset(),
    done: Collection[Pair] = frozenset(),
) -> Allocation:
    """The allocation for the works and reviewers there are now, changed as little as is needed.

    Pairs of students and works that are gone are dropped, and what is missing is found by the
    shortest chains of moves. A review that is `done` never moves; who has done more than the
    others keep to keeps it. `history` is that of earlier allocations, without this one.
    """
    draw = _Draw(works, reviewers, rules or ReviewRules(), seed, history)
    board = draw.board(allocation, done)
    fewest, most = draw.bounds(board)
    targets = draw.targets(board, fewest, most)
    draw.release(board, targets, most)
    board.fill(targets, fewest)
    board.fill(targets, most)
    lacking = [w for w, there in enumerate(board.reviewers_of) if len(there) < fewest[w]]
    if lacking:
        board.fill([max(targets)] * len(targets), fewest)
    return draw.allocation(board)


class _Draw:
    """Names and numbers of one drawing: works and reviewers in an order drawn by lot."""

    def __init__(
        self,
        works: Collection[Work],
        reviewers: Collection[StudentId],
        rules: ReviewRules,
        seed: str,
        history: Collection[Met],
    ) -> None:
        _refuse_twice("work", [work.id for work in works])
        _refuse_twice("reviewer", reviewers)
        self.rules = rules
        self.lot = Random(seed)  # noqa: S311 - a draw that anyone can repeat, not a secret
        self.works = sorted(works, key=lambda work: work.id)
        self.reviewers = sorted(reviewers)
        self.lot.shuffle(self.works)
        self.lot.shuffle(self.reviewers)
        self.place = {name: place for place, name in enumerate(self.reviewers)}
        self.work_place = {work.id: place for place, work in enumerate(self.works)}
        self.met = history
        self.kept_repeats: set[Edge] = set()

    def board(self, allocation: Allocation, done: Collection[Pair]) -> Board:
        """A board with the pairs that are still possible. A repeat among them may stay."""
        never, repeats = self._barred(), self._repeats()
        board = Board(never, repeats, len(self.works), self.lot)
        for pair in allocation.pairs:
            reviewer, work = self.place.get(pair.reviewer), self.work_place.get(pair.work)
            if reviewer is not None and work is not None and work not in never[reviewer]:
                board.add(reviewer, work)
                repeats[reviewer].discard(work)
                if pair in allocation.repeats:
                    self.kept_repeats.add((reviewer, work))
                if pair in done:
                    board.fixed.add((reviewer, work))
        return board

    def bounds(self, board: Board) -> tuple[list[int], list[int]]:
        """The fewest and the most reviewers of every work, as far as there are any for it."""
        barred = Counter(work for works in board.never for work in works)
        able = [len(self.reviewers) - barred[work] for work in range(len(self.works))]
        return (
            [min(self.rules.fewest, number) for number in able],
            [min(self.rules.most, number) for number in able],
        )

    def targets(self, board: Board, fewest: Sequence[int], most: Sequence[int]) -> list[int]:
        """How many reviews everybody gets: as many as are needed, differing by at most one."""
        if not self.reviewers:
            return []
        kept = any(board.works_of)
        there = [len(reviewers) for reviewers in board.reviewers_of]
        needed = sum(
            max(low, min(now, high)) for low, now, high in zip(fewest, there, most, strict=True)
        )
        load, rest = divmod(needed, len(self.reviewers))
        if rest and not kept and len(self.reviewers) * (load + 1) <= sum(most):
            return [load + 1] * len(self.reviewers)
        by_load = sorted(range(len(self.reviewers)), key=lambda r: -len(board.works_of[r]))
        more = set(by_load[:rest])
        return [load + (reviewer in more) for reviewer in range(len(self.reviewers))]

    def release(self, board: Board, targets: Sequence[int], most: Sequence[int]) -> None:
        """Takes reviews from those who have too many, and from works that have too many."""
        for reviewer, work in self._by_crowd(board):
            crowded = len(board.reviewers_of[work]) > most[work]
            if crowded or len(board.works_of[reviewer]) > targets[reviewer]:
                board.remove(reviewer, work)

    def allocation(self, board: Board) -> Allocation:
        """The board in names."""
        edges = set(board.edges())
        pairs = sorted(self._pair(*edge) for edge in edges)
        again = {*board.repeated(), *(self.kept_repeats & edges)}
        repeats = sorted(self._pair(*edge) for edge in again)
        return Allocation(tuple(pairs), tuple(repeats), self._notes(board, len(repeats)))

    def _by_crowd(self, board: Board) -> list[Edge]:
        """Pairs that may be released, those of the most reviewed works first."""
        free = [edge for edge in board.edges() if edge not in board.fixed]
        return sorted(free, key=lambda edge: -len(board.reviewers_of[edge[1]]))

    def _barred(self) -> list[set[int]]:
        never: list[set[int]] = [set() for _ in self.reviewers]
        for place, work in enumerate(self.works):
            for student in work.authors | work.barred:
                if student in self.place:
                    never[self.place[student]].add(place)
        return never

    def _repeats(self) -> list[set[int]]:
        works_by: dict[StudentId, list[int]] = {}
        for place, work in enumerate(self.works):
            for author in work.authors:
                works_by.setdefault(author, []).append(place)
        repeats: list[set[int]] = [set() for _ in self.reviewers]
        for reviewer, author in self.met:
            if reviewer in self.place:
                repeats[self.place[reviewer]].update(works_by.get(author, ()))
        return repeats

    def _pair(self, reviewer: int, work: int) -> Pair:
        return Pair(self.reviewers[reviewer], self.works[work].id)

    def _notes(self, board: Board, repeats: int) -> Trace:
        steps = [
            Step("few-reviewers", f"{self.works[w].id} has only {say_count(len(r), 'reviewer')}.")
            for w, r in sorted(enumerate(board.reviewers_of), key=lambda at: self.works[at[0]].id)
            if len(r) < self.rules.fewest
        ]
        if repeats:
            words = f"{say_count(repeats, 'pair')} met before; there was no other way."
            steps.append(Step("repeats", words))
        return tuple(steps)


def _refuse_twice(what: str, names: Collection[str]) -> None:
    twice = [name for name, number in Counter(names).items() if number > 1]
    if twice:
        raise BadReviewRulesError(f"The {what} '{twice[0]}' is listed twice.")
