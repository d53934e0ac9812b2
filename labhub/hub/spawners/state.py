"""What JupyterHub keeps of a server beside the backend's own: its lease, as JSON, and a digest."""

from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any

from labhub.hub.gpus.ledger import Lease
from labhub.hub.gpus.seats import Device, Seat
from labhub.ids import AssignmentId, CourseId, StudentId
from labhub.policy.gpu_sessions import Ask


def digest(token: str) -> str:
    """The SHA-256 of a token: enough to know it again, and not to use it."""
    return sha256(token.encode()).hexdigest()


def lease_out(lease: Lease) -> dict[str, Any]:
    """The lease, with times as text."""
    ask = lease.ask
    return {
        "server": lease.server,
        "who": ask.who,
        "course": ask.course,
        "assignment": ask.assignment,
        "asked": ask.at.isoformat(),
        "since": lease.since.isoformat(),
        "until": lease.until.isoformat(),
        "group": lease.group,
        "seat": asdict(lease.seat) if lease.seat else None,
    }


def lease_in(state: dict[str, Any]) -> Lease:
    """The lease that `lease_out` wrote."""
    ask = Ask(
        StudentId(state["who"]),
        CourseId(state["course"]),
        AssignmentId(state["assignment"]),
        datetime.fromisoformat(state["asked"]),
    )
    return Lease(
        server=state["server"],
        ask=ask,
        since=datetime.fromisoformat(state["since"]),
        until=datetime.fromisoformat(state["until"]),
        seat=_seat(state["seat"]),
        group=state["group"],
    )


def _seat(state: dict[str, Any] | None) -> Seat | None:
    if state is None:
        return None
    return Seat(Device(**state["device"]), state["share"], state["shares"])
