"""Extensions: more time for one student or group, never less credit."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from labhub.ids import AssignmentId, GroupId, StudentId
from labhub.policy.dates import Dates, refuse
from labhub.policy.timelines import Phase, Segment, Timeline, chain, timeline
from labhub.policy.traces import Step
from labhub.policy.words import say_count
from labhub.policy.workdays import Calendar, Day


@dataclass(frozen=True)
class Extension:
    """More time on one assignment, given by somebody for a reason.

    Exactly one of `student` and `group` is set. `days` moves the due date, `due` replaces it;
    `late_until` moves the last late deadline. A late deadline that is not moved stays.
    """

    assignment: AssignmentId
    reason: str
    granted_by: str
    student: StudentId | None = None
    group: GroupId | None = None
    days: int = 0
    due: Day | None = None
    late_until: Day | None = None

    def concerns(self, assignment: AssignmentId, student: StudentId, group: GroupId | None) -> bool:
        """Whether it helps this student, alone or as a member of the group, on the assignment."""
        mine = self.student == student or (group is not None and self.group == group)
        return self.assignment == assignment and mine


def extended(dates: Dates, calendar: Calendar, extensions: tuple[Extension, ...]) -> Timeline:
    """The timeline of a student who has these extensions.

    At every moment the most favourable of all timelines holds, so that an extension can never
    lower credit, whatever the order in which extensions were given.
    """
    plain = timeline(dates, calendar)
    segments = plain.segments
    for extension in extensions:
        moved = chain(_moved(dates, extension), calendar)
        segments = _best(segments, tuple(_marked(segment, extension) for segment in moved))
    return replace(plain, segments=segments)


def latest_due(dates: Dates, calendar: Calendar, extensions: tuple[Extension, ...]) -> Day | None:
    """The last due date among the course's own and those of the extensions; None without any."""
    dues = [dates.due, *(_new_due(dates, extension) for extension in extensions)]
    return max((due for due in dues if due is not None), key=calendar.end, default=None)


def _new_due(dates: Dates, extension: Extension) -> Day | None:
    if dates.due is None:
        return None
    return extension.due or dates.due + timedelta(days=extension.days)


def _moved(dates: Dates, extension: Extension) -> Dates:
    moved = replace(dates, due=_new_due(dates, extension))
    if extension.late_until is None or dates.due is None:
        return moved
    if not dates.late:
        refuse(dates, "has no late deadline to extend", "Extend its due date.")
    last = replace(dates.late[-1], until=extension.late_until)
    return replace(moved, late=(*dates.late[:-1], last))


def _marked(segment: Segment, extension: Extension) -> Segment:
    """The segment with the extension as the first of its reasons."""
    whom = f" for group {extension.group}" if extension.group is not None else ""
    by = f" by {say_count(extension.days, 'day')}" if extension.days else ""
    reason = extension.reason.rstrip(".")
    words = f"{extension.granted_by} moved the due date{whom}{by}: {reason}."
    return replace(segment, because=(Step("extension", words), *segment.because))


def _best(ours: tuple[Segment, ...], theirs: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """The more favourable of two timelines at every moment; ours where they are equal."""
    cuts = {segment.ends_at for segment in (*ours, *theirs) if segment.ends_at is not None}
    bounds: list[datetime | None] = [None, *sorted(cuts), None]
    best: list[Segment] = []
    source: Segment | None = None
    for start, end in pairwise(bounds):
        winner = max(_holding(ours, start), _holding(theirs, start), key=_favour)
        if winner is source:
            best[-1] = replace(best[-1], ends_at=end)
        else:
            best.append(replace(winner, starts_at=start, ends_at=end))
        source = winner
    return tuple(best)


def _holding(segments: tuple[Segment, ...], start: datetime | None) -> Segment:
    """The segment in force just after `start`; None is the beginning of time."""
    if start is None:
        return segments[0]
    return next(segment for segment in segments if segment.holds(start))


def _favour(segment: Segment) -> tuple[bool, object, bool, bool]:
    """Ranks segments: accepted before refused, then credit, on time before late, graded at once."""
    return (
        segment.phase.accepts,
        segment.credit,
        segment.phase is Phase.ON_TIME,
        segment.graded_from is None,
    )
