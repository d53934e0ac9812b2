# %% [mutant] One-sided differences
# cell: l1e06-numgrad
# kills: l1e06-t1
def numerical_gradient(f, x, eps=1e-5):
    grad, here = np.zeros_like(x), f(x.copy())
    for i in np.ndindex(x.shape):
        ahead = x.copy()
        ahead[i] += eps
        grad[i] = (f(ahead) - here) / eps
    return grad

# %% [mutant] Divided by the step instead of twice the step
# cell: l1e06-numgrad
# kills: l1e06-t1
_central = numerical_gradient
def numerical_gradient(f, x, eps=1e-5):
    return 2 * _central(f, x, eps)

# %% [mutant] x is not restored
# cell: l1e06-numgrad
# kills: l1e06-t1
def numerical_gradient(f, x, eps=1e-5):
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        x[i] += eps
        ahead = f(x.copy())
        x[i] -= 2 * eps
        grad[i] = (ahead - f(x.copy())) / (2 * eps)
    return grad

# %% [mutant] All entries are moved at once
# cell: l1e06-numgrad
# kills: l1e06-t1
def numerical_gradient(f, x, eps=1e-5):
    return np.full_like(x, (f(x + eps) - f(x - eps)) / (2 * eps))

# %% [mutant] The result is flat
# cell: l1e06-numgrad
# kills: l1e06-t1
_shaped = numerical_gradient
def numerical_gradient(f, x, eps=1e-5):
    return _shaped(f, x, eps).ravel()

# %% [mutant] f is given a flat array
# cell: l1e06-numgrad
# kills: l1e06-t1
_shaped = numerical_gradient
def numerical_gradient(f, x, eps=1e-5):
    return _shaped(f, x.ravel(), eps).reshape(x.shape)

# %% [mutant] The step is ignored
# cell: l1e06-numgrad
# kills: l1e06-t1
_stepped = numerical_gradient
def numerical_gradient(f, x, eps=1e-5):
    return _stepped(f, x, 1e-5)

# %% [mutant] The step is far too small
# cell: l1e06-numgrad
# kills: l1e06-t1
_stepped = numerical_gradient
def numerical_gradient(f, x, eps=1e-5):
    return _stepped(f, x, eps * 1e-5)

# %% [mutant] f is called four times per entry
# cell: l1e06-numgrad
# kills: l1e06-t1
_once = numerical_gradient
def numerical_gradient(f, x, eps=1e-5):
    return (_once(f, x, eps) + _once(f, x, eps)) / 2

# %% [mutant] The same gradient is suspected twice
# cell: l1e06-suspects
# kills: l1e06-t2
suspects = {"W2"}

# %% [mutant] A healthy gradient is accused
# cell: l1e06-suspects
# kills: l1e06-t2
suspects = {"W2", "b1", "W1"}

# %% [mutant] Nobody is accused
# cell: l1e06-suspects
# kills: l1e06-t2
suspects = set()

# %% [mutant] Everybody is accused
# cell: l1e06-suspects
# kills: l1e06-t2
suspects = set(BUG_PARAMS)

# %% [mutant] The checker looks at the sums only
# cell: l1e06-checker
# kills: l1e06-t3
def check_softmax(f):
    assert np.allclose(f(np.random.default_rng(0).normal(size=(3, 4))).sum(axis=1), 1)

# %% [mutant] The checker rejects everything
# cell: l1e06-checker
# kills: l1e06-t3
def check_softmax(f):
    raise AssertionError("wrong")

# %% [mutant] The checker accepts everything
# cell: l1e06-checker
# kills: l1e06-t3
def check_softmax(f):
    f(np.zeros((2, 3)))

# %% [mutant] The checker wants sums of exactly one
# cell: l1e06-checker
# kills: l1e06-t3
def check_softmax(f):
    rng = np.random.default_rng(0)
    for _ in range(50):
        assert np.all(f(rng.normal(size=(6, 7))).sum(axis=1) == 1.0)

# %% [mutant] The checker never tries large logits
# cell: l1e06-checker
# kills: l1e06-t3
def check_softmax(f):
    z = np.random.default_rng(0).normal(size=(3, 4))
    p = f(z)
    assert np.allclose(p, np.exp(z) / np.exp(z).sum(axis=1, keepdims=True))

# %% [mutant] The checker returns its verdict instead of raising
# cell: l1e06-checker
# kills: l1e06-t3
def check_softmax(f):
    z = np.random.default_rng(0).normal(size=(3, 4))
    return bool(np.allclose(f(z).sum(axis=1), 1))

# %% [alternate] In place, with the old value put back
# cell: l1e06-numgrad
def numerical_gradient(f, x, eps=1e-5):
    grad = np.empty(x.shape)
    it = np.nditer(x, flags=["multi_index"], op_flags=["readwrite"])
    while not it.finished:
        i, old = it.multi_index, x[it.multi_index]
        x[i] = old + eps
        ahead = f(x)
        x[i] = old - eps
        behind = f(x)
        x[i] = old
        grad[i] = (ahead - behind) / (2 * eps)
        it.iternext()
    return grad

