"""A student's cells show here what they show in JupyterLab."""
# ruff: noqa: E501 - cells are written as a student would write them

import re
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from labhub.grading.answer.outputs import CapturedStream, Outputs, encoded
from labhub.grading.engine import Engine
from labhub.grading.model import CellStatus, Limits
from tests.grading.exams import SHORT, cell, codes, grade, text

pytestmark = pytest.mark.xdist_group("engine")

SAME_AS_KERNEL = [
    "print('one'); 1 + 1",
    "import sys\nprint('out'); print('err', file=sys.stderr); print('out again')",
    "!echo below; echo again\nprint('after')",
    "from IPython.display import display, HTML, Markdown, clear_output\ndisplay(HTML('<b>x</b>'), 2); 'last'",
    "print('gone'); clear_output(); print('stays')",
    "print('gone'); clear_output(wait=True); print('stays')",
    "handle = display('before', display_id='d'); handle.update('after')",
    "def inner(x):\n    return 1 / x\ndef outer():\n    inner(0)\nouter()",
    "this is no Python",
    "raise KeyError('missing')",
    "import warnings\nwarnings.warn('careful')",
    "x = 5\nx;",
    "_",
    "%time y = 3\ny",
    "%%capture captured\nprint('kept')",
    "captured.stdout",
    "%who_ls",
    "%no_such_magic",
    "import asyncio\nawait asyncio.sleep(0)\n'awaited'",
    "async def f(): return 7\nprint(await f())",
    "await asyncio.sleep(0); 1 / 0",
    "import numpy as np\nnp.arange(3)",
    "import pandas as pd\npd.DataFrame({'a': [1, 2]})",
    "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()",
    "fig, ax = plt.subplots(); ax.set_title('t')",
    "None",
    "class Rich:\n    def _repr_html_(self): return '<i>rich</i>'\nRich()",
    "import IPython; get_ipython().kernel is None and 0",
    "len?",
    "!exit 3\n_exit_code",
    "files = !echo a; echo b\nfiles",
    "input('name? ')",
    "%pip --version\n0;",
    "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('worse') from e",
    "import logging\nlogging.warning('logged')",
    "print('a', end=''); sys.stdout.write('b'); sys.stdout.flush()",
    "display({'text/plain': 'p', 'text/latex': '$x$'}, raw=True)",
    "exec('1 +')",
    "raise SystemExit('bye')",
]
"""Cells in the order of one notebook; each must show what ipykernel shows."""

EXPECTED_DIFFERENCES = {
    SAME_AS_KERNEL[1]: "a kernel gathers stdout and stderr; here they are in order",
    "import IPython; get_ipython().kernel is None and 0": "there is no kernel",
    "len?": "a pager is a front end's",
    "input('name? ')": "the sentence says what to do",
    "%pip --version\n0;": "another Python's path",
}


def comparable(outputs: list[Any]) -> list[Any]:
    """Outputs without what differs from run to run: addresses, times, temporary names, pixels."""
    cleaned: list[Any] = []
    for output in outputs:
        plain = dict(output)
        if plain["output_type"] == "stream":
            plain["text"] = _clean(plain["text"])
        if plain["output_type"] == "error":
            plain["traceback"] = [_clean(line) for line in plain["traceback"]]
        if "data" in plain:
            plain["data"] = {
                kind: "pixels" if kind == "image/png" else _clean(value)
                for kind, value in plain["data"].items()
            }
        before = cleaned[-1] if cleaned else {}
        if plain["output_type"] == "stream" and plain["name"] == before.get("name"):
            before["text"] += plain["text"]
        else:
            cleaned.append(plain)
    return cleaned


