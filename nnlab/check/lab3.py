"""Visible checks of lab 3, one function per exercise. Pictures have shape `(N, C, H, W)`."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np

from nnlab.check import Laws, close, slope

Array = np.ndarray
Function = Callable[..., Any]

STACK: tuple[tuple[str, int, int, int, tuple[Any, ...]], ...] = (
    ("conv 3x3, 8 maps, frame 1", 3, 1, 1, ("conv", 1, 8, 3)),
    ("max-pool 2x2", 2, 2, 0, ("maxpool", 2)),
    ("conv 3x3, 16 maps", 3, 1, 0, ("conv", 8, 16, 3)),
    ("conv 3x3, 16 maps, stride 2", 3, 2, 1, ("conv", 16, 16, 3)),
    ("max-pool 3x3, stride 2", 3, 2, 0, ("maxpool", 3)),
    ("conv 1x1, 10 maps", 1, 1, 0, ("conv", 16, 10, 1)),
)
"""A network on 28 pixels: what it says, kernel, stride, frame, and the layer for `n_parameters`."""


def _rng(exercise: int) -> np.random.Generator:
    return np.random.default_rng([3, exercise, 7])


def _points_downhill(f: Function, gradient: Array, x: Array, rng: np.random.Generator) -> bool:
    """The gradient predicts the slope of `f` in three random directions."""
    directions = [rng.normal(size=x.shape) for _ in range(3)]
    return all(close(np.sum(gradient * d), slope(f, x, d), rtol=1e-4) for d in directions)


def arithmetic(conv_out_size: Function, receptive_field: Function, n_parameters: Function) -> None:
    """3.1: a table of six layers, computed by the student; the first two rows are known."""

    @cache
    def table() -> list[tuple[str, int, int, int]]:
        return _table(conv_out_size, receptive_field, n_parameters)

    with Laws("3.1 arithmetic of convolution") as law:
        law("the first layer keeps 28 pixels", lambda: table()[0][1] == 28)
        law("the second leaves 14 of them", lambda: table()[1][1] == 14)
        law(
            "after one layer a unit sees 3 pixels, after two it sees 4",
            lambda: [row[2] for row in table()[:2]] == [3, 4],
        )
        law("the first layer learns 80 numbers", lambda: table()[0][3] == 80)
        law("the second learns none", lambda: table()[1][3] == 0)
    print(f"\n  {'layer':<30}{'pixels':>8}{'field':>8}{'parameters':>12}")
    for name, size, field, count in table():
        print(f"  {name:<30}{size:>8}{field:>8}{count:>12}")


def _table(
    conv_out_size: Function, receptive_field: Function, n_parameters: Function
) -> list[tuple[str, int, int, int]]:
    rows, size = [], 28
    for depth, (name, kernel, stride, pad, layer) in enumerate(STACK, start=1):
        size = conv_out_size(size, kernel, stride, pad)
        field = receptive_field([(k, s) for _, k, s, _, _ in STACK[:depth]])
        rows.append((name, size, field, n_parameters([layer])))
    return rows


def convolution(conv2d_forward: Function) -> None:
    """3.2: one example by hand, and PyTorch's own answer on one size (stride 1, no frame)."""
    x, w = np.arange(16.0).reshape(1, 1, 4, 4), np.array([[[[1.0, 0.0], [0.0, -1.0]]]])
    rng = _rng(2)
    pictures, kernels, bias = (rng.normal(size=s) for s in ((2, 3, 5, 6), (4, 3, 3, 2), (4,)))

    with Laws("3.2 convolution, forward") as law:
        law(
            "by hand: each pixel minus its neighbour at the lower right is -5, nine times",
            lambda: close(conv2d_forward(x, w, np.zeros(1))[0], np.full((1, 1, 3, 3), -5.0)),
        )
        law(
            "5x6 pixels leave 3x5 places for a kernel of 3x2",
            lambda: np.shape(conv2d_forward(pictures, kernels, bias)[0]) == (2, 4, 3, 5),
        )
        law(
            "PyTorch gives the same numbers",
            lambda: close(
                conv2d_forward(pictures, kernels, bias)[0], _conv_of_torch(pictures, kernels, bias)
            ),
        )


def _conv_of_torch(x: Array, w: Array, b: Array) -> Array:
    import torch

    pictures, kernels, bias = (torch.from_numpy(a) for a in (x, w, b))
    return np.asarray(torch.nn.functional.conv2d(pictures, kernels, bias).numpy())


