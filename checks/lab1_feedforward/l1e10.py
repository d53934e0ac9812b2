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
