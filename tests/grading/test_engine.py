"""The engine: results as each ends, jobs taken lazily, and nothing that one job does to another."""
# ruff: noqa: E501 - cells are written as a student would write them

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from labhub.grading import problems
from labhub.grading.engine import Engine
from labhub.grading.model import CellStatus, Exam, Limits, StudentCell, TestCell, TestStatus
from labhub.grading.process_errors import ReferenceCellError, SandboxError, WarmStartError
from labhub.grading.sandbox import watch
from labhub.grading.submission import AnswerWatch, Submission, archive, check_limits
from labhub.grading.transport import exam_letter, exam_of
from tests.grading.exams import SHORT, cell, check, codes, exam, grade, split, text, verdict

pytestmark = pytest.mark.xdist_group("engine")

REFERENCE = (
    "import numpy as np",
    "def double(x):\n    return 2 * np.asarray(x)",
    "raise RuntimeError('never needed')",
)
HONEST = (
    "import numpy as np",
    "def double(x):\n    return np.asarray(x) * 2",
    split("assert (double([1, 2]) == reference.double([1, 2])).all(), 'every element is doubled'"),
)


def test_verdicts_compare_with_the_instructors_own_objects(engine: Engine):
    wrong = HONEST[1].replace("* 2", "* 3")
    jobs = [
        ("right", exam(*HONEST, reference=REFERENCE)),
        ("wrong", exam(HONEST[0], wrong, HONEST[2], reference=REFERENCE)),
    ]
    results = dict(engine.run(jobs))
    assert verdict(results["right"], 2).status is TestStatus.PASSED
    failed = verdict(results["wrong"], 2)
    assert (failed.status, failed.law) == (TestStatus.FAILED, "every element is doubled")
    assert results["right"].problems == ()
    assert results["right"].cpu_s > 0
    assert results["right"].wall_s > 0


def test_a_test_may_set_a_name_of_the_course_that_reference_never_asks_for(engine: Engine):
    cells = ("STEPS = 5", "def work(): return STEPS")
    test = split("STEPS = 3\nassert work() == 3, 'work takes as many steps as STEPS says'")
    [(_, result)] = engine.run([("it", exam(*cells, test, reference=cells))])
    assert verdict(result, 2).status is TestStatus.PASSED, result


def test_an_error_in_the_reference_stops_the_batch(engine: Engine):
    broken = (REFERENCE[0], "double = 1 / 0")
    with pytest.raises(ReferenceCellError, match="Cell 2"):
        list(engine.run([("x", exam(*HONEST, reference=broken))]))
    assert dict(engine.run([("y", exam(*HONEST, reference=REFERENCE))]))["y"].score == 1


def test_a_reference_that_ends_its_process_is_an_error_too(engine: Engine):
    broken = ("import os\nos._exit(0)\ndouble = 1",)
    with pytest.raises(ReferenceCellError, match="ended"):
        list(engine.run([("x", exam(*HONEST, reference=broken))]))


def test_jobs_are_taken_only_when_a_place_is_near(engine: Engine):
    taken: list[int] = []

    def jobs() -> Iterator[tuple[int, Exam]]:
        for number in range(12):
            taken.append(number)
            yield number, exam("1")

    running = engine.run(jobs())
    next(running)
    assert len(taken) <= 5
    assert len(list(running)) == 11


def test_keys_need_not_differ(engine: Engine):
    results = list(engine.run([("same", exam("1")), ("same", exam("2"))]))
    assert sorted(text(cell(result, 0)) for _, result in results) == ["1", "2"]


def test_two_runs_at_once_do_not_mix(engine: Engine):
    first = engine.run((i, exam(f"{i}")) for i in range(4))
    second = engine.run((i, exam(f"{-i}")) for i in range(4))
    for one, two in zip(first, second, strict=True):
        assert text(cell(one[1], 0)) == str(one[0])
        assert text(cell(two[1], 0)) == str(-two[0])


def test_results_come_as_each_ends(engine: Engine):
    jobs = [("slow", exam("import time; time.sleep(2)")), ("fast", exam("1"))]
    assert [key for key, _ in engine.run(jobs)] == ["fast", "slow"]


