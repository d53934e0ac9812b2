"""Permissions, as one table of data.

nbgrader's groups: `nbgrader-<course>` are the students, `formgrade-<course>` the staff. Nobody
needs to be an administrator of the Hub to teach.
"""

from traitlets.config import Config

from labhub.hub.settings import HubSettings, grader_account

# What a group or a service of a course may do; {course} is the course's id.
STAFF_SCOPES = ("access:services!service={course}",)
FORMGRADER_SCOPES = (
    "list:users",
    "read:users:groups",
    "groups!group=nbgrader-{course}",
    "list:groups!group=nbgrader-{course}",
)


def update_roles(c: Config, settings: HubSettings) -> None:
    """Give each course its two groups and their rights."""
    c.JupyterHub.load_groups = {}
    c.JupyterHub.load_roles = []
    for course_id, course in settings.courses.items():
        staff = [*course.staff, grader_account(course_id)]
        c.JupyterHub.load_groups[f"formgrade-{course_id}"] = {"users": staff}
        c.JupyterHub.load_groups[f"nbgrader-{course_id}"] = {"users": list(course.students)}
        c.JupyterHub.load_roles += [
            {
                "name": f"formgrade-{course_id}",
                "groups": [f"formgrade-{course_id}"],
                "scopes": _scopes(STAFF_SCOPES, course_id),
            },
            {
                "name": f"formgrader-{course_id}",
                "services": [course_id],
                "scopes": _scopes(FORMGRADER_SCOPES, course_id),
            },
        ]


def _scopes(templates: tuple[str, ...], course_id: str) -> list[str]:
    return [template.format(course=course_id) for template in templates]
