# %% [mutant] No bias
# cell: l1e04-logreg
# kills: l1e04-t1
def fit_softmax_regression(X, y, K, lr, steps, rng):
    W, b = 0.01 * rng.normal(size=(X.shape[1], K)), np.zeros(K)
    losses = [cross_entropy(X @ W, y)]
    for _ in range(steps):
        W = W - lr * (X.T @ cross_entropy_grad(X @ W, y))
        losses.append(cross_entropy(X @ W, y))
    return W, b, losses

# %% [mutant] The step goes uphill
# cell: l1e04-logreg
# kills: l1e04-t1, l1e04-t2
_downhill = fit_softmax_regression
def fit_softmax_regression(X, y, K, lr, steps, rng):
    return _downhill(X, y, K, -lr, steps, rng)

# %% [mutant] The loss of a few samples is recorded
# cell: l1e04-logreg
# kills: l1e04-t1
def fit_softmax_regression(X, y, K, lr, steps, rng):
    W, b, losses = 0.01 * rng.normal(size=(X.shape[1], K)), np.zeros(K), []
    for step in range(steps + 1):
        losses.append(cross_entropy(X[-10:] @ W + b, y[-10:]))
        if step < steps:
            dz = cross_entropy_grad(X @ W + b, y)
            W, b = W - lr * X.T @ dz, b - lr * dz.sum(axis=0)
    return W, b, losses

# %% [mutant] It stops after one step
# cell: l1e04-logreg
# kills: l1e04-t1, l1e04-t2
_long = fit_softmax_regression
def fit_softmax_regression(X, y, K, lr, steps, rng):
    W, b, losses = _long(X, y, K, lr, 1, rng)
    return W, b, [losses[0]] + [losses[1]] * steps

# %% [mutant] The gradient is averaged once more
# cell: l1e04-logreg
# kills: l1e04-t1, l1e04-t2
_plain = fit_softmax_regression
def fit_softmax_regression(X, y, K, lr, steps, rng):
    return _plain(X, y, K, lr / len(X), steps, rng)

# %% [mutant] The losses lag one step behind
# cell: l1e04-logreg
# kills: l1e04-t1
_exact = fit_softmax_regression
def fit_softmax_regression(X, y, K, lr, steps, rng):
    W, b, losses = _exact(X, y, K, lr, steps, rng)
    return W, b, [losses[0]] + losses[:-1]

# %% [mutant] A start that is far too large
# cell: l1e04-logreg
# kills: l1e04-t1
def fit_softmax_regression(X, y, K, lr, steps, rng):
    W, b = 3.0 * rng.normal(size=(X.shape[1], K)), np.zeros(K)
    losses = [cross_entropy(X @ W + b, y)]
    for _ in range(steps):
        dz = cross_entropy_grad(X @ W + b, y)
        W, b = W - lr * (X.T @ dz), b - lr * dz.sum(axis=0)
        losses.append(cross_entropy(X @ W + b, y))
    return W, b, losses

# %% [mutant] The data are centred in place
# cell: l1e04-logreg
# kills: l1e04-t1
_polite = fit_softmax_regression
def fit_softmax_regression(X, y, K, lr, steps, rng):
    X -= X.mean(axis=0)
    return _polite(X, y, K, lr, steps, rng)

# %% [mutant] Squares of the inputs are added as features
# cell: l1e04-logreg
# kills: l1e04-t1, l1e04-t2
_linear = fit_softmax_regression
def fit_softmax_regression(X, y, K, lr, steps, rng):
    return _linear(np.concatenate([X, X**2, np.sin(4 * X)], axis=1), y, K, lr, steps, rng)

# %% [mutant] Weight decay is added
# cell: l1e04-logreg
# kills: l1e04-t1
def fit_softmax_regression(X, y, K, lr, steps, rng):
    W, b = 0.01 * rng.normal(size=(X.shape[1], K)), np.zeros(K)
    losses = [cross_entropy(X @ W + b, y)]
    for _ in range(steps):
        dz = cross_entropy_grad(X @ W + b, y)
        W, b = W - lr * (X.T @ dz + 0.03 * W), b - lr * dz.sum(axis=0)
        losses.append(cross_entropy(X @ W + b, y))
    return W, b, losses

# %% [alternate] A column of ones, and an array of losses
# cell: l1e04-logreg
def fit_softmax_regression(X, y, K, lr, steps, rng):
    ones = np.column_stack([X, np.ones(len(X))])
    theta = np.vstack([rng.normal(0, 0.01, (X.shape[1], K)), np.zeros((1, K))])
    losses = np.zeros(steps + 1)
    for step in range(steps):
        losses[step] = cross_entropy(ones @ theta, y)
        theta -= lr * ones.T @ cross_entropy_grad(ones @ theta, y)
    losses[steps] = cross_entropy(ones @ theta, y)
    return theta[:-1], theta[-1], losses

