"""Final grades: the marks that the records give everybody, and what the scheme makes of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from labhub.course.rule_model import GradedItem
from labhub.gradebook.term.cases import Case, cases
from labhub.gradebook.term.records import Term
from labhub.gradebook.term.reviewing import review_quality
from labhub.ids import StudentId
from labhub.policy.assignments import review_deadlines_of
from labhub.policy.grades import FinalGrade, WhatIf, final_grade, what_if
from labhub.policy.marks import Mark, Override
from labhub.policy.roundings import exact
from labhub.policy.rulebooks import participation_rules_of, sessions_of
from labhub.policy.sessions import participation
from labhub.policy.traces import Step, Trace
from labhub.policy.words import say_list


@dataclass(frozen=True)
class Final:
    """One student's final grade so far."""

    student: StudentId
    name: str
    grade: FinalGrade
    waits: tuple[str, ...]
    """Titles of the work that a person has still to grade."""
    running: tuple[str, ...]
    """What goes on and may still change a mark: sessions, peer reviews."""
    dropped_out: bool

    @property
    def complete(self) -> bool:
        """Whether nothing is missing any more."""
        return self.grade.complete and not self.waits and not self.running

    @property
    def notes(self) -> tuple[str, ...]:
        """Why the grade is not final, in whole sentences."""
        found = (
            (self.dropped_out, f"{self.student} has left the course."),
            (self.waits, f"A person has still to grade {say_list(self.waits)}."),
            (self.running, f"Not over yet: {say_list(self.running)}."),
            (not self.grade.complete, "Marks are missing: this is the grade so far."),
        )
        return tuple(words for holds, words in found if holds)


def finals(term: Term, only: StudentId | None = None) -> dict[StudentId, Final]:
    """The final grade of every student, or of one."""
    given = _Marks(term)
    students = term.students if only is None else (only,)
    return {student: _final(term, student, given) for student in students}


def if_instead(term: Term, student: StudentId, points: Mapping[str, Fraction]) -> WhatIf:
    """What the final grade would be with other points in all for some items.

    Rules about tests and single questions are not asked then, only those about the total.
    Raises `UnknownItemError` or `BadMarkError`.
    """
    instead = [
        Mark(item, override=Override(value, "This question", "what if"))
        for item, value in points.items()
    ]
    return what_if(term.scheme, _Marks(term).of(student), instead)


def _final(term: Term, student: StudentId, given: "_Marks") -> Final:
    grade = final_grade(term.scheme, given.of(student))
    return Final(
        student,
        term.people[student].name,
        grade,
        given.waits(student),
        given.running(student),
        student in term.groups.dropped_out,
    )


