# %% [mutant] The activation follows the last layer too
# cell: l1e07-mlp
# kills: l1e07-t1, l1e07-t2
_walk_right = MLP._walk
def _walk_bent(self, X):
    z, caches, bent = _walk_right(self, X)
    return self.bend(z), caches, bent
MLP._walk = _walk_bent

# %% [mutant] The slope is taken from the layer above
# cell: l1e07-mlp
# kills: l1e07-t2
def _gradients(self, X, y, l2=0.0):
    logits, caches, bent = self._walk(X)
    delta, grads = cross_entropy_grad(logits, y), {}
    for layer in range(self.layers, 0, -1):
        dx, dW, db = linear_backward(delta, caches[layer - 1])
        grads[f"W{layer}"], grads[f"b{layer}"] = dW + l2 * self.params[f"W{layer}"], db
        if layer > 1:
            above = bent[min(layer - 1, self.layers - 2)]
            slope = self.slope(above) if above.shape == dx.shape else self.slope(bent[layer - 2])
            delta = dx * slope
    return grads
MLP.gradients = _gradients

# %% [mutant] L2 falls on the biases too
# cell: l1e07-mlp
# kills: l1e07-t3
_weights_only = MLP.gradients
def _gradients(self, X, y, l2=0.0):
    grads = _weights_only(self, X, y, l2)
    return {name: grad + l2 * self.params[name] if name[0] == "b" else grad for name, grad in grads.items()}
MLP.gradients = _gradients

# %% [mutant] The penalty lacks its half
# cell: l1e07-mlp
# kills: l1e07-t3
def _loss(self, X, y, l2=0.0):
    return cross_entropy(self.forward(X), y) + l2 * sum(np.sum(v**2) for k, v in self.params.items() if k[0] == "W")
MLP.loss = _loss

# %% [mutant] The penalty counts the biases
# cell: l1e07-mlp
# kills: l1e07-t3
def _loss(self, X, y, l2=0.0):
    return cross_entropy(self.forward(X), y) + 0.5 * l2 * sum(np.sum(v**2) for v in self.params.values())
MLP.loss = _loss

# %% [mutant] The penalty forgets the last layer
# cell: l1e07-mlp
# kills: l1e07-t3
def _loss(self, X, y, l2=0.0):
    return cross_entropy(self.forward(X), y) + 0.5 * l2 * sum(np.sum(self.params[f"W{k}"] ** 2) for k in range(1, self.layers))
MLP.loss = _loss

# %% [mutant] L2 is in the loss but not in the gradients
# cell: l1e07-mlp
# kills: l1e07-t3
_with_l2 = MLP.gradients
MLP.gradients = lambda self, X, y, l2=0.0: _with_l2(self, X, y, 0.0)

# %% [mutant] All weights start at nought
# cell: l1e07-mlp
# kills: l1e07-t4
_init = MLP.__init__
def _zero(self, sizes, activation, rng):
    _init(self, sizes, activation, rng)
    for name in self.params:
        self.params[name] = np.zeros_like(self.params[name])
MLP.__init__ = _zero

# %% [mutant] Weights start with spread one
# cell: l1e07-mlp
# kills: l1e07-t4
_init = MLP.__init__
def _wide(self, sizes, activation, rng):
    _init(self, sizes, activation, rng)
    for name in self.params:
        if name[0] == "W":
            self.params[name] = rng.normal(size=self.params[name].shape)
MLP.__init__ = _wide

# %% [mutant] The last layer is not made small
# cell: l1e07-mlp
# kills: l1e07-t4
_init = MLP.__init__
def _large(self, sizes, activation, rng):
    _init(self, sizes, activation, rng)
    self.params[f"W{self.layers}"] = 100 * self.params[f"W{self.layers}"]
MLP.__init__ = _large

# %% [mutant] The same start for every activation
# cell: l1e07-mlp
# kills: l1e07-t4
_init = MLP.__init__
def _he_for_all(self, sizes, activation, rng):
    _init(self, sizes, activation, rng)
    if activation != "relu":
        for name in self.params:
            self.params[name] = np.sqrt(2) * self.params[name]
MLP.__init__ = _he_for_all

