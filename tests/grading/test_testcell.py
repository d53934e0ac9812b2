"""How a test cell ends, what the student is told, and what stays with the staff."""

import types
from pathlib import Path

import nbformat
import pytest
import torch
from nbgrader.utils import determine_grade

from labhub.grading.examiner.names import library_names
from labhub.grading.examiner.source import compile_cell, without_magics
from labhub.grading.examiner.verdict import partial_credit
from tests.grading.boundary import grade

STUDENT = """
import os, time
def one(): return 1
def boom(): raise ValueError("secret of the student")
def mine():
    class MyError(ValueError): pass
    raise MyError("x")
def leave(): os._exit(0)
def stop(): raise SystemExit(3)
def spin():
    while True: pass
def talk(): print("hello from the student")
def claim(): assert False, "a law of the student"
def twice(x): return scale(x) * 2
def scale(x): return x
sum = lambda x: "the student's sum"
"""


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


VERDICTS = {
    "assert one() == 1": ("passed", 2.0, ""),
    "one()": ("partial", 1.0, ""),
    "one() * 7.0": ("passed", 2.0, ""),
    "one() == 7": ("passed", 2.0, ""),
    "1.5;": ("passed", 2.0, ""),
    "1.5\n# a comment": ("partial", 1.5, ""),
    "assert one() == 2": ("failed", 0.0, "A test did not pass."),
    "assert one() == 2, 'one is ' 'one'": ("failed", 0.0, "one is one"),
    "assert one() == 2, f'one is one'": ("failed", 0.0, "one is one"),
    "want = 2\nassert one() == want, f'it is {want}'": ("failed", 0.0, "A test did not pass."),
    "m = 'computed'\nassert one() == 2, m": ("failed", 0.0, "A test did not pass."),
    "if one() != 2:\n    raise AssertionError('one is one')": ("failed", 0.0, "one is one"),
    "import pytest\npytest.fail('one is one')": ("failed", 0.0, "one is one"),
    "np.testing.assert_equal(\n    one(),\n    2,\n    err_msg='one is one',\n)": (
        *("failed", 0.0),
        "one is one",
    ),
    "import unittest\nunittest.TestCase().assertEqual(one(), 2, msg='one is one')": (
        *("failed", 0.0),
        "one is one",
    ),
    "def check(x):\n    assert x == 2, 'inner law'\ncheck(one())": ("failed", 0.0, "inner law"),
    "def check(x):\n    assert x == 2\nassert check(one()) or 1, 'outer law'": (
        *("failed", 0.0),
        "outer law",
    ),
    "boom()": ("error", 0.0, "Your code raised ValueError."),
    "mine()": ("error", 0.0, "Your code raised ValueError."),
    "assert claim(), 'a law'": ("error", 0.0, "Your code raised AssertionError."),
    "missing(3)": ("error", 0.0, "The name `missing` is not defined."),
    "one() + 'a'": ("error", 0.0, "A test could not use what your code gave (TypeError)."),
    "stop()": ("error", 0.0, "Your code raised SystemExit."),
    "raise SystemExit": ("error", 0.0, "A test could not use what your code gave (SystemExit)."),
    "def f(:": ("error", 0.0, "A test could not use what your code gave (SyntaxError)."),
    "leave()": ("killed", 0.0, "Your code ended the process it ran in."),
    "try:\n    leave()\nexcept BaseException:\n    pass": (
        *("killed", 0.0),
        "Your code ended the process it ran in.",
    ),
    "import pytest\nwith pytest.raises(Exception):\n    leave()": (
        *("killed", 0.0),
        "Your code ended the process it ran in.",
    ),
    "try:\n    boom()\nexcept ValueError as e:\n    assert 'secret' in str(e)": ("passed", 2.0, ""),
    "assert sum([1, 2]) == 3": ("passed", 2.0, ""),
}


@pytest.mark.parametrize("source", VERDICTS)
def test_verdict(source: str) -> None:
    result = grade(STUDENT, source)
    assert (result.status, result.score, result.law) == VERDICTS[source], result.detail


@pytest.mark.parametrize(
    "source",
    [
        "spin()",
        "while True: pass",
    ],
)
def test_a_test_ends_at_its_time_limit(source: str) -> None:
    result = grade(STUDENT, source, timeout_s=0.5)
    assert (result.status, result.score) == ("timeout", 0.0)
    assert result.law == "The test did not end within 0.5 seconds."


def test_a_swallowed_timeout_is_a_timeout() -> None:
    source = "try:\n    spin()\nexcept BaseException:\n    pass"
    assert grade(STUDENT, source, timeout_s=0.5).status == "timeout"


def test_the_detail_shows_staff_the_line_and_what_was_printed() -> None:
    result = grade(STUDENT, "print('from the test')\ntalk()\nassert one() == 2")
    assert "assert one() == 2" in result.detail
    assert "hello from the student" in result.detail
    assert "from the test" in result.detail


