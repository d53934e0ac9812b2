"""Run records: signed by the Hub, about one server and one notebook, and honest about the rest."""

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tornado import web
from typer.testing import CliRunner

from labhub.cli.errors import BadWordsError
from labhub.exchange.receipts.keys import ReceiptKey, ensure_key
from labhub.hub import runrecord_lab
from labhub.hub.runrecord import (
    FILE,
    RunRecord,
    RunRecordInvalidError,
    RunRecordUnreadableError,
    outputs_digest,
    verify,
)
from labhub.hub.runrecord_check import look_at_run
from labhub.hub.runrecord_hub import key_in, shown

NOW = datetime(2026, 12, 3, 13, 30, tzinfo=UTC)


def notebook(text: Any = "0.93\n", *, count: int = 7) -> dict[str, Any]:
    output = {"output_type": "stream", "name": "stdout", "text": text}
    result = {"output_type": "execute_result", "data": {"text/plain": "1"}, "metadata": {}}
    why = {"cell_type": "markdown", "id": "a0", "metadata": {}, "source": "Why"}
    code = {
        "cell_type": "code",
        "id": "a1",
        "execution_count": count,
        "metadata": {"nbgrader": {"grade_id": "l3e04-cnn"}},
        "source": "train()",
        "outputs": [output, {**result, "execution_count": count}],
    }
    return {"cells": [why, code], "nbformat": 4}


@pytest.fixture
def key(tmp_path: Path) -> ReceiptKey:
    (tmp_path / "key").mkdir()
    return ensure_key(tmp_path / "key")


@pytest.fixture
def record(key: ReceiptKey) -> RunRecord:
    return RunRecord(
        student="ada",
        course="dl",
        assignment="lab3",
        notebook="lab3.ipynb",
        outputs=outputs_digest(notebook()),
        host="gpu1",
        gpu="gpu:a100:1(IDX:0)",
        job="17",
        began_at=NOW - timedelta(hours=1),
        seen_at=NOW,
    ).signed(key)


@pytest.fixture
def hand_in(tmp_path: Path, record: RunRecord) -> Path:
    folder = tmp_path / "submitted" / "ada" / "lab3"
    folder.mkdir(parents=True)
    (folder / "lab3.ipynb").write_text(json.dumps(notebook()))
    (folder / FILE).write_text(record.text)
    return folder


def test_a_record_is_what_the_hub_has_signed(record: RunRecord, key: ReceiptKey) -> None:
    assert verify(record.text, key.public_pem) == record


@pytest.mark.parametrize(
    "change",
    [
        {"student": "bob"},
        {"host": "gpu2"},
        {"gpu": ""},
        {"outputs": "0" * 64},
        {"seen_at": NOW + timedelta(days=1)},
        {"signature": "AAAA"},
        {"signature": "not base64"},
    ],
)
def test_a_changed_record_is_found_out(
    record: RunRecord, key: ReceiptKey, change: dict[str, Any]
) -> None:
    with pytest.raises(RunRecordInvalidError, match="changed"):
        verify(replace(record, **change).text, key.public_pem)


def test_another_hubs_record_is_found_out(record: RunRecord, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with pytest.raises(RunRecordInvalidError, match="signed this record"):
        verify(record.text, ensure_key(tmp_path / "other").public_pem)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "labhub-receipt-1"}', "\xff"])
def test_something_else_is_no_record(text: str, key: ReceiptKey) -> None:
    with pytest.raises(RunRecordUnreadableError):
        verify(text, key.public_pem)


def test_only_outputs_count() -> None:
    assert outputs_digest(notebook(count=8)) == outputs_digest(notebook())
    assert outputs_digest(notebook(["0.9", "3\n"])) == outputs_digest(notebook())
    assert outputs_digest(notebook("0.94\n")) != outputs_digest(notebook())


def test_a_ta_sees_where_a_hand_in_was_run(hand_in: Path, key: ReceiptKey) -> None:
    verdict = look_at_run(hand_in, "lab3", ["ada"], key.public_pem)
    assert verdict.on_campus
    assert verdict.words.startswith("Run on campus: gpu1, GPU gpu:a100:1(IDX:0), job 17, ")