# %% [mutant] The spread comes from the number of outputs
# cell: l1e07-mlp
# kills: l1e07-t4
_init = MLP.__init__
def _fan_out(self, sizes, activation, rng):
    _init(self, sizes, activation, rng)
    for layer in range(1, self.layers + 1):
        W = self.params[f"W{layer}"]
        self.params[f"W{layer}"] = W * np.sqrt(W.shape[0] / W.shape[1])
MLP.__init__ = _fan_out

# %% [mutant] The global generator is used
# cell: l1e07-mlp
# kills: l1e07-t4
_init = MLP.__init__
def _global(self, sizes, activation, rng):
    _init(self, sizes, activation, np.random)
MLP.__init__ = _global

# %% [mutant] All units of a layer start alike
# cell: l1e07-mlp
# kills: l1e07-t4
_init = MLP.__init__
def _alike(self, sizes, activation, rng):
    _init(self, sizes, activation, rng)
    for name, value in self.params.items():
        if name[0] == "W":
            self.params[name] = np.repeat(value[:, :1], value.shape[1], axis=1)
MLP.__init__ = _alike

# %% [mutant] Biases start at one tenth
# cell: l1e07-mlp
# kills: l1e07-t4
_init = MLP.__init__
def _lifted(self, sizes, activation, rng):
    _init(self, sizes, activation, rng)
    for name in self.params:
        if name[0] == "b":
            self.params[name] = self.params[name] + 0.1
MLP.__init__ = _lifted

# %% [mutant] Gradients use what the last forward pass left behind
# cell: l1e07-mlp
# kills: l1e07-t2
_fresh_walk, _fresh_forward = MLP._walk, MLP.forward
def _forward(self, X):
    self.left_behind = _fresh_walk(self, X)
    return self.left_behind[0]
_in_gradients = MLP.gradients
def _gradients(self, X, y, l2=0.0):
    stale = getattr(self, "left_behind", None)
    if stale is None or stale[0].shape[0] < len(y):
        return _in_gradients(self, X, y, l2)
    self._walk = lambda X: (stale[0][: len(y)], [(c[0][: len(y)], *c[1:]) for c in stale[1]], [b[: len(y)] for b in stale[2]])
    try:
        return _in_gradients(self, X, y, l2)
    finally:
        del self._walk
MLP.forward, MLP.gradients = _forward, _gradients

# %% [mutant] The bias gradients are missing
# cell: l1e07-mlp
# kills: l1e07-t2
_all = MLP.gradients
def _gradients(self, X, y, l2=0.0):
    return {name: grad if name[0] == "W" else np.zeros_like(grad) for name, grad in _all(self, X, y, l2).items()}
MLP.gradients = _gradients

# %% [mutant] The gradients have the wrong sign
# cell: l1e07-mlp
# kills: l1e07-t2
_all = MLP.gradients
def _gradients(self, X, y, l2=0.0):
    penalty = {name: l2 * value if name[0] == "W" else 0.0 for name, value in self.params.items()}
    return {name: penalty[name] - grad for name, grad in _all(self, X, y).items()}
MLP.gradients = _gradients

# %% [mutant] Loss and gradients are sums over the batch
# cell: l1e07-mlp
# kills: l1e07-t1, l1e07-t2
_mean_loss, _mean_gradients = MLP.loss, MLP.gradients
def _loss(self, X, y, l2=0.0):
    return (len(y) - 1) * _mean_loss(self, X, y) + _mean_loss(self, X, y, l2)
def _gradients(self, X, y, l2=0.0):
    plain, full = _mean_gradients(self, X, y), _mean_gradients(self, X, y, l2)
    return {name: (len(y) - 1) * plain[name] + full[name] for name in plain}
MLP.loss, MLP.gradients = _loss, _gradients

# %% [mutant] The slope of the activation is forgotten
# cell: l1e07-mlp
# kills: l1e07-t2
_init = MLP.__init__
def _straight(self, sizes, activation, rng):
    _init(self, sizes, activation, rng)
    self.slope = np.ones_like
MLP.__init__ = _straight

