"""The course as the staff see it: every assignment, how far it is, and what waits."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.responses import Response

from labhub.exchange.store.jobs import jobs
from labhub.exchange.store.marks import appeals
from labhub.policy.assignments import timeline_of
from labhub.service.access import TA, Access
from labhub.service.context import CurrentCourse
from labhub.service.pages.deadlines import due_of
from labhub.service.pages.frame import render
from labhub.service.pages.staff.jobs import job_view
from labhub.service.pages.staff.numbers import read_progress
from labhub.service.pages.visiting import CurrentVisit

ACCESS: Mapping[str, Access] = {"staff-course": TA, "staff-grades": TA}
LAST_JOBS = 8

router = APIRouter(include_in_schema=False)


@router.get("/{course}/staff/", name="staff-course")
def staff_course(visit: CurrentVisit, course: CurrentCourse) -> Response:
    """Every assignment in numbers, the last jobs, open appeals."""
    with course.store.reading() as db:
        open_appeals = sum(each.answer is None for each in appeals(db))
        last = jobs(db, last=LAST_JOBS)
    rows = read_progress(course)
    dues = {each.plan.id: due_of(timeline_of(course.course, each.plan.id)) for each in rows}
    return render(
        visit,
        "staff/course.html",
        rows=rows,
        dues=dues,
        open_appeals=open_appeals,
        jobs=[job_view(each, visit.words) for each in reversed(last)],
    )


@router.get("/{course}/staff/grades.csv", name="staff-grades")
def grades(course: CurrentCourse) -> Response:
    """The marks of everybody as a table; the columns are those of `labhub export`."""
    import csv
    import io
    from dataclasses import asdict, fields

    from labhub.gradebook.grades import GradeRow, grade_rows

    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(GradeRow)])
    writer.writeheader()
    writer.writerows(asdict(row) for row in grade_rows(course.opened, "*", "*"))
    name = f"grades-{course.id}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)
