"""What the Hub runs: the hand-in service of all courses, and a formgrader for each course."""

import sys

from traitlets.config import Config

from labhub.hub.jupyter import environment, programs, write_course_config
from labhub.hub.settings import HAND_IN_SERVICE, HubSettings, grader_account
from labhub.hub.tables import CourseSettings


def update_services(c: Config, settings: HubSettings) -> None:
    """Let the Hub run /services/labhub/ and each course's formgrader at /services/<course>/."""
    formgraders = (formgrader(settings, *each) for each in settings.courses.items())
    c.JupyterHub.services = [hand_in(settings), *formgraders]


def hand_in(settings: HubSettings) -> dict[str, object]:
    """The Hub's description of the hand-in service: one for all courses."""
    port = settings.services.hand_in_port
    courses = [f"{name}={course.course_dir}" for name, course in settings.courses.items()]
    return {
        "name": HAND_IN_SERVICE,
        "url": f"http://{settings.services.host}:{port}",
        "command": [
            *(sys.executable, "-m", "labhub.cli", "serve", "--port", str(port)),
            *(("--host", listen) if (listen := listen_at(settings)) else ()),
            *(word for course in courses for word in ("--course", course)),
        ],
        "environment": programs(),
        "oauth_no_confirm": True,
    }


def formgrader(settings: HubSettings, course_id: str, course: CourseSettings) -> dict[str, object]:
    """The formgrader of one course: a shared JupyterLab in its folder, for staff only."""
    account = grader_account(course_id)
    config_dir = write_course_config(settings, course_id, course)
    return {
        "name": course_id,
        "url": f"http://{settings.services.host}:{course.formgrader_port}",
        "cwd": str(course.course_dir),
        # The service runs as the Hub's own Unix account; the Hub then leaves its name empty,
        # and nbgrader wants to know which Hub user it is.
        "command": [
            "/usr/bin/env",
            f"JUPYTERHUB_USER={account}",
            sys.executable,
            "-m",
            "jupyterhub.singleuser",
            *((f"--ip={listen}",) if (listen := listen_at(settings)) else ()),
        ],
        "environment": {
            **environment(settings, account, config_dir),
            "JUPYTERHUB_DEFAULT_URL": "/formgrader",
        },
        "oauth_no_confirm": True,
    }


def listen_at(settings: HubSettings) -> str:
    """The address that services bind to, where it is not the one that the proxy uses."""
    return "" if settings.services.host == "127.0.0.1" else "0.0.0.0"  # noqa: S104