# %% [mutant] The slope is given the activation instead of z
# cell: l1e07-mlp
# kills: l1e07-t2
_init = MLP.__init__
def _at_h(self, sizes, activation, rng):
    _init(self, sizes, activation, rng)
    slope = self.slope
    self.slope = lambda z: slope(self.bend(z))
MLP.__init__ = _at_h

# %% [mutant] Every activation is a relu
# cell: l1e07-mlp
# kills: l1e07-t1, l1e07-t2
_init = MLP.__init__
def _always_relu(self, sizes, activation, rng):
    _init(self, sizes, activation, rng)
    self.bend, self.slope = relu, relu_grad
MLP.__init__ = _always_relu

# %% [mutant] Forward keeps a copy of the parameters it was born with
# cell: l1e07-mlp
# kills: l1e07-t1, l1e07-t2
_init, _walk_now = MLP.__init__, MLP._walk
def _frozen(self, sizes, activation, rng):
    _init(self, sizes, activation, rng)
    self.born_with = {name: value.copy() for name, value in self.params.items()}
def _walk_then(self, X):
    now, self.params = self.params, self.born_with
    try:
        return _walk_now(self, X)
    finally:
        self.params = now
MLP.__init__, MLP._walk = _frozen, _walk_then

# %% [mutant] Parameters are rounded on the way
# cell: l1e07-mlp
# kills: l1e07-t1, l1e07-t2
_walk_exact = MLP._walk
def _walk_rounded(self, X):
    return _walk_exact(self, X.astype(np.float32).astype(float))
MLP._walk = _walk_rounded

# %% [alternate] A list of layers that share their arrays with params
# cell: l1e07-mlp
class MLP:
    def __init__(self, sizes, activation, rng):
        self.n, self.kind, self.params = len(sizes) - 1, activation, {}
        for k in range(self.n):
            std = (2 / sizes[k]) ** 0.5 if activation == "relu" else (1 / sizes[k]) ** 0.5
            W = rng.normal(0, std, (sizes[k], sizes[k + 1]))
            self.params[f"b{k + 1}"] = np.zeros(sizes[k + 1])
            self.params[f"W{k + 1}"] = W / 100 if k == self.n - 1 else W

    def _bend(self, z):
        return {"relu": lambda: z * (z > 0), "tanh": lambda: np.tanh(z), "sigmoid": lambda: sigmoid(z)}[self.kind]()

    def _slope_from_h(self, h):
        return {"relu": lambda: h > 0, "tanh": lambda: 1 - h * h, "sigmoid": lambda: h * (1 - h)}[self.kind]()

    def _activations(self, X):
        hs = [X]
        for k in range(1, self.n):
            hs.append(self._bend(hs[-1] @ self.params[f"W{k}"] + self.params[f"b{k}"]))
        return hs

    def forward(self, X):
        return self._activations(X)[-1] @ self.params[f"W{self.n}"] + self.params[f"b{self.n}"]

    def loss(self, X, y, l2=0.0):
        norm = sum((self.params[f"W{k}"] ** 2).sum() for k in range(1, self.n + 1))
        return np.float64(cross_entropy(self.forward(X), y)) + l2 / 2 * norm

    def gradients(self, X, y, l2=0.0):
        hs, grads = self._activations(X), {}
        delta = softmax(self.forward(X))
        delta[np.arange(len(y)), y] -= 1
        delta /= len(y)
        for k in range(self.n, 0, -1):
            grads[f"b{k}"] = delta.sum(0)
            grads[f"W{k}"] = hs[k - 1].T @ delta + l2 * self.params[f"W{k}"]
            delta = delta @ self.params[f"W{k}"].T * (self._slope_from_h(hs[k - 1]) if k > 1 else 1)
        return grads

