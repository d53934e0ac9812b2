"""hub.toml and course.toml against a Slurm cluster, before a student finds what does not fit."""

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from math import ceil

from labhub.hub.courses import Courses
from labhub.hub.profiles import Profile, lab_profiles, plain_profile
from labhub.hub.settings import HubSettings
from labhub.hub.spawners.slurm import reservation_of
from labhub.hub.spawners.slurm_queue import Slurm, SlurmCommandError

Finding = tuple[str, str, str, str]
"""What was looked at, its state, `ok`, `note` or `wrong`, and what to do."""
DEFAULT = "(Slurm's default)"


def look_at_slurm(settings: HubSettings) -> Iterator[Finding]:
    """Whether Slurm answers, has the partitions and reservations, and the labs fit into them."""
    table = settings.spawner.slurm
    slurm = Slurm({"SLURM_CONF": str(table.conf)} if table.conf else {})
    try:
        partitions = asyncio.run(slurm.run(["sinfo", "--noheader", "--format=%R|%l"]))
        reserved = asyncio.run(slurm.run(["scontrol", "--oneliner", "show", "reservation"]))
    except SlurmCommandError as error:
        yield "Slurm", f"does not answer: {error}", "wrong", "Is slurmctld up? Is munge?"
        return
    limits = dict(line.split("|") for line in partitions.splitlines() if "|" in line)
    yield "Slurm", f"partitions: {', '.join(sorted(limits))}", "ok", ""
    for profile in _profiles(settings):
        yield from _fits(profile, settings, limits)
    if table.reservations:
        yield from _reservations(settings, set(re.findall(r"ReservationName=(\S+)", reserved)))


def _profiles(settings: HubSettings) -> Iterator[Profile]:
    yield from lab_profiles(Courses(settings).all(), settings.limits)
    if settings.spawner.plain:
        yield plain_profile(settings.limits)


def _fits(profile: Profile, settings: HubSettings, limits: dict[str, str]) -> Iterator[Finding]:
    table = settings.spawner.slurm
    partition = (table.gpu_partition if profile.gpu else "") or table.partition
    if partition and partition not in limits:
        yield (
            profile.id,
            f"no partition {partition}",
            "wrong",
            "Correct [spawner.slurm]; see sinfo.",
        )
        return
    longest = minutes_in(limits.get(partition, "infinite"))
    asked = profile.time_limit
    if profile.gpu:
        asked = min(asked, timedelta(minutes=settings.gpus.walk_in_minutes))
    wanted = ceil(asked / timedelta(minutes=1))
    if longest is not None and wanted > longest:
        state = f"asks for {wanted} minutes, and {partition} gives {longest}"
        yield profile.id, state, "wrong", "Lower minutes of the lab, of [limits] or of [gpus]."
    else:
        yield profile.id, f"{wanted} minutes in {partition or DEFAULT}", "ok", ""


def _reservations(settings: HubSettings, names: set[str]) -> Iterator[Finding]:
    for each in Courses(settings).bookings():
        name = reservation_of(each)
        if name not in names:
            remedy = "scontrol create reservation: docs/howto/gpu-with-slurm.md shows how."
            yield f"session of {each.group}", f"no reservation {name}", "note", remedy


def minutes_in(text: str) -> int | None:
    """The minutes in a time as sinfo prints it; None for no limit.

    >>> minutes_in("4:00:00"), minutes_in("1-12:00:00"), minutes_in("10:00"), minutes_in("infinite")
    (240, 2160, 10, None)
    """
    found = re.fullmatch(r"(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)", text)
    if found is None:
        return None
    days, hours, minutes = (int(part or 0) for part in found.groups()[:3])
    return (days * 24 + hours) * 60 + minutes
