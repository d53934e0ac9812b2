"""Pseudonyms: hand-ins are numbered, reviewers of a hand-in are lettered, both by lot.

Nobody can compute them from a list of the class: the lot is drawn with a secret seed. Who has a
pseudonym keeps it when the allocation changes.
"""

from collections.abc import Iterable
from itertools import count
from random import Random

from labhub.exchange.store.reviewing import ReviewedWork, ReviewPair, Round
from labhub.policy.allocations import Allocation, Work


def pseudonymous_works(works: Iterable[Work], held: Round, seed: str) -> list[ReviewedWork]:
    """The works under their pseudonyms, in order of the works."""
    given = {work.work: work.pseudonym for work in held.works}
    ordered = sorted(works, key=lambda work: work.id)
    new = [work.id for work in ordered if work.id not in given]
    Random(f"{seed} works").shuffle(new)  # noqa: S311 - the seed is the secret
    free = (f"work-{number:02}" for number in count(1))
    unused = (name for name in free if name not in set(given.values()))
    given |= {work: next(unused) for work in new}
    return [ReviewedWork(work.id, given[work.id], work.authors) for work in ordered]


def pseudonymous_pairs(allocation: Allocation, held: Round, seed: str) -> list[ReviewPair]:
    """The pairs with the reviewer's pseudonym for this one work, in order of the pairs."""
    given = {each.pair: each.pseudonym for each in held.pairs}
    pairs = list(allocation.pairs)
    Random(f"{seed} reviewers").shuffle(pairs)  # noqa: S311 - the seed is the secret
    used: dict[str, set[str]] = {}
    for pair, name in given.items():
        used.setdefault(pair.work, set()).add(name)
    for pair in pairs:
        if pair not in given:
            taken = used.setdefault(pair.work, set())
            given[pair] = next(name for name in _letters() if name not in taken)
            taken.add(given[pair])
    repeats = set(allocation.repeats)
    return [ReviewPair(pair, given[pair], pair in repeats) for pair in sorted(pairs)]


def _letters() -> Iterable[str]:
    yield from (f"Reviewer {letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    yield from (f"Reviewer {number}" for number in count(27))