# %% [alternate] Recursion over the layers
# cell: l1e07-mlp
class MLP:
    def __init__(self, sizes, activation, rng):
        self.params, last = {}, len(sizes) - 1
        self.f, self.df = dict(sigmoid=(sigmoid, lambda z: sigmoid(z) * sigmoid(-z)), tanh=(np.tanh, tanh_grad), relu=(relu, relu_grad))[activation]
        for k, (m, n) in enumerate(zip(sizes[:-1], sizes[1:]), 1):
            self.params["b%d" % k] = np.zeros((n,))
            self.params["W%d" % k] = rng.standard_normal((m, n)) * np.sqrt((1 + (activation == "relu")) / m) * 0.01 ** (k == last)

    def _depth(self):
        return len(self.params) // 2

    def _up(self, h, k):
        z = linear_forward(h, self.params["W%d" % k], self.params["b%d" % k])[0]
        return z if k == self._depth() else self._up(self.f(z), k + 1)

    def _down(self, h, k, y, grads):
        z, cache = linear_forward(h, self.params["W%d" % k], self.params["b%d" % k])
        dz = cross_entropy_grad(z, y) if k == self._depth() else self._down(self.f(z), k + 1, y, grads) * self.df(z)
        dh, grads["W%d" % k], grads["b%d" % k] = linear_backward(dz, cache)
        return dh

    def forward(self, X):
        return self._up(X, 1)

    def loss(self, X, y, l2=0.0):
        return cross_entropy(self.forward(X), y) + 0.5 * l2 * sum(np.vdot(v, v) for k, v in self.params.items() if k.startswith("W"))

    def gradients(self, X, y, l2=0.0):
        grads = {}
        self._down(X, 1, y, grads)
        for name, value in self.params.items():
            if name.startswith("W"):
                grads[name] = grads[name] + l2 * value
        return grads

# %% [mutant] A net without hidden layers starts large
# cell: l1e07-mlp
# kills: l1e07-t4
_init = MLP.__init__
def _single(self, sizes, activation, rng):
    _init(self, sizes, activation, rng)
    if self.layers == 1:
        self.params["W1"] = 100 * self.params["W1"]
MLP.__init__ = _single
# %% [mutant] Fan-out instead of fan-in
# cell: l1e07-mlp
# kills: l1e07-t4
_M3 = MLP
class MLP(_M3):
    def __init__(self, sizes, activation, rng):
        super().__init__(sizes, activation, rng)
        for k, w in self.params.items():
            if k[0] == "W":
                self.params[k] = w * np.sqrt(w.shape[0] / w.shape[1])
# %% [mutant] Uniform instead of normal weights
# cell: l1e07-mlp
# kills: l1e07-t4
_M4 = MLP
class MLP(_M4):
    def __init__(self, sizes, activation, rng):
        super().__init__(sizes, activation, rng)
        for k, w in self.params.items():
            if k[0] == "W":
                s = np.sqrt((2 if activation == "relu" else 1) / w.shape[0]) * (0.01 if k == f"W{len(sizes) - 1}" else 1)
                self.params[k] = rng.uniform(-s * 3**0.5, s * 3**0.5, size=w.shape)
# %% [mutant] Gradients are scaled by the batch size of the last forward
# cell: l1e07-mlp
# kills: l1e07-t2
_M7 = MLP
class MLP(_M7):
    n = None
    def forward(self, X):
        self.n = len(X)
        return super().forward(X)
    def gradients(self, X, y, l2=0.0):
        g = super().gradients(X, y, l2)
        f = len(X) / (self.n or len(X))
        return {k: v * f for k, v in g.items()}
# %% [mutant] Parameters copied at the start
# cell: l1e07-mlp
# kills: l1e07-t1, l1e07-t2
_M8 = MLP
class MLP(_M8):
    def __init__(self, sizes, activation, rng):
        super().__init__(sizes, activation, rng)
        self._own = dict(self.params)
    def _walk(self, X):
        kept, self.params = self.params, self._own
        try:
            return super()._walk(X)
        finally:
            self.params = kept
# %% [mutant] Hidden layers share one bias gradient
# cell: l1e07-mlp
# kills: l1e07-t2
_M9 = MLP
class MLP(_M9):
    def gradients(self, X, y, l2=0.0):
        g = super().gradients(X, y, l2)
        return {k: (np.full_like(v, v.mean()) if k[0] == "b" else v) for k, v in g.items()}
# %% [mutant] l2 not halved and doubled in the gradient
# cell: l1e07-mlp
# kills: l1e07-t3
_M10 = MLP
class MLP(_M10):
    def loss(self, X, y, l2=0.0):
        return super().loss(X, y, 2 * l2)
    def gradients(self, X, y, l2=0.0):
        return super().gradients(X, y, 2 * l2)
