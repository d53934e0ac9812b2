# %% [mutant] Overlapping patches overwrite each other
# cell: l3e03-convback
# kills: l3e03-t1
_adding = conv2d_backward
def conv2d_backward(dout, cache):
    patches, framed_shape, w, stride, pad = cache
    dframed = np.zeros(framed_shape)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            rows, columns = slice(i * stride, i * stride + w.shape[2]), slice(j * stride, j * stride + w.shape[3])
            dframed[:, :, rows, columns] = np.einsum("no,ocuv->ncuv", dout[:, :, i, j], w)
    height, width = framed_shape[2:]
    return dframed[:, :, pad : height - pad, pad : width - pad], *_adding(dout, cache)[1:]

# %% [mutant] The frame is not cut off
# cell: l3e03-convback
# kills: l3e03-t1
_cutting = conv2d_backward
def conv2d_backward(dout, cache):
    patches, framed_shape, w, stride, pad = cache
    return _cutting(dout, (patches, framed_shape, w, stride, 0))[0], *_cutting(dout, cache)[1:]

# %% [mutant] The frame is cut off on one side only
# cell: l3e03-convback
# kills: l3e03-t1
_all_sides = conv2d_backward
def conv2d_backward(dout, cache):
    patches, framed_shape, w, stride, pad = cache
    whole = _all_sides(dout, (patches, framed_shape, w, stride, 0))[0]
    return whole[:, :, : framed_shape[2] - 2 * pad, : framed_shape[3] - 2 * pad], *_all_sides(dout, cache)[1:]

# %% [mutant] The kernel is flipped on the way back
# cell: l3e03-convback
# kills: l3e03-t1
_straight_back = conv2d_backward
def conv2d_backward(dout, cache):
    patches, framed_shape, w, stride, pad = cache
    flipped = (patches, framed_shape, w[:, :, ::-1, ::-1], stride, pad)
    return _straight_back(dout, flipped)[0], *_straight_back(dout, cache)[1:]

# %% [mutant] Stride 1 on the way back
# cell: l3e03-convback
# kills: l3e03-t1
_strided_back = conv2d_backward
def conv2d_backward(dout, cache):
    patches, framed_shape, w, stride, pad = cache
    dense = (patches, framed_shape, w, 1, pad)
    return _strided_back(dout, dense)[0], *_strided_back(dout, cache)[1:]

# %% [mutant] dx is averaged over the batch
# cell: l3e03-convback
# kills: l3e03-t1
_whole_dx = conv2d_backward
def conv2d_backward(dout, cache):
    dx, dw, db = _whole_dx(dout, cache)
    return dx / len(dx), dw, db

# %% [mutant] dx through the first map only
# cell: l3e03-convback
# kills: l3e03-t1
_every_map = conv2d_backward
def conv2d_backward(dout, cache):
    first = dout.copy()
    first[:, 1:] = 0
    return _every_map(first, cache)[0], *_every_map(dout, cache)[1:]

# %% [mutant] Kernels remembered from the last forward pass
# cell: l3e03-convback
# kills: l3e03-t1
_own_forward, _own_backward, _last = conv2d_forward, conv2d_backward, []
def conv2d_forward(x, w, b, stride=1, pad=0):
    out, cache = _own_forward(x, w, b, stride, pad)
    _last[:] = [w + 1e-3 * x.mean()]
    return out, cache
def conv2d_backward(dout, cache):
    patches, framed_shape, w, stride, pad = cache
    return _own_backward(dout, (patches, framed_shape, _last[0], stride, pad))[0], *_own_backward(dout, cache)[1:]

# %% [mutant] dw is averaged over the batch
# cell: l3e03-convback
# kills: l3e03-t2
_summed_dw = conv2d_backward
def conv2d_backward(dout, cache):
    dx, dw, db = _summed_dw(dout, cache)
    return dx, dw / len(dx), db

# %% [mutant] db is a mean
# cell: l3e03-convback
# kills: l3e03-t2
_summed_db = conv2d_backward
def conv2d_backward(dout, cache):
    dx, dw, db = _summed_db(dout, cache)
    return dx, dw, dout.mean(axis=(0, 2, 3))

# %% [mutant] db keeps its axes
# cell: l3e03-convback
# kills: l3e03-t2
_flat_db = conv2d_backward
def conv2d_backward(dout, cache):
    dx, dw, db = _flat_db(dout, cache)
    return dx, dw, dout.sum(axis=(0, 2, 3), keepdims=True)