def test_files_of_the_exam_lie_in_the_working_folder(engine: Engine, tmp_path: Path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "data.csv").write_text("a,b\n")
    (tmp_path / "secret").symlink_to("/etc/passwd")
    (tmp_path / "huge").write_bytes(bytes(SHORT.workdir_bytes + 1))
    source = "import os\nprint(sorted(os.listdir('.')), open('sub/data.csv').read())"
    this = replace(exam(source, "open('sub/data.csv', 'a').write('mine')"), workdir=tmp_path)
    [(_, result)] = engine.run([("x", this)])
    assert text(cell(result, 0)).strip() == "['sub'] a,b"
    assert cell(result, 1).status is CellStatus.OK
    assert (tmp_path / "sub" / "data.csv").read_text() == "a,b\n"


def test_a_cell_imports_a_module_that_lies_beside_the_notebook(engine: Engine, tmp_path: Path):
    (tmp_path / "helper.py").write_text("VALUE = 3\n")
    this = exam("import helper\nprint(helper.VALUE)")
    [(_, result)] = engine.run([("x", replace(this, workdir=tmp_path))])
    assert text(cell(result, 0)).strip() == "3"


def test_a_test_finds_the_files_as_they_were_at_its_place(engine: Engine, tmp_path: Path):
    (tmp_path / "data.txt").write_text("given")
    (tmp_path / "picture.png").write_bytes(bytes(100_000))
    look = "import os\ndef look():\n    return {n: open(n).read() for n in sorted(os.listdir()) if n != 'picture.png'}"
    this = exam(
        look,
        "open('mine.txt', 'w').write('first')",
        split("assert look() == {'data.txt': 'given', 'mine.txt': 'first'}"),
        "os.remove('mine.txt'); open('data.txt', 'a').write(' and mine')",
        split("assert look() == {'data.txt': 'given and mine'}"),
        check("import os\nassert os.path.getsize('picture.png') == 100000"),
        "os.remove('data.txt')",
    )
    [(_, result)] = engine.run([("x", replace(this, workdir=tmp_path))])
    assert [each.status for each in result.tests] == ["passed"] * 3, result.tests


@pytest.mark.parametrize("kind", [split, check])
def test_what_an_earlier_test_defines_is_there_for_a_later_one(engine: Engine, kind):
    result = grade(
        engine,
        "def double(x):\n    return 2 * x",
        kind("import math\ndef right(x):\n    return math.fsum([x, x])\nwant = right(2)\nassert 0"),
        kind("assert double(2) == want == right(2)"),
        kind("assert double(2) == right(3), 'twice as much'"),
    )
    assert [test.score for test in result.tests] == [0, 1, 0]
    assert result.tests[2].law == "twice as much"


@pytest.mark.parametrize("kind", [split, check])
def test_a_name_that_a_cell_binds_after_a_test_is_the_student_s_again(engine: Engine, kind):
    this = exam(
        "result = 1",
        kind("result = 5\nassert result == 5"),
        "result = 10",
        kind("assert result == 10"),
        kind("assert result == 10"),
        reference=("result = 1", "result = 10"),
    )
    [(_, result)] = engine.run([("x", this)])
    assert [test.score for test in result.tests] == [1, 1, 1], result.tests


def test_each_test_has_a_snapshot_of_its_own(engine: Engine):
    result = grade(
        engine,
        "items = []\ndef add(x):\n    items.append(x)\n    return len(items)",
        split("assert add(1) == 1"),
        split("assert add(1) == 1"),
        "add(5)",
        split("assert add(1) == 2"),
        "items = None",
    )
    assert [test.score for test in result.tests] == [1, 1, 1]


@pytest.mark.parametrize(
    ("more", "stays"),
    [
        ("", True),
        (
            "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()",
            False,
        ),
        ("import subprocess\nsleeping = subprocess.Popen(['sleep', '60'])", True),
    ],
)
def test_the_worker_itself_is_the_last_snapshot_where_a_fork_would_hold_the_same(
    engine: Engine, more: str, stays: bool
):
    asks = "import os\nworker = os.getpid()\ndef is_worker(): return os.getpid() == worker"
    first, last = split("assert not is_worker()"), split(f"assert is_worker() is {stays}")
    result = grade(engine, asks, more, first, last)
    assert [test.status for test in result.tests] == [TestStatus.PASSED] * 2, result


