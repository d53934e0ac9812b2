"""`labhub check`: proves that the tests of an assignment are fair and strong.

report = check_assignment(course_dir, "lab1", lambda: Engine(jobs=2), CheckOptions(seeds=5))
report.ok, report.summary, report.as_dict()
"""

from labhub.grading.check.reference import EngineFactory, ExamRunner
from labhub.grading.check.report import CheckReport, Progress, Stage, Step, Verdict
from labhub.grading.check.run import CheckOptions, check_assignment

__all__ = [
    "CheckOptions",
    "CheckReport",
    "EngineFactory",
    "ExamRunner",
    "Progress",
    "Stage",
    "Step",
    "Verdict",
    "check_assignment",
]