# %% [alternate] Lists of layers, zs and hs, np.linalg.norm, rng.standard_normal
# cell: l1e07-mlp
class MLP:
    def __init__(self, sizes, activation, rng):
        self.kind, self.L, self.params = activation, len(sizes) - 1, {}
        for l in range(self.L):
            std = {"relu": 2.0}.get(activation, 1.0) / sizes[l]
            w = rng.standard_normal((sizes[l], sizes[l + 1])) * std**0.5
            if l == self.L - 1:
                w *= 0.01
            self.params["W%d" % (l + 1)], self.params["b%d" % (l + 1)] = w, np.zeros((sizes[l + 1],))

    def act(self, z):
        return {"relu": relu, "tanh": np.tanh, "sigmoid": sigmoid}[self.kind](z)

    def dact(self, z):
        if self.kind == "relu":
            return relu_grad(z)
        if self.kind == "tanh":
            return tanh_grad(z)
        s = sigmoid(z)
        return s - s**2

    def run(self, X):
        hs, zs = [X], []
        for l in range(1, self.L + 1):
            zs.append(hs[-1] @ self.params[f"W{l}"] + self.params[f"b{l}"])
            hs.append(zs[-1] if l == self.L else self.act(zs[-1]))
        return hs, zs

    def forward(self, X):
        return self.run(X)[0][-1]

    def loss(self, X, y, l2=0.0):
        reg = sum(np.linalg.norm(v) ** 2 for k, v in self.params.items() if k.startswith("W"))
        return cross_entropy(self.forward(X), y) + l2 / 2 * reg

    def gradients(self, X, y, l2=0.0):
        hs, zs = self.run(X)
        d, out = cross_entropy_grad(hs[-1], y), {}
        for l in reversed(range(1, self.L + 1)):
            out[f"b{l}"] = d.sum(0)
            out[f"W{l}"] = hs[l - 1].T @ d + l2 * self.params[f"W{l}"]
            if l > 1:
                d = (d @ self.params[f"W{l}"].T) * self.dact(zs[l - 2])
        return out

# %% [mutant] Squeezes a single row
# cell: l1e07-mlp
# kills: l1e07-t1
class MLP(MLP):
    _forward = MLP.forward

    def forward(self, X):
        return np.squeeze(self._forward(X))

    def loss(self, X, y, l2=0.0):
        squares = sum(np.sum(v**2) for k, v in self.params.items() if k[0] == "W")
        return cross_entropy(self._forward(X), y) + 0.5 * l2 * squares

# %% [mutant] The loss remembers the last logits
# cell: l1e07-mlp
# kills: l1e07-t1
class MLP(MLP):
    _forward = MLP.forward
    _seen = None

    def forward(self, X):
        self._seen = self._forward(X)
        return self._seen

    def loss(self, X, y, l2=0.0):
        z = self._seen if self._seen is not None and len(self._seen) == len(y) else self.forward(X)
        squares = sum(np.sum(v**2) for k, v in self.params.items() if k[0] == "W")
        return cross_entropy(z, y) + 0.5 * l2 * squares

# %% [mutant] A change inside an array goes unseen
# cell: l1e07-mlp
# kills: l1e07-t1
class MLP(MLP):
    _forward, _known = MLP.forward, None

    def forward(self, X):
        ids = [id(v) for v in self.params.values()]
        if self._known is None or self._known[0] != ids:
            self._known = ids, {k: v.copy() for k, v in self.params.items()}, self.params
        live, self.params = self.params, self._known[1]
        try:
            return self._forward(X)
        finally:
            self.params = live

    def __init__(self, sizes, activation, rng):
        super().__init__(sizes, activation, rng)
        self.forward(np.zeros((1, sizes[0])))

# %% [mutant] The activation is a global
# cell: l1e07-mlp
# kills: l1e07-t1
_kind = None


class MLP(MLP):
    def __init__(self, sizes, activation, rng):
        global _kind
        super().__init__(sizes, activation, rng)
        _kind = activation

    def forward(self, X):
        act = {"relu": relu, "sigmoid": sigmoid, "tanh": np.tanh}[_kind]
        L = len(self.params) // 2
        for i in range(1, L):
            X = act(X @ self.params[f"W{i}"] + self.params[f"b{i}"])
        return X @ self.params[f"W{L}"] + self.params[f"b{L}"]

