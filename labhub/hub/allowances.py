"""From a lab, a person and a moment to what their server may have."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from labhub.hub.errors import BadStartError
from labhub.hub.profiles import PLAIN, Profile
from labhub.ids import StudentId
from labhub.policy.gpu_sessions import Booking, Grant


@dataclass(frozen=True)
class Choice:
    """What somebody asked for on the page, or through the Hub's interface."""

    profile: str = PLAIN
    gpu: bool = True
    """False: the lab without a GPU, though it could have one."""

    @classmethod
    def from_options(cls, options: dict[str, Any]) -> "Choice":
        """The choice of JupyterHub's `user_options`. Raises BadStartError for anything else.

        >>> Choice.from_options({"profile": "dl/lab3", "gpu": "no"})
        Choice(profile='dl/lab3', gpu=False)
        """
        unknown = set(options) - {"profile", "gpu"}
        profile, gpu = options.get("profile", PLAIN), options.get("gpu", "yes")
        if unknown or not isinstance(profile, str) or gpu not in ("yes", "no"):
            raise BadStartError(
                "A server is started with a lab's name, and nothing else.",
                hint='Send {"profile": "COURSE/LAB"}, with "gpu": "no" for one without a GPU.',
            )
        return cls(profile, gpu == "yes")


@dataclass(frozen=True)
class Allowance:
    """What one server may have, and until when."""

    who: StudentId
    profile: Profile
    since: datetime
    until: datetime
    """The server ends then."""
    gpu: bool = False
    session: Booking | None = None
    """The booked session that it runs in."""


def allowance(
    who: StudentId, profile: Profile, now: datetime, grant: Grant | None = None
) -> Allowance:
    """A server for a lab; with a GPU when there is a grant."""
    until = now + profile.time_limit
    if grant is None:
        return Allowance(who, profile, now, until)
    until = grant.until if grant.session else min(until, grant.until)
    return Allowance(who, profile, now, until, gpu=True, session=grant.session)