def convolution_backward(conv2d_forward: Function, conv2d_backward: Function) -> None:
    """3.3: the gradients predict the slope on one small picture, stride 1, no frame."""
    rng = _rng(3)
    x, w, b = (rng.normal(size=s) for s in ((1, 1, 4, 4), (1, 1, 2, 2), (1,)))
    dout = rng.normal(size=(1, 1, 3, 3))

    def pulled(x: Array = x, w: Array = w, b: Array = b) -> float:
        return float(np.sum(conv2d_forward(x, w, b)[0] * dout))

    def backward() -> tuple[Array, ...]:
        return tuple(map(np.asarray, conv2d_backward(dout, conv2d_forward(x, w, b)[1])))

    with Laws("3.3 convolution, backward") as law:
        law(
            "dx, dw, db have the shapes of x, w, b",
            lambda: [g.shape for g in backward()] == [x.shape, w.shape, b.shape],
        )
        law(
            "dx predicts the slope",
            lambda: _points_downhill(lambda v: pulled(x=v), backward()[0], x, rng),
        )
        law(
            "dw predicts the slope",
            lambda: _points_downhill(lambda v: pulled(w=v), backward()[1], w, rng),
        )
        law(
            "db predicts the slope",
            lambda: _points_downhill(lambda v: pulled(b=v), backward()[2], b, rng),
        )


def max_pool(maxpool_forward: Function, maxpool_backward: Function) -> None:
    """3.3: one picture whose winners are known."""
    x = np.array([[[[1.0, 2.0, 0.5, 0.0], [3.0, 0.0, 0.0, 4.0]]]])

    def backward() -> Array:
        return np.asarray(
            maxpool_backward(np.array([[[[10.0, 20.0]]]]), maxpool_forward(x, 2, 2)[1])
        )

    with Laws("3.3 max-pool") as law:
        law(
            "the winners of two windows are 3 and 4",
            lambda: close(maxpool_forward(x, 2, 2)[0], [[[[3.0, 4.0]]]]),
        )
        law(
            "each dout goes to the winner of its window",
            lambda: close(backward(), [[[[0, 0, 0, 0], [10, 0, 0, 20]]]]),
        )


def _digits() -> tuple[Any, Any, Any, Any]:
    """Training and validation digits as tensors: the same in every mode."""
    import torch

    from nnlab import pictures

    data = pictures.load("test", None)
    x, y, x_val, y_val = (torch.from_numpy(part) for part in data.parts[:4])
    return x, y, x_val, y_val


def small_cnn(SmallCNN: Function, budget: int, x: Any) -> None:  # noqa: ANN401 - a tensor
    """3.4: a summary of the layers, the budget, two sizes, and the loss at the start."""
    import torch
    from torch.nn.functional import cross_entropy

    def logits(channels: int, size: int) -> Any:  # noqa: ANN401 - a tensor
        torch.manual_seed(0)
        return SmallCNN(channels, 10)(torch.rand(20, channels, size, size))

    def rows_of_ten(channels: int, size: int) -> bool:
        return tuple(logits(channels, size).shape) == (20, 10)

    def count() -> int:
        return sum(p.numel() for p in SmallCNN(3, 10).parameters())

    def first_loss() -> float:
        return float(cross_entropy(logits(1, 8), torch.arange(20) % 10).detach())

    with Laws("3.4 the network") as law:
        for channels, size in ((1, 8), (3, 28)):
            law(
                f"20 pictures of {channels}x{size}x{size} give 20 rows of 10 logits",
                partial(rows_of_ten, channels, size),
            )
        law(f"with 3 channels it learns at most {budget} numbers", lambda: 0 < count() <= budget)
        law("the loss at the start is near ln 10", lambda: abs(first_loss() - np.log(10)) < 0.7)
    print("\n" + summary(SmallCNN(x.shape[1], 10), x))


def summary(model: Any, x: Any) -> str:  # noqa: ANN401 - a module and a tensor
    """One line per layer: what it is, what shape it gives, how many numbers it learns."""
    import torch

    lines: list[str] = []

    def note(layer: Any, given: Any, result: Any) -> None:  # noqa: ANN401 - a hook
        shape = "x".join(map(str, result.shape[1:]))
        learned = sum(p.numel() for p in layer.parameters())
        lines.append(f"  {type(layer).__name__:<20}{shape:>12}{learned:>10}")

    layers = [layer for layer in model.modules() if not list(layer.children())]
    hooks = [layer.register_forward_hook(note) for layer in layers]
    with torch.no_grad():
        model(x)
    for hook in hooks:
        hook.remove()
    total = sum(p.numel() for p in model.parameters())
    heading = f"  {'layer':<20}{'gives':>12}{'learns':>10}"
    return "\n".join([heading, *lines, f"  {'together':<20}{'':>12}{total:>10}"])


