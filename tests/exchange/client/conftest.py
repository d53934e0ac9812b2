"""A course behind the real service, and its people as clients."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from labhub.exchange.client import Service
from labhub.exchange.client.transport import Patience
from labhub.exchange.client.workfolder import WorkFolder
from tests.course_folder import ASSIGNMENT, FULL
from tests.exchange.client.serving import serving
from tests.service.stand import COURSE, Stand, make_stand

QUICK = Patience(tries=2, first_wait_s=0.0, timeout_s=20)


@dataclass(frozen=True)
class World:
    """A running service and the folder of its course."""

    stand: Stand
    url: str

    def service(self, who: str) -> Service:
        return Service(self.url, who, patience=QUICK)

    def release(self, *, note: str = "") -> int:
        """Release what lies in the course's folder."""
        root = self.stand.root / "release" / ASSIGNMENT
        files = {path.name: path for path in sorted(root.iterdir())}
        return self.service("teacher").release(COURSE, ASSIGNMENT, files, note).number

    def change_release(self, old: str, new: str) -> None:
        """Change the words of the released notebooks, as for a newer version."""
        for path in (self.stand.root / "release" / ASSIGNMENT).glob("*.ipynb"):
            path.write_text(path.read_text().replace(old, new))


@pytest.fixture
def world(tiny_course: Path, tmp_path: Path) -> Iterator[World]:
    """Version 1 is released."""
    stand = make_stand(tiny_course, tmp_path / "dl")
    with serving(stand.app) as url:
        made = World(stand, url)
        made.release()
        yield made


@pytest.fixture
def home(tmp_path: Path) -> WorkFolder:
    """Where a student works; not fetched yet."""
    return WorkFolder(tmp_path / "home" / ASSIGNMENT)


@pytest.fixture
def answer() -> Callable[[WorkFolder], None]:
    """Writes right answers into the notebooks of a folder."""
    import nbformat

    def answer(folder: WorkFolder) -> None:
        for path in folder.notebooks():
            notebook = nbformat.read(path, as_version=4)
            for cell in notebook.cells:
                grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
                cell.source = FULL.get(grade_id, cell.source)
            nbformat.write(notebook, path)

    return answer
