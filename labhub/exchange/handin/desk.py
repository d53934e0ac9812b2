"""All that handing in needs of one course: folder, database, bytes, key and clock."""

from dataclasses import dataclass

from labhub.clock import Clock, SystemClock
from labhub.course.errors import CourseFileNeededError
from labhub.course.folder import CourseFolder
from labhub.course.model import Course
from labhub.exchange.receipts.keys import ReceiptKey, ensure_key
from labhub.exchange.store.blobs import Blobs, open_blobs
from labhub.exchange.store.engine import Store, open_store
from labhub.exchange.store.events import Author


@dataclass(frozen=True)
class HandInDesk:
    """One course, open for hand-ins. May be used by several threads at once."""

    folder: CourseFolder
    course: Course
    store: Store
    blobs: Blobs
    key: ReceiptKey
    clock: Clock

    def author(self, by: str) -> Author:
        """Somebody who changes something now."""
        return Author(by, self.clock.now())

    def close(self) -> None:
        """Give the database back."""
        self.store.close()


def open_desk(folder: CourseFolder, clock: Clock | None = None, *, url: str = "") -> HandInDesk:
    """Open a course for hand-ins; the folder `store` and its key are made where they are missing.

    Raises `CourseFileNeededError`, `StoreUnreachableError`, `StoreTooNewError` or
    `ReceiptKeyError`.
    """
    if folder.course is None:
        raise CourseFileNeededError(
            f"There is no course.toml in {folder.root}.",
            hint="Write one; docs/reference/course-toml.md says how.",
        )
    blobs = open_blobs(folder.root)
    key = ensure_key(blobs.root)
    store = open_store(folder.root, url)
    return HandInDesk(folder, folder.course, store, blobs, key, clock or SystemClock())
