"""No attack across the border earns a point, shows a test, ends or blocks the examiner."""

import gc
import resource
import time
from pathlib import Path

import pytest
import torch

from labhub.grading.model import TestStatus
from labhub.grading.wire import Channel
from tests.grading.attacks import ATTACKS, RAW
from tests.grading.boundary import IMPORTS, grade

OPEN = Path("/proc/self/fd")
_RAW_STUDENT = """
import struct
from labhub.grading.codec import encode
SOCK = CHANNEL._socket
def SEND(frame): SOCK.sendall(struct.pack("<I", len(frame)) + frame)
def f(g=None):
    SOCK.setblocking(True)
    {attack}
    import time
from pathlib import Path
    while True: time.sleep(1)
"""


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    torch.set_num_threads(1)


@pytest.mark.parametrize("attack", ATTACKS)
def test_attack_earns_nothing(attack: str) -> None:
    code, test = ATTACKS[attack]
    started = time.monotonic()
    result = grade(IMPORTS + code, test, timeout_s=3.0)
    assert result.score == 0.0, result
    assert time.monotonic() - started < 60
    assert len(result.detail) <= 20_000


@pytest.mark.parametrize("attack", RAW)
def test_bytes_that_no_honest_process_sends_end_the_test(attack: str) -> None:
    code = IMPORTS + _RAW_STUDENT.format(attack=RAW[attack])
    test = "try:\n    f(lambda: 1)\nexcept BaseException:\n    pass"
    result = grade(code, test, timeout_s=10.0)
    assert result.score == 0.0
    assert result.status in (TestStatus.ERROR, TestStatus.KILLED), result
    assert result.law in (
        "Your code disturbed the connection to the test.",
        "Your code ended the process it ran in.",
    )


def test_a_declared_class_gives_what_honest_code_could() -> None:
    """Saying to be a Module passes `isinstance`, as `class X(nn.Module): pass` does; no more."""
    code = "class X:\n    __class__ = property(lambda s: nn.Module)\nnet = X()"
    assert grade(IMPORTS + code, "assert sum(p.numel() for p in net.parameters()) == 9").score == 0


@pytest.mark.parametrize("name", ["torch:Tensor", "numpy:ndarray", "builtins:int", "pandas:Series"])
def test_no_object_can_declare_itself_a_value(name: str) -> None:
    """C code of torch trusts `isinstance(x, Tensor)` with memory."""
    from labhub.grading.border.kinds import Kind

    module, _, qualname = name.partition(":")
    assert Kind("X", 0, ((module, qualname),)).base is object


def test_descriptors_that_nobody_asked_for_do_not_stay_open() -> None:
    code = IMPORTS + (
        "import socket, os\n"
        "def f():\n"
        "    s = CHANNEL._socket\n"
        "    for _ in range(20): socket.send_fds(s, [b'\\x05\\0\\0\\0=abcd'], [0] * 8)\n"
        "    return 1\n"
    )
    before = len(list(OPEN.iterdir()))
    assert grade(code, "assert f() == 2").score == 0.0
    gc.collect()
    assert len(list(OPEN.iterdir())) <= before


@pytest.mark.slow
def test_floods_cost_the_examiner_little_memory() -> None:
    """Gigabytes printed or listed leave the examiner's peak where it was, within 400 MB."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for attack in ("prints for ever", "a list of ten million", "an array of a terabyte"):
        code, test = ATTACKS[attack]
        grade(IMPORTS + code, test, timeout_s=3.0)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400 << 10


def test_neither_source_nor_expected_value_travels(monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes to the student's process: names asked for, arguments, and nothing else."""
    frames: list[bytes] = []
    send = Channel.send_frame

    def record(self: Channel, frame: bytes, *rest: object, **named: object) -> None:
        frames.append(bytes(frame))
        send(self, frame, *rest, **named)

    monkeypatch.setattr(Channel, "send_frame", record)
    code = "expected = right = None\ndef f(x, g): return g(x)"
    test = (
        "def right(x):\n    return 'sesame' + x\n"
        "expected = right('open')\n"
        "assert f('argument', lambda x: x) == 'argument', 'a law'\n"
        "assert expected == 'sesameopen'"
    )
    assert grade(code, test).status == "passed"
    sent = b"".join(frames)
    assert b"argument" in sent
    assert b"sesame" not in sent
    assert b"law" not in sent
