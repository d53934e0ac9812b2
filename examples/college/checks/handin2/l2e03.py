# %% [mutant] h0 is ignored
# cell: l2e03-rnn
# kills: l2e03-t1
_whole = rnn_forward
def rnn_forward(X, h0, Wx, Wh, b):
    return _whole(X, 0 * h0, Wx, Wh, b)

# %% [mutant] No bias
# cell: l2e03-rnn
# kills: l2e03-t1
_whole = rnn_forward
def rnn_forward(X, h0, Wx, Wh, b):
    return _whole(X, h0, Wx, Wh, 0 * b)

# %% [mutant] Every step begins with h0
# cell: l2e03-rnn
# kills: l2e03-t1
def rnn_forward(X, h0, Wx, Wh, b):
    H = np.stack([np.tanh(X[:, t] @ Wx + h0 @ Wh + b) for t in range(X.shape[1])], axis=1)
    return H, (X, h0, H, Wx, Wh)

# %% [mutant] The sequence is read backwards
# cell: l2e03-rnn
# kills: l2e03-t1
_whole = rnn_forward
def rnn_forward(X, h0, Wx, Wh, b):
    H = _whole(X[:, ::-1], h0, Wx, Wh, b)[0][:, ::-1].copy()
    return H, (X, h0, H, Wx, Wh)

# %% [mutant] A sigmoid instead of tanh
# cell: l2e03-rnn
# kills: l2e03-t1
def rnn_forward(X, h0, Wx, Wh, b):
    states, h = [], h0
    for t in range(X.shape[1]):
        h = 1 / (1 + np.exp(-(X[:, t] @ Wx + h @ Wh + b)))
        states.append(h)
    H = np.stack(states, axis=1)
    return H, (X, h0, H, Wx, Wh)

# %% [mutant] The recurrent weights are transposed
# cell: l2e03-rnn
# kills: l2e03-t1
_whole = rnn_forward
def rnn_forward(X, h0, Wx, Wh, b):
    return _whole(X, h0, Wx, Wh.T, b)

# %% [mutant] The states begin with h0
# cell: l2e03-rnn
# kills: l2e03-t1
_whole = rnn_forward
def rnn_forward(X, h0, Wx, Wh, b):
    H, cache = _whole(X, h0, Wx, Wh, b)
    H = np.concatenate([h0[:, None], H[:, :-1]], axis=1)
    return H, (X, h0, H, Wx, Wh)

# %% [mutant] The state is not squashed before it is handed on
# cell: l2e03-rnn
# kills: l2e03-t1
def rnn_forward(X, h0, Wx, Wh, b):
    states, z = [], h0
    for t in range(X.shape[1]):
        z = X[:, t] @ Wx + z @ Wh + b
        states.append(np.tanh(z))
    H = np.stack(states, axis=1)
    return H, (X, h0, H, Wx, Wh)

# %% [mutant] The forward pass adds the inputs into h0
# cell: l2e03-rnn
# kills: l2e03-t1
_whole = rnn_forward
def rnn_forward(X, h0, Wx, Wh, b):
    H, cache = _whole(X, h0, Wx, Wh, b)
    h0[:] = H[:, -1]
    return H, cache

# %% [mutant] Torch computes the states
# cell: l2e03-rnn
# kills: l2e03-t1
def rnn_forward(X, h0, Wx, Wh, b):
    states, h = [], torch.tensor(h0)
    for t in range(X.shape[1]):
        h = torch.tanh(torch.tensor(X[:, t] @ Wx + b) + h @ torch.tensor(Wh))
        states.append(h)
    H = torch.stack(states, dim=1).numpy()
    return H, (X, h0, H, Wx, Wh)

# %% [mutant] Truncated: nothing comes from the future
# cell: l2e03-rnn
# kills: l2e03-t2, l2e03-t3
def rnn_backward(dH, cache):
    X, h0, H, Wx, Wh = cache
    before = np.concatenate([h0[:, None], H[:, :-1]], axis=1)
    delta = dH * (1 - H**2)
    return (delta @ Wx.T, delta[:, 0] @ Wh.T, np.einsum("ntd,nth->dh", X, delta),
            np.einsum("nti,nth->ih", before, delta), delta.sum(axis=(0, 1)))