# %% [alternate] In place, with softmax spelled out
# cell: l1e04-logreg
def fit_softmax_regression(X, y, K, lr, steps, rng):
    W, b, losses = rng.standard_normal((X.shape[1], K)) * 0.01, np.zeros(K), []
    hot = np.eye(K)[y]
    for step in range(steps + 1):
        logits = X.dot(W) + b
        losses.append(float(cross_entropy(logits, y)))
        if step == steps:
            break
        error = (softmax(logits) - hot) / len(X)
        W -= lr * np.einsum("nd,nk->dk", X, error)
        b -= lr * error.sum(0)
    return W, b, tuple(losses)

# %% [mutant] The rate fades with time
# cell: l1e04-logreg
# kills: l1e04-t1
def fit_softmax_regression(X, y, K, lr, steps, rng):
    W, b = 0.01 * rng.normal(size=(X.shape[1], K)), np.zeros(K)
    losses = [cross_entropy(X @ W + b, y)]
    for step in range(steps):
        dz = cross_entropy_grad(X @ W + b, y)
        rate = lr / (1 + 0.002 * step)
        W, b = W - rate * (X.T @ dz), b - rate * dz.sum(axis=0)
        losses.append(cross_entropy(X @ W + b, y))
    return W, b, losses

# %% [mutant] Momentum on the sly
# cell: l1e04-logreg
# kills: l1e04-t1
def fit_softmax_regression(X, y, K, lr, steps, rng):
    W, b = 0.01 * rng.normal(size=(X.shape[1], K)), np.zeros(K)
    vW, vb, losses = 0, 0, [cross_entropy(X @ W + b, y)]
    for _ in range(steps):
        dz = cross_entropy_grad(X @ W + b, y)
        vW, vb = 0.1 * vW - lr * (X.T @ dz), 0.1 * vb - lr * dz.sum(axis=0)
        W, b = W + vW, b + vb
        losses.append(cross_entropy(X @ W + b, y))
    return W, b, losses

# %% [mutant] As many classes as occur
# cell: l1e04-logreg
# kills: l1e04-t1
_all_classes = fit_softmax_regression
def fit_softmax_regression(X, y, K, lr, steps, rng):
    return _all_classes(X, y, int(y.max()) + 1, lr, steps, rng)
# %% [mutant] Bias updated with the mean of a mean
# cell: l1e04-logreg
# kills: l1e04-t1
def fit_softmax_regression(X, y, K, lr, steps, rng):
    W, b = 0.01 * rng.normal(size=(X.shape[1], K)), np.zeros(K)
    losses = [cross_entropy(X @ W + b, y)]
    for _ in range(steps):
        dz = cross_entropy_grad(X @ W + b, y)
        W, b = W - lr * (X.T @ dz), b - lr * dz.mean(axis=0)
        losses.append(cross_entropy(X @ W + b, y))
    return W, b, losses
# %% [mutant] Stochastic: one sample per step
# cell: l1e04-logreg
# kills: l1e04-t1
def fit_softmax_regression(X, y, K, lr, steps, rng):
    W, b = 0.01 * rng.normal(size=(X.shape[1], K)), np.zeros(K)
    losses = [cross_entropy(X @ W + b, y)]
    for _ in range(steps):
        i = rng.integers(0, len(X), size=1)
        dz = cross_entropy_grad(X[i] @ W + b, y[i])
        W, b = W - lr * (X[i].T @ dz), b - lr * dz.sum(axis=0)
        losses.append(cross_entropy(X @ W + b, y))
    return W, b, losses
# %% [mutant] Weight decay
# cell: l1e04-logreg
# kills: l1e04-t1
def fit_softmax_regression(X, y, K, lr, steps, rng):
    W, b = 0.01 * rng.normal(size=(X.shape[1], K)), np.zeros(K)
    losses = [cross_entropy(X @ W + b, y)]
    for _ in range(steps):
        dz = cross_entropy_grad(X @ W + b, y)
        W, b = W - lr * (X.T @ dz + 0.01 * W), b - lr * dz.sum(axis=0)
        losses.append(cross_entropy(X @ W + b, y))
    return W, b, losses
