"""The pages of the staff: who handed in what, grading, extensions, appeals, marking by hand."""

from collections.abc import Mapping

from fastapi import APIRouter

from labhub.service.access import Access
from labhub.service.pages.staff import appeals, assignment, course, extensions, jobs, marking

__all__ = ["ACCESS", "router"]

_PARTS = (course, assignment, jobs, extensions, appeals, marking)
ACCESS: Mapping[str, Access] = {name: row for part in _PARTS for name, row in part.ACCESS.items()}

router = APIRouter(include_in_schema=False)
for _part in _PARTS:
    router.include_router(_part.router)
