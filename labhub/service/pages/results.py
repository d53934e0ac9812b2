"""What the tests said about my last hand-in, as far as the course shows it before the feedback."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from labhub.course.model import OnHandIn, ShownOnHandIn
from labhub.exchange.handin.results import GradingFound, TestFound
from labhub.exchange.store.jobs import Job, JobKind, JobState
from labhub.exchange.store.submissions import Submission
from labhub.feedback.view import VERDICTS
from labhub.grading.model import TestStatus
from labhub.service.pages.languages import Words
from labhub.service.pages.states import Chip, bad, good, part, wait


@dataclass(frozen=True)
class TestRow:
    """One test cell."""

    __test__ = False  # not a test case of pytest's

    name: str
    exercise: str
    state: Chip
    sentence: str
    """The law that did not hold, in English; empty for a hidden test."""
    hidden: bool


@dataclass(frozen=True)
class ResultsView:
    """What the tests said, or that they have not spoken yet."""

    attempt: int
    headline: Chip
    words: str
    waiting: bool = False
    tests: tuple[TestRow, ...] = ()
    problems: tuple[str, ...] = field(default=())
    """Sentences about what went wrong when the notebook ran, in English."""


def results_view(
    submission: Submission,
    rules: OnHandIn,
    found: GradingFound | None,
    jobs: Sequence[Job],
    words: Words,
) -> ResultsView | None:
    """The result of a hand-in that is graded at once; None where nothing is shown.

    `found` is what students may see of it (`shown_result`), `jobs` are those of the hand-in.
    """
    if not rules.grade or rules.shows is ShownOnHandIn.NOTHING:
        return None
    if found is not None:
        return _found(submission, rules, found, words)
    mine = [job for job in jobs if job.kind is JobKind.GRADE]
    return _waiting(submission, mine[-1], words) if mine else None


def _waiting(submission: Submission, job: Job, words: Words) -> ResultsView:
    _ = words.gettext
    if job.state is JobState.FAILED:
        headline = bad(_("The tests could not be run"))
        said = _("Your hand-in is safe. The staff see this too, and will grade it again.")
        return ResultsView(submission.attempt, headline, said)
    headline = wait(_("The tests are running"), "…")
    if job.state is JobState.QUEUED:
        headline = wait(_("The tests will run soon"), "…")
    said = _("Your hand-in is in, whatever they say. You need not wait here.")
    return ResultsView(submission.attempt, headline, said, waiting=True)


def _found(
    submission: Submission, rules: OnHandIn, found: GradingFound, words: Words
) -> ResultsView:
    return ResultsView(
        submission.attempt,
        _headline(found, words),
        _scope(rules, words),
        tests=tuple(_row(test, words) for test in found.tests),
        problems=tuple(sentence for _code, sentence in found.problems),
    )


def _headline(found: GradingFound, words: Words) -> Chip:
    passed, number = sum(test.passed for test in found.tests), len(found.tests)
    if not number:
        return bad(words.gettext("No test could be run"))
    said = words.ngettext(
        "%(passed)s of %(num)s test passed", "%(passed)s of %(num)s tests passed", number
    )
    told = said % {"passed": passed, "num": number}
    if passed == number:
        return good(told)
    return part(told, "◐") if passed else bad(told)


def _scope(rules: OnHandIn, words: Words) -> str:
    if rules.shows is ShownOnHandIn.NAMES:
        return words.gettext(
            "Of hidden tests you see the name and whether they passed. "
            "Marks come with the feedback."
        )
    return words.gettext(
        "These are the tests of your notebook. Hidden tests and marks come with the feedback."
    )


def _row(test: TestFound, words: Words) -> TestRow:
    try:
        verdict = VERDICTS[TestStatus(test.status)]
        state = Chip(verdict.sign, words.gettext(verdict.word), verdict.tone)
    except ValueError:
        state = wait(test.status)
    return TestRow(test.grade_id, test.title, state, test.law, test.hidden)
