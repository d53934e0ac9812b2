"""The warm parent: what it loads, how it forks, and that nothing malformed ends it."""
# ruff: noqa: E501 - cells are written as a student would write them

import os
import select
import subprocess
import sys
from collections.abc import Iterator

import pytest

from labhub.grading import warm
from labhub.grading.engine import Engine
from labhub.grading.mail import Letter, Mailbox
from labhub.grading.model import Limits
from tests.grading.exams import cell, exam, grade, split, text

pytestmark = pytest.mark.xdist_group("engine")


def test_modules_that_are_not_installed_are_skipped():
    loaded, missing = warm.preload(["json", "no_such_module_at_all"])
    assert "json" in loaded
    assert "ModuleNotFoundError" in missing["no_such_module_at_all"]


def test_every_fork_has_what_notebooks_import_and_one_thread(engine: Engine):
    source = (
        "import sys, os\n"
        "print('torch' in sys.modules, 'matplotlib.pyplot' in sys.modules,\n"
        "      sys.modules['torch'].get_num_threads(), len(os.listdir('/proc/self/task')),\n"
        "      sys.modules['torch'].cuda.is_initialized())"
    )
    assert text(cell(grade(engine, source), 0)) == "True True 1 1 False\n"


def test_what_only_some_notebooks_import_is_imported_when_one_asks(engine: Engine):
    source = "import sys; loaded = 'pandas' in sys.modules\nimport pandas\nloaded"
    assert text(cell(grade(engine, source), 0)) == "True"


def test_a_fork_starts_with_an_empty_namespace(engine: Engine):
    source = "sorted(name for name in globals() if not name.startswith('_'))"
    shown = text(cell(grade(engine, source), 0))
    assert shown == "['In', 'Out', 'exit', 'get_ipython', 'open', 'quit']"


@pytest.mark.slow
def test_no_test_is_in_the_memory_that_answers_are_forked_from(engine: Engine):
    canary = "CANARY" + "7f3a"
    list(engine.run([("x", exam("a = 1", split(f"assert a == 1, '{canary}'")))]))
    source = (
        "import re\n"
        "mark = b'CANARY' + b'7f3a'; found = 0\n"
        "for line in open('/proc/self/maps'):\n"
        "    span, rights, *rest = line.split()\n"
        "    if not rights.startswith('rw') or '[v' in line: continue\n"
        "    start, end = (int(x, 16) for x in span.split('-'))\n"
        "    with open('/proc/self/mem', 'rb', 0) as memory:\n"
        "        try:\n"
        "            memory.seek(start); found += memory.read(end - start).count(mark)\n"
        "        except (OSError, OverflowError, ValueError): pass\n"
        "print(found)"
    )
    limits = Limits(submission_timeout_s=200, cell_timeout_s=100)
    assert (
        int(text(cell(grade(engine, source, limits=limits), 0))) < 4
    )  # the bytes that this cell itself makes


