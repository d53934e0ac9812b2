"""What a TA sees of the run record in a hand-in."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from labhub.errors import LabhubError
from labhub.hub.runrecord import FILE, RunRecord, outputs_digest, verify


@dataclass(frozen=True)
class RunVerdict:
    """Whether a hand-in was run on a campus GPU machine, in words and with the facts."""

    on_campus: bool
    """The Hub has signed it, it fits the hand-in, and the server had a GPU."""
    words: str
    record: RunRecord | None = None


def look_at_run(
    folder: Path, assignment: str, students: Iterable[str], public_pem: str
) -> RunVerdict:
    """The verdict on the folder of one hand-in, whose members are `students`."""
    try:
        record = verify((folder / FILE).read_bytes(), public_pem)
    except FileNotFoundError:
        return RunVerdict(False, "No run record: nothing says where this was run.")
    except (LabhubError, OSError) as error:
        return RunVerdict(False, str(error).partition("\n")[0])
    if why := _misfit(folder, record, assignment, set(students)):
        return RunVerdict(False, why, record)
    when = f"{record.began_at:%Y-%m-%d %H:%M} to {record.seen_at:%H:%M %Z}".rstrip()
    if not record.gpu:
        words = f"Run on the Hub, on {record.host} without a GPU, {when}."
        return RunVerdict(False, words, record)
    job = f", job {record.job}" if record.job else ""
    words = f"Run on campus: {record.host}, GPU {record.gpu}{job}, {when}."
    return RunVerdict(True, f"{words} These are the outputs that the server showed.", record)


def _misfit(folder: Path, record: RunRecord, assignment: str, students: set[str]) -> str:
    """Why the record is not one of this hand-in; empty when it is."""
    if record.student not in students:
        return f"The run record is {record.student}'s, who is not in this hand-in."
    if record.assignment != assignment:
        return f"The run record is one of {record.assignment or 'no lab'}, not of {assignment}."
    path = folder / Path(record.notebook).name
    try:
        digest = outputs_digest(json.loads(path.read_bytes()))
    except (OSError, ValueError, AttributeError):
        return f"The run record is about {path.name}, which is not in this hand-in."
    if digest != record.outputs:
        return (
            "The outputs were changed after the server showed them: run again, or edited elsewhere."
        )
    return ""
