"""Deceive at the border with bytes of one's own: a student's process may send what it likes."""

from tests.integrity.attacks.model import Attack, after, harmless, instead
from tests.integrity.lab import SOLUTIONS

EQUAL_HASHES = """
import sys
core = sys.modules.get("labhub.grading.codec.core")
def write(encoder, value):
    encoder.out += b"S"
    encoder.items([number * (2**61 - 1) for number in range(1, 60000)], 59999)
if core: core.WRITERS[frozenset] = write
def words(text): return frozenset()
"""

ENDLESS_RANGE = "def words(text): return range(10 ** 12)"
LONG_RANGES = "def words(text): return [range(10 ** 6)] * 1000"

SMALL_EXPONENT = """
from decimal import Decimal
def norm(v): return Decimal("1E-99999999")
"""

CARETS = """
import sys
errors = sys.modules.get("labhub.grading.border.errors")
def describe(error, *, trace):
    return (("builtins", "SyntaxError"),), ("x", ("f", 1, 1, "text", 1, 4 * 10**9)), "x", "x", {}
if errors: errors.describe = describe
def mean(xs): raise ValueError
"""

CARETS_LATER = """
import sys
errors = sys.modules.get("labhub.grading.border.errors")
def describe(error, *, trace):
    shape = {"lineno": 1, "offset": 1, "end_lineno": 1, "end_offset": 4 * 10**9, "text": "text"}
    return (("builtins", "SyntaxError"),), ("x",), "x", "x", shape
if errors: errors.describe = describe
def mean(xs): raise ValueError
"""

THOUSANDS_OF_FIELDS = """
import sys
kinds = sys.modules.get("labhub.grading.border.kinds")
class Large: pass
if kinds:
    true = kinds.describe
    def describe(thing):
        if type(thing) is not Large: return true(thing)
        return kinds.Kind("Large", 0, (), False, tuple(f"field{i}" for i in range(100_000)))
    kinds.describe = describe
def mean(xs): return Large()
"""

ANOTHER_SHAPE = """
import sys
changes = sys.modules.get("labhub.grading.border.changes")
def differences(values, before, limit_bytes=0): return [(0, np.zeros(1 << 20))]
def half(x):
    if changes: changes.differences = differences
    return x / 2
"""

LONG_COLUMN = "def half(x): return np.zeros((1 << 24, 1))"

EARLY_ANSWERS = """
import os, struct
def speak():
    import socket, threading, time
    def run():
        for _ in range(200):
            for number in range(1, 6):
                frame = struct.pack("<cI", b"=", number) + b"NNi" + bytes(8) + b"l" + bytes(4) + b"1"
                for fd in range(3, 32):
                    try: os.write(fd, struct.pack("<I", len(frame)) + frame)
                    except OSError: pass
            time.sleep(0.01)
    threading.Thread(target=run, daemon=True).start()
def mean(xs):
    speak()
    return -1.0
"""

SECOND_READER = """
import os, threading
notes = open("frames.bin", "ab")
def listen():
    import socket, time
    for _ in range(300):
        for fd in range(3, 32):
            try: end = socket.socket(fileno=os.dup(fd))
            except OSError: continue
            try: notes.write(end.recv(65536, socket.MSG_DONTWAIT | socket.MSG_PEEK)); notes.flush()
            except OSError: pass
        time.sleep(0.01)
os.register_at_fork(after_in_child=lambda: threading.Thread(target=listen, daemon=True).start())
print([open(name, "rb").read()[-4000:] for name in os.listdir(".") if name.endswith(".bin")])
"""

LETTERS = """
import json, os, socket, struct
odd = [
    {"order": n, "ok": True, "count": count, "cut": False, "left_running": 0, "outputs": [
        {"output_type": "stream", "name": "stdout", "text": "\\ud800\\x00"},
        {"output_type": "display_data", "data": {"text/html": 5, "x": float("nan")}, "metadata": {"a": [1e999]}},
        {"output_type": "execute_result", "execution_count": -5, "data": {}, "metadata": {}},
        {"output_type": "error", "ename": "", "evalue": "\\udfff", "traceback": ["x" * 100000]}]}
    for n, count in ((1, -1), (2, 10**300), (3, 10**4000))
]
for fd in range(3, 64):
    try: end = socket.socket(fileno=os.dup(fd))
    except OSError: continue
    for letter in odd:
        body = json.dumps(letter).encode()
        try: end.sendmsg([struct.pack("<I", len(body)) + body], [], socket.MSG_DONTWAIT)
        except OSError: pass
"""

LARGE_PID = """
import gc
for thing in gc.get_objects():
    if type(thing).__name__ == "Worker" and hasattr(thing, "_snapshot"):
        type(thing)._snapshot = lambda self, *a, **k: {"pid": 2 ** 70}
"""

ATTACKS: list[Attack] = [
    instead("table of equal hashes", "words", EQUAL_HASHES),
    instead("range without end", "words", ENDLESS_RANGE),
    instead("thousand long ranges", "words", LONG_RANGES),
    instead("number of a hundred million places", "norm", SMALL_EXPONENT),
    instead("error that points with four billion carets", "mean", CARETS),
    instead("error that is told to point so", "mean", CARETS_LATER),
    instead("class of a hundred thousand fields", "mean", THOUSANDS_OF_FIELDS),
    instead("argument that comes back in another shape", "half", ANOTHER_SHAPE),
    instead("column that spreads", "half", LONG_COLUMN),
    instead("answers before the questions", "mean", EARLY_ANSWERS),
    harmless("second reader of the frames", "count", SECOND_READER + SOLUTIONS["count"]),
    instead("letters in the worker's name", "mean", LETTERS),
    Attack("snapshots of impossible numbers", {"mean": LARGE_PID}, lost=("mean", *after("mean"))),
]