# %% [mutant] The slope of tanh is 1 - h
# cell: l2e03-rnn
# kills: l2e03-t2, l2e03-t3
def rnn_backward(dH, cache, slope=lambda h: 1 - h):
    X, h0, H, Wx, Wh = cache
    dX, dWx, dWh, db, future = np.zeros_like(X), 0, 0, 0, 0
    for t in reversed(range(X.shape[1])):
        delta = (dH[:, t] + future) * slope(H[:, t])
        dX[:, t], dWx, db = delta @ Wx.T, dWx + X[:, t].T @ delta, db + delta.sum(axis=0)
        dWh = dWh + (H[:, t - 1] if t else h0).T @ delta
        future = delta @ Wh.T
    return dX, future, dWx, dWh, db

# %% [mutant] The slope is taken at the squashed value
# cell: l2e03-rnn
# kills: l2e03-t2, l2e03-t3
def rnn_backward(dH, cache):
    X, h0, H, Wx, Wh = cache
    dX, dWx, dWh, db, future = np.zeros_like(X), 0, 0, 0, 0
    for t in reversed(range(X.shape[1])):
        delta = (dH[:, t] + future) * (1 - np.tanh(H[:, t]) ** 2)
        dX[:, t], dWx, db = delta @ Wx.T, dWx + X[:, t].T @ delta, db + delta.sum(axis=0)
        dWh = dWh + (H[:, t - 1] if t else h0).T @ delta
        future = delta @ Wh.T
    return dX, future, dWx, dWh, db

# %% [mutant] The recurrent weights are not transposed on the way back
# cell: l2e03-rnn
# kills: l2e03-t2, l2e03-t3
def rnn_backward(dH, cache):
    X, h0, H, Wx, Wh = cache
    dX, dWx, dWh, db, future = np.zeros_like(X), 0, 0, 0, 0
    for t in reversed(range(X.shape[1])):
        delta = (dH[:, t] + future) * (1 - H[:, t] ** 2)
        dX[:, t], dWx, db = delta @ Wx.T, dWx + X[:, t].T @ delta, db + delta.sum(axis=0)
        dWh = dWh + (H[:, t - 1] if t else h0).T @ delta
        future = delta @ Wh
    return dX, future, dWx, dWh, db

# %% [mutant] Only the loss at the last step counts
# cell: l2e03-rnn
# kills: l2e03-t2, l2e03-t3
_backward = rnn_backward
def rnn_backward(dH, cache):
    last = np.zeros_like(dH)
    last[:, -1] = dH[:, -1]
    return _backward(last, cache)

# %% [mutant] dh0 is the gradient of the first state
# cell: l2e03-rnn
# kills: l2e03-t2
_backward = rnn_backward
def rnn_backward(dH, cache):
    dX, dh0, dWx, dWh, db = _backward(dH, cache)
    return dX, np.linalg.solve(cache[4], dh0.T).T, dWx, dWh, db

# %% [mutant] dh0 is forgotten
# cell: l2e03-rnn
# kills: l2e03-t2
_backward = rnn_backward
def rnn_backward(dH, cache):
    dX, dh0, dWx, dWh, db = _backward(dH, cache)
    return dX, np.zeros_like(dh0), dWx, dWh, db

# %% [mutant] dX is averaged over the batch
# cell: l2e03-rnn
# kills: l2e03-t2
_backward = rnn_backward
def rnn_backward(dH, cache):
    dX, dh0, dWx, dWh, db = _backward(dH, cache)
    return dX / len(dX), dh0, dWx, dWh, db

# %% [mutant] dX is in the order of the backward loop
# cell: l2e03-rnn
# kills: l2e03-t2
_backward = rnn_backward
def rnn_backward(dH, cache):
    dX, dh0, dWx, dWh, db = _backward(dH, cache)
    return dX[:, ::-1].copy(), dh0, dWx, dWh, db

# %% [mutant] Parameter gradients of the first step only: assigned instead of added
# cell: l2e03-rnn
# kills: l2e03-t3
def rnn_backward(dH, cache):
    X, h0, H, Wx, Wh = cache
    dX, future = np.zeros_like(X), 0
    for t in reversed(range(X.shape[1])):
        delta = (dH[:, t] + future) * (1 - H[:, t] ** 2)
        dX[:, t] = delta @ Wx.T
        dWx, db = X[:, t].T @ delta, delta.sum(axis=0)
        dWh = (H[:, t - 1] if t else h0).T @ delta
        future = delta @ Wh.T
    return dX, future, dWx, dWh, db

