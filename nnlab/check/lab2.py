"""Visible checks of lab 2, one function per exercise. Sequences are rows of a batch."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import nn
from torch.nn import functional

from nnlab.check import Laws, close, slope
from nnlab.corpora import Tagged

Array = np.ndarray
Function = Callable[..., Any]
Tensor = torch.Tensor

EXPECTED = {"grammar corpus": (0.1591, 0.8172), "UD English EWT": (0.1674, 0.8612)}
"""Dev accuracy of the most frequent tag for all words, and of the baseline, for each corpus."""
WORDS = [["the", "light", "went", "out"], ["light", "the", "fire"], ["out"]]


def _rng(exercise: int) -> np.random.Generator:
    return np.random.default_rng([2, exercise, 7])


def text_to_numbers(build_vocab: Function, encode: Function, pad_batch: Function) -> None:
    """2.1: three sentences, their ids as a table, and what must hold of them."""

    @cache
    def vocab() -> dict[str, int]:
        return dict(build_vocab(WORDS, 2))

    @cache
    def batch() -> tuple[Tensor, Tensor]:
        ids, lengths = pad_batch([[4, 2, 9, 3], [2, 4], [3]])
        return ids, lengths

    with Laws("2.1 text to numbers") as law:
        law("<pad> is 0 and <unk> is 1", lambda: (vocab()["<pad>"], vocab()["<unk>"]) == (0, 1))
        law(
            "words that come twice or more are in the vocabulary, others are not",
            lambda: set(vocab()) == {"<pad>", "<unk>", "the", "light", "out"},
        )
        law("ids have no gaps", lambda: sorted(vocab().values()) == list(range(len(vocab()))))
        law("a rare word becomes <unk>", lambda: list(encode(["went", "fire"], vocab())) == [1, 1])
        law(
            "a known word keeps its own id",
            lambda: list(encode(["out"], vocab())) == [vocab()["out"]],
        )
        law("a batch is as wide as its longest row", lambda: tuple(batch()[0].shape) == (3, 4))
        law("padding stands on the right", lambda: batch()[0].tolist()[1] == [2, 4, 0, 0])
        law("the true lengths are kept", lambda: batch()[1].tolist() == [4, 2, 1])
    _show_batch(vocab(), pad_batch([encode(words, vocab()) for words in WORDS])[0])


def _show_batch(vocab: Mapping[str, int], ids: Tensor) -> None:
    for words, row in zip(WORDS, ids.tolist(), strict=True):
        written = [*words, *[""] * (len(row) - len(words))]
        pairs = (f"{word:>7}" for word in written), (f"{number:>7}" for number in row)
        print("   " + "".join(pairs[0]) + "   ->" + "".join(pairs[1]))
    print("    vocabulary: " + ", ".join(f"{word} {number}" for word, number in vocab.items()))


def baseline(fit_baseline: Function, token_accuracy: Function, corpus: Tagged) -> float:
    """2.2: two baselines on the corpus in use; the better one's accuracy."""
    words = [[word for word, _ in sentence] for sentence in corpus.dev]
    gold = [[tag for _, tag in sentence] for sentence in corpus.dev]
    tags = [tag for sentence in corpus.train for _, tag in sentence]
    commonest = max(sorted(set(tags)), key=tags.count)
    constant, expected = EXPECTED[corpus.name]

    @cache
    def accuracies() -> tuple[float, float]:
        predict = fit_baseline(corpus.train)
        guessed = [list(predict(sentence)) for sentence in words]
        always = [[commonest] * len(sentence) for sentence in words]
        return float(token_accuracy(always, gold)), float(token_accuracy(guessed, gold))

    with Laws("2.2 baseline first") as law:
        law(
            "a word gets one tag",
            lambda: list(fit_baseline([[("a", "X")]])(["a", "b"])) == ["X", "X"],
        )
        law(
            "two of three words right are two thirds",
            lambda: close(token_accuracy([["A", "B"], ["C"]], [["A", "A"], ["C"]]), 2 / 3),
        )
        law(
            f"always {commonest}: {constant:.4f} of the dev words are right, as they should be",
            lambda: abs(accuracies()[0] - constant) < 5e-5,
        )
        law(
            f"the most frequent tag of each word: {expected:.4f}, as it should be",
            lambda: abs(accuracies()[1] - expected) < 5e-5,
        )
    return accuracies()[1]


