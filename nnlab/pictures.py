"""Pictures for lab 3, as arrays `(N, C, H, W)`: which set a mode uses, and where it comes from.

Nothing here opens a network connection. What is missing or damaged is replaced by the bundled
digits, with a loud notice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnlab.datasets import DataError, Images, announce_digits, digits, fashion_mnist

Pixels = NDArray[np.float32]
Ints = NDArray[np.int64]

CIFAR_CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
CIFAR_FOLDERS = ("cifar-10", ".")
"""Where below the data folder the folder `cifar-10-batches-py` may lie."""
SMALL = (5000, 1000, 1000)
"""Training, validation and test pictures in the mode `small`."""


@dataclass(frozen=True)
class Pictures:
    """A set of pictures with its labels, in three parts.

    `parts` holds `x_train, y_train, x_val, y_val, x_test, y_test`: pictures `(N, C, H, W)` with
    values in [0, 1], labels `(N,)`.
    """

    name: str
    classes: tuple[str, ...]
    parts: tuple[Pixels, Ints, Pixels, Ints, Pixels, Ints]


def load(mode: str, data_dir: Path | None, name: str = "fashion-mnist") -> Pictures:
    """The pictures of a mode: digits in `test`, 5,000 of `name` in `small`, all in `full`.

    `name` is `fashion-mnist` or `cifar-10`; raises `ValueError` for any other.
    """
    readers: dict[str, Callable[[Path | None], Pictures]] = {
        "fashion-mnist": _fashion_mnist,
        "cifar-10": cifar10,
    }
    if name not in readers:
        raise ValueError(f"unknown pictures {name!r}: choose one of {', '.join(readers)}")
    if mode != "test":
        try:
            whole = readers[name](data_dir)
            return whole if mode == "full" else _first(whole, SMALL)
        except DataError as problem:
            announce_digits(problem)
    return _of_images(digits())


def _first(whole: Pictures, counts: tuple[int, int, int]) -> Pictures:
    """The first few pictures of each part."""
    n, n_val, n_test = counts
    x, y, x_val, y_val, x_test, y_test = whole.parts
    parts = (x[:n], y[:n], x_val[:n_val], y_val[:n_val], x_test[:n_test], y_test[:n_test])
    return Pictures(whole.name, whole.classes, parts)


def _of_images(images: Images) -> Pictures:
    """Rows of pixels as grey pictures."""

    def pictures(rows: NDArray[np.float64]) -> Pixels:
        return rows.reshape(-1, 1, *images.shape).astype(np.float32)

    parts = (
        pictures(images.X_train), images.y_train,
        pictures(images.X_val), images.y_val,
        pictures(images.X_test), images.y_test,
    )  # fmt: skip
    return Pictures(images.name, images.classes, parts)


def _fashion_mnist(data_dir: Path | None) -> Pictures:
    return _of_images(fashion_mnist(data_dir))


def cifar10(data_dir: Path | None) -> Pictures:
    """60,000 colour pictures of 32x32 pixels: 45,000 train, 5,000 val, 10,000 test.

    Read by torchvision, which compares the MD5 of every file, from a folder
    `cifar-10-batches-py` in `data_dir` or in `data_dir/cifar-10`. Raises `DataError` where
    torchvision or the files are missing, or the files are damaged.
    """
    folder = cifar10_folder(data_dir)
    if folder is None:
        raise DataError(
            "CIFAR-10 not found: unpack cifar-10-python.tar.gz into $NNLAB_DATA or ~/.cache/nnlab"
        )
    try:
        from torchvision.datasets import CIFAR10
    except ImportError as error:
        raise DataError(f"CIFAR-10 is read by torchvision, which is missing ({error})") from error
    try:
        train, test = (CIFAR10(folder, train=part, download=False) for part in (True, False))
    except RuntimeError as error:
        raise DataError(f"CIFAR-10 in {folder} is damaged; unpack it again") from error
    x, y = _of_torchvision(train)
    x_test, y_test = _of_torchvision(test)
    cut = len(x) - len(x) // 10
    return Pictures("CIFAR-10", CIFAR_CLASSES, (x[:cut], y[:cut], x[cut:], y[cut:], x_test, y_test))


def cifar10_folder(data_dir: Path | None) -> Path | None:
    """The folder below `data_dir` that holds `cifar-10-batches-py`, or None."""
    candidates = [data_dir / name for name in CIFAR_FOLDERS] if data_dir else []
    return next((c for c in candidates if (c / "cifar-10-batches-py").is_dir()), None)


def _of_torchvision(dataset: Any) -> tuple[Pixels, Ints]:  # noqa: ANN401 - imported late
    """Bytes `(N, H, W, C)` as numbers `(N, C, H, W)` in [0, 1], and the labels."""
    pixels = np.moveaxis(np.asarray(dataset.data), 3, 1) / np.float32(255)
    return pixels.astype(np.float32), np.asarray(dataset.targets, dtype=np.int64)
