"""The verbs through nbgrader's exchange directory, and how they say what was done."""

from pathlib import Path

from labhub.cli.common import note, open_course, say, say_json, say_table, warn
from labhub.cli.errors import BadWordsError


class ByExchange:
    """One course and its exchange directory."""

    def __init__(self, course_dir: Path, course: str, work_dir: Path) -> None:
        from labhub.gradebook.exchange import Exchange

        self._exchange = Exchange(open_course(course_dir, course), work_dir=work_dir)

    def release(self, assignment: str, *, force: bool) -> None:
        """Release a lab."""
        _report(self._exchange.release_assignment(assignment, force=force))
        say(f"{assignment}: released")

    def released(self, assignment: str, *, as_json: bool) -> None:
        """List labs."""
        self._say_list(assignment, as_json=as_json)

    def handed_in(self, assignment: str, student: str, *, cached: bool, as_json: bool) -> None:
        """List hand-ins."""
        self._say_list(assignment, student, inbound=not cached, cached=cached, as_json=as_json)

    def fetch(
        self, assignment: str, *, replace: bool, merge: bool, dry_run: bool, as_json: bool
    ) -> None:
        """Fetch a lab."""
        if merge or dry_run:
            raise BadWordsError(
                "nbgrader's exchange directory knows no versions: there is nothing to merge.",
                hint="--merge and --dry-run work through the hand-in service; name it with "
                "--service.",
            )
        words = self._exchange.fetch_assignment(assignment, replace=replace)
        _done(assignment, "fetched", words, as_json=as_json)

    def submit(self, assignment: str, *, student: str, strict: bool, as_json: bool) -> None:
        """Hand in."""
        words = self._exchange.submit(assignment, student=student, strict=strict)
        _done(assignment, "submitted", words, as_json=as_json)

    def collect(
        self,
        assignment: str,
        *,
        student: str,
        update: bool,
        before_duedate: bool,
        check_owner: bool,
    ) -> None:
        """Collect hand-ins."""
        words = self._exchange.collect(
            assignment,
            student=student,
            update=update,
            before_duedate=before_duedate,
            check_owner=check_owner,
        )
        _report(words)
        new = sum(word.startswith(("Collecting", "Updating")) for word in words)
        say(f"{assignment}: {new} collected")

    def release_feedback(self, assignment: str, *, student: str) -> None:
        """Release feedback."""
        released, without = self._exchange.release_feedback(assignment, student=student)
        for each in without:
            warn(
                f"{each}: did not come through the exchange; give the page to the student yourself"
            )
        say(f"{assignment}: feedback of {len(released)} hand-ins released")

    def fetch_feedback(self, assignment: str, *, student: str) -> None:
        """Fetch feedback."""
        _report(self._exchange.fetch_feedback(assignment, student=student))
        say(f"{assignment}: feedback fetched")

    def _say_list(
        self,
        assignment: str,
        student: str = "*",
        *,
        inbound: bool = False,
        cached: bool = False,
        as_json: bool,
    ) -> None:
        found = self._exchange.listed(assignment, student=student, inbound=inbound, cached=cached)
        if as_json:
            say_json(found)
            return
        rows = [
            (each.course_id, each.assignment_id, each.student_id, each.status, each.timestamp)
            for each in found
        ]
        say_table(("course", "assignment", "student", "status", "handed in"), rows)


def _done(assignment: str, state: str, words: list[str], *, as_json: bool) -> None:
    if as_json:
        say_json({"assignment": assignment, "state": state, "words": words})
        return
    _report(words)
    say(f"{assignment}: {state}")


def _report(words: list[str]) -> None:
    for word in words:
        note(word)
