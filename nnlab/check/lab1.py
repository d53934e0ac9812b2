"""Visible checks of lab 1, one function per exercise. Shapes: rows are samples."""

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, Protocol, TypeVar

import numpy as np

from nnlab.check import Laws, close, slope

Array = np.ndarray
Function = Callable[..., Any]


class Model(Protocol):
    """What these checks need of a student's MLP."""

    params: dict[str, Any]


M = TypeVar("M", bound=Model)


def _rng(exercise: int) -> np.random.Generator:
    return np.random.default_rng([1, exercise, 7])


def _points_downhill(f: Function, gradient: Array, x: Array, rng: np.random.Generator) -> bool:
    """The gradient predicts the slope of `f` in three random directions."""
    directions = [rng.normal(size=x.shape) for _ in range(3)]
    return all(close(np.sum(gradient * d), slope(f, x, d), rtol=1e-4) for d in directions)


def paper(hand: Mapping[str, float], network: Mapping[str, Any]) -> None:
    """1.1: the numbers are there, in range, and the loss fits the output."""
    keys = [
        *("z1", "z2", "h1", "h2", "z3", "o", "loss", "d3", "dW2_1", "dW2_2", "db2", "d1", "d2"),
        *("dW1_11", "dW1_12", "dW1_21", "dW1_22", "db1_1", "db1_2"),
    ]
    with Laws("1.1 a network on paper") as law:
        law("hand holds all 19 numbers", lambda: all(np.isfinite(float(hand[k])) for k in keys))
        law(
            "h1, h2 and o lie between 0 and 1, as every sigmoid does",
            lambda: all(0 < hand[key] < 1 for key in ("h1", "h2", "o")),
        )
        law(
            "your loss fits your own output",
            lambda: abs(hand["loss"] - (hand["o"] - network["t"]) ** 2 / 2) < 2e-3,
        )


def activations(
    sigmoid: Function, relu: Function, relu_grad: Function, tanh_grad: Function
) -> None:
    """1.2: shapes, values at a few points, symmetry, slopes."""
    z = np.linspace(-3, 3, 8).reshape(2, 4)
    pairs = (
        (sigmoid, "sigmoid"),
        (relu, "relu"),
        (relu_grad, "relu_grad"),
        (tanh_grad, "tanh_grad"),
    )

    def keeps_shape(function: Function) -> bool:
        return np.shape(function(z)) == (2, 4)

    with Laws("1.2 activations") as law:
        for function, name in pairs:
            law(f"{name} keeps the shape", partial(keeps_shape, function))
        law("sigmoid(0) is one half", lambda: close(sigmoid(0.0), 0.5))
        law(
            "sigmoid(z) + sigmoid(-z) is 1",
            lambda: close(sigmoid(z) + sigmoid(-z), np.ones((2, 4))),
        )
        law("relu gives 0 at -2 and 3 at 3", lambda: close(relu(np.array([-2.0, 3.0])), [0, 3]))
        law(
            "relu_grad is the slope of relu",
            lambda: close(relu_grad(z), _slopes(relu, z), rtol=1e-5),
        )
        law(
            "tanh_grad is the slope of tanh",
            lambda: close(tanh_grad(z), _slopes(np.tanh, z), rtol=1e-5),
        )


def _slopes(f: Function, z: Array) -> Array:
    return np.asarray((f(z + 1e-5) - f(z - 1e-5)) / 2e-5)


def softmax(softmax: Function, cross_entropy: Function, cross_entropy_grad: Function) -> None:
    """1.3: rows of probabilities, ln K for uniform logits, a gradient that predicts the slope."""
    rng = _rng(3)
    z, y = rng.normal(size=(2, 3)), np.array([2, 0])
    with Laws("1.3 softmax and cross-entropy") as law:
        law("softmax keeps the shape", lambda: np.shape(softmax(z)) == (2, 3))
        law("every row of softmax sums to 1", lambda: close(np.sum(softmax(z), axis=1), np.ones(2)))
        law(
            "uniform logits cost ln K",
            lambda: close(cross_entropy(np.zeros((2, 5)), np.array([0, 4])), np.log(5)),
        )
        law(
            "the gradient predicts the slope in random directions",
            lambda: _points_downhill(
                lambda v: cross_entropy(v, y), cross_entropy_grad(z, y), z, rng
            ),
        )


def softmax_regression(fit: Function, X: Array, y: Array, K: int) -> None:
    """1.4: shapes, and a loss that starts near ln K and falls."""

    @cache
    def fitted() -> tuple[Array, Array, Array]:
        W, b, losses = fit(X, y, K, 0.5, 30, np.random.default_rng(0))
        return np.asarray(W), np.asarray(b), np.asarray(losses, dtype=float)

    with Laws("1.4 logistic regression") as law:
        law("W has shape (D, K)", lambda: fitted()[0].shape == (X.shape[1], K))
        law("b has shape (K,)", lambda: fitted()[1].shape == (K,))
        law("there is one loss more than there are steps", lambda: fitted()[2].shape == (31,))
        law("the loss starts near ln K", lambda: abs(fitted()[2][0] - np.log(K)) < 0.1)
        law("the loss falls in every step", lambda: bool(np.all(np.diff(fitted()[2]) < 0)))


