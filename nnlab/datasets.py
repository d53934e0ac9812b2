"""Data sets of the labs: generated point clouds, the bundled digits, Fashion-MNIST from files.

Nothing here opens a network connection. Images come as rows of numbers in [0, 1].
"""

import gzip
import hashlib
import importlib.util
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnlab.variants import variant

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FASHION_CLASSES = (
    "T-shirt", "trousers", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip
FASHION_SHA256 = {
    f"{name}-ubyte.gz": digest
    for name, digest in (
        ("train-images-idx3", "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
        ("train-labels-idx1", "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
        ("t10k-images-idx3", "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
        ("t10k-labels-idx1", "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
    )
}
"""The four files and the SHA-256 of what is inside them: some mirrors pack the same bytes anew."""
FASHION_FOLDERS = ("fashion-mnist", "FashionMNIST/raw", ".")
SYSTEM_FASHION = Path("/usr/share/datasets/fashion-mnist")
"""Where Debian's package dataset-fashion-mnist puts the same files."""


class DataError(ValueError):
    """A data file is not what its name says."""


@dataclass(frozen=True)
class Images:
    """A classification data set, cut once and for all into three parts.

    `X_*` have shape `(N, height * width)` with values in [0, 1]; `y_*` have shape `(N,)`.
    """

    name: str
    shape: tuple[int, int]
    classes: tuple[str, ...]
    X_train: Floats
    y_train: Ints
    X_val: Floats
    y_val: Ints
    X_test: Floats
    y_test: Ints


# --- generated ---------------------------------------------------------------------------------


def blobs(
    counts: tuple[int, ...], rng: np.random.Generator, spread: float = 0.8
) -> tuple[Floats, Ints]:
    """Round clouds of `counts[k]` points, their centres on a circle of radius 2."""
    angles = 2 * np.pi * np.arange(len(counts)) / len(counts) + 0.5
    centres = 2 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    y = np.repeat(np.arange(len(counts)), counts)
    return centres[y] + rng.normal(0, spread, size=(len(y), 2)), y


def spirals(
    n: int, rng: np.random.Generator, classes: int = 3, noise: float = 0.12
) -> tuple[Floats, Ints]:
    """`classes` interleaved spiral arms of `n` points each, with angular noise `noise` (rad)."""
    y = np.repeat(np.arange(classes), n)
    radius = np.tile(np.linspace(0.08, 1.0, n), classes)
    angle = 2 * np.pi * y / classes + 4.2 * radius + rng.normal(0, noise, size=len(y))
    return np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1), y


def moons(n: int, rng: np.random.Generator, noise: float = 0.25) -> tuple[Floats, Ints]:
    """Two interleaved half circles of `n` points each, with Gaussian noise of std `noise`."""
    t = rng.uniform(0, np.pi, size=2 * n)
    y = np.repeat(np.arange(2), n)
    upper = np.stack([np.cos(t), np.sin(t)], axis=1)
    lower = np.stack([1 - np.cos(t), 0.5 - np.sin(t)], axis=1)
    points = np.where(y[:, None] == 0, upper, lower) - np.array([0.5, 0.25])
    return points + rng.normal(0, noise, size=points.shape), y


def ring(n: int, rng: np.random.Generator, modes: int = 8, spread: float = 0.05) -> Floats:
    """`n` points of `modes` small round clouds on a circle of radius 1, all equally likely."""
    angles = 2 * np.pi * rng.integers(modes, size=n) / modes
    centres = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return centres + rng.normal(0, spread, size=(n, 2))


# --- images ------------------------------------------------------------------------------------


def digits() -> Images:
    """The 1797 handwritten 8x8 digits that scikit-learn ships: 1197 train, 300 val, 300 test.

    Reads the bundled file without importing scikit-learn, whose import costs a second.
    Raises `DataError` when scikit-learn is not installed.
    """
    table = np.loadtxt(digits_file(), delimiter=",")
    order = np.random.default_rng(1797).permutation(len(table))
    X, y = table[order, :-1] / 16.0, table[order, -1].astype(np.int64)
    return _split("digits", (8, 8), tuple("0123456789"), X, y, X[-300:], y[-300:], 300, 300)


def digits_file() -> Path:
    """The table of digits that scikit-learn ships, found without importing scikit-learn.

    Raises `DataError` where that is missing.
    """
    spec = importlib.util.find_spec("sklearn")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / "datasets" / "data" / "digits.csv.gz"
        if path.is_file():
            return path
    raise DataError("the digits come with scikit-learn: python -m pip install scikit-learn")


def _split(
    name: str,
    shape: tuple[int, int],
    classes: tuple[str, ...],
    X: Floats,
    y: Ints,
    X_test: Floats,
    y_test: Ints,
    n_val: int,
    skip: int,
) -> Images:
    """Cut `n_val` validation rows off the end of `X`, after dropping its last `skip` rows."""
    end = len(X) - skip
    cut = end - n_val
    return Images(name, shape, classes, X[:cut], y[:cut], X[cut:end], y[cut:end], X_test, y_test)


def fashion_mnist_folder(data_dir: Path | None) -> Path | None:
    """The folder below `data_dir` (or of the system) that holds the four files, or None."""
    candidates = [data_dir / name for name in FASHION_FOLDERS] if data_dir else []
    for folder in (*candidates, SYSTEM_FASHION):
        if all((folder / name).is_file() for name in FASHION_SHA256):
            return folder
    return None


def fashion_mnist(data_dir: Path | None) -> Images:
    """70,000 pictures of clothes, 28x28: 55,000 train, 5,000 val, 10,000 test.

    Raises `DataError` when the files are missing or damaged.
    """
    folder = fashion_mnist_folder(data_dir)
    if folder is None:
        raise DataError(
            "Fashion-MNIST not found: run `python -m nnlab data fetch fashion-mnist`, or put "
            f"{', '.join(FASHION_SHA256)} into $NNLAB_DATA/fashion-mnist"
        )
    arrays = [_read_verified(folder / name, digest) for name, digest in FASHION_SHA256.items()]
    train, train_labels, test, test_labels = arrays
    return _split(
        "Fashion-MNIST", (28, 28), FASHION_CLASSES,
        train.reshape(len(train), -1) / 255.0, train_labels.astype(np.int64),
        test.reshape(len(test), -1) / 255.0, test_labels.astype(np.int64),
        n_val=5000, skip=0,
    )  # fmt: skip


def _read_verified(path: Path, sha256: str) -> NDArray[np.uint8]:
    try:
        raw = gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read ({error}); fetch it again") from error
    if hashlib.sha256(raw).hexdigest() != sha256:
        raise DataError(f"{path} is damaged: the SHA-256 of its content differs; fetch it again")
    return parse_idx(raw)


def parse_idx(raw: bytes) -> NDArray[np.uint8]:
    """The array in an IDX file of unsigned bytes: zero, zero, 8, rank, sizes, numbers."""
    if len(raw) < 4 or raw[:3] != b"\x00\x00\x08":
        raise DataError("not an IDX file of unsigned bytes")
    rank = raw[3]
    if len(raw) < 4 + 4 * rank:
        raise DataError("an IDX file ends within its header")
    shape = struct.unpack(f">{rank}I", raw[4 : 4 + 4 * rank])
    numbers = np.frombuffer(raw, dtype=np.uint8, offset=4 + 4 * rank)
    if numbers.size != int(np.prod(shape)):
        raise DataError(f"an IDX file holds {numbers.size} numbers where its header says {shape}")
    return numbers.reshape(shape)


def images(mode: str, data_dir: Path | None) -> Images:
    """Fashion-MNIST in `full` mode, the digits in the others.

    Falls back to the digits, with a loud notice, when the files are missing or damaged.
    """
    if mode == "full":
        try:
            return fashion_mnist(data_dir)
        except DataError as problem:
            announce_digits(problem)
    return digits()


def announce_digits(problem: DataError) -> None:
    """Say loudly that the digits stand in for other data, and why."""
    print("!" * 78)
    print(f"!! {problem}")
    print("!! Going on with the 8x8 digits: every figure below says which data it shows.")
    print("!" * 78)


# --- exercise 1.1 of lab 1 ---------------------------------------------------------------------


def paper_network(group: str = "") -> dict[str, Any]:
    """The 2-2-1 network of exercise 1.1: input `x`, target `t`, and nine round parameters.

    Without a group, the numbers of the course; every group id has its own. `W1[i][j]` leads
    from input `i` to hidden unit `j`.
    """
    if not group:
        return {
            "x": [2.0, 1.0],
            "t": 0.0,
            "W1": [[1.0, -1.0], [-0.5, 1.5]],
            "b1": [-0.5, 1.0],
            "W2": [2.0, -1.5],
            "b2": 0.5,
        }
    rng = variant(group, "l1e01")
    while True:
        network = _draw_paper_network(rng)
        if _is_lively(network):
            return network


def _draw_paper_network(rng: np.random.Generator) -> dict[str, Any]:
    halves = (-1.5, -1.0, -0.5, 0.5, 1.0, 1.5)
    return {
        "x": rng.choice([-2.0, -1.0, 1.0, 2.0], size=2, replace=False).tolist(),
        "t": float(rng.integers(2)),
        "W1": rng.choice(halves, size=(2, 2)).tolist(),
        "b1": rng.choice(halves, size=2).tolist(),
        "W2": rng.choice([-2.0, -1.5, 1.5, 2.0], size=2, replace=False).tolist(),
        "b2": float(rng.choice(halves)),
    }


def _is_lively(network: dict[str, Any]) -> bool:
    """No unit is saturated, and a transposed `W1` would show: the mistakes change the numbers."""
    W1 = np.array(network["W1"])
    z = np.array(network["x"]) @ W1 + np.array(network["b1"])
    h = 1 / (1 + np.exp(-z))
    o = 1 / (1 + np.exp(-(h @ np.array(network["W2"]) + network["b2"])))
    return bool(
        abs(W1[0, 1] - W1[1, 0]) > 0.4
        and np.all(np.abs(z) < 1.6)
        and abs(z[0] - z[1]) > 0.4
        and abs(o - network["t"]) > 0.3
        and 0.15 < o < 0.85
    )
