"""The promise of a receipt, on a small scale: kill -9 twice while a class hands in."""

from pathlib import Path

import pytest

from tests.bench.handins import holds, measure


@pytest.mark.slow
def test_what_has_a_receipt_is_there_byte_for_byte_and_once_although_the_service_is_killed(
    tmp_path: Path,
) -> None:
    outcome = measure(tmp_path, hand_ins=60, clients=12, kills=2, size_bytes=300_000)
    assert outcome.kills == 2
    assert len(outcome.verified) == 60
    assert (outcome.lost, outcome.twice) == ([], [])
    assert holds(outcome)
    log = (tmp_path / "service.log").read_text()
    assert "Bearer" not in log
