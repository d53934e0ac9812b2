"""Peer review of a term: what is reviewed, what staff gave for it, how well everybody reviewed."""

from collections.abc import Iterable
from fractions import Fraction

from labhub.exchange.store.reviewing import Round
from labhub.gradebook.term.cases import Case, cases
from labhub.gradebook.term.records import Term
from labhub.ids import AssignmentId, StudentId
from labhub.policy.allocations import Allocation, Met, Work, rebalance
from labhub.policy.assignments import review_deadlines_of
from labhub.policy.flags import Flag, FlagKind, flags
from labhub.policy.ratings import Rating
from labhub.policy.reviews import Quality, SpotCheck, qualities
from labhub.policy.rulebooks import flag_rules_of, quality_rules_of, review_rules_of


def work_name(case: Case) -> str:
    """The name of a case's hand-in: that of the group, or of somebody alone."""
    assert case.unit is not None
    return case.unit.group or case.unit.students[0]


def works(term: Term, assignment: AssignmentId) -> dict[str, tuple[Work, StudentId]]:
    """Every hand-in that was accepted, by its name, with the member who handed it in."""
    found: dict[str, tuple[Work, StudentId]] = {}
    for case in cases(term, assignment).values():
        if case.unit is None or case.handed_in_by is None or not case.verdict.accepted:
            continue
        name = work_name(case)
        found[name] = (Work(name, frozenset(case.unit.students)), case.handed_in_by)
    return found


def reviewers(term: Term, found: Iterable[Work]) -> tuple[StudentId, ...]:
    """Who reviews: the authors of these works who still take the course.

    Who has not handed in must not see how others did it, and so does not review.
    """
    authors = {author for work in found for author in work.authors}
    return tuple(sorted(authors - term.groups.dropped_out))


def allocation_now(term: Term, assignment: AssignmentId, seed: str) -> Allocation:
    """Who is to review what, for the hand-ins and students there are now.

    Changes an earlier allocation as little as is needed; a review that is written never moves.
    """
    held = term.rounds.get(assignment, Round(assignment))
    found = [work for work, _ in works(term, assignment).values()]
    before = Allocation(
        tuple(each.pair for each in held.pairs),
        tuple(each.pair for each in held.pairs if each.repeat),
    )
    return rebalance(
        before,
        found,
        reviewers(term, found),
        seed=seed,
        rules=review_rules_of(term.course),
        history=history(term, assignment),
        done=[written.review.pair for written in held.reviews],
    )


def odd_reviews(term: Term, held: Round) -> tuple[Flag, ...]:
    """Reviews that a member of the staff should look at; missing ones only when they are due."""
    due = review_deadlines_of(term.course, held.assignment)
    found = flags(
        [each.pair for each in held.pairs],
        [written.review for written in held.reviews],
        flag_rules_of(term.course),
    )
    over = due is None or term.now >= due[0].ends_at
    return tuple(flag for flag in found if over or flag.kind is not FlagKind.MISSING)


def history(term: Term, but: AssignmentId) -> frozenset[Met]:
    """Who has reviewed whom in the reviews of other assignments."""
    met: set[Met] = set()
    for held in term.rounds.values():
        authors = {work.work: work.authors for work in held.works}
        if held.assignment != but:
            met |= {
                (p.pair.reviewer, author) for p in held.pairs for author in authors[p.pair.work]
            }
    return frozenset(met)


def staff_shares(term: Term, assignment: AssignmentId) -> dict[str, Fraction]:
    """The staff's share of the points of every hand-in that is graded to the end, by its name."""
    points = term.scheme.items[assignment].points
    found: dict[str, Fraction] = {}
    for name, (_, by) in works(term, assignment).items():
        mark = term.lab_marks.get((assignment, by))
        given = term.staff_marks.get((assignment, by))
        if given is not None and given.points is not None:
            found[name] = given.points / points
        elif mark is not None and not mark.waits:
            manual = sum((each.points for each in mark.manual), Fraction(0))
            found[name] = (mark.automatic + manual) / points
    return found


def review_quality(term: Term, held: Round) -> dict[StudentId, Quality]:
    """How well everybody reviewed in one round."""
    return qualities(
        [each.pair for each in held.pairs],
        [written.review for written in held.reviews],
        [Rating(reply.pair, reply.stars) for reply in held.replies if reply.stars is not None],
        [SpotCheck(pair, share) for pair, share in (held.checks or {}).items()],
        staff_shares(term, held.assignment),
        quality_rules_of(term.course),
    )
