"""What staff do: release, collect, give feedback back."""

from nbgrader.exchange import abc

from labhub.exchange.client import staff
from labhub.exchange.plugin.base import Exchange


class ExchangeReleaseAssignment(Exchange, abc.ExchangeReleaseAssignment):  # type: ignore[misc]
    """Releases a lab as the next version; the same files as the newest are that version.

    nbgrader's `force` is not needed: what was released stays as a version of its own.
    """

    def copy_files(self) -> None:
        """Release, and say the version."""
        assignment = self.coursedir.assignment_id
        with self.refusals():
            number = staff.release(self.reach, self.course_folder, assignment, self.who)
        self.log.info("Released as: %s %s, version %s", self.course_id, assignment, number)


class ExchangeCollect(Exchange, abc.ExchangeCollect):  # type: ignore[misc]
    """Puts the hand-ins that count into `submitted/`."""

    def copy_files(self) -> None:
        """Collect, and say from whom."""
        assignment = self.coursedir.assignment_id
        order = staff.Order(
            assignment,
            self.coursedir.student_id or "*",
            update=self.update,
            before_due=self.before_duedate,
        )
        with self.refusals():
            placed = staff.collect(self.reach, self.course_folder, order)
        if not placed:
            self.log.warning(
                "No submissions of '%s' for course '%s' to collect", assignment, self.course_id
            )
        for each in placed:
            self.log.info(_words(each, update=self.update), each.student, assignment)


class ExchangeReleaseFeedback(Exchange, abc.ExchangeReleaseFeedback):  # type: ignore[misc]
    """Lets students see the pages in `feedback/`."""

    def copy_files(self) -> None:
        """Release the feedback, and say whose."""
        assignment = self.coursedir.assignment_id
        excluded = {each.strip() for each in self.coursedir.student_id_exclude.split(",")}
        with self.refusals():
            released, without = staff.release_feedback(
                self.reach,
                self.course_folder,
                assignment,
                self.who,
                self.coursedir.student_id or "*",
                excluded,
            )
        for student in released:
            self.log.info(
                "Releasing feedback for student '%s' on assignment '%s/%s'",
                student,
                self.course_id,
                assignment,
            )
        for student in without:
            self.log.warning("%s: did not come through the hand-in service", student)


def _words(placed: staff.Placed, *, update: bool) -> str:
    if placed.is_new:
        return "Updating submission: %s %s" if placed.is_update else "Collecting submission: %s %s"
    if update:
        return "No newer submission to collect: %s %s"
    return "Submission already exists, use --update to update: %s %s"
