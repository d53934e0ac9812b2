"""The time of a hand-in as nbgrader writes it beside the files."""

from datetime import UTC, datetime

TIMESTAMP = "timestamp.txt"
"""The file in a folder of `submitted/`."""


def nbgrader_time(moment: datetime) -> str:
    """A moment as nbgrader writes it.

    >>> nbgrader_time(datetime(2027, 2, 8, 22, 59, tzinfo=UTC))
    '2027-02-08 22:59:00.000000 UTC'
    """
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC"
