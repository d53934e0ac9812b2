"""REST: one module for each kind of thing, its models beside its routes."""

from labhub.service.api import (
    assignments,
    checks,
    courses,
    groups,
    health,
    jobs,
    marks,
    submissions,
    versions,
)

ROUTERS = (
    health.router,
    courses.router,
    assignments.router,
    versions.router,
    submissions.router,
    checks.router,
    groups.router,
    marks.router,
    jobs.router,
)
"""In the order of the reference."""
