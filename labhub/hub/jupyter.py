"""Jupyter's and nbgrader's own configuration for students, staff and a course's formgrader.

Written as files into the Hub's state folder at each start and found through
JUPYTER_CONFIG_PATH, so that nothing has to be installed into a home folder.
"""

import json
import os
import sys
from pathlib import Path

from labhub.hub.settings import HubSettings
from labhub.hub.tables import CourseSettings

_LAB = "@jupyter/nbgrader:"
_SERVER = "nbgrader.server_extensions."
# A frame around a page of the Hub stays blank by the Hub's own rule (frame-ancestors 'none'):
# staff open the formgrader as a page, /services/<course>/, and nobody is offered the blank tab.
_PAGE_NEVER = (
    f"{_LAB}formgrader",
    f"{_LAB}course-list",
    "@jupyterlab/apputils-extension:announcements",  # asks the network for news
)
# jupyter_lsp runs npm at each start: two seconds, for language servers that nobody installed.
_SERVER_NEVER = (f"{_SERVER}course_list", "jupyter_lsp")

_LABEXTENSIONS = Path(__file__).parent / "inlab" / "labextensions"
_BY_SERVICE = [
    "from labhub.cli.nbgrader_door import hand_in_by_service",
    "hand_in_by_service(c)",
]


def environment(settings: HubSettings, name: str, config_dir: Path) -> dict[str, str]:
    """The environment that gives one Hub user folders of their own under one Unix account."""
    home = ensure_home(settings, name)
    return {
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / ".jupyter"),
        "JUPYTER_DATA_DIR": str(home / ".local" / "share" / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(settings.runtime_dir / name),
        "JUPYTER_CONFIG_PATH": str(config_dir),
        "IPYTHONDIR": str(home / ".ipython"),
        **hand_in_environment(settings, settings.hand_in_url),
        **programs(),
    }


def hand_in_environment(settings: HubSettings, url: str) -> dict[str, str]:
    """By this variable nbgrader and labhub's own commands find the hand-in service."""
    return {"LABHUB_SERVICE_URL": url} if settings.services.exchange == "service" else {}


def programs() -> dict[str, str]:
    """The environment of everything that the Hub starts."""
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        # One thread per kernel: a class on one machine is faster so.
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        # By this mark whatever a killed Hub leaves behind is found (labhub.hub.process).
        **{name: os.environ[name] for name in ("LABHUB_HUB",) if name in os.environ},
    }


def ensure_home(settings: HubSettings, name: str) -> Path:
    """Make the home and runtime folders of one Hub user; the home's path."""
    home = settings.homes_dir / name
    for folder in (home, settings.runtime_dir / name):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return home


def config_dir_of(settings: HubSettings, name: str) -> Path:
    """The folder for JUPYTER_CONFIG_PATH of somebody: staff have one more tool."""
    return settings.state_dir / "etc" / ("staff" if name in settings.staff else "student")


def write_student_config(settings: HubSettings) -> Path:
    """Assignment list and validation."""
    folder = settings.state_dir / "etc" / "student"
    _write_student_tools(folder)
    _write_nbgrader_config(folder, settings, _who_am_i())
    return folder


def write_image_config(folder: Path) -> None:
    """A student's tools as files of a container image, where no exchange is mounted."""
    _write_student_tools(folder)
    _write_nbgrader_config(folder, None, _who_am_i())


def _write_student_tools(folder: Path) -> None:
    _write_server_config(folder, "formgrader")
    _write_page_config(folder, f"{_LAB}create-assignment")


def write_staff_config(settings: HubSettings) -> Path:
    """A student's tools and the editor of assignments."""
    folder = settings.state_dir / "etc" / "staff"
    _write_server_config(folder, "formgrader")
    _write_page_config(folder)
    _write_nbgrader_config(folder, settings, _who_am_i())
    return folder


def write_course_config(settings: HubSettings, course_id: str, course: CourseSettings) -> Path:
    """The formgrader's server in the course's folder."""
    folder = settings.state_dir / "etc" / f"course-{course_id}"
    _write_server_config(folder, "assignment_list")
    _write_page_config(folder, f"{_LAB}assignment-list")
    course_lines = [
        f"c.CourseDirectory.root = {str(course.course_dir)!r}",
        f"c.CourseDirectory.course_id = {course_id!r}",
        # One Unix account owns every hand-in here: nbgrader would call each one a forgery.
        "c.ExchangeCollect.check_owner = False",
    ]
    _write_nbgrader_config(folder, settings, course_lines)
    return folder


def _who_am_i() -> list[str]:
    # nbgrader takes the Unix account for the student's name unless told otherwise.
    return ["import os", "c.CourseDirectory.student_id = os.environ['JUPYTERHUB_USER']"]


def _write_server_config(folder: Path, without: str) -> None:
    off = (*_SERVER_NEVER, _SERVER + without)
    config = {
        "ServerApp": {
            "allow_root": os.geteuid() == 0,
            "answer_yes": True,  # else a stop waits 30 s for somebody to confirm it
            "jpserver_extensions": {**dict.fromkeys(off, False), "labhub.hub.inlab": True},
        },
        # The page that shows the Hub's notices.
        "LabServerApp": {"extra_labextensions_path": [str(_LABEXTENSIONS)]},
        # Sockets in a folder of one's own instead of ports that all can reach. Only for the
        # server's own kernels: those that nbgrader starts in the formgrader would not be found.
        "ServerKernelManager": {"transport": "ipc"},
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "jupyter_server_config.json").write_text(json.dumps(config, indent=2))


def _write_page_config(folder: Path, *hidden: str) -> None:
    labconfig = folder / "labconfig"
    labconfig.mkdir(parents=True, exist_ok=True)
    config = {"disabledExtensions": dict.fromkeys((*_PAGE_NEVER, *hidden), True)}
    (labconfig / "page_config.json").write_text(json.dumps(config, indent=2))


def _write_nbgrader_config(folder: Path, settings: HubSettings | None, lines: list[str]) -> None:
    """Without settings: for an image, where only the service can be."""
    exchange = _BY_SERVICE
    if settings is not None and settings.services.exchange == "folder":
        exchange = [f"c.Exchange.root = {str(settings.exchange_dir)!r}"]
    text = [
        "c = get_config()",
        *exchange,
        "c.Authenticator.plugin_class = 'nbgrader.auth.JupyterHubAuthPlugin'",
        *lines,
    ]
    (folder / "nbgrader_config.py").write_text("\n".join(text) + "\n")
