"""The walls: what is visible inside, what is refused, and what each kind of abuse costs."""
# ruff: noqa: E501 - attacks are written as the lines a student would write

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from labhub.grading import problems
from labhub.grading.engine import Engine
from labhub.grading.model import CellStatus, Limits, TestStatus
from labhub.grading.process_errors import SandboxError
from labhub.grading.sandbox import (
    bubblewrap,
    cgroups,
    hugepages,
    landlock,
    namespaces,
    rlimits,
    seccomp,
    watch,
)
from labhub.grading.submission import AnswerWatch
from tests.grading.exams import SHORT, cell, check, codes, exam, grade, split, text, verdict

pytestmark = pytest.mark.xdist_group("engine")
VIEW = bubblewrap.View(
    prefixes=(Path("/srv/venv"),), packages=(Path("/srv/repo/labhub"),), data_dir=Path("/srv/data")
)


def made_command(view: bubblewrap.View = VIEW) -> list[str]:
    links: dict[str, str | None] = {"/bin": "usr/bin", "/lib": None}
    return bubblewrap.command(["prog", "-x"], view, system_links=links, settings=["/etc/localtime"])


def bindings(command: list[str]) -> dict[str, str]:
    places = [i for i, word in enumerate(command) if word == "--ro-bind"]
    return {command[i + 2]: command[i + 1] for i in places}


