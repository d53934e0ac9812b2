"""Tests of a group stay in one process when the suite runs in several."""

import pytest


@pytest.mark.xdist_group("together")
def test_a_group_is_named_where_the_scheduler_looks(request: pytest.FixtureRequest) -> None:
    if not hasattr(request.config, "workerinput"):
        pytest.skip("all tests run in one process")
    assert request.node.nodeid.endswith("@together")


@pytest.fixture(scope="module")
def shared() -> object:
    return object()


def test_who_shares_a_fixture_of_a_module_is_in_its_group(
    request: pytest.FixtureRequest, shared: object
) -> None:
    mark = request.node.get_closest_marker("xdist_group")
    assert mark.args == ("tests/test_groups.py",)


def test_who_shares_none_is_in_no_group(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("xdist_group") is None