class TestForkServer:
    @pytest.fixture
    def server(self) -> Iterator[Mailbox]:
        """A fork server in a process of its own; children write their letter's word to their fd."""
        ours, theirs = Mailbox.pair()
        code = (
            "import os\n"
            "from labhub.grading.forkserver import ForkServer, Role\n"
            "from labhub.grading.mail import Mailbox\n"
            "def speak(letter, fds): os.write(fds[0], letter['word'].encode())\n"
            "def fail(letter, fds): raise RuntimeError('as asked')\n"
            "def count(letter, fds): os.write(fds[0], str(len(os.listdir('/proc/self/fd'))).encode())\n"
            f"box = Mailbox.of_fd({theirs.fileno()})\n"
            "roles = {'speak': Role(speak, descriptors=range(1, 2)), 'fail': Role(fail), 'count': Role(count)}\n"
            "ForkServer(box, roles, lambda letter: {'echo': letter['say']}).serve()\n"
        )
        child = subprocess.Popen(
            [sys.executable, "-c", code], pass_fds=[theirs.fileno()], stderr=subprocess.DEVNULL
        )
        theirs.close()
        yield ours
        ours.close()
        assert child.wait(10) == 0

    def hear(self, server: Mailbox) -> tuple[Letter, list[int]]:
        return server.receive_with_fds(timeout_s=10)

    def test_forks_and_tells_how_the_child_ended(self, server: Mailbox):
        reader, writer = os.pipe()
        server.send({"fork": 1, "role": "speak", "word": "hello"}, [writer])
        os.close(writer)
        forked, [pidfd] = self.hear(server)
        assert forked == {"forked": 1}
        assert os.read(reader, 100) == b"hello"
        assert select.select([pidfd], [], [], 10)[0]
        ended, _ = self.hear(server)
        assert (ended["ended"], ended["code"]) == (1, 0)
        assert ended["cpu_s"] >= 0
        os.close(pidfd)
        os.close(reader)

    def test_a_child_that_fails_ends_alone(self, server: Mailbox):
        server.send({"fork": 2, "role": "fail"})
        _, [pidfd] = self.hear(server)
        os.close(pidfd)
        assert self.hear(server)[0]["code"] == 1

    def test_a_child_has_its_own_descriptors_only(self, server: Mailbox):
        reader, writer = os.pipe()
        server.send({"fork": 3, "role": "count"}, [writer])
        os.close(writer)
        _, [pidfd] = self.hear(server)
        os.close(pidfd)
        assert os.read(reader, 10) == b"5"  # three streams, the pipe, and the listing itself
        assert self.hear(server)[0]["code"] == 0
        os.close(reader)

    @pytest.mark.parametrize(
        "letter",
        [
            {"fork": 4, "role": "no such role"},
            {"fork": 5},
            {"fork": "six", "role": "fail"},
            {"fork": 7, "role": "speak"},
            {"fork": 8, "role": ["x"]},
            {"say nothing": True},
        ],
    )
    def test_malformed_requests_are_refused(self, server: Mailbox, letter: Letter):
        server.send(letter)
        refused, _ = self.hear(server)
        assert refused["refused"] == letter.get("fork")
        assert refused["why"]
        server.send({"say": "still here"})
        assert self.hear(server)[0] == {"echo": "still here"}

    def test_bytes_that_are_no_letter_end_nothing(self, server: Mailbox):
        os.write(server.fileno(), b"\x02\x00\x00\x00[]")
        assert self.hear(server)[0]["refused"] is None
        server.send({"say": "still here"})
        assert self.hear(server)[0] == {"echo": "still here"}


def test_descriptors_are_closed_but_for_a_few():
    code = (
        "import os\nfrom labhub.grading.forkserver import close_all_but\n"
        "a, b = os.pipe(); c, d = os.pipe(); close_all_but([b])\n"
        "print(sorted(int(f) for f in os.listdir('/proc/self/fd') if os.path.exists(f'/proc/self/fd/{f}')) == [0, 1, 2, b])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "True\n", done.stderr


class TestMail:
    def test_letters_and_descriptors_arrive(self):
        one, two = Mailbox.pair()
        with one, two:
            one.send({"a": 1, "text": "é\ud800"})
            assert two.receive() == {"a": 1, "text": "é\ud800"}
            one.send({"b": 2}, [0])
            letter, [copy] = two.receive_with_fds()
            assert letter == {"b": 2}
            assert not os.get_inheritable(copy)
            os.close(copy)

    def test_half_a_letter_waits_for_the_rest(self):
        one, two = Mailbox.pair()
        with one, two:
            raw = b'\x07\x00\x00\x00{"a":1}'
            os.write(one.fileno(), raw[:6])
            with pytest.raises(TimeoutError):
                two.receive(timeout_s=0.02)
            os.write(one.fileno(), raw[6:])
            assert two.receive(timeout_s=1) == {"a": 1}

    @pytest.mark.parametrize(
        ("raw", "says"),
        [
            (b"\xff\xff\xff\xff", "at most"),
            (b"\x02\x00\x00\x00[]", "JSON object"),
            (b"\x02\x00\x00\x00{{", "Expecting"),
            (b"\xa0\x86\x01\x00" + b"[" * 100_000, "nested"),
        ],
    )
    def test_malformed_letters_are_value_errors(self, raw: bytes, says: str):
        one, two = Mailbox.pair()
        with one, two:
            os.write(one.fileno(), raw)
            with pytest.raises(ValueError, match=says):
                two.receive(timeout_s=1)

    def test_the_end_is_an_end_of_file(self):
        one, two = Mailbox.pair()
        one.close()
        with two, pytest.raises(EOFError):
            two.receive()
        one.close()
        assert one.fileno() == -1

    def test_a_full_mailbox_is_a_timeout(self):
        one, two = Mailbox.pair()
        with one, two, pytest.raises(TimeoutError):
            one.send({"x": "y" * (8 << 20)}, timeout_s=0.05)
