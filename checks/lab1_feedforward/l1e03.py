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
