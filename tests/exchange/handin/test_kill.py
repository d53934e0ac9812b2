"""kill -9 in the middle of handing in: every receipt that was given is there, byte for byte."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from labhub.exchange.handin import release_version
from labhub.exchange.handin.verifying import verify_store
from labhub.exchange.receipts import verify
from labhub.exchange.store.submissions import receipt_text, submissions
from tests.exchange.handin.counter import desk_of, give, write_course

ROOT = Path(__file__).parents[3]
ROUNDS = (0.03, 0.11, 0.4)
"""Seconds after the first receipt at which the process is killed."""

HANDS_IN = """
import sys
from pathlib import Path
from tests.exchange.handin.counter import desk_of, give
desk = desk_of(Path(sys.argv[1]), sys.argv[2])
for number in range(100_000):
    given = give(desk, f"s{number % 7}", f"# {sys.argv[3]} {number}".encode() * 2000)
    print(given.receipt.text, flush=True)
"""


@pytest.mark.slow
def test_no_receipt_is_lost_and_no_half_record_kept(tmp_path: Path, url: str) -> None:
    root = write_course(tmp_path / "course")
    desk = desk_of(root, url)
    release_version(desk, "teacher", "lab1")
    desk.close()
    given: list[str] = []
    for number, after_s in enumerate(ROUNDS):
        command = [sys.executable, "-c", HANDS_IN, str(root), url, f"round {number}"]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            given.append(process.stdout.readline().strip())
            time.sleep(after_s)
            process.send_signal(signal.SIGKILL)
            given += [line.strip() for line in process.stdout if line.endswith("\n")]
    desk = desk_of(root, url)
    try:
        assert list(desk.blobs.partial.iterdir()) == []
        assert verify_store(desk).findings == ()
        with desk.store.reading() as db:
            kept = submissions(db)
            for text in given:
                receipt = verify(text, desk.key.public_pem)
                assert receipt_text(db, receipt.submission) == text
        assert len(given) <= len(kept) <= len(given) + len(ROUNDS)
        assert give(desk, "s0").is_new
    finally:
        desk.close()
