"""Why a person's server could not become a job of Slurm, in sentences for that person.

What Slurm itself said stands in the Hub's log.
"""

from labhub.errors import LabhubError

_STAFF = "Tell the course's staff: it is a mistake in the Hub, and trying again does not mend it."
_SILENT = (
    "Unable to contact slurm controller",
    "Connection refused",
    "timed out",
    "no answer",
    "Protocol authentication error",
    "Zero Bytes were transmitted",
)
_REFUSALS = {
    "Invalid partition": "the queue that it asks for does not exist",
    "Requested time limit is invalid": "it asks for more time than the queue allows",
    "Requested reservation is invalid": "the reservation of the session does not exist",
    "Invalid account": "Slurm does not know the account, or you may not use the queue",
    "User's group not permitted": "you may not use this queue",
    "Access/permission denied": "you may not use this queue",
    "Requested node configuration is not available": "no machine has what the lab asks for",
    "Invalid generic resource": "no machine has such a GPU",
    "More processors requested": "no machine has so many processors",
    "Invalid qos": "Slurm does not know the quality of service",
}


class SlurmSilentError(LabhubError):
    """Slurm's controller does not answer."""

    code = "slurm-silent"
    http_status = 503


class SlurmRefusedError(LabhubError):
    """Slurm does not take the job."""

    code = "slurm-refused"


class SlurmNeverStartsError(LabhubError):
    """Slurm took the job, and would let it wait for ever."""

    code = "slurm-never-starts"


class SlurmQueueTimeoutError(LabhubError):
    """It was not the person's turn in the time that somebody waits at most."""

    code = "slurm-queue-timeout"
    http_status = 503


class SlurmJobEndedError(LabhubError):
    """The job ended before its server had started."""

    code = "slurm-job-ended"


class SlurmLaunchTimeoutError(LabhubError):
    """The job runs, and the server in it has not reported."""

    code = "slurm-launch-timeout"


def refusal_of(said: str) -> SlurmSilentError | SlurmRefusedError:
    """The error for what a command of Slurm said when it failed.

    >>> refusal_of("sbatch: error: invalid partition specified: gpux").code
    'slurm-refused'
    """
    if any(words in said for words in _SILENT):
        return SlurmSilentError(
            "The queue of the GPU machines (Slurm) does not answer.",
            hint="Try again in a few minutes; your files are not touched.",
        )
    found = (why for words, why in _REFUSALS.items() if words.lower() in said.lower())
    why = next(found, "its request is refused")
    return SlurmRefusedError(f"Slurm does not take your server: {why}.", hint=_STAFF)
