"""What can be wrong with a form, a package or the time of a review."""

from labhub.errors import ConfigurationError, PolicyError, UsageError


class BadFormError(UsageError):
    """A filled-in form lacks points, or gives more than there are."""

    code = "bad-review-form"


class NotAllocatedError(UsageError):
    """Nobody has been allocated anything to review yet, or not this work to this student."""

    code = "not-allocated"


class ReviewsClosedError(PolicyError):
    """The deadline for reviews, or for ratings and answers, is over."""

    code = "reviews-closed"


class NoPeerReviewError(ConfigurationError):
    """course.toml says nothing about a peer review of this assignment."""

    code = "no-peer-review"