# %% [mutant] dWh takes the state after the step
# cell: l2e03-rnn
# kills: l2e03-t3
_backward = rnn_backward
def rnn_backward(dH, cache):
    X, h0, H, Wx, Wh = cache
    dX, dh0, dWx, dWh, db = _backward(dH, cache)
    future, dWh = 0, np.zeros_like(Wh)
    for t in reversed(range(X.shape[1])):
        delta = (dH[:, t] + future) * (1 - H[:, t] ** 2)
        dWh += H[:, t].T @ delta
        future = delta @ Wh.T
    return dX, dh0, dWx, dWh, db

# %% [mutant] dWh forgets the step out of h0
# cell: l2e03-rnn
# kills: l2e03-t3
_backward = rnn_backward
def rnn_backward(dH, cache):
    X, h0, H, Wx, Wh = cache
    dX, dh0, dWx, dWh, db = _backward(dH, cache)
    return dX, dh0, dWx, _backward(dH, (X, 0 * h0, H, Wx, Wh))[3], db

# %% [mutant] In dWh the last state stands before the first
# cell: l2e03-rnn
# kills: l2e03-t3
_backward = rnn_backward
def rnn_backward(dH, cache):
    X, h0, H, Wx, Wh = cache
    dX, dh0, dWx, dWh, db = _backward(dH, cache)
    return dX, dh0, dWx, _backward(dH, (X, H[:, -1], H, Wx, Wh))[3], db

# %% [mutant] Parameter gradients are averaged over the batch
# cell: l2e03-rnn
# kills: l2e03-t3
_backward = rnn_backward
def rnn_backward(dH, cache):
    dX, dh0, dWx, dWh, db = _backward(dH, cache)
    return dX, dh0, dWx / len(dX), dWh / len(dX), db / len(dX)

# %% [mutant] Parameter gradients are averaged over time
# cell: l2e03-rnn
# kills: l2e03-t3
_backward = rnn_backward
def rnn_backward(dH, cache):
    dX, dh0, dWx, dWh, db = _backward(dH, cache)
    T = dX.shape[1]
    return dX, dh0, dWx / T, dWh / T, db / T

# %% [mutant] dWh is transposed
# cell: l2e03-rnn
# kills: l2e03-t3
_backward = rnn_backward
def rnn_backward(dH, cache):
    dX, dh0, dWx, dWh, db = _backward(dH, cache)
    return dX, dh0, dWx, dWh.T, db

# %% [mutant] The bias keeps the axis of the batch
# cell: l2e03-rnn
# kills: l2e03-t3
_backward = rnn_backward
def rnn_backward(dH, cache):
    dX, dh0, dWx, dWh, db = _backward(dH, cache)
    return dX, dh0, dWx, dWh, db[None]

# %% [mutant] Autograd does the work
# cell: l2e03-rnn
# kills: l2e03-t2, l2e03-t3
def rnn_forward(X, h0, Wx, Wh, b):
    states, h = [], h0
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t] @ Wx + h @ Wh + b)
        states.append(h)
    return np.stack(states, axis=1), (X, h0, Wx, Wh, b)


def rnn_backward(dH, cache):
    leaves = [torch.tensor(value, requires_grad=True) for value in cache]
    h, loss = leaves[1], 0
    for t in range(dH.shape[1]):
        h = torch.tanh(leaves[0][:, t] @ leaves[2] + h @ leaves[3] + leaves[4])
        loss = loss + (h * torch.tensor(dH[:, t])).sum()
    return tuple(grad.numpy() for grad in torch.autograd.grad(loss, leaves))

# %% [mutant] The gradients add up from call to call
# cell: l2e03-rnn
# kills: l2e03-t3
_backward, _sums = rnn_backward, {}
def rnn_backward(dH, cache):
    dX, dh0, *grads = _backward(dH, cache)
    key = cache[3].shape, len(dX)
    _sums[key] = [a + b for a, b in zip(_sums.get(key, [0, 0, 0]), grads)]
    return (dX, dh0, *_sums[key])