def affine(linear_forward: Function, linear_backward: Function) -> None:
    """1.5: shapes of all three gradients, and their values on one size."""
    rng = _rng(5)
    x, W, b, dout = (rng.normal(size=s) for s in ((4, 3), (3, 2), (2,), (4, 2)))

    def pulled(x: Array = x, W: Array = W, b: Array = b) -> float:
        return float(np.sum(linear_forward(x, W, b)[0] * dout))

    def backward() -> tuple[Array, Array, Array]:
        dx, dW, db = linear_backward(dout, linear_forward(x, W, b)[1])
        return np.asarray(dx), np.asarray(dW), np.asarray(db)

    with Laws("1.5 affine layer") as law:
        law("out has shape (N, K)", lambda: np.shape(linear_forward(x, W, b)[0]) == (4, 2))
        law(
            "dx, dW, db have the shapes of x, W, b",
            lambda: [g.shape for g in backward()] == [(4, 3), (3, 2), (2,)],
        )
        law(
            "dx predicts the slope",
            lambda: _points_downhill(lambda v: pulled(x=v), backward()[0], x, rng),
        )
        law(
            "dW predicts the slope",
            lambda: _points_downhill(lambda v: pulled(W=v), backward()[1], W, rng),
        )
        law(
            "db predicts the slope",
            lambda: _points_downhill(lambda v: pulled(b=v), backward()[2], b, rng),
        )


def numerical(numerical_gradient: Function) -> None:
    """1.6a: exact on a parabola, good to 1e-8 on a sine, and x is left as it was."""
    rng = _rng(6)
    x = rng.normal(size=(2, 3))
    before = x.copy()
    with Laws("1.6 gradient checking") as law:
        law("the shape of x is kept", lambda: np.shape(numerical_gradient(np.sum, x)) == (2, 3))
        law(
            "exact on a parabola",
            lambda: close(numerical_gradient(lambda v: float(np.sum(v**2)), x), 2 * x, rtol=1e-7),
        )
        law(
            "good to 1e-8 on a sine",
            lambda: close(
                numerical_gradient(lambda v: float(np.sum(np.sin(v))), x),
                np.cos(x),
                rtol=0,
                atol=1e-8,
            ),
        )
        law("x holds the same numbers afterwards", lambda: close(x, before, rtol=0, atol=1e-12))


def healthy(numerical_gradient: Function) -> None:
    """1.6b: the student's checker finds nothing wrong with a healthy affine layer."""
    rng = _rng(66)
    X, T = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    W, b = rng.normal(size=(3, 2)), rng.normal(size=2)
    error = X @ W + b - T
    with Laws("1.6b a healthy layer") as law:
        law(
            "your checker agrees with the weight gradient of a healthy layer",
            lambda: close(
                numerical_gradient(lambda v: float(np.sum((X @ v + b - T) ** 2) / 12), W),
                X.T @ error / 6,
            ),
        )
        law(
            "your checker agrees with its bias gradient",
            lambda: close(
                numerical_gradient(lambda v: float(np.sum((X @ W + v - T) ** 2) / 12), b),
                error.sum(axis=0) / 6,
            ),
        )


def checker(check_softmax: Function, softmax: Function) -> None:
    """1.6c: the student's checker accepts the student's softmax and rejects a gross mistake."""

    def rejects(wrong: Function) -> bool:
        try:
            check_softmax(wrong)
        except NotImplementedError:
            raise
        except Exception:  # any exception is a rejection
            return True
        return False

    with Laws("1.6c a test of your own") as law:
        law("it accepts your own softmax", lambda: check_softmax(softmax) is None)
        law("it rejects a function that returns its input", lambda: rejects(lambda z: z))


def mlp(MLP: Function, numerical_gradient: Function) -> None:
    """1.7: a 3-4-2 net on 3 points against the student's own numerical gradient."""
    rng = _rng(7)
    X, y = rng.normal(size=(3, 3)), np.array([1, 0, 1])

    def agrees(name: str, activation: str) -> bool:
        model = _spread(MLP([3, 4, 2], activation, np.random.default_rng(7)), rng)

        def loss_at(value: Array) -> float:
            kept, model.params[name] = model.params[name], value
            loss = float(model.loss(X, y))
            model.params[name] = kept
            return loss

        measured = numerical_gradient(loss_at, model.params[name].copy())
        return close(model.gradients(X, y)[name], measured, rtol=1e-5, atol=1e-7)

    def all_agree(activation: str) -> bool:
        return all(agrees(name, activation) for name in ("W1", "b1", "W2", "b2"))

    with Laws("1.7 the MLP") as law:
        law("a 3-4-2 net has 26 parameters", lambda: _count(MLP([3, 4, 2], "relu", rng)) == 26)
        law(
            "forward gives one row of logits per sample",
            lambda: np.shape(MLP([3, 4, 2], "tanh", rng).forward(X)) == (3, 2),
        )
        law(
            "the loss at the start is near ln K",
            lambda: abs(MLP([3, 4, 10], "relu", rng).loss(X, y) - np.log(10)) < 0.1,
        )
        for activation in ("sigmoid", "tanh", "relu"):
            law(
                f"{activation}: all gradients agree with your numerical gradient",
                partial(all_agree, activation),
            )
    wide = MLP([400, 100, 10], "relu", np.random.default_rng(0)).params["W1"]
    print(f"  std of W1 at fan-in 400, relu: {np.std(wide):.4f}   (He: {np.sqrt(2 / 400):.4f})")


