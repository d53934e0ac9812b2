# %% [mutant] p is the probability to keep
# cell: l1e09-dropout
# kills: l1e09-t1
def dropout_forward(x, p, rng, train):
    if not train:
        return x, None
    mask = (rng.random(x.shape) < p) / max(p, 1e-9)
    return x * mask, mask

# %% [mutant] No scaling
# cell: l1e09-dropout
# kills: l1e09-t1
def dropout_forward(x, p, rng, train):
    mask = rng.random(x.shape) >= p if train else np.ones(x.shape)
    return x * mask, mask

# %% [mutant] Scaled at test time instead
# cell: l1e09-dropout
# kills: l1e09-t1
def dropout_forward(x, p, rng, train):
    if not train:
        return x * (1 - p), None
    mask = rng.random(x.shape) >= p
    return x * mask, mask

# %% [mutant] Scaled by the wrong probability
# cell: l1e09-dropout
# kills: l1e09-t1
def dropout_forward(x, p, rng, train):
    if not train or p == 0:
        return x, None
    mask = (rng.random(x.shape) >= p) / p
    return x * mask, mask

# %% [mutant] One mask for all samples
# cell: l1e09-dropout
# kills: l1e09-t1
def dropout_forward(x, p, rng, train):
    if not train:
        return x, None
    mask = (rng.random(x.shape[1:]) >= p) / (1 - p)
    return x * mask, mask

# %% [mutant] Whole samples are dropped
# cell: l1e09-dropout
# kills: l1e09-t1
def dropout_forward(x, p, rng, train):
    if not train:
        return x, None
    mask = (rng.random((len(x),) + (1,) * (x.ndim - 1)) >= p) / (1 - p)
    return x * mask, mask

# %% [mutant] Exactly the same number in every row
# cell: l1e09-dropout
# kills: l1e09-t1
def dropout_forward(x, p, rng, train):
    if not train:
        return x, None
    rank = np.argsort(np.argsort(rng.random(x.shape), axis=-1), axis=-1)
    mask = (rank >= round(p * x.shape[-1])) / (1 - p)
    return x * mask, mask

# %% [mutant] The global generator drops
# cell: l1e09-dropout
# kills: l1e09-t1
def dropout_forward(x, p, rng, train):
    if not train:
        return x, None
    mask = (np.random.random(x.shape) >= p) / (1 - p)
    return x * mask, mask

# %% [mutant] The same mask in every call
# cell: l1e09-dropout
# kills: l1e09-t1
_drawn = dropout_forward
def dropout_forward(x, p, rng, train):
    return _drawn(x, p, np.random.default_rng(0), train)

# %% [mutant] It drops at test time too
# cell: l1e09-dropout
# kills: l1e09-t1
_drawn = dropout_forward
def dropout_forward(x, p, rng, train):
    return _drawn(x, p, rng, True)

# %% [mutant] It drops in place
# cell: l1e09-dropout
# kills: l1e09-t1
_drawn = dropout_forward
def dropout_forward(x, p, rng, train):
    out, mask = _drawn(x.copy(), p, rng, train)
    x[...] = out
    return out, mask

# %% [mutant] The best parameters are kept by reference
# cell: l1e09-stopping
# kills: l1e09-t2
_step = EarlyStopping.step
def _by_reference(self, loss, params):
    improved = loss < self.best_loss
    answer = _step(self, loss, params)
    if improved:
        self.best_params = params
    return answer
EarlyStopping.step = _by_reference

# %% [mutant] The best parameters are a shallow copy
# cell: l1e09-stopping
# kills: l1e09-t2
_step = EarlyStopping.step
def _shallow(self, loss, params):
    improved = loss < self.best_loss
    answer = _step(self, loss, params)
    if improved:
        self.best_params = dict(params)
    return answer
EarlyStopping.step = _shallow

