# %% [mutant] True division
# cell: l3e01-arithmetic
# kills: l3e01-t1
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    return (n + 2 * pad - dilation * (k - 1) - 1) / stride + 1

# %% [mutant] The frame counts once
# cell: l3e01-arithmetic
# kills: l3e01-t1
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    return (n + pad - dilation * (k - 1) - 1) // stride + 1

# %% [mutant] The last place is forgotten
# cell: l3e01-arithmetic
# kills: l3e01-t1
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    return (n + 2 * pad - dilation * (k - 1) - 1) // stride

# %% [mutant] The dilation is ignored
# cell: l3e01-arithmetic
# kills: l3e01-t1
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    return (n + 2 * pad - k) // stride + 1

# %% [mutant] A dilated kernel is k times as long
# cell: l3e01-arithmetic
# kills: l3e01-t1
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    return (n + 2 * pad - dilation * k) // stride + 1

# %% [mutant] A part of a stride counts as a whole
# cell: l3e01-arithmetic
# kills: l3e01-t1
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    return -(-(n + 2 * pad - dilation * (k - 1) - 1) // stride) + 1

# %% [mutant] Pooling by division of the size
# cell: l3e01-arithmetic
# kills: l3e01-t1
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    return (n + 2 * pad - dilation * (k - 1)) // stride

# %% [mutant] The floor is taken too late
# cell: l3e01-arithmetic
# kills: l3e01-t1
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    return round((n + 2 * pad - dilation * (k - 1) - 1) / stride + 1)

# %% [mutant] Kernels add up, strides do not matter
# cell: l3e01-arithmetic
# kills: l3e01-t2
def receptive_field(layers):
    return 1 + sum(kernel - 1 for kernel, _ in layers)

# %% [mutant] A layer's own stride lengthens its steps
# cell: l3e01-arithmetic
# kills: l3e01-t2
def receptive_field(layers):
    field, step = 1, 1
    for kernel, stride in layers:
        step *= stride
        field += (kernel - 1) * step
    return field

# %% [mutant] The layers are read from the top
# cell: l3e01-arithmetic
# kills: l3e01-t2
_upwards = receptive_field
def receptive_field(layers):
    return _upwards(layers[::-1])

# %% [mutant] Only the stride of the layer below counts
# cell: l3e01-arithmetic
# kills: l3e01-t2
def receptive_field(layers):
    field, step = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step = stride
    return field

# %% [mutant] The whole kernel is added
# cell: l3e01-arithmetic
# kills: l3e01-t2
def receptive_field(layers):
    field, step = 0, 1
    for kernel, stride in layers:
        field += kernel * step
        step *= stride
    return field

# %% [mutant] Strides add up instead of multiplying
# cell: l3e01-arithmetic
# kills: l3e01-t2
def receptive_field(layers):
    field, step = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step += stride - 1
    return field

# %% [mutant] A convolution without a bias
# cell: l3e01-arithmetic
# kills: l3e01-t3
_whole = n_parameters
def n_parameters(spec):
    return _whole(spec) - sum(layer[2] for layer in spec if layer[0] == "conv")

# %% [mutant] A kernel of k numbers
# cell: l3e01-arithmetic
# kills: l3e01-t3
_square = n_parameters
def n_parameters(spec):
    return sum(layer[2] * (layer[1] * layer[3] + 1) if layer[0] == "conv" else _square([layer]) for layer in spec)

# %% [mutant] One bias for each pair of channels
# cell: l3e01-arithmetic
# kills: l3e01-t3
_once = n_parameters
def n_parameters(spec):
    return sum(layer[1] * layer[2] * (layer[3] ** 2 + 1) if layer[0] == "conv" else _once([layer]) for layer in spec)

# %% [mutant] A linear layer without a bias
# cell: l3e01-arithmetic
# kills: l3e01-t3
_biased = n_parameters
def n_parameters(spec):
    return sum(layer[1] * layer[2] if layer[0] == "linear" else _biased([layer]) for layer in spec)

# %% [mutant] Running mean and variance are counted as learned
# cell: l3e01-arithmetic
# kills: l3e01-t3
_learned = n_parameters
def n_parameters(spec):
    return sum(4 * layer[1] if layer[0] == "batchnorm" else _learned([layer]) for layer in spec)

# %% [mutant] Batch normalisation is forgotten
# cell: l3e01-arithmetic
# kills: l3e01-t3
_normed = n_parameters
def n_parameters(spec):
    return _normed([layer for layer in spec if layer[0] != "batchnorm"])

# %% [mutant] Max-pool learns a kernel
# cell: l3e01-arithmetic
# kills: l3e01-t3
_idle = n_parameters
def n_parameters(spec):
    return _idle(spec) + sum(layer[1] ** 2 for layer in spec if layer[0] == "maxpool")

# %% [alternate] By counting places, by going down, by a table
# cell: l3e01-arithmetic
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    span = dilation * (k - 1) + 1
    return len(range(0, n + 2 * pad - span + 1, stride))

def receptive_field(layers):
    seen = 1
    for kernel, stride in reversed(list(layers)):
        seen = (seen - 1) * stride + kernel
    return seen

def n_parameters(spec):
    sizes = {"conv": lambda i, o, k: (i * k**2 + 1) * o, "linear": lambda i, o: i * o + o, "batchnorm": lambda c: 2 * c}
    return sum(sizes.get(kind, lambda *_: 0)(*rest) for kind, *rest in spec)

# %% [alternate] Through floats, and with NumPy's integers
# cell: l3e01-arithmetic
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    return int(np.floor((n + 2 * pad - dilation * (k - 1) - 1) / stride)) + 1

def receptive_field(layers):
    kernels = np.array([kernel for kernel, _ in layers], dtype=int)
    steps = np.cumprod([1] + [stride for _, stride in layers])[: len(kernels)]
    return 1 + np.sum((kernels - 1) * steps)

def n_parameters(spec):
    layers = {"conv": nn.Conv2d, "linear": nn.Linear, "batchnorm": nn.BatchNorm2d}
    return sum(p.numel() for kind, *sizes in spec if kind in layers for p in layers[kind](*sizes).parameters())

# %% [alternate] Recursion
# cell: l3e01-arithmetic
def receptive_field(layers):
    if not layers:
        return 1
    (kernel, stride), *above = layers
    return kernel + (receptive_field(above) - 1) * stride
# %% [mutant] Dilation stretches the kernel to dilation times k
# cell: l3e01-arithmetic
# kills: l3e01-t1
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    return (n + 2 * pad - dilation * k) // stride + 1
# %% [mutant] Integer by truncation of a float result, as a float
# cell: l3e01-arithmetic
# kills: l3e01-t1
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    return np.floor((n + 2 * pad - dilation * (k - 1) - 1) / stride + 1)
# %% [mutant] "same" padding whatever pad says
# cell: l3e01-arithmetic
# kills: l3e01-t1
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    return -(-n // stride) if pad else (n - dilation * (k - 1) - 1) // stride + 1
# %% [mutant] Field grows from the top with strides of the layers above
# cell: l3e01-arithmetic
# kills: l3e01-t2
def receptive_field(layers):
    field, step = 1, 1
    for kernel, stride in reversed(layers):
        field += (kernel - 1) * step
        step *= stride
    return field
# %% [mutant] Sum of kernels
# cell: l3e01-arithmetic
# kills: l3e01-t2
def receptive_field(layers):
    return max(1, sum(k * s for k, s in layers) - len(layers) + 1)
# %% [alternate] Counting places, field from the top, match statement
# cell: l3e01-arithmetic
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    return len(range(0, n + 2 * pad - dilation * (k - 1), stride))


def receptive_field(layers):
    field = 1
    for kernel, stride in layers[::-1]:
        field = (field - 1) * stride + kernel
    return field


def n_parameters(spec):
    count = 0
    for layer in spec:
        match layer:
            case ("conv", c, o, k):
                count += np.prod([c, o, k, k]) + o
            case ("linear", i, o):
                count += (i + 1) * o
            case ("batchnorm", c):
                count += c + c
    return count
# %% [mutant] Turns the list of the caller round
# cell: l3e01-arithmetic
# kills: l3e01-t2
def receptive_field(layers):
    layers.reverse()
    field = 1
    for kernel, stride in layers:
        field = (field - 1) * stride + kernel
    return field
# %% [mutant] Two kernels of the same layer are counted once
# cell: l3e01-arithmetic
# kills: l3e01-t3
def n_parameters(spec):
    total = 0
    for kind, *size in set(spec):
        if kind == "conv":
            total += size[0] * size[1] * size[2] ** 2 + size[1]
        elif kind == "linear":
            total += size[0] * size[1] + size[1]
        elif kind == "batchnorm":
            total += 2 * size[0]
    return total
# %% [mutant] The result of NumPy is a float
# cell: l3e01-arithmetic
# kills: l3e01-t3
def n_parameters(spec):
    total = np.zeros(1)
    for kind, *size in spec:
        if kind == "conv":
            total += size[0] * size[1] * size[2] ** 2 + size[1]
        elif kind == "linear":
            total += size[0] * size[1] + size[1]
        elif kind == "batchnorm":
            total += 2 * size[0]
    return total[0]
# %% [alternate] The floor of a fraction, made whole
# cell: l3e01-arithmetic
import math


def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    return math.floor((n + 2 * pad - dilation * (k - 1) - 1) / stride + 1)


def receptive_field(layers):
    return 1 + sum((k - 1) * math.prod(s for _, s in layers[:depth]) for depth, (k, _) in enumerate(layers))


def n_parameters(spec):
    total = 0
    for layer in spec:
        if layer[0] == "conv":
            _, c_in, c_out, k = layer
            total += math.prod((c_in, c_out, k, k)) + c_out
        elif layer[0] == "linear":
            total += math.prod(layer[1:]) + layer[2]
        elif layer[0] == "batchnorm":
            total += layer[1] + layer[1]
    return int(total)