def _count(model: Model) -> int:
    return sum(int(np.size(value)) for value in model.params.values())


def _spread(model: M, rng: np.random.Generator) -> M:
    """Move the parameters away from the special values they start with."""
    for name, value in model.params.items():
        model.params[name] = np.asarray(value) + 0.5 * rng.normal(size=np.shape(value))
    return model


def minibatches(minibatches: Function) -> None:
    """1.8: the sizes of one epoch's batches; labels stay with their rows."""
    X, y = np.arange(20.0).reshape(10, 2), np.arange(10)
    with Laws("1.8 mini-batches") as law:
        law(
            "10 samples in batches of 4 make 4, 4 and 2",
            lambda: [len(b[1]) for b in minibatches(X, y, 4, _rng(8))] == [4, 4, 2],
        )
        law(
            "every label stays with its row",
            lambda: all(close(xb[:, 0], 2.0 * yb) for xb, yb in minibatches(X, y, 4, _rng(8))),
        )


def sgd(sgd_step: Function) -> None:
    """1.8: two steps on one parameter."""

    def two_steps() -> tuple[float, float]:
        params, vel = {"w": np.array([1.0])}, {"w": np.array([0.0])}
        for _ in range(2):
            sgd_step(params, {"w": np.array([2.0])}, vel, 0.1, 0.5)
        return float(params["w"][0]), float(vel["w"][0])

    with Laws("1.8 a step with momentum") as law:
        law(
            "two steps from 1 with slope 2, rate 0.1, momentum 0.5 end at 0.5",
            lambda: close(two_steps()[0], 0.5),
        )
        law("the velocity is then -0.3", lambda: close(two_steps()[1], -0.3))


def training(history: Mapping[str, Any], epochs: int) -> None:
    """1.8: what `train` returned for the over-fit of 20 samples."""
    names = ("train_loss", "val_loss", "val_accuracy")
    with Laws("1.8 training") as law:
        law(
            "three curves, one entry per epoch",
            lambda: [len(history[n]) for n in names] == [epochs] * 3,
        )
        law(
            "20 samples can be learned by heart (loss below 0.02)",
            lambda: history["train_loss"][-1] < 0.02,
        )
        law(
            "accuracies lie between 0 and 1",
            lambda: all(0 <= a <= 1 for a in history["val_accuracy"]),
        )


def smoke(accuracy: float, at_least: float, name: str) -> None:
    """1.8: the trained net recognises images."""
    with Laws(f"1.8 {name}", advice=True) as law:
        law(f"validation accuracy of at least {at_least:.2f}", lambda: accuracy >= at_least)


def dropout(dropout_forward: Function) -> None:
    """1.9: the dropped fraction at p = 0.5, and identity in test mode."""
    x = np.ones((100, 80))
    with Laws("1.9 dropout") as law:
        law(
            "at p = 0.5 about half of the numbers become 0",
            lambda: abs(np.mean(dropout_forward(x, 0.5, _rng(9), True)[0] == 0) - 0.5) < 0.03,
        )
        law(
            "with train=False nothing changes",
            lambda: close(dropout_forward(x, 0.5, _rng(9), False)[0], x),
        )


def stopping(EarlyStopping: Function) -> None:
    """1.9: patience 2 on a short list of losses."""

    def answers() -> list[bool]:
        stopper = EarlyStopping(2)
        losses = (1.0, 0.8, 0.9, 0.85)
        return [bool(stopper.step(loss, {"w": np.zeros(1)})) for loss in losses]

    with Laws("1.9 early stopping") as law:
        law(
            "patience 2 stops after two epochs without a new best",
            lambda: answers() == [False, False, False, True],
        )


def norms(gradient_norms: Function) -> None:
    """1.10: one positive number per weight matrix."""

    def four_positive(activation: str) -> bool:
        found = np.asarray(gradient_norms(3, activation, _rng(10)))
        return found.shape == (4,) and bool(np.all(found > 0))

    with Laws("1.10 vanishing gradients") as law:
        for activation in ("sigmoid", "tanh", "relu"):
            law(
                f"{activation}: depth 3 gives 4 positive norms",
                partial(four_positive, activation),
            )
