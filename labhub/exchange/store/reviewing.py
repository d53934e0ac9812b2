"""Peer review: who reviews what under which pseudonym, and what was written about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import Connection, RowMapping, Table, delete, insert, select

from labhub.exchange.store import tables
from labhub.exchange.store.events import Author, record
from labhub.ids import AssignmentId, StudentId
from labhub.policy.allocations import Pair
from labhub.policy.calibrations import Calibration
from labhub.policy.reviews import Review


@dataclass(frozen=True)
class ReviewedWork:
    """A hand-in that is reviewed, under the name by which reviewers know it."""

    work: str
    pseudonym: str
    authors: frozenset[StudentId]


@dataclass(frozen=True)
class ReviewPair:
    """A reviewer of a work, under the name by which the authors know him or her."""

    pair: Pair
    pseudonym: str
    repeat: bool = False


@dataclass(frozen=True)
class WrittenReview:
    """A review with its points by the rows of the form."""

    review: Review
    points: Mapping[str, str]
    at: datetime


@dataclass(frozen=True)
class Reply:
    """How the reviewed rated a review (None: not), and what they answered."""

    pair: Pair
    stars: int | None
    answer: str
    by: str


@dataclass(frozen=True)
class Round:
    """Everything about the peer review of one assignment."""

    assignment: AssignmentId
    works: tuple[ReviewedWork, ...] = ()
    pairs: tuple[ReviewPair, ...] = ()
    reviews: tuple[WrittenReview, ...] = ()
    replies: tuple[Reply, ...] = ()
    checks: Mapping[Pair, Fraction] | None = None
    calibrated: Mapping[StudentId, bool] | None = None

    def work(self, name: str) -> ReviewedWork | None:
        """The work of that name or pseudonym."""
        return next((w for w in self.works if name in (w.work, w.pseudonym)), None)


def rounds(db: Connection) -> dict[AssignmentId, Round]:
    """The peer review of every assignment that has been allocated."""
    query = select(tables.review_works.c.assignment).distinct()
    return {AssignmentId(name): round_of(db, AssignmentId(name)) for name in db.scalars(query)}


def round_of(db: Connection, assignment: AssignmentId) -> Round:
    """The peer review of one assignment; empty before it is allocated."""

    def rows(table: Table) -> list[RowMapping]:
        query = select(table).where(table.c.assignment == assignment)
        return list(db.execute(query.order_by(*table.primary_key)).mappings())

    return Round(
        assignment,
        tuple(
            ReviewedWork(row["work"], row["pseudonym"], frozenset(row["authors"]))
            for row in rows(tables.review_works)
        ),
        tuple(
            ReviewPair(_pair(row), row["pseudonym"], row["repeat"])
            for row in rows(tables.review_pairs)
        ),
        tuple(
            WrittenReview(Review(_pair(row), row["mark"], row["text"]), row["points"], row["at"])
            for row in rows(tables.reviews)
        ),
        tuple(
            Reply(_pair(row), row["stars"], row["answer"], row["by"])
            for row in rows(tables.review_replies)
        ),
        {_pair(row): row["share"] for row in rows(tables.spot_checks)},
        {row["student"]: row["passed"] for row in rows(tables.calibrations)},
    )


def put_allocation(
    db: Connection,
    author: Author,
    assignment: AssignmentId,
    works: Iterable[ReviewedWork],
    pairs: Iterable[ReviewPair],
) -> None:
    """Keep who reviews what, in place of what was allocated before."""
    for table in (tables.review_works, tables.review_pairs):
        db.execute(delete(table).where(table.c.assignment == assignment))
    kept_works, kept_pairs = list(works), list(pairs)
    for work in kept_works:
        values = {"work": work.work, "pseudonym": work.pseudonym, "authors": sorted(work.authors)}
        db.execute(insert(tables.review_works).values(assignment=assignment, **values))
    for each in kept_pairs:
        named = {"pseudonym": each.pseudonym, "repeat": each.repeat}
        db.execute(insert(tables.review_pairs).values(**_key(assignment, each.pair), **named))
    data = {
        "works": len(kept_works),
        "pairs": [f"{each.pair.reviewer}:{each.pair.work}" for each in kept_pairs],
    }
    record(db, author, "allocation", f"review/{assignment}", data)


def put_review(
    db: Connection,
    author: Author,
    assignment: AssignmentId,
    review: Review,
    points: Mapping[str, Fraction],
) -> None:
    """Keep a review, in place of an earlier one of the same pair."""
    said = {name: str(value) for name, value in points.items()}
    values = {"mark": review.mark, "points": said, "text": review.text, "at": author.at}
    _replace(db, tables.reviews, assignment, review.pair, values)
    _record(db, author, "review", assignment, review.pair, {"mark": str(review.mark)})


def put_reply(db: Connection, author: Author, assignment: AssignmentId, reply: Reply) -> None:
    """Keep how the reviewed received a review."""
    values = {"stars": reply.stars, "answer": reply.answer, "by": reply.by, "at": author.at}
    _replace(db, tables.review_replies, assignment, reply.pair, values)
    _record(db, author, "review-reply", assignment, reply.pair, {"stars": reply.stars})


def put_spot_check(
    db: Connection, author: Author, assignment: AssignmentId, pair: Pair, share: Fraction
) -> None:
    """Keep what a member of the staff thought of a review."""
    values = {"share": share, "by": author.by, "at": author.at}
    _replace(db, tables.spot_checks, assignment, pair, values)
    _record(db, author, "spot-check", assignment, pair, {"share": str(share)})


def put_calibration(
    db: Connection,
    author: Author,
    assignment: AssignmentId,
    student: StudentId,
    calibration: Calibration,
) -> None:
    """Keep how near a student came to the staff on the example; the last attempt counts."""
    table = tables.calibrations
    here = (table.c.assignment == assignment) & (table.c.student == student)
    db.execute(delete(table).where(here))
    db.execute(
        insert(table).values(
            assignment=assignment,
            student=student,
            bias=calibration.bias,
            error=calibration.error,
            passed=calibration.passed,
            at=author.at,
        )
    )
    data = {"error": str(calibration.error), "passed": calibration.passed}
    record(db, author, "calibration", f"calibration/{assignment}/{student}", data)


def _replace(
    db: Connection,
    table: Table,
    assignment: AssignmentId,
    pair: Pair,
    values: Mapping[str, object],
) -> None:
    here = (table.c.assignment == assignment) & (table.c.reviewer == pair.reviewer)
    db.execute(delete(table).where(here & (table.c.work == pair.work)))
    db.execute(insert(table).values(**_key(assignment, pair), **values))


def _record(
    db: Connection,
    author: Author,
    what: str,
    assignment: AssignmentId,
    pair: Pair,
    data: Mapping[str, object],
) -> None:
    record(db, author, what, f"review/{assignment}/{pair.work}/{pair.reviewer}", data)


def _key(assignment: AssignmentId, pair: Pair) -> dict[str, str]:
    return {"assignment": assignment, "reviewer": pair.reviewer, "work": pair.work}


def _pair(row: RowMapping) -> Pair:
    return Pair(row["reviewer"], row["work"])
