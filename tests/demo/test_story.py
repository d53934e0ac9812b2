"""What a second run of the demo still knows of the first."""

from pathlib import Path

import pytest

from tools.demo import story
from tools.demo.story import Memory, recall, remember


def test_nothing_is_known_at_first(tmp_path: Path) -> None:
    assert recall(tmp_path / "memory.json") == Memory(checked=False, outcomes=None)


def test_what_was_done_is_not_done_again(tmp_path: Path) -> None:
    done = Memory(checked=True, outcomes=[{"student": "ada"}])
    remember(tmp_path / "memory.json", done)
    assert recall(tmp_path / "memory.json") == done


def test_other_sources_make_everything_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(tmp_path / "memory.json", Memory(checked=True))
    monkeypatch.setattr(story, "sources_digest", lambda: "other")
    assert recall(tmp_path / "memory.json") == Memory()
