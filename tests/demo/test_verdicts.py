"""The summary tells what grading found, and where that is not what was deserved."""

from typing import Any

import pytest

from tools.demo.students import Deserved, HandIn
from tools.demo.verdicts import Verdict, verdicts

LOOP = {"code": "cell-timeout", "sentence": "It ran too long.", "index": 3}


def outcome(**changes: Any) -> dict[str, Any]:
    plain = {"student": "ada", "standing": "graded", "score": 3.0, "problems": []}
    return plain | {"repaired": [], "seconds_late": 0.0} | changes


def judged(deserved: Deserved, **found: Any) -> Verdict:
    hand_in = HandIn("ada", "does something", "lab1.ipynb", b"", deserved)
    [verdict] = verdicts([hand_in], [outcome(**found)])
    return verdict


@pytest.mark.parametrize(
    ("deserved", "found", "status"),
    [
        (Deserved(3.0), {}, "ok"),
        (Deserved(3.0, late=True), {"seconds_late": 60.0}, "late"),
        (Deserved(3.0, repaired=True), {"repaired": ["lab1"]}, "repaired"),
        (Deserved(2.0, problem="cell-timeout"), {"score": 2.0, "problems": [LOOP]}, "cell-timeout"),
        (
            Deserved(0.0, refused="not-json"),
            {"standing": "refused", "score": 0.0, "problems": [LOOP | {"code": "not-json"}]},
            "not-json",
        ),
    ],
)
def test_what_was_deserved_and_found_is_no_mistake(
    deserved: Deserved, found: dict[str, Any], status: str
) -> None:
    verdict = judged(deserved, **found)
    assert verdict.mistakes == ()
    assert verdict.status == status


@pytest.mark.parametrize(
    ("found", "word"),
    [
        ({"score": 2.0}, "points"),
        ({"seconds_late": 1.0}, "late"),
        ({"repaired": ["lab1"]}, "repaired"),
        ({"problems": [LOOP]}, "problems"),
        ({"standing": "refused", "problems": [LOOP]}, "refused"),
    ],
)
def test_every_difference_is_named(found: dict[str, Any], word: str) -> None:
    mistakes = judged(Deserved(3.0), **found).mistakes
    assert any(mistake.startswith(f"ada: {word} ") for mistake in mistakes)


def test_the_sentence_is_the_one_that_the_student_reads() -> None:
    assert judged(Deserved(3.0), problems=[LOOP]).sentence == "It ran too long."
