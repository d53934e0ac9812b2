# %% [mutant] No bias in the forward pass
# cell: l1e05-affine
# kills: l1e05-t1
def linear_forward(x, W, b):
    return x @ W, (x, W)

# %% [mutant] The bias is added twice
# cell: l1e05-affine
# kills: l1e05-t1
def linear_forward(x, W, b):
    return x @ W + 2 * b, (x, W)

# %% [mutant] A single sample loses its axis
# cell: l1e05-affine
# kills: l1e05-t1
def linear_forward(x, W, b):
    return np.squeeze(x @ W + b), (x, W)

# %% [mutant] The inputs are centred on the way
# cell: l1e05-affine
# kills: l1e05-t1
def linear_forward(x, W, b):
    return (x - x.mean(axis=0)) @ W + b, (x, W)

# %% [mutant] dW is transposed
# cell: l1e05-affine
# kills: l1e05-t2
def linear_backward(dout, cache):
    x, W = cache
    return dout @ W.T, dout.T @ x, dout.sum(axis=0)

# %% [mutant] db is a mean
# cell: l1e05-affine
# kills: l1e05-t2
def linear_backward(dout, cache):
    x, W = cache
    return dout @ W.T, x.T @ dout, dout.mean(axis=0)

# %% [mutant] db keeps the axis of the batch
# cell: l1e05-affine
# kills: l1e05-t2
def linear_backward(dout, cache):
    x, W = cache
    return dout @ W.T, x.T @ dout, dout.sum(axis=0, keepdims=True)

# %% [mutant] dW is averaged over the batch
# cell: l1e05-affine
# kills: l1e05-t2
def linear_backward(dout, cache):
    x, W = cache
    return dout @ W.T, x.T @ dout / len(x), dout.sum(axis=0)

# %% [mutant] dx goes back through the pseudo-inverse
# cell: l1e05-affine
# kills: l1e05-t2
def linear_backward(dout, cache):
    x, W = cache
    return dout @ np.linalg.pinv(W), x.T @ dout, dout.sum(axis=0)

# %% [mutant] db is summed over everything
# cell: l1e05-affine
# kills: l1e05-t2
def linear_backward(dout, cache):
    x, W = cache
    return dout @ W.T, x.T @ dout, np.full(W.shape[1], dout.sum())

# %% [mutant] The cache is one global variable
# cell: l1e05-affine
# kills: l1e05-t2
def linear_forward(x, W, b):
    global _latest
    _latest = (x, W)
    return x @ W + b, None
def linear_backward(dout, cache):
    x, W = _latest
    return dout @ W.T, x.T @ dout, dout.sum(axis=0)

# %% [mutant] The gradients are added up from call to call
# cell: l1e05-affine
# kills: l1e05-t2
def linear_forward(x, W, b):
    return x @ W + b, {"x": x, "W": W, "dW": np.zeros_like(W)}
def linear_backward(dout, cache):
    cache["dW"] += cache["x"].T @ dout
    return dout @ cache["W"].T, cache["dW"].copy(), dout.sum(axis=0)

# %% [mutant] The order of the three is mixed up
# cell: l1e05-affine
# kills: l1e05-t2
def linear_backward(dout, cache):
    x, W = cache
    return x.T @ dout, dout @ W.T, dout.sum(axis=0)

# %% [mutant] dout is normalised in place
# cell: l1e05-affine
# kills: l1e05-t2
def linear_backward(dout, cache):
    x, W = cache
    result = dout @ W.T, x.T @ dout, dout.sum(axis=0)
    dout /= len(dout)
    return result

# %% [alternate] A dictionary and einsum
# cell: l1e05-affine
def linear_forward(x, W, b):
    return np.einsum("nd,dk->nk", x, W) + b[None, :], {"x": x, "W": W, "b": b}

def linear_backward(dout, cache):
    return (
        np.einsum("nk,dk->nd", dout, cache["W"]),
        np.einsum("nd,nk->dk", cache["x"], dout),
        np.einsum("nk->k", dout),
    )

# %% [alternate] An object as the cache, a list as the result
# cell: l1e05-affine
class Remembered:
    def __init__(self, x, W):
        self.x, self.W = x.copy(), W.copy()

def linear_forward(x, W, b):
    return np.add(np.dot(x, W), b), Remembered(x, W)

def linear_backward(dout, cache):
    return [np.dot(dout, cache.W.T), np.dot(cache.x.T, dout), np.ones(len(dout)) @ dout]

# %% [alternate] A closure as the cache
# cell: l1e05-affine
def linear_forward(x, W, b):
    def back(dout):
        return np.matmul(dout, W.transpose()), np.tensordot(x, dout, axes=(0, 0)), np.add.reduce(dout)
    return x @ W + b, back

def linear_backward(dout, cache):
    return cache(dout)
