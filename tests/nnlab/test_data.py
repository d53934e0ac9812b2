"""`python -m nnlab data`."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from nnlab import datasets
from nnlab.__main__ import main
from nnlab.sources import SETS, DataSet
from tests.nnlab.mirror import serving
from tests.nnlab.test_download import DIGESTS, FILES


@pytest.fixture(autouse=True)
def _own_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("NNLAB_DATA", raising=False)


@pytest.fixture
def tiny(monkeypatch):
    """One small data set, at a mirror of this machine."""
    with serving(dict(FILES)) as mirror:
        one = DataSet("tiny", "Tiny words", DIGESTS, (mirror.address,), 1, "MIT", "digits")
        monkeypatch.setattr("nnlab.data.SETS", {"tiny": one})
        yield mirror


def test_fetch_puts_a_set_where_the_labs_look_for_it(tiny, capsys):
    assert main(["data", "fetch"]) == 0
    assert (Path.home() / ".cache" / "nnlab" / "tiny" / "images.gz").is_file()
    assert main(["data", "list"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("/.cache/nnlab/tiny")
    assert main(["data", "verify"]) == 0


def test_verify_names_what_is_missing_or_wrong(tiny, tmp_path, capsys):
    assert main(["data", "fetch", "--to", str(tmp_path)]) == 0
    (tmp_path / "tiny" / "train.conllu").write_bytes(b"damaged")
    capsys.readouterr()
    assert main(["data", "verify", "--folder", str(tmp_path)]) == 1
    assert capsys.readouterr().out.splitlines() == ["!!  tiny/train.conllu", "ok  tiny/images.gz"]


def test_a_failure_is_loud_and_names_the_substitute(tiny, capsys):
    tiny.files.clear()
    assert main(["data", "fetch", "tiny"]) == 1
    said = capsys.readouterr().out
    assert "!" * 78 in said
    assert "!! Without it the labs use digits, and say so in every figure." in said


def test_another_place_can_be_tried_first(tiny, tmp_path):
    stick = tmp_path / "stick"
    stick.mkdir()
    for name, content in FILES.items():
        (stick / name).write_bytes(content)
    assert main(["data", "fetch", "--from", str(stick), "--to", str(tmp_path / "data")]) == 0
    assert tiny.asked == []


@pytest.mark.parametrize("words", [["fetch", "nonsense"], [], ["burn"]])
def test_a_wrong_call_is_explained(words, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["data", *words])
    assert caught.value.code == 2
    assert "usage: python -m nnlab data" in capsys.readouterr().err


def test_a_fetched_fashion_mnist_is_what_the_labs_read(monkeypatch, tmp_path, capsys):
    """From the mirror to the array: with four small files in the place of the real ones."""
    images = np.arange(2 * 28 * 28, dtype=np.uint8).reshape(2, 28, 28)
    header = {3: b"\x00\x00\x08\x03", 1: b"\x00\x00\x08\x01"}
    raw = {}
    for name in datasets.FASHION_SHA256:
        array = images if "images" in name else np.array([3, 4], dtype=np.uint8)
        sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
        raw[name] = header[array.ndim] + sizes + array.tobytes()
    import hashlib

    digests = {name: hashlib.sha256(content).hexdigest() for name, content in raw.items()}
    monkeypatch.setattr(datasets, "FASHION_SHA256", digests)
    real = SETS["fashion-mnist"]
    with serving({name: gzip.compress(content) for name, content in raw.items()}) as mirror:
        one = DataSet(real.name, real.title, digests, (mirror.address,), 1, "MIT", "digits")
        monkeypatch.setattr("nnlab.data.SETS", {one.name: one})
        assert main(["data", "fetch", "fashion-mnist", "--to", str(tmp_path)]) == 0
    assert datasets.fashion_mnist_folder(tmp_path) == tmp_path / "fashion-mnist"
    read = datasets.fashion_mnist(tmp_path)
    assert (read.name, read.shape, read.y_test.tolist()) == ("Fashion-MNIST", (28, 28), [3, 4])