def rnn(rnn_forward: Function, rnn_backward: Function) -> None:
    """2.3: one step is affine and tanh; the gradients predict the slope on a small net."""
    rng = _rng(3)
    X, h0, Wx, Wh, b = (rng.normal(size=s) for s in ((2, 3, 4), (2, 5), (4, 5), (5, 5), (5,)))
    dH, arguments = rng.normal(size=(2, 3, 5)), (X, h0, Wx, Wh, b)

    def pulled(place: int) -> Callable[[Array], float]:
        def value(v: Array) -> float:
            moved = [*arguments[:place], v, *arguments[place + 1 :]]
            return float(np.sum(rnn_forward(*moved)[0] * dH))

        return value

    @cache
    def gradients() -> tuple[Array, ...]:
        return tuple(np.asarray(g) for g in rnn_backward(dH, rnn_forward(*arguments)[1]))

    def predicts(place: int) -> bool:
        directions = [rng.normal(size=arguments[place].shape) for _ in range(3)]
        return all(
            close(
                np.sum(gradients()[place] * d),
                slope(pulled(place), arguments[place], d),
                rtol=1e-4,
            )
            for d in directions
        )

    with Laws("2.3 a recurrent net") as law:
        law("H has shape (N, T, H)", lambda: np.shape(rnn_forward(*arguments)[0]) == (2, 3, 5))
        law(
            "with one step and no memory it is an affine layer and a tanh",
            lambda: close(
                rnn_forward(X[:, :1], 0 * h0, Wx, Wh, b)[0][:, 0], np.tanh(X[:, 0] @ Wx + b)
            ),
        )
        for place, name in enumerate(("dX", "dh0", "dWx", "dWh", "db")):
            law(f"{name} predicts the slope in random directions", partial(predicts, place))


def clipping(clip_by_global_norm: Function) -> None:
    """2.4 a: the triangle with sides 3, 4 and 5."""
    grads = [np.array([3.0]), np.array([[0.0, 4.0]])]
    with Laws("2.4 clipping") as law:
        law("3 and 4 have the norm 5", lambda: close(clip_by_global_norm(grads, 10.0)[1], 5.0))
        law(
            "clipped to 1 they are 0.6 and 0.8",
            lambda: _all_close(clip_by_global_norm(grads, 1.0)[0], ([0.6], [[0.0, 0.8]])),
        )
        law(
            "short gradients stay as they are",
            lambda: _all_close(clip_by_global_norm(grads, 10.0)[0], grads),
        )


def _all_close(found: Iterable[ArrayLike], wanted: Iterable[ArrayLike]) -> bool:
    return all(close(a, b) for a, b in zip(found, wanted, strict=True))


class HalvingCell:
    """A cell that halves its state at every step: what it remembers is known exactly."""

    start = torch.ones(3, dtype=torch.float64)

    def __call__(self, state: Tensor, t: int) -> Tensor:
        """The state after step t."""
        return state / 2


def memory(memory_curve: Function) -> None:
    """2.4 b: a cell that halves its state forgets by powers of two."""
    with Laws("2.4 memory curve") as law:
        law("there is one number per lag", lambda: len(memory_curve(HalvingCell(), [0, 3])) == 2)
        law("at lag 0 it is 1", lambda: close(memory_curve(HalvingCell(), [0, 2])[0], 1.0))
        law(
            "a cell that halves its state has 1, 1/2, 1/4, 1/8",
            lambda: close(memory_curve(HalvingCell(), [0, 1, 2, 3]), [1, 0.5, 0.25, 0.125]),
        )