def test_a_later_cell_has_what_an_earlier_one_bound() -> None:
    carried: dict[str, object] = {}
    grade(STUDENT, "import math\nK = 3\ndef helper(x):\n    return one() + x", carried=carried)
    result = grade(STUDENT, "assert helper(K) == 4 and math.pi > 3", carried=carried)
    assert result.status == "passed", result.detail


def test_a_remote_object_is_not_carried_to_another_snapshot() -> None:
    carried: dict[str, object] = {}
    grade(STUDENT, "f = one\nkeep = [one]\nbox = {'a': [one]}", carried=carried)
    assert grade(STUDENT, "f()", carried=carried).law == "The name `f` is not defined."
    assert grade(STUDENT, "keep[0]()", carried=carried).law == "The name `keep` is not defined."
    assert grade(STUDENT, "box['a'][0]()", carried=carried).status == "not-splittable"


def test_a_builtin_that_the_course_defines_is_the_students() -> None:
    source = 'assert sum([1, 2]) == "the student\'s sum"'
    assert grade(STUDENT, source, shadowed=["sum"]).status == "passed"


def test_a_function_of_the_reference_takes_the_place_of_the_students() -> None:
    reference = types.SimpleNamespace(scale=lambda x: 10 * x)
    source = "scale = reference.scale\nassert twice(1) == 20 and scale(1) == 10"
    assert grade(STUDENT, source, reference=reference).status == "passed"


def test_a_computed_value_never_reaches_the_students_module() -> None:
    code = "scale = 1\ndef look(): return scale"
    reference = types.SimpleNamespace(scale=1)
    assert grade(code, "scale = 3 * 7\nassert look() == 1", reference=reference).score == 2.0


def test_a_probe_sends_no_comment_of_the_test() -> None:
    code = "import linecache\ndef look(): return linecache.cache['<probe f>'][2]"
    source = "@probe\ndef f():  # it is 47\n    return look()\nassert '47' not in str(f())"
    assert grade(code, source).status == "passed"


def test_a_probe_may_put_an_object_in_the_place_of_a_name_that_the_test_knows() -> None:
    code = "class Net:\n    pass\ndef build(): return Net().size()"
    source = """
_other = reference.Net
@probe
def built(give):
    class Other:
        def size(self): return give()
    kept, globals()["Net"] = globals()["Net"], Other
    try:
        return build()
    finally:
        globals()["Net"] = kept
assert built(lambda: 3) == 3
"""
    assert grade(code, source, reference=types.SimpleNamespace(Net=int)).status == "passed"


def test_imports_of_the_course_are_the_examiners() -> None:
    given = ["import numpy as np\nfrom torch import nn", "%matplotlib inline\nimport os.path"]
    found = library_names(
        given, ["import math as m\nfrom cmath import exp\nfrom torch import optim"]
    )
    assert found == {
        "np": "numpy",
        "nn": "torch:nn",
        "os": "os",
        "m": "math",
        "optim": "torch:optim",
    }


def test_magics_are_left_out_and_timed_statements_stay() -> None:
    source = "%%time\n%matplotlib inline\nfor i in range(2):\n    %timeit -n 3 assert i < 2\n!ls"
    assert without_magics(source) == "\n\nfor i in range(2):\n    assert i < 2\n"


def test_plain_python_keeps_its_percent_signs() -> None:
    source = 'x = """\n%matplotlib\n"""'
    assert without_magics(source) == source


def test_names_are_found_in_functions_and_comprehensions() -> None:
    cell = compile_cell("def f():\n    return [g(x) for x in h]\nK = 3", "<names>")
    assert {"g", "h"} <= cell.names
    assert cell.literals == {"K"}


NBGRADER = ["0.5", "2", "0", "1.25", "'0.5'", "[0.5]", "None", "True", "False", "(1,)", "1e-3"]


@pytest.mark.parametrize("expression", NBGRADER)
def test_partial_credit_follows_nbgrader(expression: str) -> None:
    cell = nbformat.v4.new_code_cell(expression)
    cell.metadata["nbgrader"] = {"points": 2, "grade": True, "solution": False}
    value = eval(expression)
    if value is not None:
        data = {"text/plain": repr(value)}
        cell.outputs = [nbformat.v4.new_output("execute_result", data, execution_count=1)]
    expected, _ = determine_grade(cell)
    found = partial_credit(value, 2.0)
    assert (2.0 if found is None else found) == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, torch.tensor(-3.0)], ids=str)
def test_a_number_out_of_range_is_never_full_credit_by_accident(value: object) -> None:
    assert partial_credit(value, 2.0) == 0.0


def test_no_descriptor_stays_open() -> None:
    grade(STUDENT, "one()")
    before = len(list(Path("/proc/self/fd").iterdir()))
    grade(STUDENT, "one()")
    assert len(list(Path("/proc/self/fd").iterdir())) == before
