# %% [mutant] The norms are in the order of the backward pass
# cell: l1e10-norms
# kills: l1e10-t1
_forwards = gradient_norms
def gradient_norms(depth, activation, rng):
    return _forwards(depth, activation, rng)[::-1]

# %% [mutant] One layer is missing
# cell: l1e10-norms
# kills: l1e10-t1
_all = gradient_norms
def gradient_norms(depth, activation, rng):
    return _all(depth, activation, rng)[:-1]

# %% [mutant] Always a relu
# cell: l1e10-norms
# kills: l1e10-t1
_any = gradient_norms
def gradient_norms(depth, activation, rng):
    return _any(depth, "relu", rng)

# %% [mutant] The norms are squared
# cell: l1e10-norms
# kills: l1e10-t1
_plain = gradient_norms
def gradient_norms(depth, activation, rng):
    return _plain(depth, activation, rng) ** 2

# %% [mutant] The norms of the weights
# cell: l1e10-norms
# kills: l1e10-t1
def gradient_norms(depth, activation, rng):
    net = MLP([20] + [50] * depth + [5], activation, rng)
    net.params[f"W{depth + 1}"] = 100 * net.params[f"W{depth + 1}"]
    net.gradients(rng.normal(size=(64, 20)), rng.integers(0, 5, size=64))
    return np.array([np.linalg.norm(net.params[f"W{k}"]) for k in range(1, depth + 2)])

# %% [mutant] The small start is not undone
# cell: l1e10-norms
# kills: l1e10-t1
def gradient_norms(depth, activation, rng):
    net = MLP([20] + [50] * depth + [5], activation, rng)
    grads = net.gradients(rng.normal(size=(64, 20)), rng.integers(0, 5, size=64))
    return np.array([np.linalg.norm(grads[f"W{k}"]) for k in range(1, depth + 2)])

# %% [mutant] The biases instead of the weights
# cell: l1e10-norms
# kills: l1e10-t1
def gradient_norms(depth, activation, rng):
    net = MLP([20] + [50] * depth + [5], activation, rng)
    net.params[f"W{depth + 1}"] = 100 * net.params[f"W{depth + 1}"]
    grads = net.gradients(rng.normal(size=(64, 20)), rng.integers(0, 5, size=64))
    return np.array([np.linalg.norm(grads[f"b{k}"]) for k in range(1, depth + 2)])

# %% [mutant] The global generator draws
# cell: l1e10-norms
# kills: l1e10-t1
def gradient_norms(depth, activation, rng):
    net = MLP([20] + [50] * depth + [5], activation, rng)
    net.params[f"W{depth + 1}"] = 100 * net.params[f"W{depth + 1}"]
    grads = net.gradients(np.random.normal(size=(64, 20)), np.random.randint(0, 5, size=64))
    return np.array([np.linalg.norm(grads[f"W{k}"]) for k in range(1, depth + 2)])

# %% [alternate] In place, a list, the batch drawn first
# cell: l1e10-norms
def gradient_norms(depth, activation, rng):
    X, y = rng.standard_normal((64, 20)), rng.choice(5, size=64)
    net = MLP((20, *(50,) * depth, 5), activation, rng)
    net.params[f"W{depth + 1}"] *= 100
    grads = net.gradients(X, y, 0.0)
    return [float(np.sqrt((grads[f"W{k + 1}"] ** 2).sum())) for k in range(depth + 1)]

# %% [alternate] Sorted by the number of the layer
# cell: l1e10-norms
def gradient_norms(depth, activation, rng):
    net = MLP([20, *[50] * depth, 5], activation, rng=rng)
    last = max((name for name in net.params if name[0] == "W"), key=lambda name: int(name[1:]))
    net.params[last] = net.params[last] / 0.01
    grads = net.gradients(X=rng.normal(0, 1, (64, 20)), y=rng.integers(5, size=64))
    names = sorted((name for name in grads if name.startswith("W")), key=lambda name: int(name[1:]))
    return np.linalg.norm([np.pad(grads[name].ravel(), (0, 2500 - grads[name].size)) for name in names], axis=1)
# %% [mutant] Squared norms
# cell: l1e10-norms
# kills: l1e10-t1
_gn2 = gradient_norms
def gradient_norms(depth, activation, rng):
    return _gn2(depth, activation, rng) ** 2
# %% [mutant] Norms of the weights
# cell: l1e10-norms
# kills: l1e10-t1
def gradient_norms(depth, activation, rng):
    net = MLP([20] + [50] * depth + [5], activation, rng)
    return np.array([np.linalg.norm(net.params[f"W{l}"]) for l in range(1, depth + 2)])
# %% [mutant] One hidden layer too few
# cell: l1e10-norms
# kills: l1e10-t1
def gradient_norms(depth, activation, rng):
    net = MLP([20] + [50] * (depth - 1) + [5, 5], activation, rng)
    net.params[f"W{depth + 1}"] = 100 * net.params[f"W{depth + 1}"]
    g = net.gradients(rng.normal(size=(64, 20)), rng.integers(0, 5, size=64))
    return np.array([np.linalg.norm(g[f"W{l}"]) for l in range(1, depth + 2)])
