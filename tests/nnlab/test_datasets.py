import gzip
import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest

from nnlab import datasets


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def idx(array: np.ndarray) -> bytes:
    """`array` of bytes in the IDX format."""
    return (
        bytes([0, 0, 8, array.ndim])
        + struct.pack(f">{array.ndim}I", *array.shape)
        + array.tobytes()
    )


@pytest.fixture
def fashion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with four small files that pass for Fashion-MNIST."""
    draw = rng(3)
    folder, digests = tmp_path / "fashion-mnist", {}
    folder.mkdir()
    for name in datasets.FASHION_SHA256:
        count = 5010 if name.startswith("train") else 20
        shape = (count, 28, 28) if "images" in name else (count,)
        raw = idx(draw.integers(0, 10, size=shape, dtype=np.uint8))
        digests[name] = hashlib.sha256(raw).hexdigest()
        (folder / name).write_bytes(gzip.compress(raw, compresslevel=1))
    monkeypatch.setattr(datasets, "FASHION_SHA256", digests)
    monkeypatch.setattr(datasets, "SYSTEM_FASHION", tmp_path / "nowhere")
    return tmp_path


def test_blobs_have_the_asked_number_of_points():
    X, y = datasets.blobs((3, 5, 4), rng())
    assert X.shape == (12, 2)
    assert np.bincount(y).tolist() == [3, 5, 4]


def test_spirals_lie_in_the_unit_disc():
    X, y = datasets.spirals(50, rng())
    assert X.shape == (150, 2)
    assert np.bincount(y).tolist() == [50, 50, 50]
    assert np.linalg.norm(X, axis=1).max() <= 1 + 1e-12


def test_a_ring_has_clouds_on_a_circle():
    points = datasets.ring(4000, rng(), modes=4, spread=0.02)
    angles = np.arctan2(points[:, 1], points[:, 0]) / (np.pi / 2)
    assert np.abs(np.linalg.norm(points, axis=1) - 1).max() < 0.1
    assert np.abs(angles - angles.round()).max() < 0.1
    assert np.bincount(angles.round().astype(int) % 4).min() > 900


def test_moons_are_centred_and_balanced():
    X, y = datasets.moons(2000, rng(), noise=0.1)
    assert np.bincount(y).tolist() == [2000, 2000]
    assert np.abs(X.mean(axis=0)).max() < 0.05


@pytest.mark.parametrize("make", [datasets.spirals, datasets.moons])
def test_the_generator_decides_the_points(make):
    assert np.array_equal(make(9, rng(1))[0], make(9, rng(1))[0])
    assert not np.array_equal(make(9, rng(1))[0], make(9, rng(2))[0])


def test_the_digits_are_cut_into_three_parts_that_share_no_image():
    images = datasets.digits()
    parts = (images.X_train, images.X_val, images.X_test)
    assert [len(part) for part in parts] == [1197, 300, 300]
    assert [len(y) for y in (images.y_train, images.y_val, images.y_test)] == [1197, 300, 300]
    assert images.shape == (8, 8)
    assert all(part.min() == 0 and part.max() == 1 for part in parts)
    assert set(np.concatenate([images.y_train, images.y_val, images.y_test])) == set(range(10))
    rows = [set(map(bytes, np.ascontiguousarray(part))) for part in parts]
    assert not rows[0] & rows[1]
    assert not rows[1] & rows[2]
    assert not rows[0] & rows[2]


def test_without_scikit_learn_the_digits_say_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(datasets.DataError, match="pip install scikit-learn"):
        datasets.digits()


def test_fashion_mnist_is_read_from_its_four_files(fashion):
    images = datasets.fashion_mnist(fashion)
    assert images.name == "Fashion-MNIST"
    assert images.X_train.shape == (10, 784)
    assert images.X_val.shape == (5000, 784)
    assert images.X_test.shape == (20, 784)
    assert images.y_train.dtype == np.int64
    assert 0 <= images.X_train.min() <= images.X_train.max() <= 1


@pytest.mark.parametrize("folder", ["FashionMNIST/raw", "."])
def test_fashion_mnist_is_found_where_others_put_it(fashion, folder, tmp_path):
    place = tmp_path / "other" / folder
    place.parent.mkdir(parents=True, exist_ok=True)
    place.mkdir(exist_ok=True)
    for path in (fashion / "fashion-mnist").iterdir():
        (place / path.name).write_bytes(path.read_bytes())
    assert datasets.fashion_mnist_folder(tmp_path / "other") is not None


def test_one_missing_file_is_as_bad_as_four(fashion):
    next((fashion / "fashion-mnist").iterdir()).unlink()
    assert datasets.fashion_mnist_folder(fashion) is None
    with pytest.raises(datasets.DataError, match=r"train-images.*fashion-mnist"):
        datasets.fashion_mnist(fashion)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"not packed", "cannot be read"),
        (gzip.compress(b"something else", mtime=0), "SHA-256 of its content differs"),
    ],
    ids=["not packed", "other content"],
)
def test_a_damaged_file_is_named(fashion, content, complaint):
    path = fashion / "fashion-mnist" / "t10k-labels-idx1-ubyte.gz"
    path.write_bytes(content)
    with pytest.raises(datasets.DataError, match=complaint) as caught:
        datasets.fashion_mnist(fashion)
    assert "t10k-labels" in str(caught.value)


def test_full_mode_falls_back_loudly(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(datasets, "SYSTEM_FASHION", tmp_path / "nowhere")
    assert datasets.images("full", tmp_path).name == "digits"
    assert "Going on with the 8x8 digits" in capsys.readouterr().out


@pytest.mark.parametrize("mode", ["test", "small"])
def test_the_other_modes_need_no_files_and_say_nothing(mode, capsys):
    assert datasets.images(mode, None).name == "digits"
    assert capsys.readouterr().out == ""


def test_full_mode_uses_the_files(fashion):
    assert datasets.images("full", fashion).name == "Fashion-MNIST"


def test_an_idx_file_is_a_header_and_numbers():
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    assert np.array_equal(datasets.parse_idx(idx(array)), array)


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        (b"", "not an IDX file"),
        (b"\x00\x00\x0d\x01\x00\x00\x00\x01\x00", "not an IDX file"),
        (b"\x00\x00\x08\x02\x00\x00\x00\x01", "ends within its header"),
        (b"\x00\x00\x08\x01\x00\x00\x00\x05abc", "holds 3 numbers"),
    ],
)
def test_what_is_no_idx_file_is_refused(raw, complaint):
    with pytest.raises(datasets.DataError, match=complaint):
        datasets.parse_idx(raw)


def test_without_a_group_there_are_the_numbers_of_the_course():
    network = datasets.paper_network()
    assert network["x"] == [2.0, 1.0]
    assert network["W1"] == [[1.0, -1.0], [-0.5, 1.5]]


@pytest.mark.parametrize("group", [f"g{number}" for number in range(1, 40)])
def test_every_group_has_round_numbers_of_its_own(group):
    network = datasets.paper_network(group)
    numbers = [
        *network["x"],
        network["t"],
        *np.ravel(network["W1"]),
        *network["b1"],
        *network["W2"],
    ]
    assert all(2 * number == round(2 * number) for number in numbers)
    assert network == datasets.paper_network(group)
    assert network != datasets.paper_network(f"{group}0")


@pytest.mark.parametrize("group", ["", *(f"g{number}" for number in range(40))])
def test_a_transposed_matrix_and_a_forgotten_slope_show_in_the_third_decimal(group):
    network = datasets.paper_network(group)
    x, W1 = np.array(network["x"]), np.array(network["W1"])
    assert np.abs(x @ W1 - x @ W1.T).max() > 0.01
    h = 1 / (1 + np.exp(-(x @ W1 + np.array(network["b1"]))))
    o = 1 / (1 + np.exp(-(h @ np.array(network["W2"]) + network["b2"])))
    assert h.min() > 0.05
    assert h.max() < 0.95
    assert abs((o - network["t"]) * o * (1 - o)) > 0.03
