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
