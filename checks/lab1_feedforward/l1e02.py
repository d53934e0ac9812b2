# %% [mutant] The exponential of large numbers
# cell: l1e02-activations
# kills: l1e02-t1
def sigmoid(z):
    return 1 / (1 + np.exp(-np.asarray(z, dtype=float)))

# %% [mutant] Both branches are computed and one overflows
# cell: l1e02-activations
# kills: l1e02-t1
def sigmoid(z):
    z = np.asarray(z, dtype=float)
    return np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))

# %% [mutant] Sigmoid by tanh loses its digits on the left
# cell: l1e02-activations
# kills: l1e02-t1
def sigmoid(z):
    return 0.5 * (1 + np.tanh(np.asarray(z) / 2))

# %% [mutant] Sigmoid is too steep
# cell: l1e02-activations
# kills: l1e02-t1
_steady = sigmoid
def sigmoid(z):
    return _steady(2 * np.asarray(z, dtype=float))

# %% [mutant] Sigmoid is kept away from 0 and 1
# cell: l1e02-activations
# kills: l1e02-t1
_free = sigmoid
def sigmoid(z):
    return np.clip(_free(z), 1e-7, 1 - 1e-7)

# %% [mutant] Sigmoid overwrites its argument
# cell: l1e02-activations
# kills: l1e02-t1
def sigmoid(z):
    z = np.asarray(z, dtype=float)
    value = np.where(z >= 0, 1 / (1 + np.exp(-np.abs(z))), np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))))
    if z.ndim:
        z[...] = value
    return value

# %% [mutant] Relu overwrites its argument
# cell: l1e02-activations
# kills: l1e02-t2
def relu(z):
    if np.ndim(z) == 0:
        return max(z, 0.0)
    z[z < 0] = 0
    return z

# %% [mutant] Relu keeps the wrong half
# cell: l1e02-activations
# kills: l1e02-t2
def relu(z):
    return np.minimum(z, 0.0)

# %% [mutant] Relu leaks
# cell: l1e02-activations
# kills: l1e02-t2
def relu(z):
    return np.maximum(z, 0.01 * np.asarray(z))

# %% [mutant] Relu stops at six
# cell: l1e02-activations
# kills: l1e02-t2
def relu(z):
    return np.clip(z, 0.0, 6.0)

# %% [mutant] The slope of relu is relu
# cell: l1e02-activations
# kills: l1e02-t2
def relu_grad(z):
    return np.maximum(z, 0.0)

# %% [mutant] The slope of relu has the wrong mask
# cell: l1e02-activations
# kills: l1e02-t2
def relu_grad(z):
    return np.where(np.asarray(z) < 0, 1.0, 0.0)

# %% [mutant] The slope of relu is the sign
# cell: l1e02-activations
# kills: l1e02-t2
def relu_grad(z):
    return np.sign(z)

# %% [mutant] The slope of tanh is given the activation
# cell: l1e02-activations
# kills: l1e02-t3
def tanh_grad(z):
    return 1 - np.asarray(z) ** 2

# %% [mutant] The slope of tanh lacks the square
# cell: l1e02-activations
# kills: l1e02-t3
def tanh_grad(z):
    return 1 - np.tanh(z)

# %% [mutant] The slope of tanh is the slope of the sigmoid
# cell: l1e02-activations
# kills: l1e02-t3
def tanh_grad(z):
    return sigmoid(z) * (1 - sigmoid(z))

# %% [alternate] Clip before the exponential
# cell: l1e02-activations
def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -500, 500)))

# %% [alternate] Masks and products
# cell: l1e02-activations
def sigmoid(z):
    z = np.asarray(z, dtype=float)
    out = np.empty_like(z)
    right = z >= 0
    out[right] = 1 / (1 + np.exp(-z[right]))
    e = np.exp(z[~right])
    out[~right] = e / (1 + e)
    return out

def relu(z):
    return z * (np.asarray(z) > 0)

def relu_grad(z):
    return np.asarray(z) > 0

def tanh_grad(z):
    t = np.tanh(z)
    return (1 - t) * (1 + t)

# %% [alternate] One half at nought, and the hyperbolic cosine
# cell: l1e02-activations
def sigmoid(z):
    return np.exp(-np.logaddexp(0.0, -np.asarray(z, dtype=float)))

def relu(z):
    return (np.asarray(z) + np.abs(z)) / 2

def relu_grad(z):
    return np.heaviside(z, 0.5)

def tanh_grad(z):
    return np.cosh(np.clip(z, -300, 300)) ** -2.0