# %% [mutant] Momentum
# cell: l1e04-logreg
# kills: l1e04-t1
def fit_softmax_regression(X, y, K, lr, steps, rng):
    W, b = 0.01 * rng.normal(size=(X.shape[1], K)), np.zeros(K)
    losses, vW, vb = [cross_entropy(X @ W + b, y)], 0, 0
    for _ in range(steps):
        dz = cross_entropy_grad(X @ W + b, y)
        vW, vb = 0.5 * vW - lr * (X.T @ dz), 0.5 * vb - lr * dz.sum(axis=0)
        W, b = W + vW, b + vb
        losses.append(cross_entropy(X @ W + b, y))
    return W, b, losses
# %% [alternate] In place, bias as an extra row, losses as an array
# cell: l1e04-logreg
def fit_softmax_regression(X, y, K, lr, steps, rng):
    Z = np.hstack([X, np.ones((len(X), 1))])
    A = np.vstack([rng.normal(0, 0.01, size=(X.shape[1], K)), np.zeros((1, K))])
    losses = np.empty(steps + 1)
    for k in range(steps + 1):
        logits = Z @ A
        losses[k] = cross_entropy(logits, y)
        if k < steps:
            A -= lr * Z.T @ cross_entropy_grad(logits, y)
    return A[:-1], A[-1], losses

# %% [mutant] The weights start at zero
# cell: l1e04-logreg
# kills: l1e04-t1
def fit_softmax_regression(X, y, K, lr, steps, rng):
    W, b, losses = np.zeros((X.shape[1], K)), np.zeros(K), []
    rng.normal(0, 0.01, W.shape)
    for _ in range(steps + 1):
        if losses:
            d = cross_entropy_grad(X @ W + b, y)
            W, b = W - lr * X.T @ d, b - lr * d.sum(axis=0)
        losses.append(cross_entropy(X @ W + b, y))
    return W, b, losses

# %% [mutant] Uniform between minus and plus a hundredth
# cell: l1e04-logreg
# kills: l1e04-t1
def fit_softmax_regression(X, y, K, lr, steps, rng):
    W, b, losses = rng.uniform(-0.01, 0.01, (X.shape[1], K)), np.zeros(K), []
    for _ in range(steps + 1):
        if losses:
            d = cross_entropy_grad(X @ W + b, y)
            W, b = W - lr * X.T @ d, b - lr * d.sum(axis=0)
        losses.append(cross_entropy(X @ W + b, y))
    return W, b, losses

# %% [mutant] The bias is drawn as well
# cell: l1e04-logreg
# kills: l1e04-t1
def fit_softmax_regression(X, y, K, lr, steps, rng):
    W, b, losses = rng.normal(0, 0.01, (X.shape[1], K)), rng.normal(0, 0.01, K), []
    for _ in range(steps + 1):
        if losses:
            d = cross_entropy_grad(X @ W + b, y)
            W, b = W - lr * X.T @ d, b - lr * d.sum(axis=0)
        losses.append(cross_entropy(X @ W + b, y))
    return W, b, losses

# %% [mutant] Its own generator
# cell: l1e04-logreg
# kills: l1e04-t1
def fit_softmax_regression(X, y, K, lr, steps, rng):
    W, b, losses = np.random.default_rng(0).normal(0, 0.01, (X.shape[1], K)), np.zeros(K), []
    for _ in range(steps + 1):
        if losses:
            d = cross_entropy_grad(X @ W + b, y)
            W, b = W - lr * X.T @ d, b - lr * d.sum(axis=0)
        losses.append(cross_entropy(X @ W + b, y))
    return W, b, losses

# %% [mutant] The bias sees the new weights
# cell: l1e04-logreg
# kills: l1e04-t1
def fit_softmax_regression(X, y, K, lr, steps, rng):
    W, b = rng.normal(0, 0.01, (X.shape[1], K)), np.zeros(K)
    losses = [cross_entropy(X @ W + b, y)]
    for _ in range(steps):
        W = W - lr * X.T @ cross_entropy_grad(X @ W + b, y)
        b = b - lr * cross_entropy_grad(X @ W + b, y).sum(axis=0)
        losses.append(cross_entropy(X @ W + b, y))
    return W, b, losses

# %% [mutant] Stops when the loss hardly moves
# cell: l1e04-logreg
# kills: l1e04-t1
def fit_softmax_regression(X, y, K, lr, steps, rng):
    W, b = rng.normal(0, 0.01, (X.shape[1], K)), np.zeros(K)
    losses = [cross_entropy(X @ W + b, y)]
    for _ in range(steps):
        d = cross_entropy_grad(X @ W + b, y)
        W, b = W - lr * X.T @ d, b - lr * d.sum(axis=0)
        losses.append(cross_entropy(X @ W + b, y))
        if abs(losses[-1] - losses[-2]) < 1e-6:
            break
    return W, b, losses + [losses[-1]] * (steps + 1 - len(losses))

