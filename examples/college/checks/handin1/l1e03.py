# %% [mutant] No shift before the exponential
# cell: l1e03-softmax
# kills: l1e03-t1
def softmax(z):
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)

# %% [mutant] Softmax along the wrong axis
# cell: l1e03-softmax
# kills: l1e03-t1
def softmax(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)

# %% [mutant] One normalisation for the whole batch
# cell: l1e03-softmax
# kills: l1e03-t1
def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()

# %% [mutant] The maximum of the whole batch is subtracted
# cell: l1e03-softmax
# kills: l1e03-t1
def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=1, keepdims=True)

# %% [mutant] Softmax overwrites its argument
# cell: l1e03-softmax
# kills: l1e03-t1
def softmax(z):
    z -= z.max(axis=1, keepdims=True)
    np.exp(z, out=z)
    z /= z.sum(axis=1, keepdims=True)
    return z.copy()

# %% [mutant] A floor under the denominator
# cell: l1e03-softmax
# kills: l1e03-t1
def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / (e.sum(axis=1, keepdims=True) + 1e-6)

# %% [mutant] The loss is summed
# cell: l1e03-softmax
# kills: l1e03-t2
_mean_loss = cross_entropy
def cross_entropy(z, y):
    return _mean_loss(z, y) * len(y)

# %% [mutant] The loss is averaged over classes too
# cell: l1e03-softmax
# kills: l1e03-t2
_mean_loss = cross_entropy
def cross_entropy(z, y):
    return _mean_loss(z, y) / z.shape[1]

# %% [mutant] The loss is measured in bits
# cell: l1e03-softmax
# kills: l1e03-t2
_nats = cross_entropy
def cross_entropy(z, y):
    return _nats(z, y) / np.log(2)

# %% [mutant] The logarithm of a clipped probability
# cell: l1e03-softmax
# kills: l1e03-t2
def cross_entropy(z, y):
    p = softmax(z)
    return float(-np.log(p[np.arange(len(y)), y] + 1e-12).mean())

# %% [mutant] One loss per sample
# cell: l1e03-softmax
# kills: l1e03-t2
def cross_entropy(z, y):
    shifted = z - z.max(axis=1, keepdims=True)
    return np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(y)), y]

# %% [mutant] One-hot labels from the largest label that occurs
# cell: l1e03-softmax
# kills: l1e03-t2
def cross_entropy_grad(z, y):
    return (softmax(z) - np.eye(y.max() + 1)[y]) / len(y)

# %% [mutant] The gradient is divided by the number of entries
# cell: l1e03-softmax
# kills: l1e03-t2
_right_grad = cross_entropy_grad
def cross_entropy_grad(z, y):
    return _right_grad(z, y) / z.shape[1]

# %% [mutant] The gradient is not averaged
# cell: l1e03-softmax
# kills: l1e03-t2
_right_grad = cross_entropy_grad
def cross_entropy_grad(z, y):
    return _right_grad(z, y) * len(y)

# %% [mutant] The gradient has the wrong sign
# cell: l1e03-softmax
# kills: l1e03-t2
_right_grad = cross_entropy_grad
def cross_entropy_grad(z, y):
    return -_right_grad(z, y)

# %% [mutant] The gradient is the probability
# cell: l1e03-softmax
# kills: l1e03-t2
def cross_entropy_grad(z, y):
    return softmax(z) / len(y)

# %% [mutant] The gradient overwrites the logits
# cell: l1e03-softmax
# kills: l1e03-t2
_right_grad = cross_entropy_grad
def cross_entropy_grad(z, y):
    z[...] = _right_grad(z, y)
    return z.copy()

# %% [mutant] Softmax by torch
# cell: l1e03-softmax
# kills: l1e03-t3
def softmax(z):
    import torch
    return torch.softmax(torch.from_numpy(z), dim=1).numpy()

# %% [mutant] Softmax by SciPy
# cell: l1e03-softmax
# kills: l1e03-t3
from scipy.special import softmax as ready_made
def softmax(z):
    return ready_made(z, axis=1)

# %% [mutant] The gradient by automatic differentiation
# cell: l1e03-softmax
# kills: l1e03-t3
def _by_torch(z, y):
    import torch
    leaf = torch.tensor(z, requires_grad=True)
    torch.nn.functional.cross_entropy(leaf, torch.tensor(y)).backward()
    return leaf.grad.numpy()
def cross_entropy_grad(z, y):
    return _by_torch(z, y)

# %% [alternate] Log-space softmax and one-hot algebra
# cell: l1e03-softmax
def _log_softmax(z):
    m = z.max(axis=1, keepdims=True)
    return z - m - np.log(np.exp(z - m).sum(axis=1, keepdims=True))

def softmax(z):
    return np.exp(_log_softmax(z))

def cross_entropy(z, y):
    return -np.mean(np.sum(np.eye(z.shape[1])[y] * _log_softmax(z), axis=1))

def cross_entropy_grad(z, y):
    return (softmax(z) - np.eye(z.shape[1])[y]) / z.shape[0]