def training_loop(
    SmallCNN: Function, train_epoch: Function, evaluate: Function, Batches: Function
) -> None:
    """3.4: 32 digits by heart, nine in ten unseen ones after six epochs, and a model left as is."""
    import torch

    x, y, x_val, y_val = _digits()

    @cache
    def trained(count: int, epochs: int, size: int) -> tuple[Any, float]:
        torch.manual_seed(0)
        model, loss = SmallCNN(), 0.0
        opt = torch.optim.Adam(model.parameters(), lr=3e-3)
        batches = Batches(x[:count], y[:count], size, 0)
        for _ in range(epochs):
            loss = float(train_epoch(model, batches, opt, torch.device("cpu")))
        return model, loss

    def accuracy() -> float:
        return float(evaluate(trained(len(x), 6, 64)[0], Batches(x_val, y_val, 64, 0)))

    def flags_after() -> list[bool]:
        models = [SmallCNN().train(flag) for flag in (True, False)]
        for model in models:
            evaluate(model, [(x[:4], y[:4])])
        return [model.training for model in models]

    with Laws("3.4 training and evaluation") as law:
        law("32 digits can be learned by heart", lambda: trained(32, 40, 32)[1] < 0.1)
        law("evaluate leaves the training flag as it was", lambda: flags_after() == [True, False])
        law("six epochs on the digits: nine in ten unseen ones right", lambda: accuracy() >= 0.90)


def smoke(accuracy: float, at_least: float, name: str) -> None:
    """3.4: the trained network recognises pictures."""
    with Laws(f"3.4 {name}", advice=True) as law:
        law(f"validation accuracy of at least {at_least:.2f}", lambda: accuracy >= at_least)


