"""What happens to a handed-in notebook before it is graded.

`intake_submission` reads each file within bounds, finds out which notebook it is, aligns its
cells with the release, puts back what belongs to the course and takes out personal data. The
file itself is never changed.
"""

from pathlib import Path

from labhub.exchange.intake.release import (
    CourseCell,
    ReleaseCell,
    ReleaseNotebook,
    ReleaseVersion,
    release_notebook,
)
from labhub.exchange.intake.report import (
    ExtraFile,
    Fact,
    FactKind,
    Intake,
    IntakeProblem,
    NotebookIntake,
    RepairReport,
)

__all__ = [
    "CourseCell",
    "ExtraFile",
    "Fact",
    "FactKind",
    "Intake",
    "IntakeProblem",
    "NotebookIntake",
    "ReleaseCell",
    "ReleaseNotebook",
    "ReleaseVersion",
    "RepairReport",
    "intake_submission",
    "release_notebook",
]


def intake_submission(folder: Path, release: ReleaseVersion) -> Intake:
    """Read and repair one student's hand-in."""
    raise NotImplementedError
