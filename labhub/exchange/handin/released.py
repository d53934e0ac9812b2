"""A released version, read: its notebooks as the course gave them out."""

import json
from functools import lru_cache
from pathlib import PurePosixPath

from labhub.exchange.intake.release import ReleaseVersion, release_notebook
from labhub.exchange.store.blobs import Blobs
from labhub.exchange.store.versions import Version
from labhub.ids import NotebookId

SUFFIX = ".ipynb"


@lru_cache(maxsize=64)
def read_release(blobs: Blobs, version: Version) -> ReleaseVersion:
    """The notebooks and other files of a version. Raises `BlobMissingError`."""
    notebooks = [file for file in version.files if file.path.endswith(SUFFIX)]
    return ReleaseVersion(
        version.assignment,
        tuple(
            release_notebook(
                NotebookId(PurePosixPath(file.path).stem), json.loads(blobs.read(file.sha256))
            )
            for file in notebooks
        ),
        frozenset(file.path for file in version.files if file not in notebooks),
        version.number,
    )


@lru_cache(maxsize=64)
def grade_ids(blobs: Blobs, version: Version) -> frozenset[str]:
    """The ids of all cells of a version that have a part in the grading."""
    return frozenset(
        cell.course.grade_id
        for notebook in read_release(blobs, version).notebooks
        for cell in notebook.cells
        if cell.course is not None
    )
