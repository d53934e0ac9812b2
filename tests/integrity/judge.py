"""What became of a hostile hand-in: marks, canaries, bait, and what a reader would be shown."""

import html.parser
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry

from tests.integrity.attacks.model import EXERCISES, Attack
from tests.integrity.lab import ASSIGNMENT, BAIT_CANARY, CANARY, HIDDEN_NUMBER

SECRETS = [CANARY, HIDDEN_NUMBER, HIDDEN_NUMBER.replace(".", "_"), "73417.125"]
ACTIVE_TAGS = {"script", "iframe", "object", "embed", "form", "base", "link", "applet", "frame"}


@dataclass(frozen=True)
class Finding:
    """One thing that should not have happened."""

    student: str
    what: str


def marks(course: Path) -> dict[str, dict[str, float]]:
    """Student to exercise to points of its test, straight from the gradebook."""
    found: dict[str, dict[str, float]] = {}
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        try:
            submissions = gradebook.assignment_submissions(ASSIGNMENT)
        except MissingEntry:
            return found
        for submission in submissions:
            grades = {g.name: g.auto_score or 0.0 for n in submission.notebooks for g in n.grades}
            found[submission.student.id] = {e: grades.get(f"{e}-t1", 0.0) for e in EXERCISES}
    return found


def judge_marks(course: Path, expected: dict[str, dict[str, float]]) -> Iterator[Finding]:
    """Compares every mark with what the hand-in deserves."""
    given = marks(course)
    for student, deserved in expected.items():
        got = given.get(student, dict.fromkeys(EXERCISES, 0.0))
        for exercise in EXERCISES:
            if abs(got[exercise] - deserved[exercise]) > 1e-9:
                yield Finding(
                    student,
                    f"{exercise}: {got[exercise]:g} points, deserves {deserved[exercise]:g}",
                )


def judge_secrets(course: Path) -> Iterator[Finding]:
    """Looks for canaries in all that a student can see or that student code wrote."""
    for path in [*course.glob("feedback/*/**/*"), *course.glob("autograded/*/**/*")]:
        if not path.is_file():
            continue
        student = path.relative_to(course).parts[1]
        text = _visible_text(path)
        for secret in [*SECRETS, BAIT_CANARY]:
            if secret in text:
                yield Finding(student, f"{secret} in {path.relative_to(course)}")


def _visible_text(path: Path) -> str:
    """All of a file, but for the cells of the course in a graded notebook, which only staff see."""
    text = path.read_text(errors="replace")
    if path.suffix != ".ipynb" or "autograded" not in path.parts:
        return text
    notebook = json.loads(text)
    notebook["cells"] = [
        cell
        for cell in notebook["cells"]
        if not str(cell["metadata"].get("nbgrader", {}).get("grade_id", "")).endswith("-t1")
    ]
    return json.dumps(notebook, ensure_ascii=False)


def judge_bait(course: Path) -> Iterator[Finding]:
    """The bait is as it was, and nothing lies beside it."""
    bait = course / "bait"
    left = sorted(p.name for p in bait.iterdir()) if bait.exists() else []
    if left != ["secret.txt"] or (bait / "secret.txt").read_text() != BAIT_CANARY:
        yield Finding("(bait)", f"changed: {left}")
    if not (course / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").exists():
        yield Finding("(bait)", "the source notebook is gone")


class _ActiveContent(html.parser.HTMLParser):
    """Collects everything in a page that could act, load or cover something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ACTIVE_TAGS:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            link = (value or "").strip().lower()
            if name.startswith("on") or link.startswith(("javascript:", "vbscript:")):
                self.found.append(f"{tag} {name}")
            if name == "style" and ("position" in link or "url(" in link):
                self.found.append(f"{tag} style")
            if name == "http-equiv" and link == "refresh":
                self.found.append("refresh")
            if (
                name in {"src", "srcset", "poster", "background"}
                and link
                and not link.startswith("data:image/")
            ):
                self.found.append(f"{tag} {name}={link[:40]}")


def judge_pages(course: Path) -> Iterator[Finding]:
    """No feedback page holds anything active."""
    for path in course.glob("feedback/*/**/*.html"):
        parser = _ActiveContent()
        parser.feed(path.read_text())
        if parser.found:
            yield Finding(path.relative_to(course).parts[1], f"active content: {parser.found[:3]}")


def judge_status(statuses: dict[str, str], attacks: list[Attack]) -> Iterator[Finding]:
    """What cannot be read ended with a named status; all the rest was graded."""
    for attack in attacks:
        status = statuses.get(attack.student)
        if status is None:
            yield Finding(attack.student, "is not in the report of the run")
        elif attack.named and status == "graded":
            yield Finding(attack.student, "was graded, though it cannot be read")
        elif not attack.named and status != "graded":
            yield Finding(attack.student, f"ended as {status}, but can be graded")
