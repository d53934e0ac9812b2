# %% [mutant] Every tensor by itself
# cell: l2e04-clip
# kills: l2e04-t1
_together = clip_by_global_norm
def clip_by_global_norm(grads, max_norm):
    return [_together([grad], max_norm)[0][0] for grad in grads], _together(grads, max_norm)[1]

# %% [mutant] Every number by itself
# cell: l2e04-clip
# kills: l2e04-t1
_together = clip_by_global_norm
def clip_by_global_norm(grads, max_norm):
    return [np.clip(grad, -max_norm, max_norm) for grad in grads], _together(grads, max_norm)[1]

# %% [mutant] Short gradients are stretched
# cell: l2e04-clip
# kills: l2e04-t1
_together = clip_by_global_norm
def clip_by_global_norm(grads, max_norm):
    norm = _together(grads, max_norm)[1]
    return [grad * (max_norm / norm if norm else 1.0) for grad in grads], norm

# %% [mutant] A gradient of zeros becomes NaN
# cell: l2e04-clip
# kills: l2e04-t1
_together = clip_by_global_norm
def clip_by_global_norm(grads, max_norm):
    norm = np.float64(_together(grads, max_norm)[1])
    return [grad / norm * min(norm, max_norm) for grad in grads], norm

# %% [mutant] The norm after clipping
# cell: l2e04-clip
# kills: l2e04-t1
_together = clip_by_global_norm
def clip_by_global_norm(grads, max_norm):
    clipped, norm = _together(grads, max_norm)
    return clipped, min(norm, max_norm)

# %% [mutant] The square of the norm
# cell: l2e04-clip
# kills: l2e04-t1
def clip_by_global_norm(grads, max_norm):
    norm = float(sum(np.sum(grad**2) for grad in grads))
    return [grad * (max_norm / norm if norm > max_norm else 1.0) for grad in grads], norm

# %% [mutant] The sum of the norms
# cell: l2e04-clip
# kills: l2e04-t1
def clip_by_global_norm(grads, max_norm):
    norm = float(sum(np.linalg.norm(grad) for grad in grads))
    return [grad * (max_norm / norm if norm > max_norm else 1.0) for grad in grads], norm

# %% [mutant] The largest number instead of the norm
# cell: l2e04-clip
# kills: l2e04-t1
def clip_by_global_norm(grads, max_norm):
    norm = float(max(np.abs(grad).max() for grad in grads))
    return [grad * (max_norm / norm if norm > max_norm else 1.0) for grad in grads], norm

# %% [mutant] Clipped in place
# cell: l2e04-clip
# kills: l2e04-t1
_together = clip_by_global_norm
def clip_by_global_norm(grads, max_norm):
    clipped, norm = _together(grads, max_norm)
    for grad, short in zip(grads, clipped):
        grad[...] = short
    return grads, norm

# %% [mutant] Cut to norm 1, whatever max_norm is
# cell: l2e04-clip
# kills: l2e04-t1
_together = clip_by_global_norm
def clip_by_global_norm(grads, max_norm):
    clipped, norm = _together(grads, max_norm)
    return [grad / norm for grad in grads] if norm > max_norm else clipped, norm

# %% [mutant] Divided by the norm, not multiplied by max_norm and divided
# cell: l2e04-clip
# kills: l2e04-t1
_together = clip_by_global_norm
def clip_by_global_norm(grads, max_norm):
    clipped, norm = _together(grads, max_norm)
    return [grad / max_norm for grad in grads] if norm > max_norm else clipped, norm

# %% [mutant] The first steps instead of the last
# cell: l2e04-memory
# kills: l2e04-t2
def memory_curve(cell, lags):
    state, product, norms = cell.start, torch.eye(len(cell.start), dtype=torch.float64), [1.0]
    for t in range(max(lags)):
        product = torch.autograd.functional.jacobian(lambda s: cell(s, t), state) @ product
        state = cell(state, t).detach()
        norms.append(float(torch.linalg.matrix_norm(product, ord=2)))
    return np.array([norms[lag] for lag in lags])

# %% [mutant] The Frobenius norm
# cell: l2e04-memory
# kills: l2e04-t2
def _curve(cell, lags, norm, order=lambda product, J: product @ J):
    T, states = max(lags), [cell.start]
    for t in range(T):
        states.append(cell(states[-1], t).detach())
    product = torch.eye(len(cell.start), dtype=torch.float64)
    norms = [1.0]
    for t in reversed(range(T)):
        product = order(product, torch.autograd.functional.jacobian(lambda s: cell(s, t), states[t]))
        norms.append(float(norm(product)))
    return np.array([norms[lag] for lag in lags])


def memory_curve(cell, lags):
    return _curve(cell, lags, torch.linalg.matrix_norm)