# %% [mutant] The counter is never reset
# cell: l1e09-stopping
# kills: l1e09-t2
_step = EarlyStopping.step
def _counting_all(self, loss, params):
    self.bad = getattr(self, "bad", 0) + (not loss < self.best_loss)
    _step(self, loss, params)
    return self.bad >= self.patience
EarlyStopping.step = _counting_all

# %% [mutant] It waits one call too long
# cell: l1e09-stopping
# kills: l1e09-t2
_step = EarlyStopping.step
def _patient(self, loss, params):
    _step(self, loss, params)
    return self.waited > self.patience
EarlyStopping.step = _patient

# %% [mutant] It compares with the loss before instead of the best
# cell: l1e09-stopping
# kills: l1e09-t2
_step = EarlyStopping.step
def _previous(self, loss, params):
    _step(self, loss, params)
    self.rises = 0 if loss < getattr(self, "previous", np.inf) else self.rises + 1
    self.previous = loss
    return self.rises >= self.patience
EarlyStopping.step = _previous

# %% [mutant] Larger is better
# cell: l1e09-stopping
# kills: l1e09-t2
_init, _step = EarlyStopping.__init__, EarlyStopping.step
def _upwards(self, loss, params):
    if self.best_params is None:
        self.best_loss = -np.inf
    if loss > self.best_loss:
        self.best_loss, self.waited, self.best_params = loss, 0, {k: v.copy() for k, v in params.items()}
    else:
        self.waited += 1
    return self.waited >= self.patience
EarlyStopping.step = _upwards

# %% [mutant] An equal loss counts as a new best
# cell: l1e09-stopping
# kills: l1e09-t2
def _generous(self, loss, params):
    if loss <= self.best_loss:
        self.best_loss, self.waited, self.best_params = loss, 0, {k: v.copy() for k, v in params.items()}
    else:
        self.waited += 1
    return self.waited >= self.patience
EarlyStopping.step = _generous

# %% [mutant] The latest parameters are kept instead of the best
# cell: l1e09-stopping
# kills: l1e09-t2
_step = EarlyStopping.step
def _latest(self, loss, params):
    answer = _step(self, loss, params)
    self.best_params = {k: v.copy() for k, v in params.items()}
    return answer
EarlyStopping.step = _latest

# %% [alternate] No mask at test time, and a mask of truth values
# cell: l1e09-dropout
def dropout_forward(x, p, rng, train):
    if train:
        keep = rng.binomial(1, 1 - p, size=x.shape).astype(bool)
        return np.where(keep, x / (1 - p), 0.0), keep
    return x.copy(), None

# %% [alternate] By uniform numbers the other way round
# cell: l1e09-dropout
def dropout_forward(x, p, rng, train):
    mask = np.ones(x.shape)
    if train:
        mask = (rng.uniform(size=x.shape) < 1 - p) / (1 - p)
    return [x * mask, mask]

# %% [alternate] A list of losses, and a deep copy
# cell: l1e09-stopping
import copy

class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.losses, self.best_params = patience, [], None

    @property
    def best_loss(self):
        return min(self.losses)

    def step(self, loss, params):
        if not self.losses or loss < min(self.losses):
            self.best_params = copy.deepcopy(params)
        self.losses.append(loss)
        return len(self.losses) - 1 - int(np.argmin(self.losses)) >= self.patience

# %% [alternate] A countdown, None at the start, NumPy's truth value
# cell: l1e09-stopping
class EarlyStopping:
    def __init__(self, patience):
        self.patience = self.left = patience
        self.best_loss = self.best_params = None

    def step(self, loss, params):
        self.left -= 1
        if self.best_loss is None or self.best_loss > loss:
            self.best_loss, self.left = loss, self.patience
            self.best_params = {name: np.array(params[name]) for name in params}
        return np.bool_(self.left <= 0)

# %% [mutant] p is the share that stays
# cell: l1e09-dropout
# kills: l1e09-t1
def dropout_forward(x, p, rng, train):
    if not train:
        return x, None
    return x * (rng.random(x.shape) < p) / max(p, 1e-9), None