# %% [alternate] A dictionary as cache, sums at one stroke
# cell: l2e03-rnn
def rnn_forward(X, h0, Wx, Wh, b):
    N, T, _ = X.shape
    H = np.empty((N, T + 1, len(b)))
    H[:, 0] = h0
    for t in range(T):
        H[:, t + 1] = np.tanh(np.einsum("nd,dh->nh", X[:, t], Wx) + H[:, t] @ Wh + b)
    return H[:, 1:], dict(X=X, H=H, Wx=Wx, Wh=Wh)


def rnn_backward(dH, cache):
    X, H, Wx, Wh = (cache[name] for name in ("X", "H", "Wx", "Wh"))
    deltas, g = np.empty_like(dH), np.zeros_like(dH[:, 0])
    for t in range(dH.shape[1] - 1, -1, -1):
        deltas[:, t] = (dH[:, t] + g) * (1 - H[:, t + 1] * H[:, t + 1])
        g = np.dot(deltas[:, t], Wh.T)
    return (np.einsum("nth,dh->ntd", deltas, Wx), g, np.tensordot(X, deltas, ([0, 1], [0, 1])),
            np.tensordot(H[:, :-1], deltas, ([0, 1], [0, 1])), deltas.sum((0, 1)))

# %% [alternate] An object as cache, everything with time in front
# cell: l2e03-rnn
class _Tape:
    pass


def rnn_forward(X, h0, Wx, Wh, b):
    tape = _Tape()
    tape.Wx, tape.Wh, tape.steps = Wx, Wh, []
    h, out = h0, []
    for x in np.moveaxis(X, 1, 0):
        new = np.tanh(x.dot(Wx) + h.dot(Wh) + b)
        tape.steps.append((x, h, new))
        h = new
        out.append(h)
    return np.moveaxis(np.array(out), 0, 1), tape


def rnn_backward(dH, tape):
    grads, dX = [np.zeros_like(tape.Wx), np.zeros_like(tape.Wh), np.zeros(len(tape.Wh))], []
    carried = np.zeros_like(dH[:, 0])
    for (x, before, h), d in zip(reversed(tape.steps), np.moveaxis(dH, 1, 0)[::-1]):
        delta = (d + carried) * (1 - np.square(h))
        grads = [grads[0] + x.T.dot(delta), grads[1] + before.T.dot(delta), grads[2] + delta.sum(0)]
        dX.insert(0, delta.dot(tape.Wx.T))
        carried = delta.dot(tape.Wh.T)
    return np.stack(dX, axis=1), carried, grads[0], grads[1], grads[2]

# %% [mutant] The state of the last call lives on
# cell: l2e03-rnn
# kills: l2e03-t1
_fwd = rnn_forward
_memory = {}
def rnn_forward(X, h0, Wx, Wh, b):
    h = _memory.get(h0.shape, h0)
    H, cache = _fwd(X, h, Wx, Wh, b)
    _memory[h0.shape] = H[:, -1]
    return H, cache

# %% [mutant] The bias is added after the tanh
# cell: l2e03-rnn
# kills: l2e03-t1
def rnn_forward(X, h0, Wx, Wh, b):
    h, states = h0, []
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t] @ Wx + h @ Wh) + b
        states.append(h)
    H = np.stack(states, 1)
    return H, (X, h0, H, Wx, Wh)

# %% [mutant] The state is computed in single precision
# cell: l2e03-rnn
# kills: l2e03-t1
def rnn_forward(X, h0, Wx, Wh, b):
    H = np.zeros((X.shape[0], X.shape[1], len(b)), dtype=np.float32)
    h = h0
    for t in range(X.shape[1]):
        h = H[:, t] = np.tanh(X[:, t] @ Wx + h @ Wh + b)
    return H, (X, h0, H, Wx, Wh)

# %% [mutant] Only the loss at the last step is brought back
# cell: l2e03-rnn
# kills: l2e03-t2, l2e03-t3
_bwd = rnn_backward
def rnn_backward(dH, cache):
    last = np.zeros_like(dH)
    last[:, -1] = dH[:, -1]
    return _bwd(last, cache)