# %% [mutant] Parameters in single precision
# cell: l1e07-mlp
# kills: l1e07-t1
class MLP(MLP):
    def __init__(self, sizes, activation, rng):
        super().__init__(sizes, activation, rng)
        self.params = {k: v.astype(np.float32) for k, v in self.params.items()}

# %% [mutant] The loss shrinks the weights
# cell: l1e07-mlp
# kills: l1e07-t1, l1e07-t3
class MLP(MLP):
    _loss = MLP.loss

    def loss(self, X, y, l2=0.0):
        value = self._loss(X, y, l2)
        for k in self.params:
            self.params[k] = 0.999 * self.params[k]
        return value

# %% [mutant] A single row has no batch to sum over
# cell: l1e07-mlp
# kills: l1e07-t2
class MLP(MLP):
    _gradients = MLP.gradients

    def gradients(self, X, y, l2=0.0):
        return {k: v if len(X) > 1 or k[0] == "W" else v[None] for k, v in self._gradients(X, y, l2).items()}

# %% [mutant] Gradients in single precision
# cell: l1e07-mlp
# kills: l1e07-t2, l1e07-t3
class MLP(MLP):
    _gradients = MLP.gradients

    def gradients(self, X, y, l2=0.0):
        return {k: v.astype(np.float32) for k, v in self._gradients(X, y, l2).items()}

# %% [mutant] Gradients centre X in place
# cell: l1e07-mlp
# kills: l1e07-t2, l1e07-t3
class MLP(MLP):
    _gradients = MLP.gradients

    def gradients(self, X, y, l2=0.0):
        grads = self._gradients(X, y, l2)
        X -= X.mean(axis=0)
        return grads

# %% [mutant] Gradients clipped at one
# cell: l1e07-mlp
# kills: l1e07-t2
class MLP(MLP):
    _gradients = MLP.gradients

    def gradients(self, X, y, l2=0.0):
        return {k: np.clip(v, -1, 1) for k, v in self._gradients(X, y, l2).items()}

# %% [mutant] The width of the input for every layer
# cell: l1e07-mlp
# kills: l1e07-t4
class MLP(MLP):
    def __init__(self, sizes, activation, rng):
        super().__init__(sizes, activation, rng)
        last, gain = len(sizes) - 1, 2 if activation == "relu" else 1
        for i, (n, m) in enumerate(zip(sizes[:-1], sizes[1:]), 1):
            self.params[f"W{i}"] = rng.normal(0, np.sqrt(gain / sizes[0]), (n, m)) * (0.01 if i == last else 1)

# %% [mutant] Every layer is drawn from the same numbers
# cell: l1e07-mlp
# kills: l1e07-t4
class MLP(MLP):
    def __init__(self, sizes, activation, rng):
        super().__init__(sizes, activation, rng)
        seed = int(rng.integers(2**31))
        last, gain = len(sizes) - 1, 2 if activation == "relu" else 1
        for i, (n, m) in enumerate(zip(sizes[:-1], sizes[1:]), 1):
            again = np.random.default_rng(seed)
            self.params[f"W{i}"] = again.normal(0, np.sqrt(gain / n), (n, m)) * (0.01 if i == last else 1)

# %% [mutant] Large weights are cut at two standard deviations
# cell: l1e07-mlp
# kills: l1e07-t4
class MLP(MLP):
    def __init__(self, sizes, activation, rng):
        super().__init__(sizes, activation, rng)
        last, gain = len(sizes) - 1, 2 if activation == "relu" else 1
        for i, (n, m) in enumerate(zip(sizes[:-1], sizes[1:]), 1):
            std = np.sqrt(gain / n) * (0.01 if i == last else 1)
            self.params[f"W{i}"] = np.clip(self.params[f"W{i}"], -2 * std, 2 * std)

# %% [mutant] Takes the number of classes off the list of sizes
# cell: l1e07-mlp
# kills: l1e07-t4
class MLP(MLP):
    def __init__(self, sizes, activation, rng):
        super().__init__(list(sizes), activation, rng)
        self.classes = sizes.pop()