# %% [alternate] Unit vectors, and one call of f to begin with
# cell: l1e06-numgrad
def numerical_gradient(f, x, eps=1e-5):
    f(x)
    directions = np.eye(x.size).reshape(x.size, *x.shape)
    slopes = [(f(x + eps * d) - f(x - eps * d)) / eps / 2 for d in directions]
    return np.array(slopes).reshape(x.shape)

# %% [alternate] A frozen set, found by the checker itself
# cell: l1e06-suspects
claimed = buggy_backward(BUG_PARAMS, BUG_X, BUG_T)
suspects = frozenset(["b1", "W2"])

# %% [alternate] A list of names
# cell: l1e06-suspects
suspects = ["b1", "W2"]

# %% [alternate] The checker compares with a formula of its own
# cell: l1e06-checker
def check_softmax(f):
    rng = np.random.default_rng(3)
    for z in (rng.normal(size=(5, 3)), 50 * rng.normal(size=(2, 6)), np.array([[1000.0, 0.0, -1000.0], [900.0, 901.0, 902.0]])):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        np.testing.assert_allclose(f(z), e / e.sum(axis=1, keepdims=True), rtol=1e-7, atol=1e-12)

# %% [alternate] The checker raises ValueError
# cell: l1e06-checker
_asserting = check_softmax
def check_softmax(f):
    try:
        _asserting(f)
    except AssertionError as problem:
        raise ValueError(f"not a softmax: {problem}") from None

# %% [alternate] The checker compares with the own softmax
# cell: l1e06-checker
def check_softmax(f):
    rng = np.random.default_rng(1)
    for z in (rng.normal(size=(3, 5)), 20 * rng.normal(size=(4, 2)), 1000.0 + rng.normal(size=(2, 3))):
        if not np.allclose(f(z), softmax(z), rtol=1e-7, atol=1e-11):
            raise RuntimeError("this is not softmax")

# %% [mutant] The step is coarse when it is not given
# cell: l1e06-numgrad
# kills: l1e06-t1
_given_step = numerical_gradient
def numerical_gradient(f, x, eps=1e-2):
    return _given_step(f, x, eps)
# %% [mutant] eps is ignored
# cell: l1e06-numgrad
# kills: l1e06-t1
_ng = numerical_gradient
def numerical_gradient(f, x, eps=1e-5):
    return _ng(f, x)
# %% [mutant] Only the first axis
# cell: l1e06-numgrad
# kills: l1e06-t1
def numerical_gradient(f, x, eps=1e-5):
    g = np.zeros(x.shape)
    for i in range(len(x)):
        a, b = x.copy(), x.copy()
        a[i] += eps
        b[i] -= eps
        g[i] = (f(a) - f(b)) / (2 * eps)
    return g
# %% [alternate] In place, the old number kept, nditer
# cell: l1e06-numgrad
def numerical_gradient(f, x, eps=1e-5):
    g = np.empty_like(x)
    it = np.nditer(x, flags=["multi_index"])
    for _ in it:
        i = it.multi_index
        old = x[i].copy()
        x[i] = old + eps
        up = f(x)
        x[i] = old - eps
        down = f(x)
        x[i] = old
        g[i] = (up - down) / (2 * eps)
    return g
# %% [alternate] One identity row at a time
# cell: l1e06-numgrad
def numerical_gradient(f, x, eps=1e-5):
    steps = eps * np.eye(x.size).reshape(-1, *x.shape)
    return np.array([(f(x + s) - f(x - s)) / (2 * eps) for s in steps]).reshape(x.shape)
# %% [mutant] The checker compares with rounding errors
# cell: l1e06-checker
# kills: l1e06-t3
def check_softmax(f):
    z = np.random.default_rng(0).normal(size=(50, 7))
    e = np.exp(z)
    assert (f(z) == e / e.sum(axis=1, keepdims=True)).all() and (f(z).sum(axis=1) == 1).all()
# %% [alternate] Checker by comparison with a formula in pure Python
# cell: l1e06-checker
def check_softmax(f):
    for seed in range(3):
        rng = np.random.default_rng(seed)
        for scale, shift in ((1, 0), (5, -900), (5, 900), (200, 0)):
            z = scale * rng.normal(size=(rng.integers(1, 6), rng.integers(2, 7))) + shift
            want = np.array([[1 / sum(np.exp(np.clip(other - v, -700, 700)) for other in row) for v in row] for row in z])
            got = f(z.copy())
            if np.shape(got) != np.shape(want) or not np.allclose(got, want, rtol=1e-7, atol=1e-12):
                raise ValueError("not a softmax")

# %% [mutant] Adds and takes away in place, and leaves the rounding
# cell: l1e06-numgrad
# kills: l1e06-t1
def numerical_gradient(f, x, eps=1e-5):
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        x[i] += eps
        up = f(x)
        x[i] -= 2 * eps
        down = f(x)
        x[i] += eps
        grad[i] = (up - down) / (2 * eps)
    return grad