# %% [mutant] Frobenius norm at every lag, the identity included
# cell: l2e04-memory
# kills: l2e04-t2
_spectral = memory_curve
def memory_curve(cell, lags):
    return _spectral(cell, lags) * np.sqrt(len(cell.start))

# %% [mutant] The factors in the wrong order
# cell: l2e04-memory
# kills: l2e04-t2
def memory_curve(cell, lags):
    T, states = max(lags), [cell.start]
    for t in range(T):
        states.append(cell(states[-1], t).detach())
    product, norms = torch.eye(len(cell.start), dtype=torch.float64), [1.0]
    for t in reversed(range(T)):
        product = torch.autograd.functional.jacobian(lambda s: cell(s, t), states[t]) @ product
        norms.append(float(torch.linalg.matrix_norm(product, ord=2)))
    return np.array([norms[lag] for lag in lags])

# %% [mutant] The product of the norms
# cell: l2e04-memory
# kills: l2e04-t2
def memory_curve(cell, lags):
    T, states = max(lags), [cell.start]
    for t in range(T):
        states.append(cell(states[-1], t).detach())
    norms = [1.0]
    for t in reversed(range(T)):
        J = torch.autograd.functional.jacobian(lambda s: cell(s, t), states[t])
        norms.append(norms[-1] * float(torch.linalg.matrix_norm(J, ord=2)))
    return np.array([norms[lag] for lag in lags])

# %% [mutant] The largest eigenvalue
# cell: l2e04-memory
# kills: l2e04-t2
def memory_curve(cell, lags):
    T, states = max(lags), [cell.start]
    for t in range(T):
        states.append(cell(states[-1], t).detach())
    product, norms = torch.eye(len(cell.start), dtype=torch.float64), [1.0]
    for t in reversed(range(T)):
        product = product @ torch.autograd.functional.jacobian(lambda s: cell(s, t), states[t])
        norms.append(float(torch.linalg.eigvals(product).abs().max()))
    return np.array([norms[lag] for lag in lags])

# %% [mutant] Every Jacobian at the start
# cell: l2e04-memory
# kills: l2e04-t2
def memory_curve(cell, lags):
    product, norms = torch.eye(len(cell.start), dtype=torch.float64), [1.0]
    for t in reversed(range(max(lags))):
        product = product @ torch.autograd.functional.jacobian(lambda s: cell(s, t), cell.start)
        norms.append(float(torch.linalg.matrix_norm(product, ord=2)))
    return np.array([norms[lag] for lag in lags])

# %% [mutant] One lag too few
# cell: l2e04-memory
# kills: l2e04-t2
_curve = memory_curve
def memory_curve(cell, lags):
    return _curve(cell, [max(lag - 1, 0) for lag in lags])

# %% [mutant] Sorted lags
# cell: l2e04-memory
# kills: l2e04-t2
_curve = memory_curve
def memory_curve(cell, lags):
    return _curve(cell, sorted(lags))

# %% [mutant] The logarithm of the norm
# cell: l2e04-memory
# kills: l2e04-t2
_curve = memory_curve
def memory_curve(cell, lags):
    return np.log(_curve(cell, lags))

# %% [mutant] Every lag gets a run of its own, which ends there
# cell: l2e04-memory
# kills: l2e04-t2
_curve = memory_curve
def memory_curve(cell, lags):
    return np.array([_curve(cell, [lag])[0] for lag in lags])

# %% [alternate] One concatenated vector
# cell: l2e04-clip
def clip_by_global_norm(grads, max_norm):
    norm = np.linalg.norm(np.concatenate([grad.ravel() for grad in grads]))
    factor = min(1.0, max_norm / norm) if norm > 0 else 1.0
    return tuple(factor * grad for grad in grads), norm

# %% [alternate] With a tiny number in the denominator, as PyTorch does
# cell: l2e04-clip
def clip_by_global_norm(grads, max_norm):
    norm = sum(float((grad * grad).sum()) for grad in grads) ** 0.5
    if norm <= max_norm:
        return [grad.copy() for grad in grads], norm
    return [grad * (max_norm / (norm + 1e-6)) for grad in grads], norm

# %% [alternate] Backward passes instead of Jacobians
# cell: l2e04-memory
def memory_curve(cell, lags):
    T = max(lags)
    states = [cell.start.clone().requires_grad_(True)]
    for t in range(T):
        states.append(cell(states[-1], t))
    found = {}
    for lag in set(lags):
        rows = []
        for k in range(len(cell.start)):
            basis = torch.zeros_like(states[T])
            basis[k] = 1
            rows.append(torch.autograd.grad(states[T], states[T - lag], basis, retain_graph=True)[0] if T else basis)
        found[lag] = np.linalg.norm(torch.stack(rows).detach().numpy(), 2)
    return [found[lag] for lag in lags]

