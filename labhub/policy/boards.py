"""Boards: who reviews what while an allocation is being made, and the search for better places.

This is a bipartite b-matching, built by shortest augmenting paths (Ahuja, Magnanti, Orlin:
Network Flows, 1993, chapters 9 and 12). A path begins at a reviewer who has room for one more
review, goes over works he or she may take, on through reviewers who could give theirs away, and
ends at a work that has room. A pair that repeats an earlier one costs 1, every other 0. Every path
taken is a cheapest one: then no exchange along a circle can be cheaper than nothing, the search
ends, and the number of repeats is the smallest there can be. While there is no repeat, any path
without one is a cheapest one, which makes the quick ways right.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

Edge = tuple[int, int]
"""A reviewer and a work, by their places."""


@dataclass
class Board:
    """The state of an allocation. Reviewers and works are numbers, in an order drawn by lot."""

    never: Sequence[set[int]]
    """For every reviewer the works of the own group, or barred otherwise."""
    repeats: Sequence[set[int]]
    """For every reviewer the works that would be a repeat. What is on the board from the outset
    must not be among them, or the first path taken might not be a cheapest one."""
    works: int
    lot: Random
    fixed: set[Edge] = field(default_factory=set)
    """Reviews that are done: they stay where they are."""

    def __post_init__(self) -> None:
        self.works_of: list[set[int]] = [set() for _ in self.never]
        self.reviewers_of: list[set[int]] = [set() for _ in range(self.works)]

    def add(self, reviewer: int, work: int) -> None:
        """Gives the work to the reviewer."""
        self.works_of[reviewer].add(work)
        self.reviewers_of[work].add(reviewer)

    def remove(self, reviewer: int, work: int) -> None:
        """Takes the work from the reviewer."""
        self.works_of[reviewer].remove(work)
        self.reviewers_of[work].remove(reviewer)

    def edges(self) -> Iterator[Edge]:
        """Every pair there is."""
        for reviewer, works in enumerate(self.works_of):
            for work in sorted(works):
                yield reviewer, work

    def repeated(self) -> list[Edge]:
        """The pairs that repeat an earlier one."""
        return [(r, w) for r, w in self.edges() if w in self.repeats[r]]

    def fill(self, targets: Sequence[int], room: Sequence[int]) -> None:
        """Gives reviewers works up to their targets while works have room.

        Works are dealt round by round, so that they fill evenly. What is there may move, unless
        it is fixed.
        """
        if not self.repeated():
            self._deal(targets, room)
            for reviewer in self._wanting(targets):
                self._fill_freely(reviewer, targets[reviewer], room)
        while self._augment_cheaply(self._wanting(targets), room):
            pass

    def _fill_freely(self, reviewer: int, target: int, room: Sequence[int]) -> None:
        while len(self.works_of[reviewer]) < target and self._augment_freely(reviewer, room):
            pass

    def _is_full(self, room: Sequence[int]) -> bool:
        there = zip(self.reviewers_of, room, strict=True)
        return all(len(reviewers) >= most for reviewers, most in there)

    def _wanting(self, targets: Sequence[int]) -> list[int]:
        return [r for r, works in enumerate(self.works_of) if len(works) < targets[r]]

    def _takes(self, reviewer: int, work: int) -> bool:
        return work not in self.never[reviewer] and work not in self.works_of[reviewer]

    def _takes_freely(self, reviewer: int, work: int) -> bool:
        return self._takes(reviewer, work) and work not in self.repeats[reviewer]

    def _deal(self, targets: Sequence[int], room: Sequence[int]) -> None:
        """Deals works like cards, one to each reviewer in turn, for as long as that is easy."""
        pile: deque[int] = deque()
        dealt = True
        while dealt:
            dealt = False
            for reviewer in self._wanting(targets):
                if not pile:
                    pile = deque(self._open_works(room))
                dealt |= self._deal_one(reviewer, pile)

    def _deal_one(self, reviewer: int, pile: deque[int]) -> bool:
        for place, work in enumerate(pile):
            if self._takes_freely(reviewer, work):
                del pile[place]
                self.add(reviewer, work)
                return True
        return False

    def _open_works(self, room: Sequence[int]) -> list[int]:
        """Works that have room, in an order drawn anew."""
        works = [w for w, there in enumerate(self.reviewers_of) if len(there) < room[w]]
        self.lot.shuffle(works)
        return works

    def _augment_freely(self, source: int, room: Sequence[int]) -> bool:
        """One more work for the source without a repeat, by the shortest chain of moves."""
        if self._is_full(room):
            return False
        came_from: dict[int, int] = {}
        gives: dict[int, int] = {}
        unseen = list(range(self.works))
        queue = deque([source])
        while queue:
            reviewer = queue.popleft()
            reached = [work for work in unseen if self._takes_freely(reviewer, work)]
            for work in reached:
                came_from[work] = reviewer
                if len(self.reviewers_of[work]) < room[work]:
                    self._apply(work, came_from, gives)
                    return True
            unseen = [work for work in unseen if work not in came_from]
            for work in reached:
                for other in self._movable(work):
                    if other != source and other not in gives:
                        gives[other] = work
                        queue.append(other)
        return False

    def _augment_cheaply(self, sources: Iterable[int], room: Sequence[int]) -> bool:
        """One more work for one of the sources at the least number of repeats (Bellman-Ford)."""
        if self._is_full(room):
            return False
        cost: dict[int, tuple[int, int]] = dict.fromkeys(sources, (0, 0))
        reach: dict[int, tuple[int, int]] = {}
        came_from: dict[int, int] = {}
        gives: dict[int, int] = {}
        queue = deque(cost)
        while queue:
            reviewer = queue.popleft()
            repeats, hops = cost[reviewer]
            for work in range(self.works):
                if not self._takes(reviewer, work):
                    continue
                arrival = (repeats + (work in self.repeats[reviewer]), hops + 1)
                if work in reach and reach[work] <= arrival:
                    continue
                reach[work], came_from[work] = arrival, reviewer
                for other in self._movable(work):
                    leaving = (arrival[0] - (work in self.repeats[other]), arrival[1])
                    if other not in cost or leaving < cost[other]:
                        cost[other], gives[other] = leaving, work
                        queue.append(other)
        ends = [work for work in reach if len(self.reviewers_of[work]) < room[work]]
        if not ends:
            return False
        end = min(ends, key=lambda work: (reach[work], len(self.reviewers_of[work]), work))
        self._apply(end, came_from, gives)
        return True

    def _movable(self, work: int) -> list[int]:
        return [r for r in sorted(self.reviewers_of[work]) if (r, work) not in self.fixed]

    def _apply(self, end: int, came_from: dict[int, int], gives: dict[int, int]) -> None:
        """Moves along the path found, from its end back to a reviewer who gives nothing away."""
        work: int | None = end
        while work is not None:
            reviewer = came_from[work]
            self.add(reviewer, work)
            work = gives.get(reviewer)
            if work is not None:
                self.remove(reviewer, work)
