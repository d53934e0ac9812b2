"""Two ways of handing in: through JupyterLab on the Hub, and laid into nbgrader's exchange."""

import shutil
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from labhub.hub.process import RunningHub
from labhub.ids import AssignmentId
from tools.demo.hubclient import HubRefusedError, Person
from tools.demo.stage import Stage
from tools.demo.students import HandIn


def lay_into_exchange(
    stage: Stage, assignment: AssignmentId, hand_in: HandIn, when: datetime
) -> Path:
    """Put a hand-in where nbgrader's `submit` puts it; doing it again changes nothing.

    nbgrader's own command takes two seconds each and refuses nothing that we hand in here.
    """
    stamp = f"{when:%Y-%m-%d %H:%M:%S.%f} UTC"
    # Instead of nbgrader's random letters: the same from run to run.
    secret = sha256(f"{hand_in.student} {stamp}".encode()).hexdigest()
    inbound = stage.exchange_dir / stage.course_id / "inbound"
    folder = inbound / f"{hand_in.student}+{assignment}+{stamp}+{secret[:12]}"
    files = {
        hand_in.file_name: hand_in.content,
        "timestamp.txt": stamp.encode(),
        "submission_secret.txt": secret.encode(),
    }
    _write(folder, files)
    # The student's own copy, by which "Fetch Feedback" finds the page.
    cache = stage.homes_dir / hand_in.student / ".local/share/jupyter/nbgrader_cache"
    _write(cache / stage.course_id / folder.name.rpartition("+")[0], files)
    return folder


def hand_in_through_hub(
    hub: RunningHub, stage: Stage, assignment: AssignmentId, hand_in: HandIn
) -> None:
    """Log in, start JupyterLab, fetch the lab, save the answers and submit, as a browser does.

    Raises HubRefusedError when one of it does not work.
    """
    lab = {"course_id": stage.course_id, "assignment_id": assignment}
    name = hand_in.student
    with Person(hub.url, name, hub.settings.logins[name]) as person:
        person.log_in()
        person.start_server()
        # Fetched before: nbgrader refuses to overwrite a student's work.
        if not (stage.homes_dir / name / assignment).is_dir():
            _must(person.lab("POST", "assignments/fetch", lab).json())
        saved = stage.homes_dir / name / assignment / hand_in.file_name
        saved.write_bytes(hand_in.content)
        _must(person.lab("POST", "assignments/submit", lab).json())
        person.stop_server()


def _must(reply: dict[str, object]) -> None:
    if not reply.get("success"):
        raise HubRefusedError(f"nbgrader's page refused: {reply.get('value')}")


def _write(folder: Path, files: dict[str, bytes]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
