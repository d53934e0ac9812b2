"""What a graded hand-in shows, as the store keeps it for staff and students."""

from collections.abc import Iterator, Mapping
from typing import Any

from labhub.exchange.handin.checking import title_of, titles_of
from labhub.exchange.handin.results import GradingFound, TestFound
from labhub.gradebook.graded import GradedCell, GradedHandIn, GradedNotebook
from labhub.gradebook.outcome import Outcome, Standing

NOT_COUNTED = GradingFound("not-counted")
"""Of a hand-in that lies in nobody's folder, because another one counts."""


def found_in(outcome: Outcome, graded: GradedHandIn | None) -> GradingFound:
    """What grading found in one hand-in."""
    notebooks = graded.notebooks if graded is not None else ()
    standing = Standing.GRADED if outcome.standing is Standing.UNCHANGED else outcome.standing
    problems = [(each.code, each.sentence) for each in outcome.problems]
    problems += [(p.code, p.sentence) for each in notebooks for p in each.problems]
    return GradingFound(
        standing=str(standing),
        score=outcome.score,
        max_score=outcome.max_score,
        needs_person=outcome.needs_manual_grade,
        tests=tuple(test for notebook in notebooks for test in _tests(notebook)),
        problems=tuple(dict.fromkeys(problems)),
        repairs=tuple(words for each in notebooks for words in each.repairs_for_student),
    )


def _tests(notebook: GradedNotebook) -> Iterator[TestFound]:
    titles = titles_of(notebook.metadata)
    for cell in notebook.cells:
        if cell.planned is not None and cell.planned.is_test:
            yield _test(notebook, cell, titles, cell.verdict)


def _test(
    notebook: GradedNotebook,
    cell: GradedCell,
    titles: Mapping[str, str],
    verdict: Mapping[str, Any],
) -> TestFound:
    assert cell.planned is not None, "a test is the course's"
    course = cell.planned.course
    return TestFound(
        notebook_id=notebook.notebook_id,
        grade_id=course.grade_id,
        title=title_of(course.grade_id, titles),
        status=str(verdict.get("status", "skipped")),
        score=float(verdict.get("score", 0.0)),
        points=course.points,
        law=str(verdict.get("law", "")),
        hidden=cell.planned.source.strip() != cell.planned.visible.strip(),
    )