def test_a_cell_after_the_last_test_keeps_the_worker_from_being_its_snapshot(engine: Engine):
    result = grade(
        engine, "x = [1]\ndef get(): return x", split("assert get() == [1]"), "x.append(2)"
    )
    assert verdict(result, 1).status is TestStatus.PASSED, result


def test_an_alarm_that_a_cell_has_set_does_not_ring_in_a_test(engine: Engine):
    alarm = "import signal, time\nsignal.setitimer(signal.ITIMER_REAL, 0.5)\ndef work():\n    time.sleep(1)\n    return 1"
    result = grade(engine, alarm, split("assert work() == 1"))
    assert verdict(result, 1).status is TestStatus.PASSED, result


@pytest.mark.parametrize("after", [(), ("2 + 2",)])
def test_all_cpu_time_of_the_students_cells_counts(engine: Engine, after: tuple[str, ...]):
    busy = "import time\nwhile time.process_time() < 0.5: pass\ndef one(): return 1"
    for _ in range(4):
        result = grade(engine, busy, split("assert one() == 1"), *after)
        assert result.cpu_s >= 0.4, result


def test_what_a_test_shows_is_there_for_later_cells(engine: Engine):
    cells = (
        StudentCell(0, "x = 1"),
        TestCell(1, "t", 1.0, "secret = 3\nassert x == 1", visible="def shown(): return 7"),  # type: ignore[arg-type]
        StudentCell(2, "print(shown())\nprint(secret)"),
    )
    [(_, result)] = engine.run([("x", Exam("lab", cells, limits=SHORT))])  # type: ignore[arg-type]
    assert text(cell(result, 2)).startswith("7\nNameError")


def test_many_snapshots_survive(engine: Engine):
    sources = [part for i in range(10) for part in (f"x = {i}", split(f"assert x == {i}"))]
    assert grade(engine, *sources).score == 10


def test_a_test_that_hangs_in_the_examiner_costs_its_own_time(engine: Engine):
    limits = replace(SHORT, test_timeout_s=1)
    result = grade(
        engine, "x = 1", split("while True: pass"), split("assert x == 1"), limits=limits
    )
    assert verdict(result, 1).status is TestStatus.TIMEOUT
    assert verdict(result, 2).score == 1


def test_an_examiner_that_dies_is_said_and_the_rest_is_kept(engine: Engine):
    result = grade(engine, "x = 1", split("assert x == 1"), split("import os; os._exit(1)"))
    assert verdict(result, 1).score == 1
    assert verdict(result, 2).status is TestStatus.SKIPPED
    assert codes(result) == {"examiner-died"}