# %% [mutant] Gradients flow back three steps only
# cell: l2e03-rnn
# kills: l2e03-t2, l2e03-t3
def rnn_backward(dH, cache):
    X, h0, H, Wx, Wh = cache
    dX, dWx, dWh, db, future = np.zeros_like(X), 0, 0, 0, np.zeros_like(h0)
    for t in reversed(range(X.shape[1])):
        before = H[:, t - 1] if t else h0
        delta = (dH[:, t] + (future if t % 3 != 2 else 0)) * (1 - H[:, t] ** 2)
        dX[:, t], dWx, dWh, db = delta @ Wx.T, dWx + X[:, t].T @ delta, dWh + before.T @ delta, db + delta.sum(0)
        future = delta @ Wh.T
    return dX, future, dWx, dWh, db

# %% [mutant] dWh sees a first state of zeros
# cell: l2e03-rnn
# kills: l2e03-t3
def rnn_backward(dH, cache):
    X, h0, H, Wx, Wh = cache
    dX, dWx, dWh, db, future = np.zeros_like(X), 0, np.zeros_like(Wh), 0, 0
    for t in reversed(range(X.shape[1])):
        delta = (dH[:, t] + future) * (1 - H[:, t] ** 2)
        if t:
            dWh += H[:, t - 1].T @ delta
        dX[:, t], dWx, db = delta @ Wx.T, dWx + X[:, t].T @ delta, db + delta.sum(0)
        future = delta @ Wh.T
    return dX, future, dWx, dWh, db

# %% [mutant] dH is overwritten on the way
# cell: l2e03-rnn
# kills: l2e03-t2
def rnn_backward(dH, cache):
    X, h0, H, Wx, Wh = cache
    dX, dWx, dWh, db, future = np.zeros_like(X), 0, 0, 0, 0
    for t in reversed(range(X.shape[1])):
        before = H[:, t - 1] if t else h0
        dH[:, t] += future
        delta = dH[:, t] * (1 - H[:, t] ** 2)
        dX[:, t], dWx, dWh, db = delta @ Wx.T, dWx + X[:, t].T @ delta, dWh + before.T @ delta, db + delta.sum(0)
        future = delta @ Wh.T
    return dX, future, dWx, dWh, db

# %% [alternate] One einsum per gradient, cache as a dictionary
# cell: l2e03-rnn
def rnn_forward(X, h0, Wx, Wh, b):
    pre = np.einsum("ntd,dh->nth", X, Wx) + b
    H = np.empty(pre.shape)
    h = h0
    for t in range(X.shape[1]):
        h = H[:, t] = np.tanh(pre[:, t] + h @ Wh)
    return H, {"X": X, "P": np.concatenate([h0[:, None], H[:, :-1]], axis=1), "H": H, "Wx": Wx, "Wh": Wh}


def rnn_backward(dH, cache):
    X, P, H, Wx, Wh = (cache[k] for k in ("X", "P", "H", "Wx", "Wh"))
    delta, carry = np.zeros(H.shape), 0
    for t in range(H.shape[1])[::-1]:
        delta[:, t] = (dH[:, t] + carry) * (1 - H[:, t] ** 2)
        carry = delta[:, t] @ Wh.T
    return (np.einsum("nth,dh->ntd", delta, Wx), carry, np.einsum("ntd,nth->dh", X, delta), np.tensordot(P, delta, ([0, 1], [0, 1])), delta.sum((0, 1)))

# %% [alternate] Recursion, one sequence at a time
# cell: l2e03-rnn
class _Cache:
    pass


def rnn_forward(X, h0, Wx, Wh, b):
    N, T, D = X.shape
    H = np.zeros((N, T, h0.shape[1]))
    for n in range(N):
        h = h0[n]
        for t in range(T):
            h = np.tanh(Wx.T @ X[n, t] + Wh.T @ h + b)
            H[n, t] = h
    c = _Cache()
    c.all = (X, h0, H, Wx, Wh)
    return H, c


def rnn_backward(dH, cache):
    X, h0, H, Wx, Wh = cache.all if isinstance(cache, _Cache) else cache
    dX, dh0, dWx, dWh, db = np.zeros_like(X), np.zeros_like(h0), np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(len(Wh))

    def back(n, t, future):
        if t < 0:
            dh0[n] = future
            return
        delta = (dH[n, t] + future) * (1 - H[n, t] ** 2)
        dX[n, t] = Wx @ delta
        dWx[...] += np.outer(X[n, t], delta)
        dWh[...] += np.outer(H[n, t - 1] if t else h0[n], delta)
        db[...] += delta
        back(n, t - 1, Wh @ delta)

    for n in range(len(X)):
        back(n, X.shape[1] - 1, np.zeros(len(Wh)))
    return [dX, dh0, dWx, dWh, db]

