"""What the Hub runs: the hand-in service, a formgrader for each course, the idle culler."""

import sys
from pathlib import Path

from traitlets.config import Config

from labhub.hub.errors import HubSettingsError
from labhub.hub.jupyter import environment, programs, write_course_config
from labhub.hub.settings import HAND_IN_SERVICE, HubSettings, grader_account
from labhub.hub.tables import CourseSettings
from labhub.hub.with_hub import with_hub

CULLER_SERVICE = "idle-culler"
METRICS_SERVICE = "metrics"


def update_services(c: Config, settings: HubSettings) -> None:
    """Let the Hub run /services/labhub/ and each course's formgrader at /services/<course>/."""
    formgraders = (formgrader(settings, *each) for each in settings.courses.items())
    c.JupyterHub.services = [hand_in(settings), *formgraders]
    if settings.services.idle_minutes:
        c.JupyterHub.services.append(idle_culler(settings.services.idle_minutes))
    if settings.services.metrics_token_file:
        token = read_secret(settings.services.metrics_token_file)
        c.JupyterHub.services.append({"name": METRICS_SERVICE, "api_token": token})
    c.JupyterHub.authenticate_prometheus = True


def hand_in(settings: HubSettings) -> dict[str, object]:
    """The Hub's description of the hand-in service: one for all courses."""
    port = settings.services.hand_in_port
    courses = [f"{name}={course.course_dir}" for name, course in settings.courses.items()]
    return {
        "name": HAND_IN_SERVICE,
        "url": f"http://{settings.services.host}:{port}",
        "command": with_hub(
            [
                *(sys.executable, "-m", "labhub.cli", "serve", "--port", str(port)),
                *(("--host", listen) if (listen := listen_at(settings)) else ()),
                *(word for course in courses for word in ("--course", course)),
            ]
        ),
        "environment": programs(),
        "oauth_no_confirm": True,
        # With the login of a student, and for nobody else, it makes the token with which that
        # student hands in from elsewhere; a token can do no more than the login that made it.
        "oauth_client_allowed_scopes": ["tokens!user"],
    }


def idle_culler(minutes: int) -> dict[str, object]:
    """The Hub's description of what stops servers that nobody uses."""
    return {
        "name": CULLER_SERVICE,
        "command": with_hub(
            [
                *(sys.executable, "-m", "jupyterhub_idle_culler"),
                f"--timeout={minutes * 60}",
                f"--cull-every={max(30, minutes * 60 // 10)}",
            ]
        ),
        "environment": programs(),
    }


def read_secret(path: Path) -> str:
    """What stands in a file with one secret. Raises HubSettingsError."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise HubSettingsError(
            f"{path} cannot be read: {error.strerror}",
            hint="hub.toml names this file; it holds one secret and nothing else.",
        ) from error


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
        "command": with_hub(
            [
                *("/usr/bin/env", f"JUPYTERHUB_USER={account}"),
                *(sys.executable, "-m", "jupyterhub.singleuser"),
                *((f"--ip={listen}",) if (listen := listen_at(settings)) else ()),
            ]
        ),
        "environment": {
            **environment(settings, account, config_dir),
            "JUPYTERHUB_DEFAULT_URL": "/formgrader",
        },
        "oauth_no_confirm": True,
    }


def listen_at(settings: HubSettings) -> str:
    """The address that services bind to, where it is not the one that the proxy uses."""
    return "" if settings.services.host == "127.0.0.1" else "0.0.0.0"  # noqa: S104