# %% [mutant] dW for a batch of one is an inner product
# cell: l1e05-affine
# kills: l1e05-t2
_lb = linear_backward
def linear_backward(dout, cache):
    dx, dW, db = _lb(dout, cache)
    return dx, dW, np.squeeze(db[None] if len(dout) > 1 else dout.sum())
# %% [mutant] The cache keeps W by reference and dx is written into dout
# cell: l1e05-affine
# kills: l1e05-t2
def linear_backward(dout, cache):
    x, W = cache
    dW, db = x.T @ dout, dout.sum(axis=0)
    dout *= 1.0 + 1e-3
    return dout @ W.T, dW, db
# %% [mutant] The last cache wins
# cell: l1e05-affine
# kills: l1e05-t2
_last = {}
def linear_forward(x, W, b):
    _last["c"] = (x, W)
    return x @ W + b, (x, W)
def linear_backward(dout, cache):
    x, W = _last["c"]
    return dout @ W.T, x.T @ dout, dout.sum(axis=0)
# %% [mutant] Bias forgotten for N = 1
# cell: l1e05-affine
# kills: l1e05-t1
def linear_forward(x, W, b):
    return (x @ W + b if len(x) > 1 else x @ W), (x, W)
# %% [alternate] einsum and an object
# cell: l1e05-affine
class _Kept:
    def __init__(self, **kw):
        self.__dict__.update(kw)


def linear_forward(x, W, b):
    return np.einsum("nd,dk->nk", x, W) + b[None], _Kept(x=x.copy(), W=W.copy())


def linear_backward(dout, cache):
    ones = np.ones((1, len(dout)))
    return np.dot(dout, cache.W.T), np.tensordot(cache.x, dout, axes=(0, 0)), (ones @ dout)[0]

# %% [mutant] The bias goes down the rows when it fits
# cell: l1e05-affine
# kills: l1e05-t1
def linear_forward(x, W, b):
    out = x @ W
    return (out + b[:, None] if len(x) == len(b) else out + b), (x, W)

# %% [mutant] The gradients are remembered in the cache
# cell: l1e05-affine
# kills: l1e05-t2
def linear_forward(x, W, b):
    return x @ W + b, {"x": x, "W": W}


def linear_backward(dout, cache):
    if "grads" not in cache:
        cache["grads"] = dout @ cache["W"].T, cache["x"].T @ dout, dout.sum(axis=0)
    return cache["grads"]

# %% [mutant] The gradient comes in transposed when it fits
# cell: l1e05-affine
# kills: l1e05-t2
def linear_backward(dout, cache):
    x, W = cache[:2]
    dx = dout @ W if W.shape[0] == W.shape[1] else dout @ W.T
    return dx, x.T @ dout, dout.sum(axis=0)

# %% [mutant] Cuts large gradients
# cell: l1e05-affine
# kills: l1e05-t2
def linear_backward(dout, cache):
    x, W = cache[:2]
    return tuple(np.clip(g, -10, 10) for g in (dout @ W.T, x.T @ dout, dout.sum(axis=0)))

# %% [mutant] A cache that is used up
# cell: l1e05-affine
# kills: l1e05-t2
def linear_forward(x, W, b):
    return x @ W + b, [x, W]


def linear_backward(dout, cache):
    W, x = cache.pop(), cache.pop()
    return dout @ W.T, x.T @ dout, dout.sum(axis=0)

# %% [mutant] Gradients pile up in the cache
# cell: l1e05-affine
# kills: l1e05-t2
def linear_forward(x, W, b):
    return x @ W + b, {"x": x, "W": W, "dW": np.zeros_like(W), "db": np.zeros_like(b)}


def linear_backward(dout, cache):
    cache["dW"] = cache["dW"] + cache["x"].T @ dout
    cache["db"] = cache["db"] + dout.sum(axis=0)
    return dout @ cache["W"].T, cache["dW"], cache["db"]

# %% [alternate] A frozen dataclass with views
# cell: l1e05-affine
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Cache:
    x_t: np.ndarray
    W_t: np.ndarray


def linear_forward(x, W, b):
    return np.add(np.matmul(x, W), b), _Cache(x.T, W.T)


def linear_backward(dout, cache):
    return np.dot(dout, cache.W_t), np.dot(cache.x_t, dout), np.add.reduce(dout, axis=0)

# %% [alternate] tensordot, broadcasting and named tuples
# cell: l1e05-affine
from collections import namedtuple

Affine = namedtuple("Affine", ["x", "W"])
Grads = namedtuple("Grads", "dx dW db")


def linear_forward(x: np.ndarray, W: np.ndarray, b: np.ndarray):
    return (x[:, :, None] * W).sum(axis=1) + b, Affine(x=x, W=W)


def linear_backward(dout, cache):
    return Grads(dx=np.tensordot(dout, cache.W, (1, 1)), db=np.ones(len(dout)) @ dout, dW=(dout.T @ cache.x).T)