def stream(lm_batches: Function, perplexity: Function) -> None:
    """2.5: the first two pairs of a small text, and how much of it is used."""
    text = "to be or not to be that is the question"
    ids = torch.tensor([ord(letter) for letter in text])

    @cache
    def pairs() -> list[tuple[Tensor, Tensor]]:
        return list(lm_batches(ids, 3, 5))

    def rows() -> list[str]:
        return ["".join(map(chr, row)) for row in torch.cat([x for x, _ in pairs()], 1).tolist()]

    with Laws("2.5 a stream") as law:
        law(
            "x and y have one shape, with a row per part of the text",
            lambda: all(x.shape == y.shape and len(x) == 3 for x, y in pairs()),
        )
        law(
            "y is x, one letter further",
            lambda: all(torch.equal(x[:, 1:], y[:, :-1]) for x, y in pairs()),
        )
        law("rows go on where they stopped", lambda: all(row in text for row in rows()))
        law(
            "a uniform guess among 8 has perplexity 8",
            lambda: close(perplexity([2 * np.log(8), 9 * np.log(8)], [2, 9]), 8.0),
        )
    for number, (x, y) in enumerate(pairs()[:2], start=1):
        for line, target in zip(x.tolist(), y.tolist(), strict=True):
            shown = "".join(map(chr, line)), "".join(map(chr, target))
            print(f"    pair {number}:  {shown[0]!r:<9} -> {shown[1]!r}")
    print(f"    {sum(x.numel() for x, _ in pairs())} of {len(ids)} letters are used as input")


def lstm(cell_class: Function, copy_weights: Function) -> None:
    """2.6: shapes, parameter count, and agreement with PyTorch on one size."""
    D, H = 3, 4
    x, h, c = (torch.tensor(_rng(6).normal(size=(2, n)), dtype=torch.float32) for n in (D, H, H))

    @cache
    def cell() -> nn.Module:
        torch.manual_seed(6)
        made: nn.Module = cell_class(D, H)
        return made

    def agrees() -> bool:
        ready_made = copy_weights(cell(), nn.LSTMCell(D, H))
        with torch.no_grad():
            pairs = zip(cell()(x, (h, c)), ready_made(x, (h, c)), strict=True)
            return all(torch.allclose(a, b, atol=1e-5) for a, b in pairs)

    with Laws("2.6 LSTM cell") as law:
        law("h and c have shape (N, H)", lambda: [p.shape for p in cell()(x)] == [(2, H)] * 2)
        law(
            "it has 4H(D+H+1) parameters, or 4H(D+H+2)",
            lambda: (
                sum(p.numel() for p in cell().parameters())
                in (4 * H * (D + H + 1), 4 * H * (D + H + 2))
            ),
        )
        law("with the same weights it agrees with nn.LSTMCell", agrees)


def character_model(model_class: Function) -> None:
    """2.7 a: shapes, an honest loss at the start, and a state that can be handed on."""
    x = torch.tensor(_rng(7).integers(0, 9, size=(3, 8)))

    @cache
    def model() -> nn.Module:
        torch.manual_seed(7)
        made: nn.Module = model_class(9, 4, 6)
        return made

    def loss() -> float:
        with torch.no_grad():
            logits, _ = model()(x)
        return float(functional.cross_entropy(logits[:, :-1].flatten(0, 1), x[:, 1:].flatten()))

    def goes_on() -> bool:
        with torch.no_grad():
            _, state = model()(x[:, :5])
            return torch.allclose(model()(x[:, 5:], state)[0], model()(x)[0][:, 5:], atol=1e-5)

    with Laws("2.7 character model") as law:
        law("logits have shape (N, T, V)", lambda: model()(x)[0].shape == (3, 8, 9))
        law("before training the loss is close to ln V", lambda: abs(loss() - np.log(9)) < 0.5)
        law("with its state the model goes on as if there had been no cut", goes_on)


def language_training(train_lm: Function, model_class: Function) -> None:
    """2.7 b: the history has its two curves, and a text that repeats itself is learned."""
    ids = torch.arange(120) % 5

    @cache
    def history() -> dict[str, list[float]]:
        torch.manual_seed(8)
        found: dict[str, list[float]] = train_lm(model_class(5, 8, 16), ids, ids, 12, 2, 10, 0.02)
        return found

    with Laws("2.7 training") as law:
        law(
            "the history has two curves with one number per epoch",
            lambda: [len(history()[k]) for k in ("train_nll", "val_nll")] == [12, 12],
        )
        law("the first loss is near ln 5", lambda: abs(history()["train_nll"][0] - 1.6) < 0.6)
        law("a text that repeats itself is learned", lambda: history()["val_nll"][-1] < 0.3)


