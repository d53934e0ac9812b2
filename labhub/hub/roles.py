"""Permissions, as one table of data.

nbgrader's groups: `nbgrader-<course>` are the students, `formgrade-<course>` the staff;
`instructors-<course>` are those of the staff who are not TAs. Nobody needs to be an
administrator of the Hub to teach.
"""

from traitlets.config import Config

from labhub.hub.settings import HAND_IN_SERVICE, HubSettings, grader_account
from labhub.hub.tables import CourseSettings

_HAND_IN = f"access:services!service={HAND_IN_SERVICE}"
# What a group of a course may do; {course} is the course's id.
GROUP_SCOPES: dict[str, tuple[str, ...]] = {
    "nbgrader-{course}": (_HAND_IN,),
    "formgrade-{course}": (_HAND_IN, "access:services!service={course}"),
    "instructors-{course}": (_HAND_IN,),
}
FORMGRADER_SCOPES = (
    _HAND_IN,
    "list:users",
    "read:users:groups",
    "groups!group=nbgrader-{course}",
    "list:groups!group=nbgrader-{course}",
)
"""What the formgrader service of a course may do."""
SERVICE_SCOPES: dict[str, tuple[str, ...]] = {
    "idle-culler": ("list:users", "read:users:activity", "read:servers", "delete:servers"),
    "metrics": ("read:metrics",),
}
"""What the Hub's other services may do."""
SERVER_SCOPES = ("users:activity!user", "access:servers!server", _HAND_IN)
"""What a person's server may do, as far as the person may: hand in, from inside JupyterLab."""


def update_roles(c: Config, settings: HubSettings) -> None:
    """Give each course its groups and their rights."""
    c.JupyterHub.load_groups = {}
    c.JupyterHub.load_roles = []
    for course_id, course in settings.courses.items():
        c.JupyterHub.load_groups |= {
            group: {"users": names} for group, names in groups_of(course_id, course).items()
        }
        c.JupyterHub.load_roles += [
            *(
                {
                    "name": group.format(course=course_id),
                    "groups": [group.format(course=course_id)],
                    "scopes": _scopes(scopes, course_id),
                }
                for group, scopes in GROUP_SCOPES.items()
            ),
            {
                "name": f"formgrader-{course_id}",
                "services": [course_id],
                "scopes": _scopes(FORMGRADER_SCOPES, course_id),
            },
        ]
    there = {service["name"] for service in c.JupyterHub.services}
    c.JupyterHub.load_roles += [
        {"name": name, "services": [name], "scopes": list(scopes)}
        for name, scopes in SERVICE_SCOPES.items()
        if name in there
    ]
    c.Spawner.server_token_scopes = list(SERVER_SCOPES)


def groups_of(course_id: str, course: CourseSettings) -> dict[str, list[str]]:
    """The Hub's groups of a course, with the people that hub.toml puts there."""
    return {
        f"nbgrader-{course_id}": list(course.students),
        f"formgrade-{course_id}": [*course.staff, grader_account(course_id)],
        f"instructors-{course_id}": list(course.instructors),
    }


def _scopes(templates: tuple[str, ...], course_id: str) -> list[str]:
    return [template.format(course=course_id) for template in templates]
