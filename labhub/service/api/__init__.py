"""REST: one module for each kind of thing, its models beside its routes."""

from labhub.service.api import assignments, courses, health

ROUTERS = (health.router, courses.router, assignments.router)
"""In the order of the reference."""
