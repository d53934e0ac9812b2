"""What Slurm's states and reasons mean, in words for the person who waits."""

from datetime import datetime

from labhub.hub.spawners.slurm_queue import Job

NEVER = {
    "PartitionTimeLimit": "the time that the lab asks for is longer than the queue allows",
    "PartitionNodeLimit": "the lab asks for more machines than the queue has",
    "PartitionConfig": "the lab asks for more time, or more of a machine, than the queue allows",
    "BadConstraints": "no machine of the queue has what the lab asks for",
    "AccountNotAllowed": "this account may not use the queue",
    "InvalidAccount": "Slurm does not know the account",
    "InvalidQOS": "Slurm does not know the quality of service that is asked for",
    "QOSNotAllowed": "the queue does not accept the quality of service that is asked for",
    "QOSMaxWallDurationPerJobLimit": "the time that the lab asks for is longer than allowed",
    "ReservationDeleted": "the reservation of the session has been taken away",
    "JobHeldAdmin": "an operator has stopped it in the queue",
    "DependencyNeverSatisfied": "it waits for a job that never ends",
}
"""Slurm's reasons for which a job would wait for ever, and what each means."""

_WAITING = {
    "PartitionDown": "The queue is closed at present.",
    "PartitionInactive": "The queue is closed at present.",
    "ReqNodeNotAvail": "The machines are down or reserved for others at present.",
    "Reservation": "The reserved time has not begun.",
    "BeginTime": "The reserved time has not begun.",
}

_ENDED = {
    "TIMEOUT": "Your server's time was over.",
    "OUT_OF_MEMORY": "Your server needed more memory than it has, and was ended.",
    "NODE_FAIL": "The machine under your server failed.",
    "PREEMPTED": "Your server had to make room for somebody who goes first.",
    "CANCELLED": "Your server's job was cancelled.",
    "FAILED": "Your server ended with an error.",
    "COMPLETED": "Your server has ended.",
}


def never_starts(job: Job) -> str:
    """Why a job that waits would wait for ever; empty when it has a chance."""
    return NEVER.get(job.reason.partition(",")[0], "") if job.waits else ""


def while_waiting(job: Job, place: tuple[int, int]) -> str:
    """What somebody reads who waits: the place in the queue, and when it may be their turn."""
    number, length = place
    parts = [f"You are number {number} of {length} in the queue."]
    parts += [_WAITING[job.reason]] if job.reason in _WAITING else []
    parts += [f"Slurm expects your server to start {when(job.start)}."] if job.start else []
    return " ".join(parts)


def when(moment: str) -> str:
    """A time of Slurm as people say it.

    >>> when("2026-12-03T13:15:00")
    'on 3 December at 13:15'
    """
    time = datetime.fromisoformat(moment)
    return f"on {time.day} {time:%B} at {time:%H:%M}"


def after_the_end(state: str) -> str:
    """What somebody reads whose job has ended."""
    # Slurm says "CANCELLED by 1000", too.
    return _ENDED.get(state.partition(" ")[0], "Your server has ended.")