def test_this_process_imports_no_numerics(engine: Engine):
    code = (
        "import sys\nimport labhub.grading.engine\n"
        "assert not {'torch', 'numpy', 'IPython', 'nbformat'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def warm_tree() -> list[int]:
    """All processes below this one that belong to a warm parent."""
    return [pid for pid in watch.tree(os.getpid())[1:] if "grading.warm" in _command(pid)]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


@pytest.mark.slow
def test_the_death_of_the_warm_parent_is_survived():
    others = set(warm_tree())
    with Engine(jobs=1, preload=("numpy",)) as engine:
        running = engine.run((i, exam(f"import time; time.sleep(1); {i}")) for i in range(3))
        results = [next(running)]
        for pid in set(warm_tree()) - others:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        results += running
    assert sorted(text(cell(result, 0)) for _, result in results) == ["0", "1", "2"]
    assert set(warm_tree()) <= others


def test_as_many_run_at_once_as_there_are_places():
    source = "import time; began = time.time(); time.sleep(0.2); print(began, time.time())"
    with Engine(jobs=1, preload=("numpy",)) as engine:
        shown = [
            text(cell(result, 0)) for _, result in engine.run((i, exam(source)) for i in range(4))
        ]
    times = sorted(tuple(map(float, each.split())) for each in shown)
    assert all(ended <= began for (_, ended), (began, _) in pairwise(times))


@pytest.mark.slow
def test_without_a_sandbox_every_result_says_so():
    with Engine(sandbox="none", jobs=1, preload=("numpy",)) as engine:
        result = grade(engine, "import os; os._exit(1)", "x = 1", split("assert x == 1"))
        assert codes(result) == {"no-sandbox", "process-died"}
        assert result.score == 1


@pytest.mark.slow
def test_nothing_stays_when_the_orchestrator_is_killed():
    code = (
        "from labhub.grading.engine import Engine\n"
        "from labhub.grading.model import Exam, StudentCell\n"
        "engine = Engine(preload=('numpy',)).__enter__()\n"
        "jobs = [(i, Exam('x', (StudentCell(0, s),))) for i, s in enumerate(['1', 'while True: pass'])]\n"
        "for key, result in engine.run(jobs): print('one', flush=True)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "one\n"
    below = watch.tree(child.pid)[1:]
    assert len(below) >= 4
    child.kill()
    child.communicate()
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in below):
        assert time.monotonic() < deadline, [_command(pid) for pid in below]
        time.sleep(0.05)


@pytest.mark.slow
def test_a_module_that_ends_the_warm_parent_is_a_clear_error():
    with Engine(preload=("antigravity_no_such", "labhub.grading.warm")) as engine:
        assert text(cell(grade(engine, "1"), 0)) == "1"
    view_without_ours = Engine(packages=("nnlab",))
    with view_without_ours as engine, pytest.raises(WarmStartError, match="warm ended") as caught:
        list(engine.run([("x", exam("1"))]))
    assert "labhub" in caught.value.hint


def test_walls_that_cannot_be_built_are_an_error_at_once(monkeypatch: pytest.MonkeyPatch):
    from labhub.grading.sandbox import bubblewrap

    def refuse() -> None:
        raise SandboxError("no walls")

    monkeypatch.setattr(bubblewrap, "ensure_bubblewrap", refuse)
    with pytest.raises(SandboxError, match="no walls"):
        Engine().__enter__()


@pytest.mark.slow
def test_memory_stays_flat(engine: Engine):
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

    big = "print('x' * 90_000)"
    for _ in engine.run((i, exam(big)) for i in range(4)):
        before = resident()
    for _ in engine.run((i, exam(big)) for i in range(60)):
        after = resident()
    assert after - before < 4 << 20


class TestParts:
    def test_an_exam_survives_the_way(self):
        this = exam("a", split("b"), check("c"), limits=Limits(cpu_s=7))
        assert exam_of(exam_letter(this)) == this

    def test_the_reference_goes_another_way(self):
        assert exam_of(exam_letter(exam("a", reference=("secret",)))).reference == ()

    def test_a_submission_without_an_end_is_complete_all_the_same(self):
        submission = Submission("k", exam("a", split("b")), lambda *_: None)
        submission.out_of_time = True
        result = submission.result()
        assert cell(result, 0).status is CellStatus.SKIPPED
        assert verdict(result, 1).status is TestStatus.TIMEOUT
        assert codes(result) == {"time-limit"}

    def test_an_examiner_that_hangs_is_ended(self):
        sleeper = subprocess.Popen(["/bin/sleep", "60"])
        submission = Submission("k", exam("a"), lambda *_: None)
        submission.examiner_pidfd = os.pidfd_open(sleeper.pid)
        submission.take_turn()
        submission.started -= submission.hard_limit_s + 1
        check_limits(submission, 0)
        assert sleeper.wait(5) == -signal.SIGKILL
        assert submission.out_of_time
        os.close(submission.examiner_pidfd)

    def test_a_process_that_is_gone_exceeds_nothing(self):
        submission = Submission("k", exam("a"), lambda *_: None, started=time.monotonic())
        submission.answers[1] = AnswerWatch(pid=1 << 30)
        check_limits(submission, 0)
        assert submission.answers[1].killed_for == ""

    def test_an_archive_holds_plain_files(self, tmp_path: Path):
        import tarfile

        (tmp_path / "a").write_text("x")
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "link").symlink_to(tmp_path / "a")
        descriptor = archive(tmp_path, 100)
        with os.fdopen(descriptor, "rb") as file:
            file.seek(0)
            with tarfile.open(fileobj=file) as tar:
                assert tar.getnames() == ["a"]

    def test_every_problem_has_a_sentence(self):
        for code in problems.SENTENCES:
            said = problems.problem(code, Limits(), 3, how="somehow")
            assert said.index == 3
            assert "{" not in said.sentence