# %% [mutant] db sums over the maps as well
# cell: l3e03-convback
# kills: l3e03-t2
_per_map = conv2d_backward
def conv2d_backward(dout, cache):
    dx, dw, db = _per_map(dout, cache)
    return dx, dw, np.full_like(db, db.sum())

# %% [mutant] dw flipped
# cell: l3e03-convback
# kills: l3e03-t2
_upright_dw = conv2d_backward
def conv2d_backward(dout, cache):
    dx, dw, db = _upright_dw(dout, cache)
    return dx, dw[:, :, ::-1, ::-1], db

# %% [mutant] Autograd goes backward
# cell: l3e03-convback
# kills: l3e03-t2
_numpy_back = conv2d_backward
def conv2d_backward(dout, cache):
    dx, dw, db = _numpy_back(dout, cache)
    return dx, torch.from_numpy(dw).mul(1.0).numpy(), db

# %% [mutant] Pooling takes the mean
# cell: l3e03-pool
# kills: l3e03-t3
_largest = maxpool_forward
def maxpool_forward(x, k, stride):
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(2, 3))[:, :, ::stride, ::stride]
    return windows.mean(axis=(4, 5)), _largest(x, k, stride)[1]

# %% [mutant] The gradient is spread over the window
# cell: l3e03-pool
# kills: l3e03-t3
def maxpool_backward(dout, cache):
    shape, winners, k, stride = cache
    dx = np.zeros(shape)
    for i, j in np.ndindex(dout.shape[2:]):
        dx[:, :, i * stride : i * stride + k, j * stride : j * stride + k] += dout[:, :, i : i + 1, j : j + 1] / k**2
    return dx

# %% [mutant] The whole window gets the gradient
# cell: l3e03-pool
# kills: l3e03-t3
def maxpool_backward(dout, cache):
    shape, winners, k, stride = cache
    dx = np.zeros(shape)
    for i, j in np.ndindex(dout.shape[2:]):
        dx[:, :, i * stride : i * stride + k, j * stride : j * stride + k] += dout[:, :, i : i + 1, j : j + 1]
    return dx