# %% [mutant] A copy is walked when the array is not contiguous
# cell: l1e06-numgrad
# kills: l1e06-t1
def numerical_gradient(f, x, eps=1e-5):
    flat, grad = x.reshape(-1), np.zeros(x.size)
    for i in range(x.size):
        old = flat[i]
        flat[i] = old + eps
        up = f(x)
        flat[i] = old - eps
        down = f(x)
        flat[i] = old
        grad[i] = (up - down) / (2 * eps)
    return grad.reshape(x.shape)

# %% [mutant] Half of the step
# cell: l1e06-numgrad
# kills: l1e06-t1
def numerical_gradient(f, x, eps=1e-5):
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = eps / 2
        grad[i] = (f(x + e) - f(x - e)) / eps
    return grad

# %% [mutant] The step grows with the entry
# cell: l1e06-numgrad
# kills: l1e06-t1
def numerical_gradient(f, x, eps=1e-5):
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = eps * max(1.0, abs(x[i]))
        grad[i] = (f(x + e) - f(x - e)) / (2 * e[i])
    return grad

# %% [mutant] x is not put back when f is constant
# cell: l1e06-numgrad
# kills: l1e06-t1
def numerical_gradient(f, x, eps=1e-5):
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        old = x[i]
        x[i] = old + eps
        up = f(x)
        x[i] = old - eps
        down = f(x)
        grad[i] = (up - down) / (2 * eps)
        if grad[i]:
            x[i] = old
    return grad

# %% [mutant] Works on a copy that is never put back
# cell: l1e06-numgrad
# kills: l1e06-t1
def numerical_gradient(f, x, eps=1e-5):
    grad, moved = np.zeros(x.shape), x.copy()
    for i in np.ndindex(x.shape):
        moved[i] += eps
        up = f(moved)
        moved[i] -= 2 * eps
        grad[i] = (up - f(moved)) / (2 * eps)
    return grad

# %% [mutant] Returns True when all is well
# cell: l1e06-checker
# kills: l1e06-t3
_check = check_softmax


def check_softmax(f):
    _check(f)
    return True

# %% [mutant] Says no with a word
# cell: l1e06-checker
# kills: l1e06-t3
_check = check_softmax


def check_softmax(f):
    try:
        _check(f)
    except Exception:
        return False
    return None

# %% [alternate] Divides by the step that was really taken
# cell: l1e06-numgrad
def numerical_gradient(f, x, eps=1e-5):
    f(x)
    y, grad = x.copy(), np.zeros_like(x, dtype=float)
    for i, old in np.ndenumerate(x):
        y[i] = high = old + eps
        up = f(y)
        y[i] = low = old - eps
        grad[i] = (up - f(y)) / (high - low)
        y[i] = old
    return grad

# %% [alternate] Walks x.flat
# cell: l1e06-numgrad
def numerical_gradient(f, x, eps=1e-5):
    slopes = []
    for i in range(x.size):
        old = x.flat[i]
        x.flat[i] = old - eps
        down = f(x)
        x.flat[i] = old + eps
        slopes.append((f(x) - down) / 2 / eps)
        x.flat[i] = old
    return np.reshape(slopes, x.shape)

# %% [alternate] All minus points first, then all plus points
# cell: l1e06-numgrad
def numerical_gradient(f, x, eps=1e-5):
    def sweep(step):
        for i in np.ndindex(*x.shape):
            moved = np.array(x, dtype=float)
            moved[i] += step
            yield f(moved)

    down = np.fromiter(sweep(-eps), float, x.size)
    up = np.fromiter(sweep(eps), float, x.size)
    return ((up - down) / (2 * eps)).reshape(x.shape)

# %% [alternate] The four laws of the text
# cell: l1e06-checker
def check_softmax(f):
    rng = np.random.default_rng(3)
    for n, k in ((1, 4), (5, 3), (4, 7)):
        z = rng.normal(size=(n, k)) * 3
        p = f(z)
        assert np.shape(p) == (n, k), "shape"
        assert np.allclose(np.sum(p, axis=1), 1, rtol=0, atol=1e-10), "rows sum to one"
        assert np.allclose(f(z + rng.normal(size=(n, 1))), p, rtol=1e-9), "shift"
        assert np.allclose(np.log(p[:, 0] / p[:, 1]), z[:, 0] - z[:, 1], atol=1e-9), "ratio"
        assert np.allclose(np.log(p) - np.log(p[:, :1]), z - z[:, :1], atol=1e-9), "ratio"
    huge = f(np.array([[1000.0, 0.0, -1000.0], [-1000.0, -1000.0, -1000.0]]))
    assert np.allclose(huge, [[1, 0, 0], [1 / 3, 1 / 3, 1 / 3]]), "huge logits"

# %% [alternate] Whole numbers as they are, and types
# cell: l1e06-checker
_check = check_softmax


def check_softmax(f):
    p = f(np.array([[1, 2, 3], [0, 0, 0]]))
    if not isinstance(p, np.ndarray):
        raise TypeError("softmax gives an array")
    if p.dtype.kind != "f" or p.ndim != 2:
        raise ValueError("an array of floats with two axes")
    if not np.all(np.isfinite(p)) or np.any(p < 0):
        raise ValueError("probabilities")
    return _check(f)