# %% [mutant] Keeps the best step
# cell: l1e04-logreg
# kills: l1e04-t1
def fit_softmax_regression(X, y, K, lr, steps, rng):
    W, b = rng.normal(0, 0.01, (X.shape[1], K)), np.zeros(K)
    losses, best = [cross_entropy(X @ W + b, y)], (W, b)
    for _ in range(steps):
        d = cross_entropy_grad(X @ W + b, y)
        W, b = W - lr * X.T @ d, b - lr * d.sum(axis=0)
        losses.append(cross_entropy(X @ W + b, y))
        if losses[-1] <= min(losses):
            best = (W, b)
    return *best, losses

# %% [mutant] The gradient is cut to length one
# cell: l1e04-logreg
# kills: l1e04-t1
def fit_softmax_regression(X, y, K, lr, steps, rng):
    W, b = rng.normal(0, 0.01, (X.shape[1], K)), np.zeros(K)
    losses = [cross_entropy(X @ W + b, y)]
    for _ in range(steps):
        d = cross_entropy_grad(X @ W + b, y)
        gW, gb = X.T @ d, d.sum(axis=0)
        scale = max(1.0, np.sqrt((gW**2).sum() + (gb**2).sum()))
        W, b = W - lr * gW / scale, b - lr * gb / scale
        losses.append(cross_entropy(X @ W + b, y))
    return W, b, losses

# %% [mutant] At least one step
# cell: l1e04-logreg
# kills: l1e04-t1
_fit = fit_softmax_regression


def fit_softmax_regression(X, y, K, lr, steps, rng):
    W, b, losses = _fit(X, y, K, lr, max(1, steps), rng)
    return W, b, losses[: steps + 1]

# %% [mutant] The weights are kept in single precision
# cell: l1e04-logreg
# kills: l1e04-t1
def fit_softmax_regression(X, y, K, lr, steps, rng):
    W, b = rng.normal(0, 0.01, (X.shape[1], K)).astype(np.float32), np.zeros(K, np.float32)
    losses = [cross_entropy((X @ W + b).astype(float), y)]
    for _ in range(steps):
        d = cross_entropy_grad((X @ W + b).astype(float), y)
        W, b = (W - lr * X.T @ d).astype(np.float32), (b - lr * d.sum(axis=0)).astype(np.float32)
        losses.append(cross_entropy((X @ W + b).astype(float), y))
    return W, b, losses

# %% [mutant] The best loss so far is recorded
# cell: l1e04-logreg
# kills: l1e04-t1
_fit = fit_softmax_regression


def fit_softmax_regression(X, y, K, lr, steps, rng):
    W, b, losses = _fit(X, y, K, lr, steps, rng)
    return W, b, np.minimum.accumulate(losses)

# %% [alternate] Recursion
# cell: l1e04-logreg
import sys


def fit_softmax_regression(X, y, K, lr, steps, rng):
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 20000))

    def walk(W, b, left):
        z = X @ W + b
        here = [cross_entropy(z, y)]
        if not left:
            return W, b, here
        d = cross_entropy_grad(z, y)
        W, b, rest = walk(W - lr * (X.T @ d), b - lr * d.sum(0), left - 1)
        return W, b, here + rest

    return walk(rng.normal(scale=0.01, size=(X.shape[1], K)), np.zeros(K), steps)

# %% [alternate] A generator of states
# cell: l1e04-logreg
from collections import namedtuple
from itertools import islice

Fit = namedtuple("Fit", "W b losses")


def _descend(X, y, W, b, lr):
    while True:
        z = X @ W + b
        yield W, b, cross_entropy(z, y)
        d = cross_entropy_grad(z, y)
        W, b = W - lr * (d.T @ X).T, b - lr * d.sum(axis=0)


def fit_softmax_regression(X, y, K, lr, steps, rng):
    W = np.array([[rng.normal(0, 0.01) for _ in range(K)] for _ in range(X.shape[1])])
    states = list(islice(_descend(X, y, W, np.zeros(K), lr), steps + 1))
    return Fit(*states[-1][:2], [loss for *_, loss in states])

# %% [alternate] Works on transposed arrays
# cell: l1e04-logreg
def fit_softmax_regression(X, y, K, lr, steps, rng):
    V, c = rng.normal(0, 0.01, (K, X.shape[1])), np.zeros((K, 1))
    losses = np.full(steps + 1, np.nan)
    for k in range(steps + 1):
        Z = (V @ X.T + c).T
        losses[k] = cross_entropy(Z, y)
        if k < steps:
            D = cross_entropy_grad(Z, y).T
            V -= lr * (D @ X)
            c -= lr * D.sum(axis=1, keepdims=True)
    return V.T, c[:, 0], losses
