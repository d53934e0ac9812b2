"""The demo's course: the real one, with dates around today."""

from datetime import UTC, datetime, timedelta

import pytest

from labhub.course.load import load_course, parse_course
from tools.demo.course import LAB1, REPOSITORY, for_today, in_time, set_up_course, timeline_of

TEXT = (REPOSITORY / "course.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("hour", [0, 23])
def test_lab_1_was_due_two_days_ago_and_is_still_accepted(month: int, hour: int) -> None:
    now = datetime(2027, month, 15, hour, 30, tzinfo=UTC)
    course = parse_course(for_today(TEXT, now))
    timeline = timeline_of(course)
    assert timedelta(days=1) < now - timeline.due < timedelta(days=3)
    assert in_time(course) < timeline.due
    assert now < timeline.late_until


def test_everything_but_dates_and_limits_is_the_real_course() -> None:
    real, demo = parse_course(TEXT), parse_course(for_today(TEXT, datetime.now(UTC)))
    assert [(each.id, each.title) for each in demo.assignments] == [
        (each.id, each.title) for each in real.assignments
    ]
    assert demo.assignment(LAB1).limits.cell_timeout_s == 30


def test_setting_up_again_keeps_hand_ins_and_renews_sources(tmp_path) -> None:
    now = datetime(2027, 5, 1, tzinfo=UTC)
    set_up_course(tmp_path, now)
    (tmp_path / "submitted").mkdir()
    stale = tmp_path / "source" / LAB1 / "stale.ipynb"
    stale.touch()
    course = set_up_course(tmp_path, now)
    assert (tmp_path / "submitted").is_dir()
    assert not stale.exists()
    assert load_course(tmp_path / "course.toml") == course
