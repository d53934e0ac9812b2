"""What students do: fetch, submit, fetch feedback."""

from nbgrader.exchange import abc
from traitlets import Bool

from labhub.course.timestamps import nbgrader_time
from labhub.exchange.client.fetching import Wish, fetch
from labhub.exchange.client.student import fetch_feedback, hand_in
from labhub.exchange.plugin.base import Exchange


class ExchangeFetchAssignment(Exchange, abc.ExchangeFetchAssignment):  # type: ignore[misc]
    """Fetches a lab. A newer version never overwrites a student's work."""

    merge = Bool(
        False,
        help="Whether a newer version is merged into the student's notebook cell by cell, instead "
        "of being laid beside it.",
    ).tag(config=True)

    def copy_files(self) -> None:
        """Fetch, and say what came."""
        assignment = self.coursedir.assignment_id
        wish = Wish(merge=self.merge, replace_missing=self.replace_missing_files)
        with self.refusals():
            done = fetch(self.service, self.course_id, assignment, self.folder, wish)
        self.log.info("Destination: %s", self.folder.root)
        for words in done.words:
            self.log.info("%s", words)
        self.log.info("Fetched as: %s %s", self.course_id, assignment)


class ExchangeSubmit(Exchange, abc.ExchangeSubmit):  # type: ignore[misc]
    """Hands a lab in, and keeps the receipt beside it."""

    def copy_files(self) -> None:
        """Hand in, and say what was received."""
        assignment, folder = self.coursedir.assignment_id, self.folder
        with self.refusals():
            done = hand_in(
                self.service,
                self.course_id,
                assignment,
                folder,
                place=self.account.place,
                strict=self.strict,
            )
        receipt = done.given.receipt
        if done.missing:
            missing = ", ".join(done.missing)
            self.log.warning("Possible missing notebooks for %s: %s", assignment, missing)
        for name in done.left_out:
            self.log.warning("Left out, because it leads out of the folder: %s", name)
        when = nbgrader_time(receipt.received_at)
        self.log.info("Submitted as: %s %s %s", self.course_id, assignment, when)
        self.log.info("%s Receipt %s: %s", receipt.words, receipt.submission, done.saved)


class ExchangeFetchFeedback(Exchange, abc.ExchangeFetchFeedback):  # type: ignore[misc]
    """Lays released feedback beside the hand-ins."""

    def copy_files(self) -> None:
        """Fetch all feedback of the assignment."""
        with self.refusals():
            found = fetch_feedback(
                self.service, self.course_id, self.coursedir.assignment_id, self.folder
            )
        for each in found:
            for path in each.files:
                self.log.info("Fetched feedback: %s", path)
        if not found:
            self.log.warning("No feedback of %s yet", self.coursedir.assignment_id)
