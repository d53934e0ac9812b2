"""Reviews: what peers wrote, how it was received, and how well each student reviewed.

Quality is a weighted mean of what is known, times the share of the assigned reviews that came:

    quality = done / assigned * sum(weight * part) / sum(weight)      over the known parts

    helpfulness  the reviewed groups' ratings, see `ratings`
    agreement    1 within `tolerance` of the staff's mark, falling in a straight line to 0 at
                 `worthless_at` (the supervised scheme of de Alfaro, Shavlovsky and
                 Polychronopoulos, "Incentives for truthful peer grading", arXiv:1604.03178)
    spot checks  the mean of what staff gave for the reviews they read

Where no part is known, only the reviews that came count.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from labhub.ids import StudentId
from labhub.policy.allocations import Pair
from labhub.policy.errors import BadReviewRulesError
from labhub.policy.ratings import Rated, Rating, RatingRules, helpfulness
from labhub.policy.traces import Step, Trace
from labhub.policy.words import say_count, say_percent

ONE = Fraction(1)
ZERO = Fraction(0)


@dataclass(frozen=True)
class Review:
    """What one student handed in about one work. `mark` is the share of the points given."""

    pair: Pair
    mark: Fraction
    text: str


@dataclass(frozen=True)
class SpotCheck:
    """What a member of the staff thought of one review, as a share of one."""

    pair: Pair
    share: Fraction


@dataclass(frozen=True)
class QualityRules:
    """The weights of the three parts and the scale of agreement."""

    helpfulness: Fraction = Fraction(3)
    agreement: Fraction = Fraction(3)
    spot_checks: Fraction = Fraction(4)
    tolerance: Fraction = Fraction(1, 10)
    worthless_at: Fraction = Fraction(4, 10)
    fewest_words: int = 20
    """A shorter review counts as missing."""
    ratings: RatingRules = field(default_factory=RatingRules)

    def __post_init__(self) -> None:
        weights = (self.helpfulness, self.agreement, self.spot_checks)
        if min(weights) < 0 or sum(weights) == 0 or not 0 <= self.tolerance < self.worthless_at:
            raise BadReviewRulesError(
                "Weights of review quality must not be negative, one must be positive, and the "
                "tolerance must be below the distance at which agreement is worth nothing."
            )


@dataclass(frozen=True)
class Quality:
    """How well one student reviewed, from 0 to 1, and why. The parts are None where unknown."""

    reviewer: StudentId
    share: Fraction
    done: int
    assigned: int
    helpfulness: Fraction | None
    agreement: Fraction | None
    spot_checks: Fraction | None
    trace: Trace


def qualities(
    pairs: Iterable[Pair],
    reviews: Collection[Review],
    ratings: Iterable[Rating] = (),
    checks: Iterable[SpotCheck] = (),
    staff_marks: Mapping[str, Fraction] | None = None,
    rules: QualityRules | None = None,
) -> dict[StudentId, Quality]:
    """The quality of every student who was to review something.

    `staff_marks` holds the staff's share of the points by work. A review that staff have checked
    is not judged by its rating: their word replaces it.
    """
    rules = rules or QualityRules()
    marks = staff_marks or {}
    written = {r.pair: r for r in reviews if len(r.text.split()) >= rules.fewest_words}
    checked = {check.pair: check.share for check in checks}
    rated = helpfulness(_rated(written, ratings, marks), rules.ratings)
    found: dict[StudentId, Quality] = {}
    for reviewer, assigned in _by_reviewer(pairs).items():
        done = [pair for pair in assigned if pair in written]
        parts = (
            _helpfulness(
                [rated[p] for p in done if p in rated and p not in checked], rules.ratings
            ),
            _mean([_agreement(written[p], marks[p.work], rules) for p in done if p.work in marks]),
            _mean([checked[pair] for pair in done if pair in checked]),
        )
        found[reviewer] = _quality(reviewer, len(done), len(assigned), parts, rules)
    return found


Parts = tuple[Fraction | None, Fraction | None, Fraction | None]


def _quality(
    reviewer: StudentId, done: int, assigned: int, parts: Parts, rules: QualityRules
) -> Quality:
    weights = (rules.helpfulness, rules.agreement, rules.spot_checks)
    known = [(w, part) for w, part in zip(weights, parts, strict=True) if part is not None and w]
    mean = sum((w * part for w, part in known), ZERO) / sum(w for w, _ in known) if known else ONE
    share = mean * done / assigned
    return Quality(reviewer, share, done, assigned, *parts, _trace(done, assigned, parts, share))


def _trace(done: int, assigned: int, parts: Parts, share: Fraction) -> Trace:
    names = ("Helpfulness by the reviewed groups", "Agreement with the staff", "Spot checks")
    rules = ("helpfulness", "agreement", "spot-checks")
    steps = [Step("done", f"{done} of {say_count(assigned, 'review')} done.")]
    for rule, name, part in zip(rules, names, parts, strict=True):
        if part is not None:
            steps.append(Step(rule, f"{name}: {say_percent(part)}."))
    return (*steps, Step("review-quality", f"Review quality: {say_percent(share)}."))


def _agreement(review: Review, staff: Fraction, rules: QualityRules) -> Fraction:
    beyond = max(ZERO, abs(review.mark - staff) - rules.tolerance)
    return max(ZERO, ONE - beyond / (rules.worthless_at - rules.tolerance))


def _helpfulness(shares: Sequence[Fraction], rules: RatingRules) -> Fraction | None:
    """The mean, drawn towards the neutral value as if `prior` more ratings had said so."""
    if not shares:
        return None
    return (sum(shares, ZERO) + rules.prior * rules.neutral) / (len(shares) + rules.prior)


def _mean(shares: Sequence[Fraction]) -> Fraction | None:
    return sum(shares, ZERO) / len(shares) if shares else None


def _by_reviewer(pairs: Iterable[Pair]) -> dict[StudentId, list[Pair]]:
    found: dict[StudentId, list[Pair]] = {}
    for pair in sorted(pairs):
        found.setdefault(pair.reviewer, []).append(pair)
    return found


def _rated(
    written: Mapping[Pair, Review], ratings: Iterable[Rating], marks: Mapping[str, Fraction]
) -> list[Rated]:
    return [
        Rated(rating, written[rating.pair].mark, marks.get(rating.pair.work))
        for rating in ratings
        if rating.pair in written
    ]