def near_entropy(nats: float, entropy: float) -> None:
    """2.7: how close the trained model came to what is possible."""
    with Laws("2.7 the trained model", advice=True) as law:
        law(
            f"{nats:.3f} nats per symbol are close to the entropy {entropy:.3f}",
            lambda: nats < entropy + 0.2,
        )
        law("and not below it: nothing leaks", lambda: nats > entropy - 0.05)


def sampling(sample_next: Function, generate: Function, model_class: Function) -> None:
    """2.8: types, the cold limit, and a text that can be drawn again."""
    logits = torch.tensor([0.0, 1.0, 3.0, -1.0])

    def generator(seed: int) -> torch.Generator:
        return torch.Generator().manual_seed(seed)

    @cache
    def texts() -> list[list[int]]:
        torch.manual_seed(9)
        model = model_class(4, 3, 5)
        return [list(generate(model, [1, 2], 30, 1.0, generator(seed))) for seed in (1, 1, 2)]

    with Laws("2.8 sampling") as law:
        law("a symbol is an int", lambda: type(sample_next(logits, 1.0, generator(0))) is int)
        law(
            "near temperature 0 the largest logit is drawn",
            lambda: {sample_next(logits, 0.01, generator(s)) for s in range(20)} == {2},
        )
        law("a text has n symbols", lambda: len(texts()[0]) == 30)
        law("the same generator writes the same text", lambda: texts()[0] == texts()[1])
        law("another generator writes another text", lambda: texts()[0] != texts()[2])


def tagger(masked_ce: Function, tagger_class: Function) -> None:
    """2.9 a: padding changes neither the loss nor the tags."""
    ids = torch.tensor([[5, 3, 8, 2], [7, 4, 0, 0]])
    lengths, tags = torch.tensor([4, 2]), torch.tensor([[0, 1, 2, 1], [2, 0, 0, 0]])
    mask = ids > 0

    @cache
    def model() -> nn.Module:
        torch.manual_seed(10)
        made: nn.Module = tagger_class(9, 3, 4, 5)
        return made

    def losses() -> tuple[float, float]:
        with torch.no_grad():
            logits = model()(ids, lengths)
            words = logits[mask][None], tags[mask][None], torch.ones(1, 6, dtype=torch.bool)
            return float(masked_ce(logits, tags, mask)), float(masked_ce(*words))

    def same_alone() -> bool:
        with torch.no_grad():
            alone = model()(ids[1:, :2], lengths[1:])[0]
            return torch.allclose(alone, model()(ids, lengths)[1, :2], atol=1e-5)

    with Laws("2.9 tagger") as law:
        law("logits have shape (N, T, K)", lambda: model()(ids, lengths).shape == (2, 4, 3))
        law("the loss is that of the six words, padding or not", lambda: close(*losses()))
        law("a sentence gets the same logits alone as in a batch", same_alone)


def tagger_training(train_tagger: Function, tagger_class: Function) -> None:
    """2.9 b: eight sentences are learned by heart."""
    rng = _rng(9)
    pairs = [
        (rng.integers(2, 30, size=n).tolist(), rng.integers(0, 3, size=n).tolist())
        for n in (3, 6, 1, 4, 7, 2, 5, 5)
    ]

    @cache
    def history() -> dict[str, list[float]]:
        torch.manual_seed(11)
        model = tagger_class(30, 3, 16, 16)
        found: dict[str, list[float]] = train_tagger(
            model, pairs, pairs, 25, 4, 0.02, np.random.default_rng(1)
        )
        return found

    with Laws("2.9 training") as law:
        law(
            "the history has two curves with one number per epoch",
            lambda: [len(history()[k]) for k in ("train_loss", "dev_accuracy")] == [25, 25],
        )
        law("the training loss falls", lambda: history()["train_loss"][-1] < 0.2)
        law("eight sentences are learned by heart", lambda: history()["dev_accuracy"][-1] > 0.95)


def beats_baseline(accuracy: float, baseline: float) -> None:
    """2.9: the trained tagger against the table of 2.2."""
    with Laws("2.9 the trained tagger", advice=True) as law:
        law(
            f"{accuracy:.4f} of the dev words are right, the baseline has {baseline:.4f}",
            lambda: accuracy > baseline + 0.25 * (1 - baseline),
        )
