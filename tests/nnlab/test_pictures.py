import hashlib
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from nnlab import pictures
from nnlab.datasets import DataError, Images

GREY = Images(
    "clothes", (28, 28), ("a", "b"),
    np.ones((60, 784)), np.zeros(60, dtype=np.int64),
    np.ones((20, 784)), np.ones(20, dtype=np.int64),
    np.ones((20, 784)), np.ones(20, dtype=np.int64),
)  # fmt: skip


def test_digits_are_grey_pictures_of_8x8():
    data = pictures.load("test", None)
    x, y, x_val, _, x_test, _ = data.parts
    assert data.name == "digits"
    assert (x.shape, x_val.shape, x_test.shape) == ((1197, 1, 8, 8), (300, 1, 8, 8), (300, 1, 8, 8))
    assert x.dtype == np.float32
    assert (y.dtype, sorted(set(y))) == (np.int64, list(range(10)))
    assert (x.min(), x.max()) == (0, 1)


def test_test_mode_never_looks_for_other_data(monkeypatch, capsys):
    monkeypatch.setattr(pictures, "fashion_mnist", lambda folder: pytest.fail("looked for data"))
    assert pictures.load("test", Path("somewhere")).name == "digits"
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("mode", ["small", "full"])
def test_missing_pictures_are_replaced_loudly(monkeypatch, mode, capsys):
    def missing(folder: object) -> Images:
        raise DataError("no clothes here")

    monkeypatch.setattr(pictures, "fashion_mnist", missing)
    assert pictures.load(mode, None).name == "digits"
    said = capsys.readouterr().out
    assert "!! no clothes here" in said
    assert "8x8 digits" in said


def test_small_mode_takes_the_first_pictures_of_each_part(monkeypatch):
    monkeypatch.setattr(pictures, "fashion_mnist", lambda folder: GREY)
    monkeypatch.setattr(pictures, "SMALL", (50, 10, 5))
    assert [len(part) for part in pictures.load("full", None).parts] == [60, 60, 20, 20, 20, 20]
    assert [len(part) for part in pictures.load("small", None).parts] == [50, 50, 10, 10, 5, 5]


def test_unknown_pictures_name_the_known_ones():
    with pytest.raises(ValueError, match="choose one of fashion-mnist, cifar-10"):
        pictures.load("full", None, "cats")


@pytest.fixture
def colour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with the folder of CIFAR-10, and a torchvision that reads 20 pictures."""

    def read(root: Path, *, train: bool, download: bool) -> SimpleNamespace:
        assert not download
        if not (root / "cifar-10-batches-py" / "batches.meta").is_file():
            raise RuntimeError("Dataset not found or corrupted.")
        count = 20 if train else 5
        return SimpleNamespace(
            data=np.full((count, 32, 32, 3), 51, dtype=np.uint8), targets=[1] * count
        )

    (tmp_path / "cifar-10-batches-py").mkdir()
    (tmp_path / "cifar-10-batches-py" / "batches.meta").write_text("names")
    module = SimpleNamespace(CIFAR10=read)
    monkeypatch.setitem(sys.modules, "torchvision", SimpleNamespace(datasets=module))
    monkeypatch.setitem(sys.modules, "torchvision.datasets", module)
    return tmp_path


def test_cifar_comes_in_colour_and_in_three_parts(colour):
    data = pictures.load("full", colour, "cifar-10")
    x, y, x_val, _, x_test, _ = data.parts
    assert (data.name, len(data.classes)) == ("CIFAR-10", 10)
    assert (x.shape, x_val.shape, x_test.shape) == ((18, 3, 32, 32), (2, 3, 32, 32), (5, 3, 32, 32))
    assert np.allclose(x, 0.2)
    assert x.dtype == np.float32
    assert y.tolist() == [1] * 18


def test_cifar_may_lie_in_a_folder_of_its_own(colour):
    nested = colour / "data" / "cifar-10"
    nested.mkdir(parents=True)
    (colour / "cifar-10-batches-py").rename(nested / "cifar-10-batches-py")
    assert pictures.cifar10_folder(colour / "data") == nested
    assert pictures.cifar10_folder(colour) is None


def test_missing_or_damaged_cifar_says_what_to_do(colour):
    with pytest.raises(DataError, match="unpack cifar-10-python"):
        pictures.cifar10(None)
    (colour / "cifar-10-batches-py" / "batches.meta").unlink()
    with pytest.raises(DataError, match="damaged"):
        pictures.cifar10(colour)


def test_without_torchvision_cifar_is_missing(colour, monkeypatch):
    monkeypatch.setitem(sys.modules, "torchvision.datasets", None)
    with pytest.raises(DataError, match="read by torchvision"):
        pictures.cifar10(colour)


def test_torchvision_itself_compares_the_checksums(tmp_path):
    """What `cifar10` relies on: torchvision knows the MD5 of each file, and a wrong file raises."""
    datasets = pytest.importorskip("torchvision.datasets")
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    for name, digest in [*datasets.CIFAR10.train_list, *datasets.CIFAR10.test_list]:
        (folder / name).write_bytes(b"not pictures")
        assert hashlib.md5(b"not pictures", usedforsecurity=False).hexdigest() != digest
    with pytest.raises(DataError, match="damaged"):
        pictures.cifar10(tmp_path)
