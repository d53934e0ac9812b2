import importlib.metadata

import pytest

from nnlab import doctor as module
from nnlab.__main__ import main
from nnlab.datasets import DataError
from nnlab.doctor import Finding, doctor, findings


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
    ("version", "old"), [("1.25.9", True), ("1.26.0", False), ("2.0rc1", False)]
)
def test_an_old_package_is_named(monkeypatch, version, old):
    monkeypatch.setattr("importlib.metadata.version", lambda name: version)
    assert bool(by_subject()["numpy"].remedy) is old


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
