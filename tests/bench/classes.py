"""The classes that are graded: hand-ins to the torch lab, to a short one and to lab 1, all different."""

import copy
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import nbformat

from labhub.authoring.checks import Mutant, read_checks
from tests.bench import short_lab, sklearn_lab, torch_lab

REPOSITORY = Path(__file__).parents[2]
LAB_1 = "lab1_feedforward"
MADE = {lab.NAME: lab for lab in (torch_lab, sklearn_lab, short_lab)}
"""Labs that are made for measuring; all others are the repository's own."""
COURSE = """
[course]
id = "bench"
title = "A class to be graded"
zone = "Europe/Stockholm"

[[assignments]]
id = "{lab}"
title = "The lab"
release = 2027-01-18T08:00:00+01:00
due = 2027-02-08T23:59:00+01:00
late_until = 2027-02-22T23:59:00+01:00
weight_percent = 100
"""


def make_course(folder: Path, lab: str, students: int) -> None:
    """Writes a course folder whose `submitted/` holds `students` hand-ins to `lab`."""
    if lab == LAB_1:
        shutil.copytree(REPOSITORY / "source" / LAB_1, folder / "source" / LAB_1)
    else:
        (folder / "source" / lab).mkdir(parents=True)
        nbformat.write(MADE[lab].source_notebook(), folder / "source" / lab / f"{lab}.ipynb")
    (folder / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "bench"\nc.ExecutePreprocessor.timeout = 120\n'
    )
    (folder / "course.toml").write_text(COURSE.format(lab=lab))
    subprocess.run(
        ["labhub", "generate-assignment", lab, "--course-dir", str(folder)],
        check=True, capture_output=True,
    )  # fmt: skip
    released = nbformat.read(folder / "release" / lab / f"{lab}.ipynb", as_version=4)
    made = (
        _lab_1_hand_ins(folder, released, students)
        if lab == LAB_1
        else MADE[lab].hand_ins(released, students)
    )
    for number, notebook in enumerate(made):
        target = folder / "submitted" / f"student{number:04d}" / lab
        target.mkdir(parents=True)
        nbformat.write(notebook, target / f"{lab}.ipynb")


def _lab_1_hand_ins(folder: Path, released: Any, students: int) -> list[Any]:
    """The reference solution with a few mutants each, as a class would hand it in."""
    source = nbformat.read(folder / "source" / LAB_1 / f"{LAB_1}.ipynb", as_version=4)
    solved = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in source.cells
        if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "code"
    }
    mutants = read_checks(REPOSITORY / "checks" / LAB_1).mutants
    made = []
    for number in range(students):
        notebook = copy.deepcopy(released)
        mistakes = _mistakes(mutants, random.Random(number)) if number else {}
        for cell in notebook.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            if grade_id in solved:
                cell.source = (
                    f"{solved[grade_id]}\n{mistakes.get(grade_id, '')}\n# hand-in {number}"
                )
        made.append(notebook)
    return made


def _mistakes(mutants: tuple[Mutant, ...], draw: random.Random) -> dict[str, str]:
    chosen = draw.sample(mutants, k=3)
    return {mutant.cell: mutant.code for mutant in chosen if not mutant.replaces}
