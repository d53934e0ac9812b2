"""Which group of a course a student hands in with, asked when a server starts."""

from labhub.exchange.store import open_store
from labhub.exchange.store.engine import FILE
from labhub.exchange.store.groups import group_events
from labhub.hub.settings import HubSettings
from labhub.hub.tables import CourseSettings
from labhub.ids import StudentId
from labhub.policy.groups import replay


def own_group(settings: HubSettings, student: str) -> str:
    """The id of the student's group; empty for one in no group, or in groups of two courses.

    Labs whose numbers differ from group to group draw them from this id (`NNLAB_GROUP`).
    """
    courses = [each for each in settings.courses.values() if student in each.students]
    found = {group for each in courses if (group := _group_in(each, student))}
    return found.pop() if len(found) == 1 else ""


def _group_in(course: CourseSettings, student: str) -> str:
    if not (course.course_dir / FILE).exists():
        return ""  # to ask is no reason to make a database
    store = open_store(course.course_dir)
    try:
        with store.reading() as db:
            return replay(group_events(db)).group_of(StudentId(student)) or ""
    finally:
        store.close()
