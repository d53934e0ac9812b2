import importlib.metadata
import sys
from types import SimpleNamespace

import pytest

from nnlab import doctor as module
from nnlab.__main__ import main
from nnlab.datasets import DataError
from nnlab.doctor import Finding, doctor, findings
from nnlab.sources import SETS


def by_subject() -> dict[str, Finding]:
    return {finding.subject: finding for finding in findings()}


def test_a_finding_without_a_remedy_is_well():
    assert str(Finding("numpy", "2.4")) == "ok  numpy          2.4"
    assert str(Finding("numpy", "1.0", "upgrade")) == "!!  numpy          1.0  -> upgrade"


def test_this_machine_is_well(capsys):
    assert doctor() == 0
    assert "ok  numpy" in capsys.readouterr().out


def test_a_python_outside_the_tested_range_is_named(monkeypatch):
    monkeypatch.setattr("sys.version_info", (3, 9, 0))
    assert "3.11 to 3.13" in by_subject()["Python"].remedy


def test_a_missing_package_comes_with_the_command_to_get_it(monkeypatch):
    def version(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", version)
    finding = by_subject()["torch"]
    assert finding.found == "missing"
    assert finding.remedy == "python -m pip install 'torch>=2.6' (for labs 2 and 3)"
    assert doctor() == 1


@pytest.mark.parametrize(
    ("version", "remedy"),
    [
        ("1.25.9", "python -m pip install 'numpy>=1.26'"),
        ("1.26.0", ""),
        ("2.0rc1", ""),
        ("2.99", ""),
        ("3.0", "newer than the labs are tested with: python -m pip install 'numpy>=1.26,<3'"),
    ],
)
def test_a_version_outside_the_tested_range_is_named(monkeypatch, version, remedy):
    monkeypatch.setattr("importlib.metadata.version", lambda name: version)
    assert by_subject()["numpy"].remedy == remedy


def with_versions(monkeypatch, **versions: str) -> None:
    def version(name):
        if name not in versions:
            raise importlib.metadata.PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr("importlib.metadata.version", version)


@pytest.mark.parametrize(
    ("torch", "vision", "fits"),
    [("2.13.0", "0.28.0", True), ("2.11.0+cpu", "0.26.0+cpu", True), ("2.13.0", "0.26.0", False)],
)
def test_a_torchvision_for_another_torch_is_named(monkeypatch, torch, vision, fits):
    with_versions(monkeypatch, torch=torch, torchvision=vision)
    remedy = by_subject()["torchvision"].remedy
    assert bool(remedy) is not fits
    assert fits or "install both at once" in remedy


def test_torchvision_is_needed_for_one_mode_only(monkeypatch):
    with_versions(monkeypatch, torch="2.13.0")
    assert by_subject()["torchvision"].remedy == ""


@pytest.mark.parametrize(
    ("versions", "found", "well"),
    [
        ({"ipykernel": "7.4"}, "ipykernel 7.4", True),
        ({"jupyterlab": "4.6", "ipykernel": "7.4"}, "jupyterlab 4.6, ipykernel 7.4", True),
        ({}, "nothing opens them", False),
    ],
)
def test_something_must_open_notebooks(monkeypatch, versions, found, well):
    with_versions(monkeypatch, **versions)
    finding = by_subject()["notebooks"]
    assert finding.found == found
    assert bool(finding.remedy) is not well


def test_data_sets_are_looked_for(monkeypatch, tmp_path):
    monkeypatch.setenv("NNLAB_DATA", str(tmp_path))
    monkeypatch.setattr("nnlab.datasets.SYSTEM_FASHION", tmp_path / "nowhere")
    finding = by_subject()["ud-english-ewt"]
    assert "python -m nnlab data fetch ud-english-ewt" in finding.found
    assert finding.remedy == ""
    for name, data_set in SETS.items():
        (tmp_path / name).mkdir()
        for file in data_set.files:
            (tmp_path / name / file).touch()
    found = by_subject()
    assert [found[name].found for name in SETS] == [str(tmp_path / name) for name in SETS]


@pytest.mark.parametrize(("free", "well"), [(1 << 30, False), (5 << 30, True)])
def test_a_full_disk_is_named(monkeypatch, free, well):
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=free))
    finding = by_subject()["free disk"]
    assert finding.found == f"{free >> 30} GB"
    assert bool(finding.remedy) is not well


def test_the_threads_of_a_program_are_told(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert by_subject()["processors"].found == "8"
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert by_subject()["processors"].found == "8, of which each program uses 1"


def test_colab_is_recognised(monkeypatch):
    assert by_subject()["Colab"].found == "no"
    monkeypatch.setitem(sys.modules, "google.colab", SimpleNamespace())
    assert by_subject()["Colab"].found == "yes"


def test_the_last_line_says_what_to_do_next(monkeypatch, capsys):
    assert doctor() == 0
    assert "open a lab's notebook" in capsys.readouterr().out.splitlines()[-1]
    with_versions(monkeypatch, numpy="1.0")
    assert doctor() == 1
    assert "to mend: do what stands behind ->" in capsys.readouterr().out.splitlines()[-1]


def test_missing_digits_are_named(monkeypatch):
    def digits_file():
        raise DataError("the digits come with scikit-learn")

    monkeypatch.setattr(module, "digits_file", digits_file)
    assert by_subject()["digits"].remedy == "the digits come with scikit-learn"


def test_the_environment_is_shown(monkeypatch):
    monkeypatch.setenv("NNLAB_MODE", "test")
    monkeypatch.delenv("NNLAB_DATA", raising=False)
    found = by_subject()
    assert found["NNLAB_MODE"].found == "test"
    assert found["NNLAB_DATA"].found == "not set"


def test_the_module_can_be_run(capsys):
    assert main(["doctor"]) == 0
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.endswith("0.1.0\n")
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