class TestCommand:
    def test_shows_only_what_is_needed(self):
        assert bindings(made_command()) == {
            "/usr": "/usr",
            "/lib": "/lib",
            "/etc/localtime": "/etc/localtime",
            "/srv/venv": "/srv/venv",
            "/packages/labhub": "/srv/repo/labhub",
            "/data": "/srv/data",
        }

    def test_binds_nothing_writable(self):
        assert {"--bind", "--dev-bind", "--bind-try"}.isdisjoint(made_command())

    def test_leaves_every_namespace_and_capability_behind(self):
        command = made_command()
        for word in ("user", "pid", "net", "ipc", "uts"):
            assert f"--unshare-{word}" in command
        assert command[command.index("--cap-drop") + 1] == "ALL"
        assert "--die-with-parent" in command

    def test_clears_the_environment_before_it_sets_its_own(self):
        command = made_command()
        assert command.index("--clearenv") < command.index("--setenv")

    def test_ends_with_the_program(self):
        assert made_command()[-3:] == ["--", "prog", "-x"]

    def test_has_no_data_folder_unless_there_is_one(self):
        command = made_command(replace(VIEW, data_dir=None))
        assert "/data" not in bindings(command)
        assert "NNLAB_DATA" not in command

    def test_environment_holds_nothing_of_the_graders(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("SECRET_TOKEN", "s3cret")
        values = bubblewrap.sandboxed_environment(VIEW)
        assert "SECRET_TOKEN" not in values
        assert values["NNLAB_MODE"] == "test"
        assert values["OMP_NUM_THREADS"] == "1"

    def test_this_python_needs_no_folder_twice(self):
        view = bubblewrap.view_of_this_python(["labhub"])
        for one in view.prefixes:
            assert not any(one != two and one.is_relative_to(two) for two in view.prefixes)

    def test_unknown_package_is_an_error_with_a_name(self):
        with pytest.raises(SandboxError, match="no_such_package"):
            bubblewrap.view_of_this_python(["no_such_package"])


class TestProbe:
    @pytest.fixture(autouse=True)
    def fresh(self):
        bubblewrap.ensure_bubblewrap.cache_clear()
        yield
        bubblewrap.ensure_bubblewrap.cache_clear()

    def test_says_what_to_install(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(shutil, "which", lambda name: None)
        with pytest.raises(SandboxError, match="bwrap") as caught:
            bubblewrap.ensure_bubblewrap()
        assert "--sandbox none" in caught.value.hint

    def test_says_which_settings_matter(self, monkeypatch: pytest.MonkeyPatch):
        def fail(*_: object, **__: object) -> subprocess.CompletedProcess[str]:
            return subprocess.CompletedProcess([], 1, "", "No permissions to create namespace")

        monkeypatch.setattr(subprocess, "run", fail)
        with pytest.raises(SandboxError, match="No permissions") as caught:
            bubblewrap.ensure_bubblewrap()
        assert "user.max_user_namespaces" in caught.value.hint

    def test_says_when_it_hangs(self, monkeypatch: pytest.MonkeyPatch):
        def hang(*_: object, **__: object) -> subprocess.CompletedProcess[str]:
            raise subprocess.TimeoutExpired("bwrap", 1)

        monkeypatch.setattr(subprocess, "run", hang)
        with pytest.raises(SandboxError, match="in time"):
            bubblewrap.ensure_bubblewrap()


class TestParts:
    def test_filter_exists_for_two_machines(self):
        for machine in ("x86_64", "aarch64"):
            program = seccomp.filter_program(machine)
            assert program is not None
            assert len(program) % 8 == 0
            assert len(program) // 8 < 256 * 4

    def test_filter_is_left_out_elsewhere(self):
        assert seccomp.filter_program("riscv64") is None

    def test_filter_knows_the_families_of_sockets_that_stay_inside(self):
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                seccomp.install()
                for family in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6):
                    socket.socket(family).close()
                socket.socketpair()
                with contextlib.suppress(OSError):
                    socket.socket(40, socket.SOCK_STREAM)  # AF_VSOCK: to the host of a machine
                    os._exit(2)
                code = 0
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0

    def test_landlock_hides_the_names_of_other_processes(self):
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                namespaces.forbid_new_privileges()
                try:
                    landlock.hide_other_processes()
                except OSError:  # a kernel without it
                    os._exit(0)
                assert Path("/proc/self/comm").read_text()
                assert Path("/proc/meminfo").read_text()
                assert Path(__file__).read_text()
                with contextlib.suppress(PermissionError):
                    Path(f"/proc/{os.getppid()}/comm").read_text()
                    os._exit(2)
                code = 0
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0

    def test_examiner_has_as_much_memory_as_an_answer(self):
        import resource

        values = rlimits.for_examiner(Limits(memory_bytes=100), 50)
        assert values == {resource.RLIMIT_DATA: 150}

    def test_limits_count_memory_as_data(self):
        import resource

        values = rlimits.for_limits(Limits(memory_bytes=100), 50)
        assert values[resource.RLIMIT_DATA] == 150
        assert resource.RLIMIT_AS not in values

    def test_own_data_is_known(self):
        assert rlimits.data_bytes() > 1 << 20

    def test_tree_holds_children(self):
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        try:
            assert child.pid in watch.tree(os.getpid())
        finally:
            child.communicate(b"\n")
        assert watch.usage(child.pid) is None
        assert watch.inner_pid(child.pid) is None
        assert watch.footprint_bytes(os.getpid(), [child.pid]) == 0

    def test_usage_grows_with_memory(self):
        used = watch.usage(os.getpid())
        assert used is not None
        assert used.memory_bytes > 5 << 20
        roughly = watch.usage(os.getpid(), unsuspected_bytes=1 << 40)
        assert roughly is not None
        assert roughly.memory_bytes >= used.memory_bytes
        assert used.threads >= 1
        assert watch.footprint_bytes(os.getpid(), [os.getpid()]) == 0
        assert watch.footprint_bytes(1 << 30, [os.getpid()]) > 5 << 20

    def test_huge_pages_are_sought_in_heap_and_anonymous_memory_only(self):
        maps = (
            "00400000-00900000 r--p 00000000 00:00 0 \n"
            "7f0000000000-7f0000400000 rw-p 00000000 00:00 0 \n"
            "7f1000000000-7f1000400000 rw-p 00000000 08:01 7 /usr/lib/x.so\n"
        )
        assert hugepages.private_ranges(maps) == [(0x7F0000000000, 0x7F0000400000)]

    def test_memory_is_gathered_on_a_thread_that_ends(self):
        before = threading.active_count()
        with hugepages.collapsing():
            assert threading.active_count() == before + 1
        assert threading.active_count() == before


class TestControlGroups:
    """On files that look like the kernel's: a group of our own, delegated to us."""

    @pytest.fixture
    def own(self, tmp_path: Path) -> Path:
        own = tmp_path / "user.slice" / "grading.scope"
        own.mkdir(parents=True)
        (own / "cgroup.controllers").write_text("cpu memory pids\n")
        (tmp_path / "membership").write_text("1:cpu:/\n0::/user.slice/grading.scope\n")
        return own

    def delegated(self, own: Path) -> cgroups.ControlGroups | None:
        root = own.parents[1]
        return cgroups.ControlGroups.delegated(root, root / "membership")

    def test_we_step_aside_and_hand_out_both_controllers(self, own: Path):
        assert self.delegated(own) is not None
        assert (own / "cgroup.subtree_control").read_text() == "+memory +pids"
        [aside] = own.glob("labhub-*")
        assert (aside / "cgroup.procs").read_text() == str(os.getpid())

    def test_a_group_has_the_bounds_of_one_answer(self, own: Path):
        groups = self.delegated(own)
        group = groups.make(7, Limits(memory_bytes=800, workdir_bytes=100, processes=5))
        found = {name: (group.folder / name).read_text() for name in ("memory.max", "pids.max")}
        assert found == {"memory.max": "1000", "pids.max": "5"}
        group.hold([41, 42])
        assert (group.folder / "cgroup.procs").read_text() == "42"

    def test_an_answer_that_the_kernel_ended_says_why(self, own: Path):
        answer = AnswerWatch(group=self.delegated(own).make(1, Limits()))
        assert answer.why_ended == ""
        events = answer.group.folder / "memory.events"
        events.write_text("oom 0\noom_kill 0\n")
        assert answer.why_ended == ""
        events.write_text("oom 1\noom_kill 3\n")
        assert answer.why_ended == problems.MEMORY_LIMIT
        answer.end()
        assert (answer.ended, answer.killed_for) == (True, problems.MEMORY_LIMIT)

    def test_afterwards_we_are_where_we_were(self, own: Path):
        self.delegated(own).close()
        assert (own / "cgroup.subtree_control").read_text() == "-memory -pids"
        assert (own / "cgroup.procs").read_text() == str(os.getpid())

    @pytest.mark.parametrize("offered", ["", "cpu memory"])
    def test_without_both_controllers_there_are_none(self, own: Path, offered: str):
        (own / "cgroup.controllers").write_text(offered)
        assert self.delegated(own) is None

    def test_where_others_are_in_our_group_there_are_none(self, own: Path):
        (own / "cgroup.subtree_control").mkdir()  # the kernel says EBUSY; here it is no file
        assert self.delegated(own) is None
        assert (own / "cgroup.procs").read_text() == str(os.getpid())

    def test_under_version_one_there_are_none(self, own: Path):
        (own.parents[1] / "membership").write_text("1:cpu:/\n")
        assert self.delegated(own) is None

    def test_a_group_that_the_kernel_refuses_is_done_without(self, own: Path):
        groups = self.delegated(own)
        assert groups.make(3, Limits()) is not None
        assert groups.make(3, Limits()) is None


# What a cell sees. Each prints what it found; the second part is what it must print.
SIGHTS = {
    "the root holds no course and no home": (
        "import os; print(sorted(os.listdir('/')))",
        lambda shown: "home" not in shown and "srv" not in shown and "mnt" not in shown,
    ),
    "the repository is not there": (
        "import os, labhub, sys\n"
        "root = os.path.dirname(os.path.dirname(labhub.__file__)); print(os.listdir(root))\n"
        f"print([os.path.exists(p) for p in {[str(p) for p in Path.cwd().iterdir() if p.name != '.venv']!r}])",
        lambda shown: "True" not in shown and "source" not in shown and ".git" not in shown,
    ),
    "the environment is the sandbox's": (
        "import os; print(dict(os.environ))",
        lambda shown: "NNLAB_MODE" in shown and "SECRET" not in shown and "PYTEST" not in shown,
    ),
    "the user is a student": (
        "import getpass, os; print(getpass.getuser(), os.getuid())",
        lambda shown: shown.strip() == "student 1000",
    ),
    "the data folder can be read and not written": (
        "import os; d = os.environ['NNLAB_DATA']; print(open(d + '/numbers.txt').read())\n"
        "try: open(d + '/mine.txt', 'w')\nexcept OSError as e: print(type(e).__name__)",
        lambda shown: shown.split() == ["1", "2", "3", "OSError"],
    ),
    "no network": (
        "import socket\n"
        "for host in ('1.1.1.1', 'example.org'):\n"
        "    try: socket.create_connection((host, 80), 2); print('connected')\n"
        "    except OSError as e: print('no')",
        lambda shown: shown.split() == ["no", "no"],
    ),
    "its own loopback": (
        "import socket\ns = socket.create_server(('127.0.0.1', 8888))\n"
        "socket.create_connection(('127.0.0.1', 8888)).close(); print('talks')",
        lambda shown: shown.strip() == "talks",
    ),
    "no descriptor but the sockets of grading": (
        "import os\n"
        "print([t for f in os.listdir('/proc/self/fd') if int(f) > 2 and os.path.exists(f'/proc/self/fd/{f}')"
        " for t in [os.readlink(f'/proc/self/fd/{f}')] if not t.startswith(('socket:', '/scratch', 'anon_inode:[event'))])",
        lambda shown: shown.strip() == "[]",
    ),
    "other processes keep their secrets": (
        "import glob, os\nfound, me = [], os.readlink('/proc/self')\n"
        "for name in ('environ', 'mem', 'maps', 'fd/*', 'cwd', 'root'):\n"
        "    for path in glob.glob(f'/proc/[0-9]*/{name}'):\n"
        "        if path.split('/')[2] == me: continue\n"
        "        link = name in ('cwd', 'root', 'fd/*')\n"
        "        try: (os.readlink(path) if link else open(path, 'rb').read(1)); found.append(path)\n"
        "        except OSError: pass\n"
        "print(found)",
        lambda shown: shown.strip() == "[]",
    ),
    "no capability": (
        "print([l.split()[1] for l in open('/proc/self/status') if l.startswith('CapE')])",
        lambda shown: shown.strip() == "['0000000000000000']",
    ),
    "no new namespace, mount or root": (
        "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "print([libc.unshare(f) for f in (0x10000000, 0x20000, 0x20000000, 0x40000000)],\n"
        "      libc.mount(b'tmpfs', b'/lab', b'tmpfs', 0, None), libc.chroot(b'/lab'), libc.ptrace(16, 1, 0, 0))",
        lambda shown: shown.strip() == "[-1, -1, -1, -1] -1 -1 -1",
    ),
    "limits cannot be raised": (
        "import resource\n"
        "for kind in (resource.RLIMIT_DATA, resource.RLIMIT_NOFILE):\n"
        "    try: resource.setrlimit(kind, (resource.RLIM_INFINITY,) * 2); print('raised')\n"
        "    except (ValueError, OSError): print('no')",
        lambda shown: shown.split() == ["no", "no"],
    ),
    "procfs cannot be written": (
        "try: open('/proc/self/oom_score_adj', 'w').write('-1000'); print('written')\n"
        "except OSError: print('no')",
        lambda shown: shown.strip() == "no",
    ),
    "only the private file system is writable": (
        "import os, tempfile\n"
        "for place in ('/', '/usr', '/etc', '/packages', '/dev', '/data', '/lab', '/tmp', '/dev/shm', tempfile.gettempdir()):\n"
        "    try: open(place + '/probe', 'w').close(); print(place)\n"
        "    except OSError: pass",
        lambda shown: shown.split() == ["/lab", "/tmp", "/dev/shm", "/scratch"],
    ),
}


@pytest.mark.parametrize("name", SIGHTS)
def test_inside_the_sandbox(engine: Engine, name: str, monkeypatch: pytest.MonkeyPatch):
    source, expected = SIGHTS[name]
    shown = text(cell(grade(engine, source), 0))
    assert expected(shown), shown


def test_inner_user_is_not_the_grader(engine: Engine):
    shown = text(cell(grade(engine, "!cat /etc/passwd"), 0))
    assert shown.strip().startswith("student:x:1000:1000:")
    assert getpass.getuser() == "student" or getpass.getuser() not in shown


# Each abuse: its source, how its cell ends, and the problems that are named.
OK, ERROR, KILLED, TIMEOUT = CellStatus.OK, CellStatus.ERROR, CellStatus.KILLED, CellStatus.TIMEOUT
LOOP = "\nwhile True: pass"
ABUSES: dict[str, tuple[str, set[CellStatus], set[str]]] = {
    "fork bomb": (
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
        {KILLED},
        {"process-limit"},
    ),
    "thread bomb": (
        "import threading, time\n"
        "for _ in range(500): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
        "time.sleep(60)",
        {KILLED, ERROR},
        {"process-limit"},
    ),
    "memory bomb": (
        "hoard = []\nwhile True: hoard.append(bytearray(1 << 26))",
        {KILLED},
        {"memory-limit"},
    ),
    "memory bomb that touches its pages": (
        "hoard = []\nwhile True: hoard.append(b'x' * (1 << 26))",
        {KILLED},
        {"memory-limit"},
    ),
    "memory bomb in many processes": (
        "import os, time\n"
        "for _ in range(6):\n"
        "    if os.fork() == 0:\n"
        "        hoard = bytearray(os.urandom(1 << 20)) * 200; time.sleep(60)\n"
        "time.sleep(60)",
        {KILLED},
        {"memory-limit"},
    ),
    "memory in anonymous shared pages": (
        "import mmap\nhoard = [mmap.mmap(-1, 1 << 26) for _ in range(100)]",
        {ERROR},
        set(),
    ),
    "memory in shared zeros": (
        "import mmap, os\n"
        "hoard = [mmap.mmap(os.open('/dev/zero', os.O_RDWR), 1 << 26) for _ in range(100)]",
        {ERROR},
        set(),
    ),
    "memory in a memfd": ("import os\nos.memfd_create('hoard')", {ERROR}, set()),
    "memory in System V segments": (
        "import ctypes\nassert ctypes.CDLL(None).shmget(0, 1 << 26, 0o1600) >= 0",
        {ERROR},
        set(),
    ),
    "full disk": (
        "for i in range(100): open(f'f{i}', 'wb').write(bytes(1 << 22))",
        {ERROR},
        set(),
    ),
    "full /dev/shm": (
        "for i in range(100): open(f'/dev/shm/f{i}', 'wb').write(bytes(1 << 22))",
        {ERROR},
        set(),
    ),
    "a hundred thousand files": (
        "for i in range(100_000): open(f'f{i}', 'w').close()",
        {ERROR},
        set(),
    ),
    "endless output": (
        "while True: print('x' * 1000)",
        {TIMEOUT},
        {"cell-timeout", "output-limit"},
    ),
    "endless output from below": ("!yes", {OK, ERROR, TIMEOUT, KILLED}, {"output-limit"}),
    "leaves": ("import os\nos._exit(7)", {KILLED}, {"process-died"}),
    "kills itself": ("import os\nos.kill(os.getpid(), 9)", {KILLED}, {"process-died"}),
    "crashes": ("import ctypes\nctypes.string_at(0)", {KILLED}, {"process-died"}),
    "kills everybody": (
        "import contextlib, os\n"
        "for pid in (-1, 1, os.getppid()):\n"
        "    with contextlib.suppress(OSError): os.kill(pid, 9)",
        {OK},
        set(),
    ),
    "stops everybody": ("import os\nos.kill(os.getppid(), 19)\nos.kill(1, 19)", {OK}, set()),
    "stops itself": ("import os\nos.kill(os.getpid(), 19)", {KILLED}, {"cell-timeout"}),
    "hangs": ("while True: pass", {TIMEOUT}, {"cell-timeout"}),
    "hangs and swallows interrupts": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        {KILLED, TIMEOUT},
        {"cell-timeout"},
    ),
    "is deaf": (
        "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(60)",
        {KILLED},
        {"cell-timeout"},
    ),
    "closes every descriptor": (
        "import os\nos.closerange(0, 1000)",
        {KILLED},
        {"process-died"},
    ),
    "writes to every descriptor": (
        "import os\n"
        "for fd in range(3, 50):\n"
        "    try: os.write(fd, b'{\"ok\": true}' * 100)\n"
        "    except OSError: pass",
        {KILLED, OK},
        {"process-died"},
    ),
    "forges a letter": (
        "import os, json, struct\n"
        "body = json.dumps({'ok': True, 'outputs': [{'output_type': 'stream'}], 'count': 'x'}).encode()\n"
        "for fd in range(3, 50):\n"
        "    try: os.write(fd, struct.pack('<I', len(body)) + body)\n"
        "    except OSError: pass",
        {KILLED},
        {"process-died"},
    ),
    "zombies": (
        "import os\nfor _ in range(200):\n    if os.fork() == 0: os._exit(0)\nimport time; time.sleep(3)",
        {KILLED, ERROR},
        {"process-limit"},
    ),
    "deep recursion": (
        "import sys\nsys.setrecursionlimit(10**9)\ndef f(): return f() + 1\nf()",
        {KILLED, ERROR},
        set(),
    ),
    "recursion in C": (
        "import sys\nsys.setrecursionlimit(10**9)\nx = []\nfor _ in range(10**6): x = [x]\nrepr(x)",
        {KILLED, ERROR, TIMEOUT},
        set(),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ABUSES)
def test_abuse_costs_its_own_cell_and_nobody_else(engine: Engine, name: str):
    source, statuses, named = ABUSES[name]
    # The first touch of half a gigabyte can take seconds on a machine that lends its memory.
    limits = replace(SHORT, cell_timeout_s=20) if "memory" in name else SHORT
    hostile = exam("before = 1", source, "after = 2", check("assert after == 2"), limits=limits)
    honest = exam("x = 20\nx + 1", check("assert x == 20"), split("assert x == 20"))
    jobs = [("hostile", hostile), *((f"honest {i}", honest) for i in range(3))]
    results = dict(engine.run(jobs))
    for key in ("honest 0", "honest 1", "honest 2"):
        assert results[key].score == 2.0, results[key]
        assert text(cell(results[key], 0)) == "21"
        assert codes(results[key]) == set()
    abused = results["hostile"]
    assert cell(abused, 1).status in statuses, abused
    if cell(abused, 1).status is KILLED or named - {"process-limit", "process-died"}:
        assert named <= codes(abused), abused
    assert all(problem.sentence for problem in abused.problems)
    assert verdict(abused, 3).score == 1.0, abused


def test_processes_that_a_cell_left_are_gone_before_the_tests(engine: Engine):
    daemon = (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        while True: open('beat', 'a').write('x'); time.sleep(0.01)\n"
        "    os._exit(0)"
    )
    test = check(
        "import os, time\n"
        "time.sleep(0.2)\nsize = os.path.getsize('beat')\ntime.sleep(0.3)\n"
        "assert os.path.getsize('beat') == size, 'nobody writes'"
    )
    result = grade(engine, daemon, "import time; time.sleep(0.3)", test)
    assert verdict(result, 2).status is TestStatus.PASSED, result


def test_two_submissions_share_no_file_and_no_port(engine: Engine):
    source = (
        "import os, socket, time\n"
        "print([os.path.exists(place + '/mine') for place in ('/tmp', '/dev/shm', '.')])\n"
        "for place in ('/tmp', '/dev/shm', '.'): open(place + '/mine', 'w').write('x')\n"
        "server = socket.create_server(('127.0.0.1', 9999)); time.sleep(0.5)"
    )
    for _, result in engine.run((i, exam(source)) for i in range(3)):
        assert text(cell(result, 0)) == "[False, False, False]\n"
        assert cell(result, 0).status is OK, result


def test_memory_of_a_test_is_limited_too(engine: Engine):
    result = grade(
        engine,
        "def f():\n    hoard = []\n    while True: hoard.append(bytearray(1 << 24))",
        split("f()"),
        "x = 1",
        split("assert x == 1"),
    )
    assert verdict(result, 1).score == 0
    assert verdict(result, 3).score == 1


def test_cpu_time_of_all_processes_is_limited(engine: Engine):
    source = "import os\nfor _ in range(3): os.fork()\nwhile True: pass"
    limits = replace(SHORT, cpu_s=3, cell_timeout_s=20)
    result = grade(engine, source, limits=limits)
    assert cell(result, 0).status is KILLED
    assert "time-limit" in codes(result) or "process-died" in codes(result)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_bubblewrap_works_for_an_ordinary_user():
    view = bubblewrap.View(prefixes=(), packages=())
    command = bubblewrap.command_here(["/usr/bin/id", "-u"], view)
    done = subprocess.run(
        ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", *command],
        capture_output=True,
        text=True,
        cwd="/",
    )
    assert done.stdout.strip() == "1000", done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_inner_walls_work_for_an_ordinary_user():
    package = Path(bubblewrap.__file__).parents[2]
    if not Path("/usr/bin/python3").exists() or not os.access(package, os.R_OK):
        pytest.skip("no Python that everybody can run")
    script = (
        "import os, sys\n"
        "from labhub.grading.model import Limits\n"
        "from labhub.grading.sandbox import namespaces, walls\n"
        "namespaces.enter_user_namespace(namespaces.NEW_PID)\n"
        "def inside():\n"
        "    fork = namespaces.PidNamespaces().fork\n"
        "    for _ in range(2):\n"
        "        pid = fork()\n"
        "        if pid == 0:\n"
        "            print(os.getpid(), walls.shut_in(Limits()), flush=True)\n"
        "            walls.restrict(Limits()); open('/lab/x', 'w'); os._exit(0)\n"
        "        assert os.waitpid(pid, 0)[1] == 0\n"
        "if os.fork() == 0: inside(); os._exit(0)\n"
        "assert os.wait()[1] == 0"
    )
    view = bubblewrap.View(prefixes=(), packages=(package,))
    command = bubblewrap.command_here(["/usr/bin/python3", "-c", script], view)
    done = subprocess.run(
        ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", *command],
        capture_output=True,
        text=True,
        cwd="/",
    )
    assert done.stdout == "1 /lab\n1 /lab\n", done.stderr