# %% [alternate] Row by row, by logaddexp, and by add.at
# cell: l1e03-softmax
def softmax(z):
    return np.stack([np.exp(row - np.logaddexp.reduce(row)) for row in z])

def cross_entropy(z, y):
    total = 0.0
    for row, label in zip(z, y):
        total += np.logaddexp.reduce(row) - row[label]
    return total / len(z)

def cross_entropy_grad(z, y):
    grad = softmax(z) / len(y)
    np.add.at(grad, (np.arange(len(y)), y), -1 / len(y))
    return grad

# %% [alternate] Read-only and column-major results, a loss with no axes
# cell: l1e03-softmax
_softmax, _loss = softmax, cross_entropy
def softmax(z):
    p = np.asfortranarray(_softmax(z))
    p.setflags(write=False)
    return p

def cross_entropy(z, y):
    return np.array(_loss(z, y))

def cross_entropy_grad(z, y):
    hot = np.zeros_like(z)
    hot[range(len(y)), y] = 1
    return (softmax(z) - hot) / len(y)

# %% [mutant] Normalised along the batch only when it is square
# cell: l1e03-softmax
# kills: l1e03-t1
def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=1, keepdims=True)

# %% [mutant] An epsilon in the denominator
# cell: l1e03-softmax
# kills: l1e03-t1
def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / (e.sum(axis=1, keepdims=True) + 1e-4)

# %% [mutant] Cross-entropy with a 1e-12 in the logarithm
# cell: l1e03-softmax
# kills: l1e03-t2
def cross_entropy(z, y):
    p = softmax(z)
    return float(-np.mean(np.log(p[np.arange(len(y)), y] + 1e-12)))

# %% [mutant] One-hot with as many columns as the largest label
# cell: l1e03-softmax
# kills: l1e03-t2
def cross_entropy_grad(z, y):
    K = z.shape[1]
    hot = np.eye(y.max() + 1)[y]
    hot = np.pad(hot, ((0, 0), (0, 0)))
    return (softmax(z) - hot) / len(y)

# %% [mutant] Gradient normalised by the number of classes
# cell: l1e03-softmax
# kills: l1e03-t2
def cross_entropy_grad(z, y):
    g = softmax(z)
    g[np.arange(len(y)), y] -= 1
    return g / z.shape[1]

# %% [alternate] Loops and math
# cell: l1e03-softmax
import math


def softmax(z):
    rows = []
    for row in z:
        m = max(row)
        e = [math.exp(v - m) for v in row]
        rows.append([v / sum(e) for v in e])
    return np.array(rows)


def cross_entropy(z, y):
    total = 0.0
    for row, k in zip(z, y):
        m = max(row)
        total += m + math.log(sum(math.exp(v - m) for v in row)) - row[k]
    return total / len(y)


def cross_entropy_grad(z, y):
    hot = np.zeros(z.shape)
    hot[range(len(y)), y] = 1
    return (softmax(z) - hot) / z.shape[0]

# %% [alternate] logaddexp.reduce, np.float64, take_along_axis
# cell: l1e03-softmax
def softmax(z):
    return np.exp(z - np.logaddexp.reduce(z, axis=1, keepdims=True))


def cross_entropy(z, y):
    return np.mean(np.logaddexp.reduce(z, axis=1) - np.take_along_axis(z, y[:, None], axis=1)[:, 0])


def cross_entropy_grad(z, y):
    return (softmax(z) - (y[:, None] == np.arange(z.shape[1]))) / z.shape[0]

# %% [mutant] One row loses its axis
# cell: l1e03-softmax
# kills: l1e03-t1
def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return np.squeeze(e / e.sum(axis=1, keepdims=True))

# %% [mutant] Probabilities are kept away from zero
# cell: l1e03-softmax
# kills: l1e03-t1
def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return np.clip(e / e.sum(axis=1, keepdims=True), 1e-12, 1 - 1e-12)

# %% [mutant] Sums over rows when the array is square
# cell: l1e03-softmax
# kills: l1e03-t1
def softmax(z):
    e = np.exp((z.T - z.max(axis=1)).T)
    total = e.sum(axis=1)
    return e / total if len(e) == e.shape[1] else e / total[:, None]

# %% [mutant] The maximum of the whole batch in the loss
# cell: l1e03-softmax
# kills: l1e03-t2
def cross_entropy(z, y):
    s = z - z.max()
    with np.errstate(divide="ignore"):
        return float(np.mean(np.log(np.exp(s).sum(axis=1)) - s[np.arange(len(y)), y]))

# %% [mutant] Remembers the last batch
# cell: l1e03-softmax
# kills: l1e03-t2
_last = {}


def cross_entropy(z, y):
    p = np.exp(z - np.logaddexp.reduce(z, axis=1, keepdims=True))
    _last["p"] = p
    return float(np.mean(np.logaddexp.reduce(z, axis=1) - z[np.arange(len(y)), y]))