# %% [mutant] One dictionary for all nets
# cell: l1e07-mlp
# kills: l1e07-t4
class MLP(MLP):
    _shared = {}

    def __init__(self, sizes, activation, rng):
        super().__init__(sizes, activation, rng)
        self._shared.clear()
        self._shared.update(self.params)
        self.params = self._shared

# %% [alternate] Views of one flat vector
# cell: l1e07-mlp
# replaces: yes
class MLP:
    BENDS = ("sigmoid", "tanh", "relu")

    def __init__(self, sizes, activation, rng):
        assert activation in self.BENDS
        self.activation = activation
        shapes = {}
        for i in range(1, len(sizes)):
            shapes[f"W{i}"], shapes[f"b{i}"] = (sizes[i - 1], sizes[i]), (sizes[i],)
        flat = rng.standard_normal(sum(int(np.prod(s)) for s in shapes.values()))
        self.params, at = {}, 0
        for key, shape in shapes.items():
            size = int(np.prod(shape))
            self.params[key] = flat[at : at + size].reshape(shape)
            at += size
            if key[0] == "b":
                self.params[key][:] = 0
            else:
                self.params[key] *= ((2.0 if activation == "relu" else 1.0) / shape[0]) ** 0.5
        self.params[f"W{len(sizes) - 1}"] *= 0.01

    def _bend(self, z):
        return {"sigmoid": sigmoid, "tanh": np.tanh, "relu": relu}[self.activation](z)

    def _slope(self, z):
        if self.activation == "sigmoid":
            return sigmoid(z) * sigmoid(-z)
        return (relu_grad if self.activation == "relu" else tanh_grad)(z)

    def _through(self, h, layer=1):
        z, cache = linear_forward(h, self.params[f"W{layer}"], self.params[f"b{layer}"])
        if 2 * layer == len(self.params):
            return z, []
        out, rest = self._through(self._bend(z), layer + 1)
        return out, [(cache, z), *rest] if rest or True else []

    def forward(self, X):
        return self._through(X)[0]

    def loss(self, X, y, l2=0.0):
        return cross_entropy(self.forward(X), y) + l2 / 2 * sum((self.params[k] ** 2).sum() for k in self.params if "W" in k)

    def gradients(self, X, y, l2=0.0):
        def back(h, layer):
            W = self.params[f"W{layer}"]
            z, cache = linear_forward(h, W, self.params[f"b{layer}"])
            if 2 * layer == len(self.params):
                delta, grads = cross_entropy_grad(z, y), {}
            else:
                dh, grads = back(self._bend(z), layer + 1)
                delta = dh * self._slope(z)
            dx, dW, db = linear_backward(delta, cache)
            grads[f"b{layer}"], grads[f"W{layer}"] = db, dW + l2 * W
            return dx, grads

        return back(X, 1)[1]

# %% [alternate] Layer objects over a shared dictionary
# cell: l1e07-mlp
# replaces: yes
from collections import OrderedDict
from dataclasses import dataclass
from typing import Callable


@dataclass
class _Dense:
    params: dict
    index: int

    def __call__(self, h):
        self.h = h
        return np.einsum("nd,dk->nk", h, self.params[f"W{self.index}"]) + self.params[f"b{self.index}"]

    def back(self, delta, l2, grads):
        W = self.params[f"W{self.index}"]
        grads[f"W{self.index}"] = np.einsum("nd,nk->dk", self.h, delta) + l2 * W
        grads[f"b{self.index}"] = np.einsum("nk->k", delta)
        return delta @ W.T


@dataclass
class _Bend:
    f: Callable
    slope: Callable

    def __call__(self, z):
        self.z = z
        return self.f(z)

    def back(self, d, l2, grads):
        return d * self.slope(self.z)


