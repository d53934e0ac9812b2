"""A torch lab of sixteen code cells with six hidden tests, and a class of varied hand-ins to it."""

import copy
import random
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

NAME = "torchlab"

GIVEN_IMPORTS = """\
import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
torch.set_num_threads(1)
torch.manual_seed(0)"""

GIVEN_DATA = """\
from nnlab.datasets import digits
images = digits()
X = torch.tensor(np.concatenate([images.X_train, images.X_val, images.X_test]), dtype=torch.float32)
y = torch.tensor(np.concatenate([images.y_train, images.y_val, images.y_test]))
"""
"""The digits, as the course's labs get them."""

SPLIT = """\
order = torch.randperm(len(X), generator=torch.Generator().manual_seed(0))
X_train, y_train, X_val, y_val = X[order[:1400]], y[order[:1400]], X[order[1400:]], y[order[1400:]]
print(X_train.shape, X_val.shape)"""

SOLUTIONS = {
    "softmax": "def softmax(z):\n    e = torch.exp(z - z.max(1, keepdim=True).values)\n    return e / e.sum(1, keepdim=True)",
    "cross-entropy": "def cross_entropy(z, y):\n    return -torch.log_softmax(z, 1)[torch.arange(len(y)), y].mean()",
    "mlp": "class MLP(nn.Module):\n    def __init__(self, hidden=32):\n        super().__init__()\n        self.fc1 = nn.Linear(64, hidden)\n        self.fc2 = nn.Linear(hidden, 10)\n    def forward(self, x):\n        return self.fc2(F.relu(self.fc1(x)))",
    "train": "def train(model, X, y, epochs=12, lr=0.1, batch=64):\n    optimiser = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)\n    losses = []\n    for _ in range(epochs):\n        for i in range(0, len(X), batch):\n            loss = cross_entropy(model(X[i:i + batch]), y[i:i + batch])\n            optimiser.zero_grad(); loss.backward(); optimiser.step()\n        losses.append(loss.item())\n    return losses",
    "accuracy": "def accuracy(model, X, y):\n    model.eval()\n    with torch.no_grad():\n        return (model(X).argmax(1) == y).float().mean().item()",
    "confusion": "def confusion(model, X, y):\n    with torch.no_grad():\n        p = model(X).argmax(1)\n    C = torch.zeros(10, 10, dtype=torch.long)\n    for t, q in zip(y, p): C[t, q] += 1\n    return C",
}  # fmt: skip

MISTAKES = {
    "softmax": ["def softmax(z):\n    e = torch.exp(z)\n    return e / e.sum(1, keepdim=True)", "def softmax(z):\n    e = torch.exp(z - z.max())\n    return e / e.sum()"],
    "cross-entropy": ["def cross_entropy(z, y):\n    return -torch.log_softmax(z, 1)[torch.arange(len(y)), y].sum()"],
    "mlp": ["class MLP(nn.Module):\n    def __init__(self, hidden=32):\n        super().__init__()\n        self.fc1 = nn.Linear(64, hidden)\n        self.fc2 = nn.Linear(hidden, 10)\n    def forward(self, x):\n        return torch.softmax(self.fc2(F.relu(self.fc1(x))), 1)"],
    "train": ["def train(model, X, y, epochs=12, lr=0.1, batch=64):\n    return [2.3] * epochs"],
    "accuracy": ["def accuracy(model, X, y):\n    raise NotImplementedError()"],
    "confusion": ["def confusion(model, X, y):\n    with torch.no_grad():\n        p = model(X).argmax(1)\n    C = torch.zeros(10, 10, dtype=torch.long)\n    for t, q in zip(y, p): C[q, t] += 1\n    return C"],
}  # fmt: skip
"""Exercise to wrong answers, each of which a student once gave."""