# %% [alternate] One Jacobian for each lag, with torch.func
# cell: l2e04-memory
def memory_curve(cell, lags):
    T = max(lags)
    states = [cell.start]
    for t in range(T):
        with torch.no_grad():
            states.append(cell(states[-1], t))

    def onwards(lag):
        def run(s):
            for t in range(T - lag, T):
                s = cell(s, t)
            return s

        return run

    return np.array(
        [float(torch.linalg.svdvals(torch.func.jacrev(onwards(lag))(states[T - lag]))[0]) for lag in lags]
    )
# %% [mutant] The norm of the means
# cell: l2e04-clip
# kills: l2e04-t1
def clip_by_global_norm(grads, max_norm):
    norm = np.sqrt(sum(np.mean(g**2) for g in grads))
    f = min(1, max_norm / (norm + 1e-12))
    return [g * f for g in grads], norm
# %% [mutant] Only matrices are clipped
# cell: l2e04-clip
# kills: l2e04-t1
_clip3 = clip_by_global_norm
def clip_by_global_norm(grads, max_norm):
    clipped, norm = _clip3(grads, max_norm)
    return [c if np.ndim(g) > 1 else g.copy() for c, g in zip(clipped, grads)], norm
# %% [alternate] Concatenate, hypot-like norm, factor by maximum, tuple of arrays
# cell: l2e04-clip
def clip_by_global_norm(grads, max_norm):
    flat = np.concatenate([g.reshape(-1) for g in grads])
    norm = np.linalg.norm(flat)
    factor = 1.0 / max(1.0, norm / max_norm)
    return tuple(g * factor for g in grads), norm
# %% [alternate] PyTorch's own clipping, with its little epsilon
# cell: l2e04-clip
def clip_by_global_norm(grads, max_norm):
    leaves = [torch.zeros(g.shape, dtype=torch.float64, requires_grad=True) for g in grads]
    for leaf, g in zip(leaves, grads):
        leaf.grad = torch.tensor(g, dtype=torch.float64)
    norm = nn.utils.clip_grad_norm_(leaves, max_norm).item()
    return [leaf.grad.numpy() for leaf in leaves], norm
# %% [mutant] The Jacobian from the start, not from the end
# cell: l2e04-memory
# kills: l2e04-t2
def memory_curve(cell, lags):
    s, P, norms = cell.start, torch.eye(len(cell.start), dtype=torch.float64), [1.0]
    for t in range(max(lags)):
        P = torch.autograd.functional.jacobian(lambda v: cell(v, t), s) @ P
        s = cell(s, t).detach()
        norms.append(float(torch.linalg.matrix_norm(P, ord=2)))
    return np.array([norms[k] for k in lags])
# %% [mutant] Time stands at 0
# cell: l2e04-memory
# kills: l2e04-t2
_mc3 = memory_curve
def memory_curve(cell, lags):
    class Still:
        start = cell.start
        def __call__(self, s, t):
            return cell(s, 0)
    return _mc3(Still(), lags)
# %% [alternate] One backward pass per component over the whole run
# cell: l2e04-memory
def memory_curve(cell, lags):
    s = cell.start.detach().clone().requires_grad_(True)
    states = [s]
    for t in range(max(lags)):
        s = cell(s, t)
        states.append(s)
    out = np.zeros(len(lags))
    for j, k in enumerate(lags):
        rows = [torch.autograd.grad(states[-1][i], states[-1 - k], retain_graph=True)[0] for i in range(len(s))]
        out[j] = torch.linalg.svdvals(torch.stack(rows)).max().item()
    return out
# %% [alternate] torch.func and a list of numbers as result
# cell: l2e04-memory
def memory_curve(cell, lags):
    T = max(lags)
    states = [cell.start]
    for t in range(T):
        states.append(cell(states[-1], t))

    def rest(s, k):
        for t in range(T - k, T):
            s = cell(s, t)
        return s

    return [torch.linalg.norm(torch.func.jacrev(rest)(states[T - k], k), 2).item() for k in lags]


# %% [mutant] Spectral norm of matrices
# cell: l2e04-clip
# kills: l2e04-t1
def clip_by_global_norm(grads, max_norm):
    norm = np.sqrt(sum(np.linalg.norm(g, 2) ** 2 if g.ndim <= 2 else np.sum(g**2) for g in grads))
    factor = max_norm / norm if norm > max_norm else 1.0
    return [g * factor for g in grads], norm


