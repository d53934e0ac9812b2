"""The addresses of the pages, in one place."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

import labhub

HTMX = Path(labhub.__file__).parents[1] / "node_modules/htmx.org/dist/htmx.min.js"
"""Makes pages livelier where it has been installed; no page needs it."""


@dataclass(frozen=True)
class Links:
    """The addresses below the service's prefix, e.g. `/services/labhub/`."""

    prefix: str

    def courses(self) -> str:
        """My courses."""
        return self.prefix

    def course(self, course: str) -> str:
        """My assignments in a course."""
        return f"{self.prefix}{quote(course)}/"

    def assignment(self, course: str, assignment: str, action: str = "") -> str:
        """One assignment, or what can be done to it."""
        return f"{self.course(course)}{quote(assignment)}/{action}"

    def receipt(self, course: str, submission: int) -> str:
        """The receipt of a hand-in, to print."""
        return f"{self.course(course)}receipts/{submission}"

    def feedback(self, course: str, submission: int, file: str = "") -> str:
        """The feedback on a hand-in."""
        return f"{self.course(course)}feedback/{submission}/{quote(file)}"

    def group(self, course: str, action: str = "") -> str:
        """My group, or what can be done to it."""
        return f"{self.course(course)}group" + (f"/{action}" if action else "")

    def token(self, course: str) -> str:
        """A token for handing in from elsewhere."""
        return f"{self.course(course)}token"

    def staff(self, course: str, rest: str = "") -> str:
        """The pages of the staff."""
        return f"{self.course(course)}staff/{rest}"

    def staff_assignment(self, course: str, assignment: str, action: str = "") -> str:
        """One assignment as the staff see it, or what they can do to it."""
        return self.staff(course, f"assignments/{quote(assignment)}/{action}")

    def marking(self, course: str, assignment: str, *rest: str) -> str:
        """Where answers are marked by hand."""
        steps = "".join(f"{quote(step)}/" for step in (assignment, *rest))
        return self.staff(course, f"marking/{steps}")

    def logout(self) -> str:
        """The way out."""
        return f"{self.prefix}logout"

    def language(self) -> str:
        """Where a visitor chooses a language."""
        return f"{self.prefix}language"

    def api(self, rest: str) -> str:
        """An address of the REST interface."""
        return f"{self.prefix}api/{rest}"

    def static(self, name: str) -> str:
        """A file that pages load; its address changes with its content."""
        return f"{self.prefix}static/{name}?{_digest(name)}"


@cache
def static_file(name: str) -> bytes | None:
    """The content of a file that pages load; None where there is none of that name."""
    if name == HTMX.name:
        return HTMX.read_bytes() if HTMX.is_file() else None
    folder = files("labhub.service") / "static"
    found = next((each for each in folder.iterdir() if each.name == name), None)
    return found.read_bytes() if found is not None else None


@cache
def _digest(name: str) -> str:
    return hashlib.sha256(static_file(name) or b"").hexdigest()[:12]