def cross_entropy_grad(z, y):
    p = _last["p"].copy()
    p[np.arange(len(y)), y] -= 1
    return p / len(y)

# %% [mutant] SciPy is fetched by a text
# cell: l1e03-softmax
# kills: l1e03-t3
def softmax(z):
    import importlib

    return importlib.import_module("scipy.special").softmax(z, axis=1)

# %% [mutant] SciPy's softmax with its axis filled in
# cell: l1e03-softmax
# kills: l1e03-t3
import functools

import scipy.special

softmax = functools.partial(scipy.special.softmax, axis=1)

# %% [mutant] SciPy hides in a class
# cell: l1e03-softmax
# kills: l1e03-t3
class _Special:
    def log_sum(self, z):
        import scipy.special as special

        return special.logsumexp(z, axis=1)


def cross_entropy(z, y):
    return float(np.mean(_Special().log_sum(z) - z[np.arange(len(y)), y]))

# %% [mutant] An odd sample is left out of the loss
# cell: l1e03-softmax
# kills: l1e03-t2
def cross_entropy(z, y):
    k = max(1, len(y) - len(y) % 2)
    return float(np.mean(np.logaddexp.reduce(z[:k], axis=1) - z[np.arange(k), y[:k]]))

# %% [mutant] Clips the logits at fifty
# cell: l1e03-softmax
# kills: l1e03-t1
def softmax(z):
    s = np.maximum(z - z.max(axis=1, keepdims=True), -50)
    e = np.exp(s)
    return e / e.sum(axis=1, keepdims=True)

# %% [mutant] The mean is subtracted in place of the maximum
# cell: l1e03-softmax
# kills: l1e03-t1
def softmax(z):
    e = np.exp(z - z.mean(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

# %% [mutant] The loss picks whole columns
# cell: l1e03-softmax
# kills: l1e03-t2
def cross_entropy(z, y):
    s = z - z.max(axis=1, keepdims=True)
    logp = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    return -np.mean(logp[:, y])

# %% [mutant] The average is taken per class
# cell: l1e03-softmax
# kills: l1e03-t2
def cross_entropy(z, y):
    each = np.logaddexp.reduce(z, axis=1) - z[np.arange(len(y)), y]
    return float(np.mean([each[y == k].mean() for k in np.unique(y)]))

# %% [alternate] Pairwise differences of logits
# cell: l1e03-softmax
def softmax(z):
    with np.errstate(over="ignore"):
        return 1 / np.exp(z[:, None, :] - z[:, :, None]).sum(axis=2)


def cross_entropy_grad(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    Y = np.zeros_like(z)
    Y[np.arange(len(y)), y] = 1
    return np.einsum("nk,n->nk", softmax(z) - Y, np.full(len(z), 1 / len(z)))

# %% [alternate] A vectorised signature
# cell: l1e03-softmax
@np.vectorize(signature="(k)->(k)") if np.lib.NumpyVersion(np.__version__) >= "1.25.0" else lambda f: np.vectorize(f, signature="(k)->(k)")
def softmax(row):
    e = np.exp(row - row.max())
    return e / e.sum()


def cross_entropy(z, y):
    return float(np.einsum("nk,nk->", -np.eye(z.shape[1])[y], z - np.logaddexp.reduce(z, axis=1, keepdims=True)) / len(y))

# %% [alternate] One class behind the three functions
# cell: l1e03-softmax
from dataclasses import dataclass
from functools import cached_property


@dataclass
class _Rows:
    z: np.ndarray

    @cached_property
    def shifted(self):
        return self.z - self.z.max(1)[:, np.newaxis]

    @cached_property
    def log_sum(self):
        return np.log(np.exp(self.shifted).sum(1))[:, np.newaxis]


def softmax(z):
    rows = _Rows(z)
    return np.exp(rows.shifted - rows.log_sum)


def cross_entropy(z, y):
    rows = _Rows(z)
    return (rows.log_sum - rows.shifted)[np.arange(len(y)), y].mean()


def cross_entropy_grad(z, y):
    n = len(y)
    flat = (softmax(z) / n).ravel()
    flat[np.arange(n) * z.shape[1] + y] -= 1 / n
    return flat.reshape(z.shape)

# %% [alternate] Names that look like packages in the text
# cell: l1e03-softmax
def softmax(z):
    """Softmax without torch or scipy."""
    note = "no scipy.special here, and no torch"
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return np.divide(e, np.sum(e, axis=-1, keepdims=True)) if note else None

# %% [alternate] Caches its last softmax by value
# cell: l1e03-softmax
_memory = {}


def softmax(z):
    key = z.tobytes(), z.shape
    if key not in _memory:
        e = np.exp(z - z.max(1, keepdims=True))
        _memory[key] = e / e.sum(1, keepdims=True)
    return _memory[key].copy()


def cross_entropy_grad(z, y):
    p = softmax(z)
    np.put_along_axis(p, y[:, None], np.take_along_axis(p, y[:, None], 1) - 1, 1)
    return p * (1.0 / len(p))