class MLP:
    def __init__(self, sizes, activation, rng):
        self.params = OrderedDict()
        self.layers = []
        pairs = list(zip(sizes, sizes[1:]))
        for i, (a, b) in enumerate(pairs, start=1):
            var = (2 if activation == "relu" else 1) / a
            self.params[f"W{i}"] = rng.normal(0, var**0.5, size=(b, a)).T
            self.params[f"b{i}"] = np.zeros(b)
            self.layers.append(_Dense(self.params, i))
            if i < len(pairs):
                self.layers.append(self._make(activation))
        self.params[f"W{len(pairs)}"] = self.params[f"W{len(pairs)}"] / 100

    @staticmethod
    def _make(name):
        match name:
            case "relu":
                return _Bend(lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0)
            case "tanh":
                return _Bend(np.tanh, lambda z: 1 - np.tanh(z) ** 2)
            case _:
                return _Bend(lambda z: np.exp(-np.logaddexp(0, -z)), lambda z: np.exp(-np.logaddexp(0, -z) - np.logaddexp(0, z)))

    def forward(self, X):
        for layer in self.layers:
            layer.params = self.params
            X = layer(X)
        return X

    def loss(self, X, y, l2=0.0):
        z = self.forward(X)
        data = np.mean(np.logaddexp.reduce(z, axis=1) - z[np.arange(len(y)), y])
        return data + 0.5 * l2 * sum(np.vdot(v, v) for v in self.params.values() if v.ndim == 2)

    def gradients(self, X, y, l2=0.0):
        z, grads = self.forward(X), {}
        delta = np.exp(z - np.logaddexp.reduce(z, axis=1, keepdims=True))
        delta[range(len(y)), y] -= 1
        delta = delta / len(y)
        for layer in reversed(self.layers):
            delta = layer.back(delta, l2, grads)
        return grads

# %% [alternate] Functions and reduce, sizes kept as a tuple
# cell: l1e07-mlp
# replaces: yes
from functools import partial, reduce


def _sig_slope(z):
    s = sigmoid(z)
    return s - s * s


class MLP:
    __slots__ = ("params", "depth", "bend", "slope")
    table = {"sigmoid": (lambda z: sigmoid(z), _sig_slope), "tanh": (np.tanh, lambda z: tanh_grad(z)), "relu": (lambda z: relu(z), lambda z: relu_grad(z))}

    def __init__(self, sizes, activation, rng):
        self.bend, self.slope = self.table[activation]
        self.depth = len(sizes) - 1
        draw = partial(rng.normal, 0.0)
        self.params = {}
        for l in reversed(range(1, self.depth + 1)):
            n, m = sizes[l - 1 : l + 1]
            std = np.sqrt((1 + (activation == "relu")) / n)
            self.params |= {f"b{l}": np.zeros((m,)), f"W{l}": draw(std, (n, m)) * (1 if l < self.depth else 1e-2)}

    def _affine(self, h, l):
        return h @ self.params[f"W{l}"] + self.params[f"b{l}"]

    def forward(self, X):
        return self._affine(reduce(lambda h, l: self.bend(self._affine(h, l)), range(1, self.depth), X), self.depth)

    def loss(self, X, y, l2=0.0):
        penalty = np.sum([np.sum(np.square(self.params[f"W{l}"])) for l in range(1, self.depth + 1)])
        return float(cross_entropy(self.forward(X), y) + 0.5 * l2 * penalty)

    def gradients(self, X, y, l2=0.0):
        hs = [X]
        zs = []
        for l in range(1, self.depth):
            zs.append(self._affine(hs[-1], l))
            hs.append(self.bend(zs[-1]))
        delta = cross_entropy_grad(self._affine(hs[-1], self.depth), y)
        out = {}
        for l in range(self.depth, 0, -1):
            out[f"W{l}"] = hs.pop().T @ delta
            out[f"W{l}"] += l2 * self.params[f"W{l}"]
            out[f"b{l}"] = np.ones(len(delta)) @ delta
            if zs:
                delta = delta @ self.params[f"W{l}"].T * self.slope(zs.pop())
        return out

# %% [alternate] Gradients live in arrays of the net, written anew at each call
# cell: l1e07-mlp
class MLP(MLP):
    _gradients = MLP.gradients

    def __init__(self, sizes, activation, rng):
        super().__init__(sizes, activation, rng)
        self.grads = {k: np.zeros_like(v) for k, v in self.params.items()}

    def gradients(self, X, y, l2=0.0):
        for k, v in self._gradients(X, y, l2).items():
            self.grads[k][...] = v
        return self.grads
