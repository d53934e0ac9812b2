"""The torch lab with its digits from scikit-learn: an import that makes every fork dearer."""

from typing import Any

from tests.bench import torch_lab
from tests.bench.torch_lab import hand_ins as hand_ins

NAME = "torchlab-sklearn"

DATA = """\
from sklearn.datasets import load_digits
digits = load_digits()
X = torch.tensor(digits.data / 16, dtype=torch.float32)
y = torch.tensor(digits.target)
"""


def source_notebook() -> Any:
    """The instructor's notebook."""
    return torch_lab.source_notebook(DATA)
