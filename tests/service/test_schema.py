"""The interface as it is described, tried with made-up requests: no 5xx, nothing undocumented."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
)

from labhub.service.app import create_app
from labhub.service.development_login import DevelopmentLogin
from labhub.service.settings import CoursePlace, ServiceSettings
from tests.course_folder import ASSIGNMENT
from tests.service.stand import COURSE, Stand, TestClient, make_stand

EXAMPLES = 15
THERE = {"course": COURSE, "assignment": ASSIGNMENT, "number": 1, "group": "g1"}
"""What the course has: requests that all end with 404 would try little."""

ELSEWHERE = [ignored_auth, positive_data_acceptance, negative_data_rejection]
"""Not asked here: who may what has its own test, for every role; and whether a well-formed hand-in
is taken is for the rules of the course to say."""


def operations() -> dict[str, Any]:
    chosen = ServiceSettings((CoursePlace(Path("/nowhere"), COURSE),))
    app = create_app(chosen, DevelopmentLogin(chosen, {}))
    schema = schemathesis.openapi.from_dict(app.openapi())
    return {each.ok().label: each.ok() for each in schema.get_all_operations()}


OPERATIONS = operations()


@pytest.fixture(scope="module")
def house(tiny_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    root = tmp_path_factory.mktemp("schema") / "dl"
    made = make_stand(tiny_course, root, stream_s=0.1)
    with TestClient(made.app) as client:
        made.clients[""] = client
        made.release()
        made.hand_in("ada")
        made.call("ada", "POST", f"/services/labhub/api/courses/{COURSE}/groups", json={"id": "g1"})
        yield made


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("who", ["ada", "teacher"])
@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_one_that_the_description_names(
    house: Stand, label: str, who: str, mode: GenerationMode
) -> None:
    operation = OPERATIONS[label]
    names = {each.name for each in operation.path_parameters}
    fixed = {name: value for name, value in THERE.items() if name in names}
    strategy = operation.as_strategy(mode, path_parameters=fixed)

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def tried(case: Any) -> None:
        headers = {"Authorization": f"Bearer {who}"}
        reply = case.call(base_url="http://testserver", app=house.app, headers=headers)
        case.validate_response(reply, excluded_checks=ELSEWHERE)

    with suppress(Unsatisfiable):  # nothing can be wrong with a request that has no parts
        tried()
