"""One assignment: what I can do with it, and what became of what I handed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from labhub.course.model import HandInLimits, OnHandIn, ShownOnHandIn
from labhub.exchange.store.submissions import Submission
from labhub.exchange.store.versions import Version
from labhub.policy.timelines import Timeline
from labhub.policy.verdicts import counted
from labhub.service.pages.languages import Words
from labhub.service.pages.receipts import lateness, said_name, say_place, say_size
from labhub.service.pages.states import Chip


@dataclass(frozen=True)
class Attempt:
    """One hand-in in the list of mine."""

    id: int
    number: int
    at: datetime
    by: str
    place: str
    version: int
    lateness: Chip
    counts: bool
    """Whether it is the one that is graded, if nothing else is handed in."""
    size: str
    feedback: bool


@dataclass(frozen=True)
class Offer:
    """What there is to work on: a version, and the ways to it."""

    version: int
    released_at: datetime
    note: str
    download: str
    hub: str
    """Opens the notebook in JupyterLab; empty where there is no Hub."""
    colab: str
    """Opens the notebook in Colab; empty without a public copy of the course."""


@dataclass(frozen=True)
class Desk:
    """Whether something can be handed in now, and within which limits."""

    open: bool
    why_not: str
    largest_file: str
    most_files: int
    attempts_left: int | None
    """None: as many as one likes."""
    graded_at_once: bool
    """Whether the student sees what the tests say as soon as they have run."""


def attempts_of(
    submissions: Sequence[Submission],
    timeline: Timeline,
    with_feedback: frozenset[int],
    names: Mapping[str, str],
    words: Words,
) -> tuple[Attempt, ...]:
    """The hand-ins, the newest first."""
    chosen = counted(timeline, [each.at for each in submissions])
    found = [
        Attempt(
            id=each.id,
            number=each.attempt,
            at=each.at,
            by=said_name(each.student, names),
            place=say_place(each.place, words),
            version=each.version,
            lateness=lateness(late=each.late, credit=each.credit, words=words),
            counts=place == chosen,
            size=say_size(sum(file.size_bytes for file in each.files)),
            feedback=each.id in with_feedback,
        )
        for place, each in enumerate(submissions)
    ]
    return tuple(reversed(found))


def offer_of(
    version: Version, *, course: str, download: str, hub_url: str, repository: str
) -> Offer:
    """The ways to a version."""
    return Offer(
        version=version.number,
        released_at=version.at,
        note=version.note,
        download=download,
        hub=hub_link(hub_url, course, version.assignment),
        colab=colab_link(repository, version.assignment, notebook_of(version)),
    )


def notebook_of(version: Version) -> str:
    """The notebook to open: the one named as the assignment, else the first; empty without any."""
    paths = [file.path for file in version.files if file.path.endswith(".ipynb")]
    own = f"{version.assignment}.ipynb"
    return own if own in paths else next(iter(paths), "")


def hub_link(hub_url: str, course: str, assignment: str) -> str:
    """The visitor's own server, which fetches the assignment the first time and opens it.

    >>> hub_link("/hub/", "dl", "lab1")
    '/hub/user-redirect/labhub/open/dl/lab1'
    """
    if not hub_url:
        return ""
    return f"{hub_url}user-redirect/labhub/open/{quote(course)}/{quote(assignment)}"


def colab_link(repository: str, assignment: str, notebook: str) -> str:
    """Colab, with the notebook of the course's public copy.

    >>> colab_link("uni/course@main", "lab1", "lab1.ipynb")
    'https://colab.research.google.com/github/uni/course/blob/main/release/lab1/lab1.ipynb'
    """
    if not repository or not notebook:
        return ""
    name, _, branch = repository.partition("@")
    path = f"{name}/blob/{branch or 'main'}/release/{quote(assignment)}/{quote(notebook)}"
    return f"https://colab.research.google.com/github/{path}"


def desk_of(
    limits: HandInLimits, on_hand_in: OnHandIn, *, why_not: str, attempts_left: int | None
) -> Desk:
    """Whether something can be handed in now."""
    return Desk(
        open=not why_not,
        why_not=why_not,
        largest_file=f"{limits.file_bytes >> 20} MiB",
        most_files=limits.files,
        attempts_left=attempts_left,
        graded_at_once=on_hand_in.grade and on_hand_in.shows is not ShownOnHandIn.NOTHING,
    )