# %% [mutant] The formula of the tanh net for every cell
# cell: l2e04-memory
# kills: l2e04-t2
def memory_curve(cell, lags):
    states = [cell.start]
    for t in range(max(lags)):
        states.append(cell(states[-1], t).detach())
    W = cell.W[: len(cell.start), : len(cell.start)]
    if W.shape[0] != len(cell.start):
        return np.ones(len(lags))
    product = torch.eye(len(cell.start), dtype=cell.start.dtype)
    norms = [1.0]
    for t in reversed(range(max(lags))):
        product = product @ (torch.diag(1 - states[t + 1] ** 2) @ W.T)
        norms.append(torch.linalg.matrix_norm(product, ord=2).item())
    return np.array([norms[k] for k in lags])


# %% [mutant] The start state is told to record gradients and stays so
# cell: l2e04-memory
# kills: l2e04-t2
def memory_curve(cell, lags):
    T, values = max(lags), {}
    s = cell.start.requires_grad_()
    states = [s]
    for t in range(T):
        states.append(cell(states[-1], t))
    size = len(s)
    for k in set(lags):
        rows = [
            torch.autograd.grad(states[T][i], states[T - k], retain_graph=True, allow_unused=True)[0]
            for i in range(size)
        ]
        values[k] = torch.linalg.matrix_norm(torch.stack(rows), ord=2).item() if k else 1.0
    return np.array([values[k] for k in lags])


# %% [mutant] The start state is overwritten
# cell: l2e04-memory
# kills: l2e04-t2
def memory_curve(cell, lags):
    states = [cell.start.clone()]
    s = cell.start
    for t in range(max(lags)):
        s.copy_(cell(s, t).detach())
        states.append(s.clone())
    product = torch.eye(len(s), dtype=s.dtype)
    norms = [1.0]
    for t in reversed(range(max(lags))):
        product = product @ torch.autograd.functional.jacobian(lambda u: cell(u, t), states[t])
        norms.append(torch.linalg.matrix_norm(product, ord=2).item())
    return np.array([norms[k] for k in lags])


# %% [mutant] Every lag once
# cell: l2e04-memory
# kills: l2e04-t2
def memory_curve(cell, lags):
    T, out = max(lags), []
    states = [cell.start]
    for t in range(T):
        states.append(cell(states[-1], t).detach())
    product = torch.eye(len(cell.start), dtype=cell.start.dtype)
    for k in range(T + 1):
        if k:
            t = T - k
            product = product @ torch.autograd.functional.jacobian(lambda u: cell(u, t), states[t])
        if k in lags:
            out.append((lags.index(k), torch.linalg.matrix_norm(product, ord=2).item()))
    return np.array([value for _, value in sorted(out)])


# %% [mutant] Needs at least one step
# cell: l2e04-memory
# kills: l2e04-t2
def memory_curve(cell, lags):
    T = max(lags)
    states = [cell.start]
    for t in range(T):
        states.append(cell(states[-1], t).detach())
    products = [torch.autograd.functional.jacobian(lambda u: cell(u, T - 1), states[T - 1])]
    for t in reversed(range(T - 1)):
        products.append(products[-1] @ torch.autograd.functional.jacobian(lambda u: cell(u, t), states[t]))
    norms = [torch.linalg.matrix_norm(J, ord=2).item() for J in products]
    return np.array([norms[k - 1] for k in lags])


# %% [alternate] The factor is a minimum, also when the norm is zero
# cell: l2e04-clip
def clip_by_global_norm(grads, max_norm):
    import math

    norm = math.hypot(*(x for g in grads for x in np.ravel(g)))
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.minimum(1.0, np.divide(max_norm, norm))
    return list(factor * g for g in grads), norm


# %% [alternate] Forward: the derivative of the whole rest of the way, for each lag anew
# cell: l2e04-memory
def memory_curve(cell, lags):
    T = max(lags)

    def run(s, first):
        for t in range(first, T):
            s = cell(s, t)
        return s

    def at(end):
        s = cell.start
        for t in range(end):
            s = cell(s, t)
        return s

    values = [torch.func.jacfwd(run)(at(T - k), T - k) for k in lags]
    return np.array([np.linalg.norm(J.detach().numpy(), 2) for J in values])


# %% [alternate] Eigenvalues of J transposed J; results in a tensor turned to an array
# cell: l2e04-memory
def memory_curve(cell, lags):
    last = max(lags)
    way = [cell.start]
    with torch.no_grad():
        for t in range(last):
            way += [cell(way[-1], t)]
    curve = torch.ones(last + 1, dtype=torch.float64)
    J = torch.eye(cell.start.shape[0], dtype=torch.float64)
    for k in range(1, last + 1):
        J = J @ torch.autograd.functional.jacobian(lambda s, t=last - k: cell(s, t), way[last - k])
        curve[k] = torch.linalg.eigvalsh(J.T @ J)[-1].clamp(min=0).sqrt()
    return curve[list(lags)].numpy()
