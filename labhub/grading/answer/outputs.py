"""What a cell shows, collected as nbformat 4 outputs in the order in which it appeared.

File descriptors 1 and 2 lead to files in memory: nothing that writes there can block, and before
each output made in Python what lies in the files is taken over, so that `print`, `!ls` and a
subprocess keep their order.
"""

import base64
import io
import json
import os
import tempfile
from collections.abc import Mapping
from typing import Any

Output = dict[str, Any]

_CUT = "\n[The output was cut here: a cell may show at most {limit:,} bytes.]\n"
_ENTRY_BYTES = 100
"""What one more output costs beside its content, so that a million empty ones are bounded too."""


class Outputs:
    """The outputs of the cell that runs, at most `limit_bytes` of them."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.cut = False
        self._all: list[Output] = []
        self._texts: list[str] = []
        self._left = limit_bytes
        self._clear_later = False
        self._by_display_id: dict[str, list[Output]] = {}
        self._files: dict[str, _Tail] = {}

    def watch(self, name: str, descriptor: int) -> None:
        """Lead `descriptor` to a file whose text joins the stream `name`."""
        self._files[name] = _Tail(descriptor)

    def start(self) -> None:
        """Forget everything: a new cell begins."""
        self._take_files()
        self._all, self._texts, self._by_display_id = [], [], {}
        self._left, self.cut, self._clear_later = self.limit_bytes, False, False
        for file in self._files.values():
            file.start()

    def finish(self) -> list[Output]:
        """All outputs since `start`."""
        self._take_files()
        self._close_stream()
        return self._all

    def write(self, name: str, text: str) -> None:
        """Text that Python code wrote to the stream `name`."""
        self._take_files()
        self._write(name, text)

    def add(self, output: Output, display_id: str | None = None) -> None:
        """A display, a result or an error."""
        self._take_files()
        self._clear_if_asked()
        output, size = _plain(output)
        if not self._spend(size):
            return
        self._close_stream()
        self._all.append(output)
        if display_id is not None:
            self._by_display_id.setdefault(display_id, []).append(output)

    def update(self, display_id: str, data: Mapping[str, Any], metadata: Mapping[str, Any]) -> None:
        """Show something else wherever `display_id` is shown in this cell."""
        new, size = _plain({"data": dict(data), "metadata": dict(metadata)})
        if self._spend(size):
            for output in self._by_display_id.get(display_id, ()):
                output.update(new)

    def clear(self, *, wait: bool) -> None:
        """Drop what was shown, now or when the next output comes."""
        self._take_files()
        if wait:
            self._clear_later = True
        else:
            self._drop()

    def _drop(self) -> None:
        self._all, self._texts, self._by_display_id = [], [], {}
        self._left, self.cut = self.limit_bytes, False

    def _clear_if_asked(self) -> None:
        if self._clear_later:
            self._clear_later = False
            self._drop()

    def _write(self, name: str, text: str) -> None:
        if not text:
            return
        self._clear_if_asked()
        if len(text) > self._left:
            self._open_stream(name).append(text[: self._left])
            self._spend(len(text))
        elif self._spend(len(text)):
            self._open_stream(name).append(text)

    def _spend(self, size: int) -> bool:
        if size <= self._left:
            self._left -= size
            return True
        self._left = 0
        if not self.cut:
            self.cut = True
            self._open_stream("stderr").append(_CUT.format(limit=self.limit_bytes))
        return False

    def _open_stream(self, name: str) -> list[str]:
        last = self._all[-1] if self._all else None
        if last is None or last["output_type"] != "stream" or last["name"] != name:
            self._close_stream()
            self._all.append({"output_type": "stream", "name": name, "text": ""})
        return self._texts

    def _close_stream(self) -> None:
        if self._texts:
            self._all[-1]["text"] += "".join(self._texts)
            self._texts = []

    def _take_files(self) -> None:
        for name, file in self._files.items():
            if text := file.take(self._left):
                self._write(name, text)


class _Tail:
    """A file that a descriptor leads to, read from where we stopped last."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._file = -1
        self._position = 0
        self.start()

    def start(self) -> None:
        self._position = 0
        try:
            os.ftruncate(self._file, 0)
        except OSError:  # the first time, or a cell closed every descriptor it could find
            kind = os.O_TMPFILE | os.O_RDWR | os.O_APPEND
            self._file = os.open(tempfile.gettempdir(), kind, 0o600)
        os.dup2(self._file, self._descriptor)

    def take(self, most: int) -> str:
        try:
            new = os.fstat(self._file).st_size - self._position
            if new <= 0:
                return ""
            raw = os.pread(self._file, min(new, most + 1), self._position)
        except OSError:
            return ""
        self._position += new
        return raw.decode("utf-8", "replace")


class CapturedStream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` of a cell."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, outputs: Outputs, name: str, descriptor: int) -> None:
        self._outputs, self._name, self._descriptor = outputs, name, descriptor

    @property
    def name(self) -> str:
        """As `sys.stdout.name` in a kernel: `<stdout>`."""
        return f"<{self._name}>"

    def writable(self) -> bool:
        """Always."""
        return True

    def isatty(self) -> bool:
        """Never: programs then leave out their progress bars' tricks."""
        return False

    def fileno(self) -> int:
        """The descriptor that programs started by the cell write to."""
        return self._descriptor

    def write(self, text: str) -> int:
        """Keep `text` as output of the cell."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        self._outputs.write(self._name, text)
        return len(text)


def encoded(data: Mapping[str, Any]) -> dict[str, Any]:
    """A mime bundle whose bytes are base64, as nbformat wants them."""
    return {
        kind: base64.encodebytes(value).decode("ascii")
        if isinstance(value, bytes | bytearray)
        else value
        for kind, value in data.items()
    }


def _plain(output: Output) -> tuple[Output, int]:
    """`output` as plain JSON that nobody can change later, and its size in bytes."""
    try:
        text = json.dumps(output, default=repr)
    except (TypeError, ValueError, RecursionError):
        text = json.dumps({**output, "data": {"text/plain": "<an output that is not JSON>"}})
    plain: Output = json.loads(text)
    return plain, len(text) + _ENTRY_BYTES