# %% [mutant] A pixel that wins twice collects once
# cell: l3e03-pool
# kills: l3e03-t3
def maxpool_backward(dout, cache):
    shape, winners, k, stride = cache
    dx = np.zeros(shape)
    n, c, i, j = np.indices(winners.shape)
    dx[n, c, i * stride + winners // k, j * stride + winners % k] = dout
    return dx

# %% [mutant] The stride of a pool is its window
# cell: l3e03-pool
# kills: l3e03-t3
_stepping = maxpool_forward
def maxpool_forward(x, k, stride):
    return _stepping(x, k, k)

# %% [mutant] The maximum starts at 0
# cell: l3e03-pool
# kills: l3e03-t3
_signed = maxpool_forward
def maxpool_forward(x, k, stride):
    out, cache = _signed(x, k, stride)
    return np.maximum(out, 0), cache

# %% [mutant] Left-over rows form a window of their own
# cell: l3e03-pool
# kills: l3e03-t3
_whole_windows = maxpool_forward
def maxpool_forward(x, k, stride):
    H, W = x.shape[2:]
    more = [(-(size - k)) % stride for size in (H, W)]
    framed = np.pad(x, ((0, 0), (0, 0), (0, more[0]), (0, more[1])), constant_values=-1e9)
    return _whole_windows(framed, k, stride)[0], _whole_windows(x, k, stride)[1]

# %% [mutant] Winners of the last forward pass
# cell: l3e03-pool
# kills: l3e03-t3
_with_cache, _latest = maxpool_forward, {}
def maxpool_forward(x, k, stride):
    out, cache = _with_cache(x, k, stride)
    _latest["winners"] = cache[1]
    return out, cache
_to_winner = maxpool_backward
def maxpool_backward(dout, cache):
    return _to_winner(dout, (cache[0], _latest["winners"], *cache[2:]))

# %% [alternate] A loop over places
# cell: l3e03-convback
def conv2d_backward(dout, cache):
    patches, framed_shape, w, stride, pad = cache
    dframed, dw = np.zeros(framed_shape), np.zeros(w.shape)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            window = np.s_[:, :, i * stride : i * stride + w.shape[2], j * stride : j * stride + w.shape[3]]
            dframed[window] += np.tensordot(dout[:, :, i, j], w, axes=1)
            dw += np.tensordot(dout[:, :, i, j].T, patches[:, :, i, j], axes=1)
    core = dframed[:, :, pad:, pad:]
    return [core[:, :, : framed_shape[2] - 2 * pad, : framed_shape[3] - 2 * pad], dw, np.einsum("noij->o", dout)]

# %% [alternate] The transposed convolution: spread dout, frame it, convolve with flipped kernels
# cell: l3e03-convback
def conv2d_backward(dout, cache):
    patches, framed_shape, w, stride, pad = cache
    KH, KW = w.shape[2:]
    spread = np.zeros((*dout.shape[:2], framed_shape[2] + KH - 1, framed_shape[3] + KW - 1))
    spread[:, :, KH - 1 : KH - 1 + stride * dout.shape[2] : stride, KW - 1 : KW - 1 + stride * dout.shape[3] : stride] = dout
    windows = np.lib.stride_tricks.sliding_window_view(spread, (KH, KW), axis=(2, 3))
    dframed = np.einsum("noijuv,ocuv->ncij", windows, w[:, :, ::-1, ::-1])
    dw = np.tensordot(dout, patches, axes=([0, 2, 3], [0, 2, 3]))
    keep = [slice(pad, size - pad) for size in framed_shape[2:]]
    return dframed[:, :, keep[0], keep[1]], dw, dout.sum(axis=3).sum(axis=2).sum(axis=0)

# %% [alternate] A loop over windows, the pixels that equal the maximum
# cell: l3e03-pool
def maxpool_forward(x, k, stride):
    rows, columns = ((size - k) // stride + 1 for size in x.shape[2:])
    out = np.empty((*x.shape[:2], rows, columns))
    for i in range(rows):
        for j in range(columns):
            out[:, :, i, j] = x[:, :, i * stride : i * stride + k, j * stride : j * stride + k].max(axis=(2, 3))
    return out, {"x": x.copy(), "out": out, "k": k, "stride": stride}

def maxpool_backward(dout, cache):
    x, out, k, stride = cache["x"], cache["out"], cache["k"], cache["stride"]
    dx = np.zeros_like(x)
    for i, j in np.ndindex(out.shape[2:]):
        window = np.s_[:, :, i * stride : i * stride + k, j * stride : j * stride + k]
        dx[window] += (x[window] >= out[:, :, i, j, None, None]) * dout[:, :, i, j, None, None]
    return dx

# %% [alternate] Flat places in the picture, counted with bincount
# cell: l3e03-pool
class _Pool:
    def __init__(self, shape, places):
        self.shape, self.places = shape, places

def maxpool_forward(x, k, stride):
    numbers = np.arange(x.size).reshape(x.shape)
    view = np.lib.stride_tricks.sliding_window_view
    windows, places = (view(a, (k, k), axis=(2, 3))[:, :, ::stride, ::stride] for a in (x, numbers))
    flat = windows.reshape(*windows.shape[:4], -1)
    best = flat.argmax(axis=-1)[..., None]
    where = np.take_along_axis(places.reshape(flat.shape), best, axis=-1)[..., 0]
    return np.take_along_axis(flat, best, axis=-1)[..., 0], _Pool(x.shape, where)

def maxpool_backward(dout, cache):
    size = int(np.prod(cache.shape))
    return np.bincount(cache.places.ravel(), weights=dout.ravel(), minlength=size).reshape(cache.shape)
# %% [mutant] Kernel flipped on the way back
# cell: l3e03-convback
# kills: l3e03-t1
_b2 = conv2d_backward
def conv2d_backward(dout, cache):
    dx, dw, db = _b2(dout, cache)
    flipped = (cache[0], cache[1], cache[2][:, :, ::-1, ::-1], *cache[3:])
    return _b2(dout, flipped)[0], dw, db
# %% [mutant] Stride forgotten in dx
# cell: l3e03-convback
# kills: l3e03-t1
_b5 = conv2d_backward
def conv2d_backward(dout, cache):
    patches, shape, w, stride, pad = cache
    dw, d = _b5(dout, cache)[1], np.zeros(shape)
    for u, v in np.ndindex(w.shape[2:]):
        d[:, :, u : u + dout.shape[2], v : v + dout.shape[3]] += np.einsum("noij,oc->ncij", dout, w[:, :, u, v])
    return d[:, :, pad : shape[2] - pad, pad : shape[3] - pad], dw, dout.sum((0, 2, 3))
# %% [mutant] Only the first picture of the batch teaches the kernel
# cell: l3e03-convback
# kills: l3e03-t2
_b6 = conv2d_backward
def conv2d_backward(dout, cache):
    dx, _, db = _b6(dout, cache)
    return dx, np.einsum("cijuv,oij->ocuv", cache[0][0], dout[0]), db
# %% [mutant] dw through autograd
# cell: l3e03-convback
# kills: l3e03-t2
_b7 = conv2d_backward
def conv2d_backward(dout, cache):
    dx, dw, db = _b7(dout, cache)
    return torch.from_numpy(dx).clone().numpy(), torch.from_numpy(dw).clone().numpy(), db
# %% [alternate] Scatter with np.add.at
# cell: l3e03-convback
def conv2d_backward(dout, cache):
    patches, shape, w, stride, pad = cache
    d = np.zeros(shape)
    g = np.tensordot(dout, w, axes=(1, 0)).transpose(0, 3, 1, 2, 4, 5)
    i = stride * np.arange(g.shape[2])[:, None] + np.arange(g.shape[4])[None]
    j = stride * np.arange(g.shape[3])[:, None] + np.arange(g.shape[5])[None]
    np.add.at(d, (slice(None), slice(None), i[:, None, :, None], j[None, :, None, :]), g)
    dw = np.tensordot(dout, patches, axes=([0, 2, 3], [0, 2, 3]))
    return d[:, :, pad : shape[2] - pad, pad : shape[3] - pad], dw, np.einsum("noij->o", dout)
# %% [mutant] Pool takes absolute values
# cell: l3e03-pool
# kills: l3e03-t3
_pf = maxpool_forward
def maxpool_forward(x, k, stride):
    out, cache = _pf(np.abs(x), k, stride)
    return out, cache
# %% [mutant] A window that is not full is pooled as well
# cell: l3e03-pool
# kills: l3e03-t3
_pf3 = maxpool_forward
def maxpool_forward(x, k, stride):
    h = -(x.shape[2] - k) % stride
    v = -(x.shape[3] - k) % stride
    return _pf3(np.pad(x, ((0, 0), (0, 0), (0, h), (0, v)), constant_values=-np.inf), k, stride)
# %% [mutant] The last winner overwrites
# cell: l3e03-pool
# kills: l3e03-t3
def maxpool_backward(dout, cache):
    shape, winners, k, stride = cache
    dx = np.zeros(shape)
    n, c, i, j = np.indices(winners.shape)
    dx[n, c, i * stride + winners // k, j * stride + winners % k] += dout
    return dx
# %% [alternate] Pool by loops and a mask, ties shared out
# cell: l3e03-pool
# replaces: yes
# [3.3] max-pool
def maxpool_forward(x, k, stride):
    N, C, H, W = x.shape
    out = np.zeros((N, C, 1 + (H - k) // stride, 1 + (W - k) // stride))
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            out[:, :, i, j] = x[:, :, i * stride : i * stride + k, j * stride : j * stride + k].max((2, 3))
    return out, {"x": x.copy(), "out": out.copy(), "k": k, "s": stride}


def maxpool_backward(dout, cache):
    x, out, k, s = cache["x"], cache["out"], cache["k"], cache["s"]
    dx = np.zeros_like(x)
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            w = np.s_[:, :, i * s : i * s + k, j * s : j * s + k]
            mask = x[w] == out[:, :, i : i + 1, j : j + 1]
            dx[w] += mask * dout[:, :, i : i + 1, j : j + 1] / mask.sum((2, 3), keepdims=True)
    return dx
# %% [mutant] The last forward pass is the one that counts
# cell: l3e03-convback
# kills: l3e03-t1, l3e03-t2
_forward, _backward, _last = conv2d_forward, conv2d_backward, {}
def conv2d_forward(x, w, b, stride=1, pad=0):
    out, _last["cache"] = _forward(x, w, b, stride, pad)
    return out, "see _last"
def conv2d_backward(dout, cache):
    return _backward(dout, _last["cache"])
# %% [mutant] torch pools
# cell: l3e03-pool
# kills: l3e03-t3
def maxpool_forward(x, k, stride):
    out, where = F.max_pool2d(torch.from_numpy(np.array(x, dtype=float)), k, stride, return_indices=True)
    return out.numpy(), (x.shape, where.numpy())
def maxpool_backward(dout, cache):
    shape, where = cache
    dx = np.zeros((*shape[:2], shape[2] * shape[3]))
    for n, c in np.ndindex(shape[:2]):
        np.add.at(dx[n, c], where[n, c].ravel(), dout[n, c].ravel())
    return dx.reshape(shape)
# %% [mutant] torch transposes the convolution
# cell: l3e03-convback
# kills: l3e03-t2
_forward = conv2d_forward
def conv2d_forward(x, w, b, stride=1, pad=0):
    return _forward(x, w, b, stride, pad)[0], (x, w, stride, pad)
def conv2d_backward(dout, cache):
    x, w, stride, pad = cache
    as_tensor = lambda a: torch.from_numpy(np.array(a, dtype=float))
    dx = torch.nn.grad.conv2d_input(x.shape, as_tensor(w), as_tensor(dout), stride=stride, padding=pad)
    dw = torch.nn.grad.conv2d_weight(as_tensor(x), w.shape, as_tensor(dout), stride=stride, padding=pad)
    return dx.numpy(), dw.numpy(), dout.sum(axis=(0, 2, 3))
# %% [mutant] The cache is used up
# cell: l3e03-pool
# kills: l3e03-t3
_forward, _backward = maxpool_forward, maxpool_backward
def maxpool_forward(x, k, stride):
    out, cache = _forward(x, k, stride)
    return out, [cache]
def maxpool_backward(dout, cache):
    return _backward(dout, cache.pop())
# %% [alternate] The forward pass leaves a function that goes back
# cell: l3e03-convback
def conv2d_forward(x, w, b, stride=1, pad=0):
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    (KH, KW), (H, W) = w.shape[2:], x.shape[2:]
    rows, columns = (p.shape[2] - KH) // stride + 1, (p.shape[3] - KW) // stride + 1

    def touched(a, u, v):
        return a[:, :, u : u + stride * rows : stride, v : v + stride * columns : stride]

    def back(dout):
        dp, dw = np.zeros(p.shape), np.zeros(w.shape)
        for u, v in np.ndindex(KH, KW):
            touched(dp, u, v)[...] += np.einsum("noij,oc->ncij", dout, w[:, :, u, v])
            dw[:, :, u, v] = np.einsum("noij,ncij->oc", dout, touched(p, u, v))
        return dp[:, :, pad : pad + H, pad : pad + W], dw, dout.sum((0, 2, 3))

    out = b[:, None, None] + sum(np.einsum("ncij,oc->noij", touched(p, u, v), w[:, :, u, v]) for u, v in np.ndindex(KH, KW))
    return out, back


def conv2d_backward(dout, cache):
    return cache(dout)
# %% [alternate] The layer as one big matrix, transposed
# cell: l3e03-convback
def _matrix(shape, w, stride, pad):
    C, H, W = shape
    O, _, KH, KW = w.shape
    OH, OW = (H + 2 * pad - KH) // stride + 1, (W + 2 * pad - KW) // stride + 1
    big = np.zeros((O, OH, OW, C, H + 2 * pad, W + 2 * pad))
    for i, j in np.ndindex(OH, OW):
        big[:, i, j, :, i * stride : i * stride + KH, j * stride : j * stride + KW] = w
    return big[..., pad : pad + H, pad : pad + W]


def conv2d_forward(x, w, b, stride=1, pad=0):
    big = _matrix(x.shape[1:], w, stride, pad)
    out = np.tensordot(x, big, axes=([1, 2, 3], [3, 4, 5])) + b[:, None, None]
    return out, (x, w, stride, pad, big)


def conv2d_backward(dout, cache):
    x, w, stride, pad, big = cache
    dx = np.tensordot(dout, big, axes=([1, 2, 3], [0, 1, 2]))
    dw = np.zeros(w.shape)
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    for i, j in np.ndindex(*dout.shape[2:]):
        patch = p[:, :, i * stride : i * stride + w.shape[2], j * stride : j * stride + w.shape[3]]
        dw += np.tensordot(dout[:, :, i, j], patch, axes=(0, 0))
    return dx, dw, dout.sum(axis=-1).sum(axis=-1).sum(axis=0)
# %% [alternate] One-hot winners and an einsum
# cell: l3e03-pool
def maxpool_forward(x, k, stride):
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(2, 3))[:, :, ::stride, ::stride]
    flat = windows.reshape(*windows.shape[:4], k * k)
    winner = np.eye(k * k)[flat.argmax(axis=-1)]
    return flat.max(-1), (winner, x.shape, k, stride)


def maxpool_backward(dout, cache):
    winner, shape, k, stride = cache
    dx = np.zeros(shape)
    shares = winner * dout[..., None]
    for place in range(k * k):
        u, v = divmod(place, k)
        dx[:, :, u : u + stride * dout.shape[2] : stride, v : v + stride * dout.shape[3] : stride] += shares[..., place]
    return dx
# %% [mutant] SciPy goes backward
# cell: l3e03-convback
# kills: l3e03-t2
_right = conv2d_backward
def conv2d_backward(dout, cache):
    from scipy.ndimage import sum_labels
    dx, dw, _ = _right(dout, cache)
    maps = np.broadcast_to(np.arange(dout.shape[1])[:, None, None], dout.shape)
    return dx, dw, sum_labels(dout, maps, np.arange(dout.shape[1]))