def test_each_misfit_has_a_sentence(hand_in: Path, key: ReceiptKey, record: RunRecord) -> None:
    def words(*students: str, assignment: str = "lab3") -> str:
        verdict = look_at_run(hand_in, assignment, students, key.public_pem)
        assert not verdict.on_campus
        return verdict.words

    assert "ada's, who is not in this hand-in" in words("bob", "cyd")
    assert "one of lab3, not of lab2" in words("ada", assignment="lab2")
    (hand_in / "lab3.ipynb").write_text(json.dumps(notebook("0.99\n")))
    assert "outputs were changed" in words("ada")
    (hand_in / "lab3.ipynb").unlink()
    assert "which is not in this hand-in" in words("ada")
    (hand_in / FILE).write_text(record.text.replace("gpu1", "gpu9"))
    assert "changed after it was given" in words("ada")
    (hand_in / FILE).unlink()
    assert "No run record" in words("ada")


def test_a_run_without_a_gpu_is_not_a_run_on_campus(
    hand_in: Path, key: ReceiptKey, record: RunRecord
) -> None:
    (hand_in / FILE).write_text(replace(record, gpu="").signed(key).text)
    verdict = look_at_run(hand_in, "lab3", ["ada"], key.public_pem)
    assert (verdict.on_campus, "without a GPU" in verdict.words) == (False, True)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"notebook": "lab3.ipynb"},
        {"notebook": "lab3.ipynb", "outputs": "x" * 64},
        {"notebook": "../lab3.ipynb", "outputs": "0" * 64},
        {"notebook": "lab3\n.ipynb", "outputs": "0" * 64},
        {"notebook": "a" * 300 + ".ipynb", "outputs": "0" * 64},
        {"notebook": 3, "outputs": "0" * 64},
    ],
)
def test_the_hub_signs_no_other_text_of_a_student(body: object) -> None:
    with pytest.raises(web.HTTPError):
        shown(body)


def test_the_hubs_key_is_its_own(tmp_path: Path) -> None:
    assert key_in(tmp_path).fingerprint == key_in(tmp_path).fingerprint
    assert (tmp_path / "run-records").stat().st_mode & 0o777 == 0o700


def test_a_save_writes_a_record_when_outputs_have_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        runrecord_lab, "ask_hub", lambda name, digest: asked.append(digest) or f"signed {name}"
    )
    monkeypatch.setenv("LABHUB_RUN_RECORD", "1")
    path = tmp_path / "lab3.ipynb"
    recorder = runrecord_lab.Recorder(logging.getLogger("test"))
    for text in ("0.93\n", "0.93\n", "0.94\n"):
        path.write_text(json.dumps(notebook(text)))
        recorder.saved(model={"type": "notebook"}, os_path=str(path))
        recorder.saved(model={"type": "file"}, os_path=str(path))
    recorder.worker.shutdown(wait=True)
    assert (tmp_path / FILE).read_text() == "signed lab3.ipynb"
    assert asked[-1] == outputs_digest(notebook("0.94\n"))
    assert len(asked) <= 2


def test_a_lab_without_a_gpu_and_a_silent_hub_stop_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "lab3.ipynb"
    path.write_text(json.dumps(notebook()))
    monkeypatch.setenv("JUPYTERHUB_API_URL", "http://127.0.0.1:9/hub/api")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "t")
    monkeypatch.delenv("LABHUB_RUN_RECORD", raising=False)
    recorder = runrecord_lab.Recorder(logging.getLogger("test"))
    recorder.saved(model={"type": "notebook"}, os_path=str(path))
    monkeypatch.setenv("LABHUB_RUN_RECORD", "1")
    recorder.saved(model={"type": "notebook"}, os_path=str(path))
    recorder.worker.shutdown(wait=True)
    assert len(caplog.records) == 1
    assert not (tmp_path / FILE).exists()


def test_a_ta_asks_for_a_whole_lab(hand_in: Path, key: ReceiptKey, tmp_path: Path) -> None:
    import typer

    from labhub.cli.runrecord import verify_run

    app = typer.Typer()
    app.command()(verify_run)
    pem = tmp_path / "hub.pem"
    pem.write_text(key.public_pem)
    words = ["lab3", "--key", str(pem), "--course-dir", str(tmp_path)]
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1].startswith("ada\tyes\tRun on campus: gpu1")
    (hand_in / FILE).unlink()
    assert CliRunner().invoke(app, words, catch_exceptions=False).exit_code == 1
    with pytest.raises(BadWordsError):
        CliRunner().invoke(app, ["lab3", "--key", str(tmp_path / "no")], catch_exceptions=False)
