"""Kernels as forks of a warm parent, for programs that know nothing of labhub."""

import time
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from labhub.grading.provisioner import ForkedKernel, KernelHost, WarmProvisioner

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("engine"),
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the notebooks; all of its kernels have one warm parent."""
    return tmp_path_factory.mktemp("notebooks")


@pytest.fixture(autouse=True)
def by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_DEFAULT_PROVISIONER_NAME", "labhub-warm")
    from jupyter_client.provisioning.factory import KernelProvisionerFactory

    KernelProvisionerFactory.clear_instance()


def run(folder: Path, *sources: str) -> list[list[str]]:
    """The texts that each cell shows when nbclient runs it in `folder`."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, resources=resources, timeout=60).execute()
    return [
        [o.get("text") or o.get("data", {}).get("text/plain", "") for o in cell.outputs]
        for cell in notebook.cells
    ]


def test_nbclient_runs_notebooks_in_warm_kernels(folder: Path):
    shown = run(folder, "import sys; print('torch' in sys.modules)", "6 * 7", "!echo below")
    assert [texts[0].strip() for texts in shown] == ["True", "42", "below"]


def test_papermill_runs_a_notebook_with_parameters(folder: Path):
    import papermill

    cells = [
        nbformat.v4.new_code_cell("k = 1", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("import sys; 'torch' in sys.modules, 2 * k"),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(made, folder / "asked.ipynb")
    ran = papermill.execute_notebook(
        folder / "asked.ipynb",
        folder / "ran.ipynb",
        parameters={"k": 21},
        cwd=folder,
        progress_bar=False,
    )
    assert ran.cells[-1].outputs[0].data["text/plain"] == "(True, 42)"


def test_plots_are_inline(folder: Path):
    [[figure]] = run(folder, "import matplotlib.pyplot as plt; plt.plot([1]); plt.show()")
    assert figure.startswith("<Figure")


def test_its_folder_is_writable_and_nothing_else_is_there(folder: Path):
    here = str(Path.cwd() / "labhub")
    source = f"import os; open('made.txt', 'w').write('x'); print(os.path.exists({here!r}))"
    assert run(folder, source) == [["False\n"]]
    assert (folder / "made.txt").read_text() == "x"


def test_errors_are_shown_as_usual(folder: Path):
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        run(folder, "1 / 0")


def test_a_kernel_can_be_interrupted_killed_and_restarted(folder: Path):
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(folder))
    try:
        assert isinstance(manager.provisioner, WarmProvisioner)
        client = manager.blocking_client()
        client.start_channels()
        client.wait_for_ready(timeout=30)
        number = client.execute("import time; time.sleep(60)")
        time.sleep(0.5)
        manager.interrupt_kernel()
        reply = client.get_shell_msg(timeout=20)
        assert reply["parent_header"]["msg_id"] == number
        assert reply["content"]["ename"] == "KeyboardInterrupt"
        client.stop_channels()
        first = manager.provisioner.pid
        manager.restart_kernel(now=True)
        assert manager.is_alive()
        assert manager.provisioner.pid != first
    finally:
        manager.shutdown_kernel(now=True)
    assert not manager.is_alive()


def test_a_later_kernel_is_forked_at_once(folder: Path):
    host = KernelHost.of(folder, "bubblewrap")
    kernel = host.start({"connection": "{}", "cwd": str(folder)})
    assert isinstance(kernel, ForkedKernel)
    kernel.kill()
    assert kernel.wait(10) != 0
    kernel.terminate()
    assert kernel.poll() == kernel.returncode


def test_a_warm_parent_that_is_gone_is_replaced(folder: Path):
    host = KernelHost.of(folder, "bubblewrap")
    host._warm._process.kill()
    host._warm._process.wait()
    with pytest.raises(RuntimeError, match="No warm kernel"):
        host.start({"connection": "{}", "cwd": str(folder)})
    assert KernelHost.of(folder, "bubblewrap") is not host
