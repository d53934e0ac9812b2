"""The usual idioms of test cells work on objects in another process."""

import types

import matplotlib as mpl
import pandas as pd
import pytest
import torch

from labhub.grading.examiner.operators import methods_of
from tests.grading.boundary import grade
from tests.grading.idioms import IDIOMS, STUDENT

mpl.use("agg")


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """What a warm process has loaded, so that students fork with it."""
    import matplotlib.pyplot as plt

    assert plt and pd
    torch.set_num_threads(1)
    torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))])


class ReferenceMLP(torch.nn.Module):
    """The course's own model, with a layer that a student's process cannot guess."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(64, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x)


REFERENCE = types.SimpleNamespace(
    softmax=lambda z: torch.full_like(z, 0.25), MLP=ReferenceMLP, SEED=3
)


@pytest.mark.parametrize("idiom", IDIOMS)
def test_idiom_works_unchanged(idiom: str) -> None:
    result = grade(
        STUDENT, IDIOMS[idiom], reference=REFERENCE, course_methods=methods_of([STUDENT])
    )
    assert result.status == "passed", result.detail


NOT_SPLITTABLE = {
    "double backward": "x = torch.randn(3, requires_grad=True)\n"
    "g, = torch.autograd.grad((square(x)**2).sum(), x, create_graph=True)",
    "vmap": "torch.func.vmap(lambda r: softmax(r[None])[0])(torch.randn(4, 5))",
    "subclass": "class Sub(MLP):\n    pass",
    "equality of two remote objects": "assert Config() == Config(0.1)",
    "equality with a value": "assert liar == 5",
    "ordering": "assert liar < 5",
    "truth": "assert net",
    "a remote object as an array": "np.testing.assert_allclose(liar, np.ones(3))",
    "pickle": "import pickle\npickle.dumps(net)",
    "a probe that returns an object": "@probe\ndef f():\n    return net\nf()",
    "reference itself": "mapper(print, [reference])",
}


@pytest.mark.parametrize("idiom", NOT_SPLITTABLE)
def test_what_cannot_be_split_says_what_to_write_instead(idiom: str) -> None:
    result = grade(STUDENT, NOT_SPLITTABLE[idiom], reference=REFERENCE)
    assert (result.status, result.score) == ("not-splittable", 0.0), result.detail
    assert "NotSplittableError" in result.detail
    assert "plain value" in result.law


def test_a_test_cannot_swallow_what_cannot_be_split() -> None:
    result = grade(STUDENT, "try:\n    liar == 5\nexcept Exception:\n    pass")
    assert result.status == "not-splittable"