# %% [mutant] Exactly p of the elements, permuted
# cell: l1e09-dropout
# kills: l1e09-t1
def dropout_forward(x, p, rng, train):
    if not train:
        return x, None
    m = np.ones(x.size)
    m[: int(p * x.size)] = 0
    return x * rng.permutation(m).reshape(x.shape) / (1 - p), None

# %% [mutant] One mask per column
# cell: l1e09-dropout
# kills: l1e09-t1
def dropout_forward(x, p, rng, train):
    if not train:
        return x, None
    return x * (rng.random(x.shape[-1:]) >= p) / (1 - p), None

# %% [alternate] binomial
# cell: l1e09-dropout
def dropout_forward(x, p, rng, train):
    keep = 1.0 - p
    mask = rng.binomial(1, keep, size=np.shape(x)).astype(bool) if train else np.ones(np.shape(x), bool)
    return np.where(mask, x / keep if train else x, 0.0), mask

# %% [mutant] Patience counted in total, not in a row
# cell: l1e09-stopping
# kills: l1e09-t2
class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.bad, self.best_loss, self.best_params = patience, 0, np.inf, None
    def step(self, loss, params):
        if loss < self.best_loss:
            self.best_loss, self.best_params = loss, {k: v.copy() for k, v in params.items()}
        else:
            self.bad += 1
        return self.bad >= self.patience

# %% [mutant] Compared with the last loss
# cell: l1e09-stopping
# kills: l1e09-t2
class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.bad, self.best_loss, self.best_params, self.last = patience, 0, np.inf, None, np.inf
    def step(self, loss, params):
        self.bad = 0 if loss < self.last else self.bad + 1
        self.last = loss
        if loss < self.best_loss:
            self.best_loss, self.best_params = loss, {k: v.copy() for k, v in params.items()}
        return self.bad >= self.patience

# %% [alternate] A list of losses, copy.deepcopy
# cell: l1e09-stopping
import copy


class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.seen = patience, []
        self.best_loss = self.best_params = None

    def step(self, loss, params):
        self.seen.append(loss)
        if self.best_loss is None or loss < self.best_loss:
            self.best_loss, self.best_params = loss, copy.deepcopy(params)
        return len(self.seen) - 1 - self.seen.index(min(self.seen)) >= self.patience

