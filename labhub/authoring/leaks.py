"""The leak scan: no solution, hidden test or answer in any byte of the student version."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from labhub.authoring.findings import Finding
from labhub.authoring.folders import files_of
from labhub.authoring.notebook import MARKERS, Notebook, Role, read_notebook
from labhub.authoring.secrets import NUMBERS_TOGETHER, Secrets, compact
from labhub.authoring.views import View, views

NEAR = 400
"""Characters within which numbers count as standing together."""
COPIED = 0.6
"""This part of a cell's secret lines in one given cell is a copy of it."""
COPIED_LINES = 3


@dataclass(frozen=True)
class Scan:
    """What was found, and how much was looked at."""

    findings: tuple[Finding, ...]
    files: int
    secrets: int


def scan(folder: Path, secrets: Secrets) -> Scan:
    """Look for the secrets in every file below `folder`, in every form that `views` knows."""
    files = files_of(folder)
    findings: list[Finding] = []
    for name, path in files.items():
        found: dict[tuple[str, str], Finding] = {}
        for view in views(name, path.read_bytes()):
            for finding in _in_view(view, secrets):
                # A deeper view of the same secret says nothing new.
                found.setdefault((finding.code, finding.sentence), finding)
        findings += found.values()
        if path.suffix == ".ipynb":
            findings += _in_notebook(read_notebook(path), secrets)
    return Scan(tuple(findings), len(files), len(secrets.pieces) + len(secrets.numbers))


def _in_view(view: View, secrets: Secrets) -> Iterator[Finding]:
    text = compact(view.text)
    # Reversed or rotated text is a child's cipher, and costs nothing to see through.
    forms = (text, text[::-1], codecs.encode(text, "rot13"))
    reported: set[str] = set()
    for secret in secrets.pieces:
        if secret.owner not in reported and any(secret.text in form for form in forms):
            reported.add(secret.owner)
            yield _leak(view.place, secret.kind, secret.owner, secret.text)
    for group in secrets.numbers:
        together = _together(view.text, group.numbers)
        if group.owner not in reported and together:
            yield _leak(view.place, group.kind, group.owner, ", ".join(together))
    for marker in MARKERS:
        if compact(marker.begin) in text or compact(marker.end) in text:
            sentence = f"A marker of {marker.name.lower()} was left behind."
            yield Finding("marker-left", view.place, sentence, _REBUILD)


_REBUILD = "Build the release anew with `labhub generate-assignment`."


def _leak(place: str, kind: str, owner: str, text: str) -> Finding:
    shown = text if len(text) <= 60 else f"{text[:57]}..."
    return Finding(
        "leak",
        place,
        f"Students can read a part of the {kind} of {owner}: {shown}",
        "Take it out of the source, or build the release anew with `labhub generate-assignment`.",
    )


def _together(text: str, numbers: frozenset[str]) -> list[str]:
    """Numbers of one secret that stand close to each other; empty if they are too few."""
    places = sorted(
        (match.start(), number)
        for number in numbers
        for match in re.finditer(rf"(?<![\w.]){re.escape(number)}(?![\w.])", text)
    )
    for start, _ in places:
        near = sorted({number for place, number in places if start <= place <= start + NEAR})
        if len(near) >= NUMBERS_TOGETHER:
            return near
    return []


# --- what only a notebook can show -----------------------------------------------------------


def _in_notebook(released: Notebook, secrets: Secrets) -> Iterator[Finding]:
    name = released.path.name
    for cell in released.cells:
        place = f"{name}: {cell.place}"
        if cell.outputs or cell.execution_count is not None:
            sentence = "The released cell keeps an output or an execution count."
            yield Finding("stored-output", place, sentence, _REBUILD)
        for attachment in cell.attachments or {}:
            if f"attachment:{attachment}" not in cell.source:
                yield Finding(
                    "attachment-left",
                    place,
                    f"The picture {attachment} is attached, but the cell does not show it: "
                    "it may belong to the answer.",
                    "Delete the attachment in the source, and keep pictures of answers elsewhere.",
                )
    yield from _copies(released, secrets)


def _copies(released: Notebook, secrets: Secrets) -> Iterator[Finding]:
    """Given cells that hold most of a secret cell: what they show is then no common phrase."""
    for cell in released.cells:
        if cell.role not in (Role.GIVEN, Role.FREE):
            continue
        text = compact(cell.source)
        for owner, lines in secrets.cells.items():
            shown = sum(line in text for line in lines)
            if shown >= COPIED_LINES and shown >= COPIED * len(lines):
                yield Finding(
                    "copied-secret",
                    f"{released.path.name}: {cell.place}",
                    f"The cell shows {shown} of the {len(lines)} secret lines of {owner}.",
                    "A given cell goes to students as it is.",
                )