# %% [mutant] Sigmoid is cut off where it looks like nought
# cell: l1e02-activations
# kills: l1e02-t1
def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -40, 40)))
# %% [mutant] Clipped argument of exp
# cell: l1e02-activations
# kills: l1e02-t1
def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -30, 30)))
# %% [mutant] Leaky relu's slope
# cell: l1e02-activations
# kills: l1e02-t2
def relu_grad(z):
    return np.where(np.asarray(z) > 0, 1.0, 0.01)
# %% [mutant] relu flattens
# cell: l1e02-activations
# kills: l1e02-t2
def relu(z):
    return np.ravel(np.maximum(z, 0))
# %% [alternate] Sigmoid by tanh for the middle and exp for the tail; relu by multiplication; sech squared
# cell: l1e02-activations
def sigmoid(z):
    z = np.asarray(z, dtype=float)
    return np.exp(-np.logaddexp(0, -z))


def relu(z):
    return z * (np.asarray(z) > 0)


def relu_grad(z):
    return np.heaviside(z, 0.5)


def tanh_grad(z):
    t = np.tanh(z)
    return (1 - t) * (1 + t)
# %% [alternate] Masks
# cell: l1e02-activations
def sigmoid(z):
    z = np.atleast_1d(np.array(z, dtype=float))
    shape = np.shape(z)
    out = np.empty(shape)
    pos = z >= 0
    out[pos] = 1 / (1 + np.exp(-z[pos]))
    e = np.exp(z[~pos])
    out[~pos] = e / (1 + e)
    return out if shape != (1,) else out[0]

# %% [mutant] A whole number goes in, a whole number comes out
# cell: l1e02-activations
# kills: l1e02-t1
def sigmoid(z):
    z = np.asarray(z)
    out = np.empty_like(z)
    right = z >= 0
    out[right] = 1 / (1 + np.exp(-z[right]))
    e = np.exp(z[~right])
    out[~right] = e / (1 + e)
    return out

# %% [mutant] np.vectorize takes its type from the first element
# cell: l1e02-activations
# kills: l1e02-t2
relu = np.vectorize(lambda v: v if v > 0 else 0)

# %% [mutant] ReLU with a cap at a hundred
# cell: l1e02-activations
# kills: l1e02-t2
def relu(z):
    return np.clip(z, 0, 100)

# %% [mutant] relu reuses one buffer
# cell: l1e02-activations
# kills: l1e02-t2
_buffers = {}


def relu(z):
    out = _buffers.setdefault(np.shape(z), np.empty(np.shape(z)))
    return np.maximum(z, 0, out=out)

# %% [mutant] Sigmoid cut off at two hundred and fifty
# cell: l1e02-activations
# kills: l1e02-t1
def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -250, 250)))

# %% [mutant] GELU
# cell: l1e02-activations
# kills: l1e02-t2
def relu(z):
    z = np.asarray(z, dtype=float)
    return z * np.exp(-np.logaddexp(0, -1.702 * z))

# %% [mutant] The slope of tanh without the square
# cell: l1e02-activations
# kills: l1e02-t3
def tanh_grad(z):
    return 1 - np.abs(np.tanh(z))

# %% [mutant] Slope of relu as a leftover of the last relu call
# cell: l1e02-activations
# kills: l1e02-t2
_on = None


def relu(z):
    global _on
    _on = np.asarray(z) > 0
    return np.where(_on, z, 0.0)


def relu_grad(z):
    return np.where(_on, 1.0, 0.0)

# %% [mutant] tanh slope rounded off in the tail
# cell: l1e02-activations
# kills: l1e02-t3
def tanh_grad(z):
    return np.where(np.abs(z) > 3, 0.0, 1 - np.tanh(z) ** 2)

# %% [alternate] Sigmoid with its argument held below the overflow
# cell: l1e02-activations
def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -500, 500)))

# %% [alternate] A slope that is True or False
# cell: l1e02-activations
def relu_grad(z):
    return np.asarray(z) > 0

# %% [alternate] Gives its argument back when there is nothing to do
# cell: l1e02-activations
def relu(z):
    return z if np.all(np.asarray(z) >= 0) else z * (np.asarray(z) > 0)

# %% [alternate] The slope of tanh from the hyperbolic cosine
# cell: l1e02-activations
def tanh_grad(z):
    return 1 / np.cosh(z) ** 2

# %% [alternate] Recursion down to numbers
# cell: l1e02-activations
def sigmoid(z):
    if np.ndim(z):
        return np.array([sigmoid(row) for row in z], dtype=float).reshape(np.shape(z))
    return 1 / (1 + np.exp(-z)) if z > 0 else 1 - 1 / (1 + np.exp(z)) if z > -1e-3 else np.exp(z - np.log1p(np.exp(z)))


def tanh_grad(z):
    return (1 - np.tanh(z)) * (1 + np.tanh(z))
