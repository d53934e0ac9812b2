"""What is checked in under release/ is what a fresh build makes."""

from pathlib import Path

import pytest

from labhub.authoring.release import trial_build

REPOSITORY = Path(__file__).parents[2]
LABS = sorted(path.name for path in (REPOSITORY / "source").iterdir() if path.is_dir())


@pytest.mark.parametrize("lab", LABS)
def test_the_student_version_equals_a_fresh_build(lab):
    with trial_build(REPOSITORY, lab) as trial:
        assert trial.changes == ()