def _clean(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    for pattern, plain in (
        (r"0x[0-9a-f]{6,}", "0x"),
        (r"/\S*ipykernel_\S+\.py|<ipython-input-[^>]+>|\b\d{5,}\.py", "CELL"),
        (r"\d+(\.\d+)?(e[+-]\d+)? (ns|[µμ]s|ms|s)\b", "TIME"),
        (r"\x1b\[[0-9;]*m", ""),
    ):
        value = re.sub(pattern, plain, value)
    return value


@pytest.fixture(scope="module")
def from_kernel() -> list[Any]:
    """What a real ipykernel shows for `SAME_AS_KERNEL`."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(s) for s in SAME_AS_KERNEL]
    )
    client = NotebookClient(notebook, allow_errors=True, kernel_name="python3", timeout=60)
    client.execute()
    return [[dict(output) for output in each.outputs] for each in notebook.cells]


@pytest.fixture(scope="module")
def from_engine(engine: Engine) -> list[Any]:
    """What the answer process shows for them."""
    result = grade(engine, *SAME_AS_KERNEL, limits=Limits())
    return [[dict(output) for output in each.outputs] for each in result.cells]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("place", range(len(SAME_AS_KERNEL)), ids=lambda i: SAME_AS_KERNEL[i][:40])
def test_shows_what_a_kernel_shows(place: int, from_kernel: list[Any], from_engine: list[Any]):
    if SAME_AS_KERNEL[place] in EXPECTED_DIFFERENCES:
        assert from_kernel[place] != from_engine[place]
    else:
        assert comparable(from_engine[place]) == comparable(from_kernel[place])


def test_cells_are_counted(engine: Engine):
    result = grade(engine, "1", "2", "x =", "4")
    assert [each.execution_count for each in result.cells] == [1, 2, 3, 4]


def test_output_of_programs_is_in_order(engine: Engine):
    source = (
        "import subprocess, os\nprint('1'); subprocess.run(['echo', '2']); print('3')\n"
        "os.write(1, b'4\\n'); print('5')"
    )
    assert text(cell(grade(engine, source), 0)).split() == ["1", "2", "3", "4", "5"]


def test_exit_ends_nothing(engine: Engine):
    assert text(cell(grade(engine, "exit", "1 + 1"), 1)) == "2"


def test_input_is_refused_with_advice(engine: Engine):
    shown = cell(grade(engine, "name = input('name? ')"), 0)
    assert shown.status is CellStatus.ERROR
    assert "put the value into the cell" in text(shown)


def test_output_is_cut_with_a_line_that_says_so(engine: Engine):
    result = grade(engine, "print('x' * 300_000)\nprint('more')", "print('fine')")
    assert len(text(cell(result, 0))) < SHORT.output_bytes + 500
    assert "at most 100,000 bytes" in text(cell(result, 0))
    assert text(cell(result, 1)) == "fine\n"
    assert "output-limit" in codes(result)


def test_large_images_are_cut_too(engine: Engine):
    source = (
        "from IPython.display import display\n"
        "for _ in range(10): display({'image/png': 'A' * 30_000}, raw=True)"
    )
    shown = cell(grade(engine, source), 0)
    images = [o for o in shown.outputs if "image/png" in o.get("data", {})]
    assert len(images) == 3
    assert "cut" in text(shown)


def test_streams_that_a_cell_replaced_work_in_the_next(engine: Engine):
    result = grade(engine, "import sys; sys.stdout.close(); sys.stdout = None", "print('back')")
    assert text(cell(result, 1)) == "back\n"


def test_descriptors_that_a_cell_closed_work_in_the_next(engine: Engine):
    result = grade(engine, "import os; os.close(1); os.close(2)", "!echo back")
    assert text(cell(result, 1)).strip() == "back"


def test_an_interrupt_reaches_awaits_and_programs(engine: Engine):
    result = grade(engine, "import asyncio\nawait asyncio.sleep(60)", "!sleep 60", "'alive'")
    assert cell(result, 0).status is CellStatus.TIMEOUT
    assert "KeyboardInterrupt" in text(cell(result, 0))
    assert text(cell(result, 2)) == "'alive'"


def test_random_numbers_do_not_depend_on_other_submissions(engine: Engine):
    source = "import torch; torch.manual_seed(0); print(torch.rand(1).item())"
    first, second = (text(cell(grade(engine, source), 0)) for _ in range(2))
    assert first == second


class TestOutputs:
    def test_neighbouring_texts_join(self):
        outputs = Outputs(1000)
        outputs.start()
        outputs.write("stdout", "a")
        outputs.write("stdout", "b")
        outputs.write("stderr", "c")
        assert [o["text"] for o in outputs.finish()] == ["ab", "c"]

    def test_what_is_no_json_becomes_text(self):
        outputs = Outputs(1000)
        outputs.start()
        outputs.add({"output_type": "display_data", "data": {("a", 1): 2}, "metadata": {}})
        outputs.add({"output_type": "display_data", "data": {"x": object()}, "metadata": {}})
        first, second = outputs.finish()
        assert "not JSON" in first["data"]["text/plain"]
        assert "object" in second["data"]["x"]

    def test_an_update_changes_every_place(self):
        outputs = Outputs(1000)
        outputs.start()
        for _ in range(2):
            shown = {"output_type": "display_data", "data": {"text/plain": "1"}, "metadata": {}}
            outputs.add(shown, "id")
        outputs.update("id", {"text/plain": "2"}, {})
        assert [o["data"]["text/plain"] for o in outputs.finish()] == ["2", "2"]

    def test_a_stream_takes_text_only(self):
        stream = CapturedStream(Outputs(10), "stdout", 1)
        with pytest.raises(TypeError, match="must be str"):
            stream.write(b"x")  # type: ignore[arg-type]
        assert (stream.writable(), stream.isatty(), stream.fileno()) == (True, False, 1)
        assert stream.name == "<stdout>"

    def test_bytes_are_base64(self):
        assert encoded({"image/png": b"ab", "text/plain": "x"}) == {
            "image/png": "YWI=\n",
            "text/plain": "x",
        }