def shifts(random_shift: Function, shift_robustness: Function, generator: Function) -> None:
    """3.5: a white pixel in the middle lands on nine places; the table has a middle."""
    import torch

    x = torch.zeros(200, 1, 5, 5)
    x[:, :, 2, 2] = 1

    def places() -> set[int]:
        moved = random_shift(x, 1, generator(3))
        return {int(place) for place in moved.flatten(1).argmax(dim=1)}

    def table() -> Array:
        look = torch.nn.Linear(25, 2)
        with torch.no_grad():
            look.weight.zero_()
            look.weight[1, 12], look.bias[1] = 1.0, -0.5
        flat = torch.nn.Sequential(torch.nn.Flatten(), look)
        found = shift_robustness(flat, x[:4], torch.ones(4, dtype=torch.long), 1)
        return np.asarray(found, dtype=float)

    with Laws("3.5 shifts") as law:
        law("the shape is kept", lambda: random_shift(x, 1, generator(3)).shape == x.shape)
        law(
            "no picture loses its pixel",
            lambda: close(float(random_shift(x, 1, generator(3)).sum()), 200.0),
        )
        law(
            "a pixel in the middle lands on all nine places",
            lambda: places() == {6, 7, 8, 11, 12, 13, 16, 17, 18},
        )
        law(
            "the same generator gives the same shifts",
            lambda: bool(
                (random_shift(x, 1, generator(3)) == random_shift(x, 1, generator(3))).all()
            ),
        )
        law(
            "who looks only at the middle pixel is right without a shift, and never with one",
            lambda: close(table(), [[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
        )


def autoencoder(ConvAE: Function, dae_loss: Function, generator: Function) -> None:
    """3.6: shapes, and what a copying model pays."""
    import torch

    x = torch.full((200, 1, 8, 8), 0.5)

    def copying(sigma: float) -> float:
        return float(dae_loss(torch.nn.Identity(), x, sigma, generator(6)))

    def model() -> Any:  # noqa: ANN401 - a module
        torch.manual_seed(0)
        return ConvAE(1, 8, 16)

    with Laws("3.6 a denoising autoencoder") as law:
        law("without noise, copying costs nothing", lambda: abs(copying(0.0)) < 1e-6)
        law(
            "with noise, copying costs its variance: 0.01 for sigma 0.1",
            lambda: abs(copying(0.1) - 0.01) < 0.001,
        )
        law(
            "a picture becomes sixteen numbers",
            lambda: tuple(model().encode(x).shape) == (200, 16),
        )
        law(
            "sixteen numbers become a picture",
            lambda: tuple(model().decode(torch.zeros(3, 16)).shape) == (3, 1, 8, 8),
        )
        law(
            "the model is one after the other",
            lambda: _same_picture(model(), torch.rand(2, 1, 8, 8)),
        )


def _same_picture(model: Any, x: Any) -> bool:  # noqa: ANN401 - a module and a tensor
    model.eval()
    return close(model(x).detach(), model.decode(model.encode(x)).detach(), atol=1e-6)


def game(
    d_loss: Function,
    g_loss: Function,
    gan_step: Function,
    players: Function,
    points: Function,
    generator: Function,
) -> None:
    """3.7: losses of players who do not know, and ten steps on the ring without an accident."""
    import torch

    nought = torch.zeros(6, 1)

    @cache
    def ten_steps() -> tuple[list[float], list[bool]]:
        G, D, opt_g, opt_d = players()
        before = [next(net.parameters()).detach().clone() for net in (G, D)]
        source = generator(7)
        losses = [gan_step(G, D, opt_g, opt_d, points(64, k), 2, source) for k in range(10)]
        moved = [
            not torch.equal(old, next(net.parameters()))
            for old, net in zip(before, (G, D), strict=True)
        ]
        return [value for pair in losses for value in pair], moved

    with Laws("3.7 a GAN, one step at a time") as law:
        law(
            "at logit 0 the discriminator pays ln 2 for each half (or for their mean)",
            lambda: any(abs(float(d_loss(nought, nought)) - k * np.log(2)) < 1e-5 for k in (1, 2)),
        )
        law(
            "at logit 0 the generator pays ln 2",
            lambda: abs(float(g_loss(nought)) - np.log(2)) < 1e-5,
        )
        law(
            "ten steps on the ring: both losses are numbers, and finite",
            lambda: bool(np.isfinite(ten_steps()[0]).all()),
        )
        law("the generator has moved", lambda: ten_steps()[1][0])
        law("the discriminator has moved", lambda: ten_steps()[1][1])


def attacks(fgsm: Function, pgd: Function, generator: Function) -> None:
    """3.8: both attacks stay in their cube and in [0, 1], and raise the loss."""
    import torch
    from torch.nn.functional import cross_entropy

    torch.manual_seed(8)
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(36, 3)).train()
    x, y = torch.rand(20, 1, 6, 6), torch.arange(20) % 3

    def run(name: str) -> Any:  # noqa: ANN401 - a tensor
        if name == "fgsm":
            return fgsm(model, x, y, 0.1)
        return pgd(model, x, y, 0.1, 0.03, 10, generator(8))

    def stays_close(name: str) -> bool:
        return float((run(name) - x).abs().max()) < 0.1 + 1e-6

    def is_picture(name: str) -> bool:
        return float(run(name).min()) >= 0 and float(run(name).max()) <= 1

    def raises_loss(name: str) -> bool:
        return bool(cross_entropy(model(run(name)), y) > cross_entropy(model(x), y))

    def left_alone(name: str) -> bool:
        run(name)
        return bool(model.training) and all(p.grad is None for p in model.parameters())

    with Laws("3.8 fooling the network") as law:
        for name in ("fgsm", "pgd"):
            law(
                f"{name}: no pixel moves by more than eps",
                partial(stays_close, name),
            )
            law(
                f"{name}: pixels stay in [0, 1]",
                partial(is_picture, name),
            )
            law(f"{name}: the loss rises", partial(raises_loss, name))
            law(
                f"{name}: the model keeps its training flag, and gets no gradients",
                partial(left_alone, name),
            )


def hardening(train_adversarial: Function, generator: Function) -> None:
    """3.9: a loss for each epoch that falls, and an attack that is called for each batch."""
    import torch

    @cache
    def trained() -> tuple[list[float], int]:
        torch.manual_seed(9)
        model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(16, 2))
        x, y = torch.rand(50, 1, 4, 4), torch.arange(50) % 2
        x[y == 1, :, :2] *= 0.3
        calls: list[float] = []

        def attack(model: Any, x: Any, y: Any, eps: float, source: Any) -> Any:  # noqa: ANN401
            calls.append(eps)
            return (x + eps * (1 - 2 * y)[:, None, None, None].to(x)).clamp(0, 1)

        opt = torch.optim.SGD(model.parameters(), lr=0.3)
        losses = train_adversarial(model, (x, y), 0.05, attack, opt, 5, 20, generator(9))
        return [float(value) for value in losses], len(calls)

    with Laws("3.9 hardening it") as law:
        law("five epochs give five losses", lambda: len(trained()[0]) == 5)
        law("the loss falls", lambda: trained()[0][-1] < trained()[0][0])
        law(
            "50 pictures in batches of 20: the attack is called 15 times",
            lambda: trained()[1] == 15,
        )


def robust(before: float, after: float, clean: float, name: str) -> None:
    """3.9: what hardening bought on the pictures in use, and that the price was bearable."""
    gain, least = (0.15, 0.85) if name == "digits" else (0.10, 0.60 if name != "CIFAR-10" else 0.30)
    with Laws(f"3.9 {name}", advice=True) as law:
        law(
            f"under attack at least {gain:.0%} more are right than before",
            lambda: after >= before + gain,
        )
        law(f"clean pictures: at least {least:.0%} right", lambda: clean >= least)
