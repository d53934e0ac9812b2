"""The due date of course.toml, in nbgrader's gradebook: there it decides who is late."""

from datetime import UTC

from nbgrader.api import Gradebook, MissingEntry

from labhub.gradebook.opening import OpenCourse
from labhub.ids import AssignmentId


def ensure_due_date(course: OpenCourse, assignment: AssignmentId) -> bool:
    """Write the assignment's first due date into the gradebook; whether that changed anything.

    Without course.toml the gradebook's own due date stands.
    """
    plan = course.folder.plan_of(assignment)
    if plan is None:
        return False
    due = plan.timeline.due.astimezone(UTC).replace(tzinfo=None)  # nbgrader keeps naive UTC
    with Gradebook(course.folder.db_url, course.folder.course_id) as gradebook:
        try:
            entry = gradebook.find_assignment(assignment)
        except MissingEntry:
            return False
        if entry.duedate == due:
            return False
        entry.duedate = due
        gradebook.db.commit()
    return True
