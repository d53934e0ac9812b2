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
