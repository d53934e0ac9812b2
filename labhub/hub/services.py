"""One formgrader per course: a shared JupyterLab in the course's folder, for staff only."""

import sys

from traitlets.config import Config

from labhub.hub.jupyter import environment, write_course_config
from labhub.hub.settings import CourseSettings, HubSettings, grader_account


def update_services(c: Config, settings: HubSettings) -> None:
    """Let the Hub run each course's formgrader at /services/<course>/."""
    c.JupyterHub.services = [
        formgrader(settings, course_id, course) for course_id, course in settings.courses.items()
    ]


def formgrader(settings: HubSettings, course_id: str, course: CourseSettings) -> dict[str, object]:
    """The Hub's description of the formgrader service of one course."""
    account = grader_account(course_id)
    config_dir = write_course_config(settings, course_id, course)
    return {
        "name": course_id,
        "url": f"http://127.0.0.1:{course.formgrader_port}",
        "cwd": str(course.course_dir),
        # The service runs as the Hub's own Unix account; the Hub then leaves its name empty,
        # and nbgrader wants to know which Hub user it is.
        "command": [
            "/usr/bin/env",
            f"JUPYTERHUB_USER={account}",
            sys.executable,
            "-m",
            "jupyterhub.singleuser",
        ],
        "environment": {
            **environment(settings, account, config_dir),
            "JUPYTERHUB_DEFAULT_URL": "/formgrader",
        },
        "oauth_no_confirm": True,
    }