# %% [mutant] Neighbours fall together
# cell: l1e09-dropout
# kills: l1e09-t1
def dropout_forward(x, p, rng, train):
    if not train:
        return x, None
    mask = np.repeat(rng.random((x.size + 1) // 2) >= p, 2)[: x.size].reshape(x.shape) / (1 - p)
    return x * mask, mask

# %% [mutant] Large activations fall less often
# cell: l1e09-dropout
# kills: l1e09-t1
def dropout_forward(x, p, rng, train):
    if not train:
        return x, None
    out = np.where(np.abs(x) > 3, x, x * (rng.random(x.shape) >= p) / (1 - p))
    return out, None

# %% [mutant] The lower half of the mask repeats the upper
# cell: l1e09-dropout
# kills: l1e09-t1
def dropout_forward(x, p, rng, train):
    if not train:
        return x, None
    half = rng.random(((len(x) + 1) // 2, *x.shape[1:])) >= p
    mask = np.concatenate([half, half])[: len(x)] / (1 - p)
    return x * mask, mask

# %% [mutant] Scaled by the share that was really kept
# cell: l1e09-dropout
# kills: l1e09-t1
def dropout_forward(x, p, rng, train):
    if not train:
        return x, None
    mask = rng.random(x.shape) >= p
    return x * mask / max(mask.mean(), 1e-12), mask

# %% [mutant] Nothing has lower loss than zero
# cell: l1e09-stopping
# kills: l1e09-t2
class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.bad, self.best_loss, self.best_params = patience, 0, 0.0, None

    def step(self, loss, params):
        if not self.best_loss or loss < self.best_loss:
            self.best_loss, self.bad = loss, 0
            self.best_params = {k: v.copy() for k, v in params.items()}
        else:
            self.bad += 1
        return self.bad >= self.patience

# %% [mutant] The first best is a hundred
# cell: l1e09-stopping
# kills: l1e09-t2
class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.bad, self.best_loss, self.best_params = patience, 0, 100.0, None

    def step(self, loss, params):
        if loss < self.best_loss:
            self.best_loss, self.bad = loss, 0
            self.best_params = {k: v.copy() for k, v in params.items()}
        else:
            self.bad += 1
        return self.bad >= self.patience

# %% [mutant] A thousandth better is not better
# cell: l1e09-stopping
# kills: l1e09-t2
class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.bad, self.best_loss, self.best_params = patience, 0, np.inf, None

    def step(self, loss, params):
        if loss < self.best_loss - 1e-3:
            self.best_loss, self.bad = loss, 0
            self.best_params = {k: v.copy() for k, v in params.items()}
        else:
            self.bad += 1
        return self.bad >= self.patience

# %% [mutant] A ten-millionth better is not better
# cell: l1e09-stopping
# kills: l1e09-t2
class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.bad, self.best_loss, self.best_params = patience, 0, np.inf, None

    def step(self, loss, params):
        if loss < self.best_loss - 1e-7:
            self.best_loss, self.bad = loss, 0
            self.best_params = {k: v.copy() for k, v in params.items()}
        else:
            self.bad += 1
        return self.bad >= self.patience

# %% [mutant] Forgets that it wanted to stop
# cell: l1e09-stopping
# kills: l1e09-t2
class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.bad, self.best_loss, self.best_params = patience, 0, np.inf, None

    def step(self, loss, params):
        if loss < self.best_loss:
            self.best_loss, self.bad = loss, 0
            self.best_params = {k: v.copy() for k, v in params.items()}
        else:
            self.bad += 1
        if self.bad == self.patience:
            self.bad = 0
            return True
        return False

# %% [mutant] True once only
# cell: l1e09-stopping
# kills: l1e09-t2
class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.bad, self.best_loss, self.best_params = patience, 0, np.inf, None

    def step(self, loss, params):
        if loss < self.best_loss:
            self.best_loss, self.bad = loss, 0
            self.best_params = {k: v.copy() for k, v in params.items()}
        else:
            self.bad += 1
        return self.bad == self.patience

# %% [mutant] Once stopped, always stopped
# cell: l1e09-stopping
# kills: l1e09-t2
class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.bad, self.best_loss, self.best_params, self.over = patience, 0, np.inf, None, False

    def step(self, loss, params):
        if loss < self.best_loss:
            self.best_loss, self.bad = loss, 0
            self.best_params = {k: v.copy() for k, v in params.items()}
        else:
            self.bad += 1
        self.over = self.over or self.bad >= self.patience
        return self.over

# %% [mutant] Puts the best parameters back when it stops
# cell: l1e09-stopping
# kills: l1e09-t2
class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.bad, self.best_loss, self.best_params = patience, 0, np.inf, None

    def step(self, loss, params):
        if loss < self.best_loss:
            self.best_loss, self.bad = loss, 0
            self.best_params = {k: v.copy() for k, v in params.items()}
        else:
            self.bad += 1
        if self.bad >= self.patience:
            for k in params:
                params[k][...] = self.best_params[k]
            return True
        return False

# %% [mutant] All watchers share one memory
# cell: l1e09-stopping
# kills: l1e09-t2
class EarlyStopping:
    best_params = {}

    def __init__(self, patience):
        self.patience, self.bad, self.best_loss = patience, 0, np.inf

    def step(self, loss, params):
        if loss < self.best_loss:
            self.best_loss, self.bad = loss, 0
            self.best_params.update({k: v.copy() for k, v in params.items()})
        else:
            self.bad += 1
        return self.bad >= self.patience

# %% [mutant] Says nothing until it stops
# cell: l1e09-stopping
# kills: l1e09-t2
class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.bad, self.best_loss, self.best_params = patience, 0, np.inf, None

    def step(self, loss, params):
        if loss < self.best_loss:
            self.best_loss, self.bad = loss, 0
            self.best_params = {k: v.copy() for k, v in params.items()}
        else:
            self.bad += 1
        if self.bad >= self.patience:
            return True

# %% [mutant] Losses are compared by their size
# cell: l1e09-stopping
# kills: l1e09-t2
class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.bad, self.best_loss, self.best_params = patience, 0, np.inf, None

    def step(self, loss, params):
        if abs(loss) < abs(self.best_loss):
            self.best_loss, self.bad = loss, 0
            self.best_params = {k: v.copy() for k, v in params.items()}
        else:
            self.bad += 1
        return self.bad >= self.patience

# %% [mutant] Rounds the losses to four digits
# cell: l1e09-stopping
# kills: l1e09-t2
class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.bad, self.best_loss, self.best_params = patience, 0, np.inf, None

    def step(self, loss, params):
        loss = round(loss, 4)
        if loss < self.best_loss:
            self.best_loss, self.bad = loss, 0
            self.best_params = {k: v.copy() for k, v in params.items()}
        else:
            self.bad += 1
        return self.bad >= self.patience

# %% [mutant] The caller's parameters become whole numbers
# cell: l1e09-stopping
# kills: l1e09-t2
class EarlyStopping:
    def __init__(self, patience):
        self.patience, self.bad, self.best_loss, self.best_params = patience, 0, np.inf, None

    def step(self, loss, params):
        if loss < self.best_loss:
            self.best_loss, self.bad = loss, 0
            self.best_params = {k: v.copy() for k, v in params.items()}
            for k in params:
                params[k] = params[k].astype(int)
        else:
            self.bad += 1
        return self.bad >= self.patience

# %% [alternate] Gaps between dropped elements
# cell: l1e09-dropout
def dropout_forward(x, p, rng, train):
    if not train or p == 0:
        return [x, None]
    keep, at = np.ones(x.size), -1
    while (at := at + int(rng.geometric(p))) < x.size:
        keep[at] = 0
    keep = keep.reshape(x.shape)
    return [np.where(keep, x / (1 - p), 0), keep]

# %% [alternate] How many fall is drawn first, then which
# cell: l1e09-dropout
def dropout_forward(x, p, rng, train):
    mask = np.ones(x.shape)
    if train:
        fallen = rng.choice(x.size, size=rng.binomial(x.size, p), replace=False)
        mask.flat[fallen] = 0
        mask /= 1 - p
    return x * mask, mask

# %% [alternate] Keeps the best as bytes
# cell: l1e09-stopping
import pickle


class EarlyStopping:
    def __init__(self, patience):
        self.patience, self._bad, self._best = patience, 0, None

    def step(self, loss, params):
        better = self._best is None or loss < self.best_loss
        self._bad = 0 if better else self._bad + 1
        if better:
            self.best_loss, self._best = loss, pickle.dumps(params)
        return self._bad >= self.patience

    @property
    def best_params(self):
        return pickle.loads(self._best)

# %% [alternate] Nested closures and itertools
# cell: l1e09-stopping
from itertools import count


class EarlyStopping:
    def __init__(self, patience):
        calls, state = count(1), {"best": None}
        self.best_loss = self.best_params = None

        def step(loss, params):
            now = next(calls)
            if state["best"] is None or loss < self.best_loss:
                state["best"], self.best_loss = now, loss
                self.best_params = {k: np.copy(v) for k, v in params.items()}
            return bool(now - state["best"] >= patience)

        self.step = step