# %% [mutant] The first state is written over
# cell: l2e03-rnn
# kills: l2e03-t1
def rnn_forward(X, h0, Wx, Wh, b):
    first, states, h = h0.copy(), [], h0
    for t in range(X.shape[1]):
        h[:] = np.tanh(X[:, t] @ Wx + h @ Wh + b)
        states.append(h.copy())
    H = np.stack(states, axis=1)
    return H, (X, first, H, Wx, Wh)

# %% [mutant] tanh from exponentials that overflow
# cell: l2e03-rnn
# kills: l2e03-t1
def rnn_forward(X, h0, Wx, Wh, b):
    h, states = h0, []
    for t in range(X.shape[1]):
        z = X[:, t] @ Wx + h @ Wh + b
        h = (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))
        states.append(h)
    H = np.stack(states, axis=1)
    return H, (X, h0, H, Wx, Wh)

# %% [mutant] Parameter gradients are clipped to plus and minus 5
# cell: l2e03-rnn
# kills: l2e03-t3
def rnn_backward(dH, cache):
    X, h0, H, Wx, Wh = cache
    dX, dWx, dWh = np.zeros_like(X), np.zeros_like(Wx), np.zeros_like(Wh)
    db, dh = np.zeros(H.shape[2]), np.zeros_like(h0)
    for t in reversed(range(X.shape[1])):
        before = H[:, t - 1] if t else h0
        d = (dH[:, t] + dh) * (1 - H[:, t] ** 2)
        dX[:, t] = d @ Wx.T
        dWx += X[:, t].T @ d
        dWh += before.T @ d
        db += d.sum(0)
        dh = d @ Wh.T
    return dX, dh, np.clip(dWx, -5, 5), np.clip(dWh, -5, 5), np.clip(db, -5, 5)

# %% [mutant] What comes from above is added up in place
# cell: l2e03-rnn
# kills: l2e03-t2
def rnn_backward(dH, cache):
    X, h0, H, Wx, Wh = cache
    dX, dWx, dWh = np.zeros_like(X), np.zeros_like(Wx), np.zeros_like(Wh)
    db = np.zeros(H.shape[2])
    for t in reversed(range(X.shape[1])):
        before = H[:, t - 1] if t else h0
        d = dH[:, t] * (1 - H[:, t] ** 2)
        dX[:, t] = d @ Wx.T
        dWx += X[:, t].T @ d
        dWh += before.T @ d
        db += d.sum(0)
        if t:
            dH[:, t - 1] += d @ Wh.T
    return dX, d @ Wh.T, dWx, dWh, db

# %% [mutant] The cache is used up: a second call gives something else
# cell: l2e03-rnn
# kills: l2e03-t2
def rnn_backward(dH, cache):
    X, h0, H, Wx, Wh = cache
    dX, dWx, dWh = np.zeros_like(X), np.zeros_like(Wx), np.zeros_like(Wh)
    db, dh = np.zeros(H.shape[2]), np.zeros_like(h0)
    for t in reversed(range(X.shape[1])):
        before = H[:, t - 1] if t else h0
        d = H[:, t]
        np.square(d, out=d)
        np.subtract(1, d, out=d)
        d *= dH[:, t] + dh
        dX[:, t] = d @ Wx.T
        dWx += X[:, t].T @ d
        dWh += before.T @ d
        db += d.sum(0)
        dh = d @ Wh.T
    return dX, dh, dWx, dWh, db

# %% [mutant] Looks at the arrays of the last forward pass, not at the cache
# cell: l2e03-rnn
# kills: l2e03-t2, l2e03-t3
_LAST = {}


def rnn_forward(X, h0, Wx, Wh, b):
    h, states = h0, []
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t] @ Wx + h @ Wh + b)
        states.append(h)
    H = np.stack(states, axis=1)
    _LAST["cache"] = (X, h0, H, Wx, Wh)
    return H, (X, h0, H, Wx, Wh)


