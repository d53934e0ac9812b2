"""Where a notebook's outputs were when the Hub last saw them: a record that the Hub signs.

A server shows the hash of its notebook's outputs with its own token; the Hub adds what it knows
itself (who, which lab, host, GPU, times) and signs it with Ed25519, as receipts are signed. It
proves where that server ran. It does not prove who typed, nor that the outputs were computed and
not pasted: see docs/explanation/run-records.md.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from labhub.errors import LabhubError

if TYPE_CHECKING:
    from labhub.exchange.receipts.keys import ReceiptKey

FORMAT = "labhub-run-record-1"
FILE = "run-record.json"
"""Its name beside the notebook."""


class RunRecordUnreadableError(LabhubError):
    """The file is no run record."""

    code = "run-record-unreadable"
    http_status = 422


class RunRecordInvalidError(LabhubError):
    """The run record was changed, or another Hub signed it."""

    code = "run-record-invalid"
    http_status = 422


@dataclass(frozen=True)
class RunRecord:
    """What the Hub knows of a server, and the outputs that the server showed. All is signed."""

    student: str
    course: str
    assignment: str
    notebook: str
    """Name of the file."""
    outputs: str
    """SHA-256 of the notebook's outputs, see `outputs_digest`."""
    host: str
    gpu: str
    """Which GPU the server had; empty: none."""
    job: str
    """Its number in Slurm; empty where there is no Slurm."""
    began_at: datetime
    """When the server began."""
    seen_at: datetime
    """When it showed these outputs."""
    key: str = ""
    """The fingerprint of the key that signed it."""
    signature: str = ""
    """Base64."""

    @property
    def text(self) -> str:
        """The record as it lies in its file."""
        return _canonical({**self._content(), "signature": self.signature})

    def signed(self, key: "ReceiptKey") -> "RunRecord":
        """The record with its signature."""
        unsigned = RunRecord(**{**vars(self), "key": key.fingerprint, "signature": ""})
        signature = key.sign(_canonical(unsigned._content()).encode())
        return RunRecord(**{**vars(unsigned), "signature": base64.b64encode(signature).decode()})

    def _content(self) -> dict[str, Any]:
        content = {**asdict(self), "format": FORMAT}
        del content["signature"]
        times = {name: content[name].isoformat() for name in ("began_at", "seen_at")}
        return {**content, **times}


def outputs_digest(notebook: Mapping[str, Any]) -> str:
    """SHA-256 over the outputs of all code cells, in their order, with the cells' ids.

    The numbers of executions and the way in which texts are cut into lines make no difference.
    """
    return hashlib.sha256(_canonical(list(_outputs(notebook))).encode()).hexdigest()


def _outputs(notebook: Mapping[str, Any]) -> Iterator[list[Any]]:
    for cell in notebook.get("cells", ()):
        if cell.get("cell_type") == "code":
            marks = cell.get("metadata", {}).get("nbgrader", {})
            name = marks.get("grade_id") or cell.get("id", "")
            yield [name, [_plain(output) for output in cell.get("outputs", ())]]


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, dict):
        dropped = ("execution_count", "metadata")
        return {key: _plain(each) for key, each in value.items() if key not in dropped}
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return "".join(value)
    return [_plain(each) for each in value] if isinstance(value, list) else value


def read(text: str | bytes) -> RunRecord:
    """The record of a text, its signature not checked. Raises RunRecordUnreadableError."""
    try:
        data = json.loads(text)
        if data.pop("format") != FORMAT:
            raise ValueError("another format")  # noqa: TRY301 - one place for all that can be wrong
        times = {name: datetime.fromisoformat(data[name]) for name in ("began_at", "seen_at")}
        if not all(isinstance(value, str) for value in data.values()):
            raise TypeError("values that are no texts")  # noqa: TRY301
        return RunRecord(**{**data, **times})
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise RunRecordUnreadableError(
            f"This is no run record ({error}).", hint=f"Expected the file {FILE} of a hand-in."
        ) from None


def verify(text: str | bytes, public_pem: str) -> RunRecord:
    """The record of a text, when the Hub with this key has signed it.

    Raises RunRecordUnreadableError, RunRecordInvalidError or ReceiptKeyError.
    """
    from labhub.exchange.receipts.keys import fingerprint_of, is_signed

    record = read(text)
    if record.key != fingerprint_of(public_pem):
        raise RunRecordInvalidError(
            f"The key {record.key} signed this record, not the Hub's {fingerprint_of(public_pem)}.",
            hint="Take the public key of the Hub that the lab ran on.",
        )
    if not is_signed(_canonical(record._content()).encode(), record.signature, public_pem):
        raise RunRecordInvalidError(
            "The signature does not belong to this record: it was changed after it was given.",
            hint="Ask the student to save the notebook on the Hub again, and to hand in anew.",
        )
    return record


def _canonical(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