TESTS = {
    "softmax": "_z = torch.tensor([[1000., 0., -1000.], [1., 2., 3.]])\n_s = softmax(_z)\nassert torch.allclose(_s.sum(1), torch.ones(2)), 'rows sum to one'\nassert torch.allclose(_s, F.softmax(_z, 1)), 'softmax of large logits'",
    "cross-entropy": "_g = torch.Generator().manual_seed(1)\n_z = torch.randn(7, 10, generator=_g, requires_grad=True)\n_t = torch.arange(7)\n_l = cross_entropy(_z, _t)\n_l.backward()\n_r = _z.detach().clone().requires_grad_()\nF.cross_entropy(_r, _t).backward()\nassert torch.allclose(_z.grad, _r.grad, atol=1e-6), 'gradient of the mean loss'",
    "mlp": "_m = MLP(16)\nassert isinstance(_m, nn.Module)\nassert sum(p.numel() for p in _m.parameters()) == 64 * 16 + 16 + 170, 'number of parameters'\n_o = _m(torch.zeros(4, 64))\nassert _o.shape == (4, 10), 'one logit per class'\nassert not torch.allclose(_o.sum(1), torch.ones(4)), 'logits, not probabilities'",
    "train": "assert len(losses) == 12, 'one loss per epoch'\nassert losses[-1] < 0.5, 'the loss falls'",
    "accuracy": "_a = accuracy(model, X_val, y_val)\nassert 0.9 < _a <= 1, 'accuracy on the validation set'",
    "confusion": "_C = confusion(model, X_val, (y_val + 1) % 10)\nassert _C.sum() == len(y_val), 'every example counts once'\nassert _C[1, 0] > _C[0, 1], 'rows are the true classes'",
}  # fmt: skip

AFTER = {
    "train": "model = MLP()\nlosses = train(model, X_train, y_train)\nprint(losses[-1])",
    "accuracy": "plt.plot(losses); plt.xlabel('epoch'); plt.ylabel('loss'); plt.show()",
}
"""Given code that runs between an answer and its test."""


def code_cell(
    source: str, grade_id: str, *, grade: bool, locked: bool, solution: bool, points: int = 0
) -> Any:
    """A code cell with nbgrader's metadata."""
    cell = new_code_cell(source, id=grade_id)
    cell.metadata["nbgrader"] = {
        "schema_version": 3, "task": False, "grade": grade, "locked": locked,
        "solution": solution, "grade_id": grade_id,
    }  # fmt: skip
    if grade:
        cell.metadata["nbgrader"]["points"] = points
    return cell


def source_notebook(data: str = GIVEN_DATA) -> Any:
    """The instructor's notebook; `data` is code that binds X and y."""
    cells = [new_markdown_cell("# Digits with a small network", id="title")]
    given = {"grade": False, "locked": True, "solution": False}
    cells += [
        code_cell(GIVEN_IMPORTS, "imports", **given),
        code_cell(data + SPLIT, "data", **given),
    ]
    for name, solution in SOLUTIONS.items():
        body = f"### BEGIN SOLUTION\n{solution}\n### END SOLUTION"
        cells.append(code_cell(body, name, grade=False, locked=False, solution=True))
        if name in AFTER:
            cells.append(code_cell(AFTER[name], f"{name}-given", **given))
        body = f"# Tests of {name}.\n### BEGIN HIDDEN TESTS\n{TESTS[name]}\n### END HIDDEN TESTS"
        cells.append(
            code_cell(body, f"{name}-t1", grade=True, locked=True, solution=False, points=2)
        )
    notebook = new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {
        "name": "python3", "display_name": "Python 3", "language": "python",
    }  # fmt: skip
    return notebook


def hand_ins(released: Any, count: int) -> list[Any]:
    """`count` different hand-ins: about a third of the answers of a student are wrong."""
    made = []
    for number in range(count):
        draw = random.Random(number)
        notebook = copy.deepcopy(released)
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            if name in SOLUTIONS:
                wrong = number and draw.random() < 0.2
                answer = draw.choice(MISTAKES[name]) if wrong else SOLUTIONS[name]
                cell.source = f"# hand-in {number}\n{answer}"
        made.append(notebook)
    return made