def rnn_backward(dH, cache):
    X, h0, H, Wx, Wh = _LAST["cache"]
    dX, dWx, dWh = np.zeros_like(X), np.zeros_like(Wx), np.zeros_like(Wh)
    db, dh = np.zeros(H.shape[2]), np.zeros_like(h0)
    for t in reversed(range(X.shape[1])):
        before = H[:, t - 1] if t else h0
        d = (dH[:, t] + dh) * (1 - H[:, t] ** 2)
        dX[:, t] = d @ Wx.T
        dWx += X[:, t].T @ d
        dWh += before.T @ d
        db += d.sum(0)
        dh = d @ Wh.T
    return dX, dh, dWx, dWh, db

# %% [alternate] A cache of five in another order
# cell: l2e03-rnn
def rnn_forward(X, h0, Wx, Wh, b):
    XW = np.einsum("ntd,dh->nth", X, Wx) + b
    states = [h0]
    for t in range(X.shape[1]):
        states.append(np.tanh(XW[:, t] + states[-1] @ Wh))
    H = np.stack(states[1:], axis=1)
    return H, (X, Wx, Wh, h0, H)


def rnn_backward(dH, cache):
    X, Wx, Wh, h0, H = cache
    delta = np.zeros_like(H)
    future = 0
    for t in range(X.shape[1] - 1, -1, -1):
        delta[:, t] = (dH[:, t] + future) * (1 - H[:, t] ** 2)
        future = delta[:, t] @ Wh.T
    before = np.concatenate([h0[:, None], H[:, :-1]], axis=1)
    return (
        np.einsum("nth,dh->ntd", delta, Wx),
        future,
        np.einsum("ntd,nth->dh", X, delta),
        np.einsum("ntk,nth->kh", before, delta),
        delta.sum(axis=(0, 1)),
    )

# %% [alternate] A cache of the same shapes that holds the states before each step
# cell: l2e03-rnn
def rnn_forward(X, h0, Wx, Wh, b):
    states = [h0]
    for t in range(X.shape[1]):
        states.append(np.tanh(X[:, t] @ Wx + states[-1] @ Wh + b))
    return np.stack(states[1:], axis=1), (X, states[-1], np.stack(states[:-1], axis=1), Wx, Wh)


def rnn_backward(dH, cache):
    X, last, before, Wx, Wh = cache
    H = np.concatenate([before[:, 1:], last[:, None]], axis=1)
    dX, dWx, dWh = np.empty(X.shape), np.zeros(Wx.shape), np.zeros(Wh.shape)
    db, back = np.zeros(H.shape[-1]), np.zeros(last.shape)
    for t in reversed(range(X.shape[1])):
        delta = (dH[:, t] + back) * (1 - H[:, t] ** 2)
        dX[:, t] = np.dot(delta, Wx.T)
        dWx += np.dot(X[:, t].T, delta)
        dWh += np.dot(before[:, t].T, delta)
        db += np.sum(delta, axis=0)
        back = np.dot(delta, Wh.T)
    return dX, back, dWx, dWh, db

# %% [alternate] The cache is a function that does the backward pass
# cell: l2e03-rnn
def rnn_forward(X, h0, Wx, Wh, b):
    from itertools import accumulate

    steps = np.moveaxis(X, 1, 0)
    hs = list(accumulate(steps, lambda h, x: np.tanh(x @ Wx + h @ Wh + b), initial=h0))

    def backward(dH):
        dWx, dWh, db, back, dxs = 0, 0, 0, 0, []
        for x, before, h, above in zip(steps[::-1], hs[-2::-1], hs[:0:-1], np.moveaxis(dH, 1, 0)[::-1]):
            delta = (above + back) * (1 - h * h)
            dWx, dWh, db = dWx + x.T @ delta, dWh + before.T @ delta, db + delta.sum(0)
            back = delta @ Wh.T
            dxs.insert(0, delta @ Wx.T)
        return np.stack(dxs, axis=1), back, dWx, dWh, db

    return np.stack(hs[1:], axis=1), backward


def rnn_backward(dH, cache):
    return cache(dH)

# %% [alternate] A list as cache, with the same five in it
# cell: l2e03-rnn
def rnn_forward(X, h0, Wx, Wh, b):
    H = np.empty((*X.shape[:2], len(b)))
    for t in range(X.shape[1]):
        H[:, t, :] = np.tanh(b + X[:, t, :].dot(Wx) + (H[:, t - 1, :] if t > 0 else h0).dot(Wh))
    return H, [X, h0, H, Wx, Wh]