# %% [alternate] A list of floats
# cell: l1e10-norms
def gradient_norms(depth, activation, rng):
    net = MLP([20, *(50 for _ in range(depth)), 5], activation, rng)
    net.params[f"W{depth + 1}"] *= 100
    X = rng.standard_normal((64, 20))
    g = net.gradients(X, rng.integers(5, size=64), l2=0.0)
    return np.array([float(np.sqrt(np.square(g[k]).sum())) for k in sorted((k for k in g if k[0] == "W"), key=lambda k: int(k[1:]))])

# %% [mutant] The batch has its own generator
# cell: l1e10-norms
# kills: l1e10-t1
def gradient_norms(depth, activation, rng):
    net = MLP([20, *[50] * depth, 5], activation, rng)
    net.params[f"W{depth + 1}"] = net.params[f"W{depth + 1}"] * 100
    own = np.random.default_rng(0)
    grads = net.gradients(own.normal(size=(64, 20)), own.integers(0, 5, size=64))
    return np.array([np.linalg.norm(grads[f"W{i}"]) for i in range(1, depth + 2)])

# %% [mutant] The batch is drawn once for all calls
# cell: l1e10-norms
# kills: l1e10-t1
_X, _y = np.random.default_rng(8).normal(size=(64, 20)), np.random.default_rng(9).integers(0, 5, 64)


def gradient_norms(depth, activation, rng):
    net = MLP([20, *[50] * depth, 5], activation, rng)
    net.params[f"W{depth + 1}"] = net.params[f"W{depth + 1}"] * 100
    grads = net.gradients(_X, _y)
    return np.array([np.linalg.norm(grads[f"W{i}"]) for i in range(1, depth + 2)])

# %% [mutant] Labels follow the inputs
# cell: l1e10-norms
# kills: l1e10-t1
def gradient_norms(depth, activation, rng):
    net = MLP([20, *[50] * depth, 5], activation, rng)
    net.params[f"W{depth + 1}"] = net.params[f"W{depth + 1}"] * 100
    X = rng.normal(size=(64, 20))
    grads = net.gradients(X, np.arange(64) % 5)
    return np.array([np.linalg.norm(grads[f"W{i}"]) for i in range(1, depth + 2)])

# %% [mutant] The last bias is enlarged as well
# cell: l1e10-norms
# kills: l1e10-t1
def gradient_norms(depth, activation, rng):
    net = MLP([20, *[50] * depth, 5], activation, rng)
    net.params[f"W{depth + 1}"] = net.params[f"W{depth + 1}"] * 100
    net.params[f"b{depth + 1}"] = net.params[f"b{depth + 1}"] + 1.0
    grads = net.gradients(rng.normal(size=(64, 20)), rng.integers(0, 5, size=64))
    return np.array([np.linalg.norm(grads[f"W{i}"]) for i in range(1, depth + 2)])

# %% [mutant] Every weight times a hundred
# cell: l1e10-norms
# kills: l1e10-t1
def gradient_norms(depth, activation, rng):
    net = MLP([20, *[50] * depth, 5], activation, rng)
    for i in range(1, depth + 2):
        net.params[f"W{i}"] = net.params[f"W{i}"] * 100
    grads = net.gradients(rng.normal(size=(64, 20)), rng.integers(0, 5, size=64))
    return np.array([np.linalg.norm(grads[f"W{i}"]) for i in range(1, depth + 2)])

# %% [mutant] A new net for every layer
# cell: l1e10-norms
# kills: l1e10-t1
def gradient_norms(depth, activation, rng):
    def one(i):
        net = MLP([20, *[50] * depth, 5], activation, rng)
        net.params[f"W{depth + 1}"] = net.params[f"W{depth + 1}"] * 100
        return np.linalg.norm(net.gradients(rng.normal(size=(64, 20)), rng.integers(0, 5, size=64))[f"W{i}"])

    return np.array([one(i) for i in range(1, depth + 2)])

# %% [alternate] fromiter and hypot
# cell: l1e10-norms
def gradient_norms(depth: int, activation: str, rng: np.random.Generator) -> np.ndarray:
    sizes = np.full(depth + 2, 50)
    sizes[[0, -1]] = 20, 5
    net = MLP(sizes.tolist(), activation, rng)
    W = net.params[f"W{depth + 1}"]
    np.multiply(W, 100, out=W)
    y = np.floor(5 * rng.random(64)).astype(int)
    grads = net.gradients(rng.normal(size=(20, 64)).T, y)
    return np.fromiter((np.hypot.reduce(grads[f"W{i}"], axis=None) for i in range(1, depth + 2)), float)

# %% [alternate] Singular values
# cell: l1e10-norms
def gradient_norms(depth, activation, rng):
    net = MLP([20, *[50] * depth, 5], activation, rng)
    net.params.update({f"W{depth + 1}": net.params[f"W{depth + 1}"] * 100.0})
    grads = net.gradients(rng.normal(size=(64, 20)), np.array([rng.integers(5) for _ in range(64)]), 0.0)
    norms = []
    for i in range(depth + 1):
        norms += [np.linalg.norm(np.linalg.svd(grads[f"W{i + 1}"], compute_uv=False))]
    return np.asarray(norms)
