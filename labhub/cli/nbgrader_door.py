"""What a course's nbgrader_config.py calls: nbgrader's door into labhub.

from labhub.cli.nbgrader_door import configure
configure(get_config(), Path(__file__).parent)
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbgrader.converters.base import BaseConverter
    from traitlets.config import Config

    from labhub.gradebook.opening import OpenCourse


def configure(config: "Config", root: Path) -> None:
    """Tell nbgrader what course.toml says, and let it grade and give feedback with labhub.

    It works in a folder without course.toml as well. A line after the call can take it back:
    `c.Labhub.autograde = False`, `c.Labhub.generate_feedback = False`; and
    `c.Labhub.sandbox = "none"` grades without a sandbox. Where the environment names a hand-in
    service, it takes the place of nbgrader's exchange directory.
    """
    from nbgrader.converters import Autograde, GenerateFeedback

    from labhub.exchange.client.configured import is_configured
    from labhub.gradebook.nbgrader_bridge import describe_course, grade, put_to_work

    describe_course(config, root)
    show_students_work_inert(config)
    put_to_work(config, "autograde", Autograde, grade)
    put_to_work(config, "generate_feedback", GenerateFeedback, give_feedback)
    if is_configured():
        hand_in_by_service(config)


def show_students_work_inert(config: "Config") -> None:
    """Let the formgrader show outputs and words without running what stands in them.

    A script in a hand-in would act in the name of whoever marks it. nbconvert cleans outputs when
    asked; nbgrader's page shows Markdown as it is, so it gets a filter that escapes HTML.
    """
    config.HTMLExporter.sanitize_html = True
    config.HTMLExporter.filters = {"markdown2html": "labhub.feedback.formgrader.inert_markdown"}


def hand_in_by_service(config: "Config", url: str = "") -> None:
    """Let nbgrader's verbs and JupyterLab's lists use the hand-in service.

    For an nbgrader_config.py of students, who have no course folder. `url` is only needed where
    the environment variable LABHUB_SERVICE_URL does not name the service.
    """
    from labhub.exchange.plugin import use_service

    use_service(config, url)


def give_feedback(converter: "BaseConverter", course: "OpenCourse") -> None:
    """Write labhub's feedback pages for what an nbgrader command asks for."""
    from labhub.feedback.writing import write_feedback
    from labhub.ids import AssignmentId

    directory = converter.coursedir
    assignment = AssignmentId(directory.assignment_id)
    for written in write_feedback(course, assignment, directory.student_id):
        if written.problem:
            converter.log.error("%s: no feedback: %s", written.student, written.problem)
        else:
            converter.log.info("%s: %d pages", written.student, len(written.files))
