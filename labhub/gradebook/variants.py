"""Numbers of a group's own: which id they are drawn from, and how the id reaches an exam.

A locked cell of the notebook sets VARIANT to the empty text and draws from it. Grading writes the
id into that cell, in the student's copy and in the reference: both draw the same numbers, and
nothing that a student writes elsewhere changes which.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from labhub.course.model import Course
from labhub.exchange.store import open_store
from labhub.exchange.store.groups import group_events, group_exceptions
from labhub.gradebook.opening import OpenCourse
from labhub.grading.check.exams import VARIANT, set_parameter
from labhub.grading.model import Exam, StudentCell, TestCell
from labhub.ids import AssignmentId, StudentId
from labhub.policy.groups import Groups, replay
from labhub.policy.rulebooks import freezes_at
from labhub.policy.units import Unit, units_of


@dataclass(frozen=True)
class VariantIds:
    """From which id each student's numbers are drawn."""

    active: bool = False
    """Whether the assignment has numbers for each group."""
    groups: Mapping[StudentId, str] = field(default_factory=dict)
    """The groups that hand in together, from the course's records."""

    def of(self, student: StudentId) -> str:
        """The group's id; the student's own for somebody alone; empty for the course's numbers."""
        return self.groups.get(student, student) if self.active else ""


def variant_ids(course: OpenCourse, assignment: AssignmentId) -> VariantIds:
    """The ids that hold for an assignment, by the groups as the course has recorded them."""
    rules, chosen = course.folder.course, course.folder.plan_of(assignment)
    if rules is None or chosen is None or not chosen.variants:
        return VariantIds()
    present = course.folder.students_with_submission(assignment)
    return VariantIds(
        active=True,
        groups={
            student: str(unit.group)
            for unit in _units(course.folder.root, rules, assignment, present)
            if unit.group is not None
            for student in unit.students
        },
    )


def _units(
    root: Path, rules: Course, assignment: AssignmentId, present: list[StudentId]
) -> tuple[Unit, ...]:
    """Who hands in together: the groups as they were when they froze, and exceptions from them."""
    store = open_store(root)
    try:
        with store.reading() as db:
            events, exceptions = group_events(db), group_exceptions(db)
    finally:
        store.close()
    groups = Groups()
    if rules.rules.of(assignment).group_work:
        groups = replay(events, until=freezes_at(rules, assignment))
    return units_of(assignment, groups, present, exceptions)


def with_variant_id(exam: Exam, variant_id: str) -> Exam:
    """The exam with the id in the course's own cells; as it is for the course's numbers."""
    if not variant_id:
        return exam

    def changed(cell: StudentCell | TestCell) -> StudentCell | TestCell:
        if isinstance(cell, StudentCell) and cell.given:
            return replace(cell, source=set_parameter(cell.source, VARIANT, variant_id))
        return cell

    return replace(
        exam,
        cells=tuple(changed(cell) for cell in exam.cells),
        reference=tuple(set_parameter(each, VARIANT, variant_id) for each in exam.reference),
    )