class _Marks:
    """The marks of everybody; what concerns all students alike is computed once."""

    def __init__(self, term: Term) -> None:
        self.term = term
        self.cases = {plan.id: cases(term, plan.id) for plan in term.course.assignments}
        self.rounds = {name: review_quality(term, held) for name, held in term.rounds.items()}

    def of(self, student: StudentId) -> list[Mark]:
        labs = (self._lab(found[student]) for found in self.cases.values())
        items = (self._item(item, student) for item in self.term.course.rules.items)
        names = (*self.cases, *(item.id for item in self.term.course.rules.items))
        found = zip(names, (*labs, *items), strict=True)
        decided = (self._decided(name, mark, student) for name, mark in found)
        return [mark for mark in decided if mark is not None]

    def waits(self, student: StudentId) -> tuple[str, ...]:
        found = (
            (case, self.term.lab_marks.get((name, case.handed_in_by)))
            for name, everybody in self.cases.items()
            if (case := everybody[student]).handed_in_by is not None
        )
        return tuple(case.timeline.title for case, mark in found if mark is not None and mark.waits)

    def running(self, student: StudentId) -> tuple[str, ...]:
        course, now = self.term.course, self.term.now
        found = []
        for name, held in self.rounds.items():
            ends = review_deadlines_of(course, name)
            if student in held and ends is not None and now < ends[1].ends_at:
                found.append(f"the peer review of {course.assignment(name).title}")
        last = max((s.end for s in course.rules.sessions if s.counts), default=now)
        counted = (item for item in course.rules.items if item.kind == "sessions")
        return (*found, *(item.title for item in counted if now < last))

    def _lab(self, case: Case) -> Mark | None:
        """The mark of an assignment; None while there is none."""
        if case.excused:
            return Mark(case.assignment, excused=True, because=case.together)
        because = (*case.together, *case.verdict.trace)
        verdict = case.verdict
        judged = verdict.handed_in_at is not None or verdict.decision is not None
        credit = exact(verdict.credit) if judged else Fraction(1)
        given = self.term.staff_marks.get((case.assignment, case.student))
        if given is not None and given.points is None:
            return Mark(case.assignment, excused=True, because=_given(given.by, given.reason))
        if given is not None and given.points is not None:
            return Mark(case.assignment, given.points, credit=credit, because=because)
        if case.handed_in_by is None or not verdict.accepted:
            return self._nothing(case, because)
        mark = self.term.lab_marks.get((case.assignment, case.handed_in_by))
        if mark is None:
            return None
        return Mark(case.assignment, mark.automatic, mark.manual, credit, because=because)

    def _nothing(self, case: Case, because: Trace) -> Mark | None:
        """No points for who handed in nothing that is accepted, once nothing can come any more."""
        last = case.timeline.accepted_until
        over = last is not None and self.term.now >= last
        return Mark(case.assignment, credit=Fraction(0), because=because) if over else None

    def _item(self, item: GradedItem, student: StudentId) -> Mark | None:
        given = self.term.staff_marks.get((item.id, student))
        if given is not None:
            because = _given(given.by, given.reason)
            points = given.points
            if points is None:
                return Mark(item.id, excused=True, because=because)
            return Mark(item.id, points, because=because)
        match item.kind:
            case "sessions":
                return self._participation(item, student)
            case "reviews":
                return self._reviews(item, student)
            case _:
                return None

    def _participation(self, item: GradedItem, student: StudentId) -> Mark | None:
        """The mark for the sessions held so far."""
        noted = {note.session for notes in self.term.attendance.values() for note in notes}
        held = [each for each in sessions_of(self.term.course) if each.id in noted]
        if not held:
            return None
        rules = participation_rules_of(self.term.course)
        notes = self.term.attendance.get(student, [])
        return participation(self.term.scheme.items[item.id], held, notes, rules)

    def _reviews(self, item: GradedItem, student: StudentId) -> Mark | None:
        """The mean quality over the rounds in which the student was to review."""
        found = [held[student] for held in self.rounds.values() if student in held]
        if not found:
            return self._no_reviews(item, student)
        mean = sum((each.share for each in found), Fraction(0)) / len(found)
        because = tuple(step for each in found for step in each.trace)
        return Mark(item.id, mean * self.term.scheme.items[item.id].points, because=because)

    def _no_reviews(self, item: GradedItem, student: StudentId) -> Mark | None:
        """The mark of who was to review nothing, once every review is over."""
        dates = self.term.course.rules.assignments
        held = [name for name, rules in dates.items() if rules.peer_review]
        ends = [review_deadlines_of(self.term.course, name) for name in held]
        if any(end is None or self.term.now < end[0].ends_at for end in ends):
            return None
        if all(self.cases[name][student].excused for name in held):
            return Mark(item.id, excused=True)
        step = Step("no-reviews", "Reviewed nothing, because nothing was handed in.")
        return Mark(item.id, because=(step,))

    def _decided(self, item: str, mark: Mark | None, student: StudentId) -> Mark | None:
        override = self.term.overrides.get((item, student))
        return mark if override is None else replace(mark or Mark(item), override=override)


def _given(by: str, reason: str) -> Trace:
    words = f"Given by {by}: {reason}" if reason else f"Given by {by}"
    return (Step("given", f"{words.rstrip('.')}."),)
