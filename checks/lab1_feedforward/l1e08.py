# %% [mutant] No shuffling
# cell: l1e08-minibatches
# kills: l1e08-t1
def minibatches(X, y, batch_size, rng):
    for start in range(0, len(X), batch_size):
        yield X[start : start + batch_size], y[start : start + batch_size]

# %% [mutant] The last, smaller batch is dropped
# cell: l1e08-minibatches
# kills: l1e08-t1
def minibatches(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    for start in range(0, len(X) - batch_size + 1, batch_size):
        yield X[order[start : start + batch_size]], y[order[start : start + batch_size]]

# %% [mutant] Rows and labels are shuffled apart
# cell: l1e08-minibatches
# kills: l1e08-t1
def minibatches(X, y, batch_size, rng):
    a, b = rng.permutation(len(X)), rng.permutation(len(X))
    for start in range(0, len(X), batch_size):
        yield X[a[start : start + batch_size]], y[b[start : start + batch_size]]

# %% [mutant] Rows are drawn with replacement
# cell: l1e08-minibatches
# kills: l1e08-t1
def minibatches(X, y, batch_size, rng):
    for start in range(0, len(X), batch_size):
        rows = rng.integers(0, len(X), size=min(batch_size, len(X) - start))
        yield X[rows], y[rows]

# %% [mutant] The global generator shuffles
# cell: l1e08-minibatches
# kills: l1e08-t1
def minibatches(X, y, batch_size, rng):
    order = np.random.permutation(len(X))
    for start in range(0, len(X), batch_size):
        yield X[order[start : start + batch_size]], y[order[start : start + batch_size]]

# %% [mutant] The data are shuffled in place
# cell: l1e08-minibatches
# kills: l1e08-t1
def minibatches(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    X[:], y[:] = X[order], y[order]
    for start in range(0, len(X), batch_size):
        yield X[start : start + batch_size], y[start : start + batch_size]

# %% [mutant] The same order in every epoch
# cell: l1e08-minibatches
# kills: l1e08-t1
def minibatches(X, y, batch_size, rng):
    order = np.random.default_rng(0).permutation(len(X))
    for start in range(0, len(X), batch_size):
        yield X[order[start : start + batch_size]], y[order[start : start + batch_size]]

# %% [mutant] Only the order of the batches is shuffled
# cell: l1e08-minibatches
# kills: l1e08-t1
def minibatches(X, y, batch_size, rng):
    order = np.random.default_rng(0).permutation(len(X))
    batches = [(X[order[s : s + batch_size]], y[order[s : s + batch_size]]) for s in range(0, len(X), batch_size)]
    full, rest = [b for b in batches if len(b[1]) == batch_size], [b for b in batches if len(b[1]) < batch_size]
    return [full[k] for k in rng.permutation(len(full))] + rest

# %% [mutant] Batches overlap
# cell: l1e08-minibatches
# kills: l1e08-t1
def minibatches(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    for start in range(0, len(X), batch_size):
        begin = max(0, min(start, len(X) - batch_size))
        yield X[order[begin : begin + batch_size]], y[order[begin : begin + batch_size]]

# %% [mutant] The step goes uphill
# cell: l1e08-sgd
# kills: l1e08-t2
def sgd_step(params, grads, vel, lr, momentum):
    for name in params:
        vel[name] = momentum * vel[name] + lr * grads[name]
        params[name] = params[name] + vel[name]

# %% [mutant] The velocity is forgotten
# cell: l1e08-sgd
# kills: l1e08-t2
def sgd_step(params, grads, vel, lr, momentum):
    for name in params:
        params[name] = params[name] + momentum * vel[name] - lr * grads[name]

# %% [mutant] Momentum weighs the gradient too
# cell: l1e08-sgd
# kills: l1e08-t2
def sgd_step(params, grads, vel, lr, momentum):
    for name in params:
        vel[name] = momentum * vel[name] - (1 - momentum) * lr * grads[name]
        params[name] = params[name] + vel[name]

# %% [mutant] The old velocity moves the parameters
# cell: l1e08-sgd
# kills: l1e08-t2
def sgd_step(params, grads, vel, lr, momentum):
    for name in params:
        params[name] = params[name] + vel[name]
        vel[name] = momentum * vel[name] - lr * grads[name]

# %% [mutant] The rate falls on the velocity as a whole
# cell: l1e08-sgd
# kills: l1e08-t2
def sgd_step(params, grads, vel, lr, momentum):
    for name in params:
        vel[name] = momentum * vel[name] - grads[name]
        params[name] = params[name] + lr * vel[name]

# %% [mutant] A look ahead in the manner of Nesterov
# cell: l1e08-sgd
# kills: l1e08-t2
def sgd_step(params, grads, vel, lr, momentum):
    for name in params:
        vel[name] = momentum * vel[name] - lr * grads[name]
        params[name] = params[name] + momentum * vel[name] - lr * grads[name]

# %% [mutant] Biases are not moved
# cell: l1e08-sgd
# kills: l1e08-t2
def sgd_step(params, grads, vel, lr, momentum):
    for name in params:
        vel[name] = momentum * vel[name] - lr * grads[name]
        if name.startswith("W"):
            params[name] = params[name] + vel[name]

# %% [mutant] The gradients are scaled in place
# cell: l1e08-sgd
# kills: l1e08-t2
def sgd_step(params, grads, vel, lr, momentum):
    for name in params:
        grads[name] *= lr
        vel[name] = momentum * vel[name] - grads[name]
        params[name] = params[name] + vel[name]

# %% [mutant] New dictionaries are returned, the old ones stay
# cell: l1e08-sgd
# kills: l1e08-t2
def sgd_step(params, grads, vel, lr, momentum):
    vel = {name: momentum * vel[name] - lr * grads[name] for name in params}
    return {name: params[name] + vel[name] for name in params}, vel

# %% [mutant] The validation set is learned as well
# cell: l1e08-train
# kills: l1e08-t3
_honest = train
def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    X, y, X_val, y_val = data
    vel = {name: np.zeros_like(value) for name, value in model.params.items()}
    def peek(epoch, net, history):
        sgd_step(net.params, net.gradients(X_val, y_val, l2), vel, lr, 0.0)
        return after_epoch(epoch, net, history) if after_epoch else False
    return _honest(model, data, epochs, batch_size, lr, rng, momentum, l2, peek)

# %% [mutant] One mini-batch per epoch
# cell: l1e08-train
# kills: l1e08-t3
def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    X_train, y_train, X_val, y_val = data
    vel = {name: np.zeros_like(value) for name, value in model.params.items()}
    history = {"train_loss": [], "val_loss": [], "val_accuracy": []}
    for epoch in range(1, epochs + 1):
        X, y = next(iter(minibatches(X_train, y_train, batch_size, rng)))
        sgd_step(model.params, model.gradients(X, y, l2), vel, lr, momentum)
        history["train_loss"].append(model.loss(X_train, y_train))
        history["val_loss"].append(model.loss(X_val, y_val))
        history["val_accuracy"].append(float(np.mean(np.argmax(model.forward(X_val), axis=1) == y_val)))
        if after_epoch is not None and after_epoch(epoch, model, history):
            break
    return history

# %% [mutant] The training loss is that of the last batch
# cell: l1e08-train
# kills: l1e08-t3
def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    X_train, y_train, X_val, y_val = data
    vel = {name: np.zeros_like(value) for name, value in model.params.items()}
    history = {"train_loss": [], "val_loss": [], "val_accuracy": []}
    for epoch in range(1, epochs + 1):
        for X, y in minibatches(X_train, y_train, batch_size, rng):
            sgd_step(model.params, model.gradients(X, y, l2), vel, lr, momentum)
        history["train_loss"].append(model.loss(X, y))
        history["val_loss"].append(model.loss(X_val, y_val))
        history["val_accuracy"].append(float(np.mean(np.argmax(model.forward(X_val), axis=1) == y_val)))
        if after_epoch is not None and after_epoch(epoch, model, history):
            break
    return history

# %% [mutant] The recorded losses hold the penalty
# cell: l1e08-train
# kills: l1e08-t3
_clean = train
def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    bare = model.loss
    model.loss = lambda X, y, unused=0.0: bare(X, y, l2)
    return _clean(model, data, epochs, batch_size, lr, rng, momentum, l2, after_epoch)

# %% [mutant] The velocity starts anew in every epoch
# cell: l1e08-train
# kills: l1e08-t3
_whole = train
def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    history = {"train_loss": [], "val_loss": [], "val_accuracy": []}
    X_train, y_train, X_val, y_val = data
    for epoch in range(1, epochs + 1):
        for X, y in minibatches(X_train, y_train, batch_size, rng):
            sgd_step(model.params, model.gradients(X, y, l2), {name: np.zeros_like(value) for name, value in model.params.items()}, lr, momentum)
        history["train_loss"].append(model.loss(X_train, y_train))
        history["val_loss"].append(model.loss(X_val, y_val))
        history["val_accuracy"].append(float(np.mean(np.argmax(model.forward(X_val), axis=1) == y_val)))
        if after_epoch is not None and after_epoch(epoch, model, history):
            break
    return history

# %% [mutant] L2 is not passed on
# cell: l1e08-train
# kills: l1e08-t3
_passing = train
def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    return _passing(model, data, epochs, batch_size, lr, rng, momentum, 0.0, after_epoch)

# %% [mutant] A generator of its own
# cell: l1e08-train
# kills: l1e08-t3
_seeded = train
def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    return _seeded(model, data, epochs, batch_size, lr, np.random.default_rng(0), momentum, l2, after_epoch)

# %% [mutant] The accuracy is that of the training set
# cell: l1e08-train
# kills: l1e08-t3
_true = train
def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    def retouch(epoch, net, history):
        history["val_accuracy"][-1] = float(np.mean(np.argmax(net.forward(data[0]), axis=1) == data[1]))
        return after_epoch(epoch, net, history) if after_epoch else False
    return _true(model, data, epochs, batch_size, lr, rng, momentum, l2, retouch)

# %% [mutant] The history begins before the first epoch
# cell: l1e08-train
# kills: l1e08-t3
_after = train
def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    start = model.loss(data[0], data[1])
    history = _after(model, data, epochs, batch_size, lr, rng, momentum, l2, after_epoch)
    return {**history, "train_loss": [start, *history["train_loss"]]}

# %% [mutant] after_epoch counts from nought
# cell: l1e08-train
# kills: l1e08-t3
_counted = train
def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    shifted = (lambda epoch, net, history: after_epoch(epoch - 1, net, history)) if after_epoch else None
    return _counted(model, data, epochs, batch_size, lr, rng, momentum, l2, shifted)

# %% [mutant] after_epoch cannot stop the training
# cell: l1e08-train
# kills: l1e08-t3
_stoppable = train
def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    deaf = (lambda epoch, net, history: after_epoch(epoch, net, history) and False) if after_epoch else None
    return _stoppable(model, data, epochs, batch_size, lr, rng, momentum, l2, deaf)

# %% [alternate] A list of batches from shuffled rows
# cell: l1e08-minibatches
def minibatches(X, y, batch_size, rng):
    rows = np.arange(len(y))
    rng.shuffle(rows)
    return [[X[part], y[part]] for part in np.split(rows, range(batch_size, len(rows), batch_size))]

# %% [alternate] A generator that walks over shuffled copies
# cell: l1e08-minibatches
def minibatches(X, y, batch_size, rng):
    order = np.argsort(rng.random(X.shape[0]))
    Xs, ys = X[order], y[order]
    while len(ys):
        yield Xs[:batch_size], ys[:batch_size]
        Xs, ys = Xs[batch_size:], ys[batch_size:]

# %% [alternate] Velocities and parameters in place
# cell: l1e08-sgd
def sgd_step(params, grads, vel, lr, momentum):
    for name in params:
        vel[name] *= momentum
        vel[name] -= lr * grads[name]
        params[name] += vel[name]

# %% [alternate] New arrays by dictionary update, and a return value
# cell: l1e08-sgd
def sgd_step(params, grads, vel, lr, momentum):
    vel.update({name: momentum * vel[name] - lr * grads[name] for name in params})
    params.update({name: params[name] + vel[name] for name in params})
    return params

# %% [alternate] Arrays as history, the step written out, its own class of history
# cell: l1e08-train
class History(dict):
    pass

def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    X_train, y_train, X_val, y_val = data
    vel = {}
    history = History(train_loss=np.array([]), val_loss=np.array([]), val_accuracy=np.array([]))
    epoch, done = 0, False
    while epoch < epochs and not done:
        epoch += 1
        for X, y in list(minibatches(X_train, y_train, batch_size, rng)):
            grads = model.gradients(X, y, l2=l2)
            for name in model.params:
                vel[name] = momentum * vel.get(name, 0.0) - lr * grads[name]
                model.params[name] = model.params[name] + vel[name]
        logits = model.forward(X_val)
        history["train_loss"] = np.append(history["train_loss"], model.loss(X_train, y_train))
        history["val_loss"] = np.append(history["val_loss"], model.loss(X_val, y_val, 0.0))
        history["val_accuracy"] = np.append(history["val_accuracy"], (logits.argmax(axis=1) == y_val).mean())
        done = bool(after_epoch and after_epoch(epoch, model, history))
    return history

# %% [alternate] Tuples as history, early return
# cell: l1e08-train
def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    vel = {name: 0 * value for name, value in model.params.items()}
    history = {"train_loss": (), "val_loss": (), "val_accuracy": ()}
    for epoch in range(epochs):
        for X, y in minibatches(data[0], data[1], batch_size, rng):
            sgd_step(model.params, model.gradients(X, y, l2), vel, lr, momentum)
        history["train_loss"] += (float(model.loss(data[0], data[1])),)
        history["val_loss"] += (float(model.loss(data[2], data[3])),)
        history["val_accuracy"] += (np.mean(model.forward(data[2]).argmax(1) == data[3]),)
        if after_epoch and after_epoch(epoch + 1, model, history):
            return history
    return history

# %% [mutant] The batches of the first epoch are used again
# cell: l1e08-train
# kills: l1e08-t3
def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    X_train, y_train, X_val, y_val = data
    vel = {name: np.zeros_like(value) for name, value in model.params.items()}
    history = {"train_loss": [], "val_loss": [], "val_accuracy": []}
    batches = list(minibatches(X_train, y_train, batch_size, rng))
    for epoch in range(1, epochs + 1):
        for X, y in batches:
            sgd_step(model.params, model.gradients(X, y, l2), vel, lr, momentum)
        history["train_loss"].append(model.loss(X_train, y_train))
        history["val_loss"].append(model.loss(X_val, y_val))
        history["val_accuracy"].append(float(np.mean(np.argmax(model.forward(X_val), axis=1) == y_val)))
        if after_epoch is not None and after_epoch(epoch, model, history):
            break
    return history

# %% [mutant] Gradients of the whole set for every mini-batch
# cell: l1e08-train
# kills: l1e08-t3
def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    X_train, y_train, X_val, y_val = data
    vel = {name: np.zeros_like(value) for name, value in model.params.items()}
    history = {"train_loss": [], "val_loss": [], "val_accuracy": []}
    for epoch in range(1, epochs + 1):
        for _ in minibatches(X_train, y_train, batch_size, rng):
            sgd_step(model.params, model.gradients(X_train, y_train, l2), vel, lr, momentum)
        history["train_loss"].append(model.loss(X_train, y_train))
        history["val_loss"].append(model.loss(X_val, y_val))
        history["val_accuracy"].append(float(np.mean(np.argmax(model.forward(X_val), axis=1) == y_val)))
        if after_epoch is not None and after_epoch(epoch, model, history):
            break
    return history

# %% [mutant] The parameters of the best epoch are put back
# cell: l1e08-train
# kills: l1e08-t3
_to_the_end = train
def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    best = []
    def keep(epoch, net, history):
        if history["val_loss"][-1] <= min(history["val_loss"]):
            best[:] = [{name: value.copy() for name, value in net.params.items()}]
        return after_epoch(epoch, net, history) if after_epoch else False
    history = _to_the_end(model, data, epochs, batch_size, lr, rng, momentum, l2, keep)
    model.params.update(best[0] if best else {})
    return history

# %% [alternate] An object that iterates
# cell: l1e08-minibatches
class Epoch:
    def __init__(self, X, y, batch_size, order):
        self.X, self.y, self.size, self.order = X, y, batch_size, order

    def __len__(self):
        return -(-len(self.order) // self.size)

    def __iter__(self):
        for k in range(len(self)):
            rows = self.order[k * self.size : (k + 1) * self.size]
            yield self.X.take(rows, axis=0), self.y.take(rows)

def minibatches(X, y, batch_size, rng):
    return Epoch(X, y, batch_size, rng.choice(len(X), size=len(X), replace=False))
# %% [mutant] np.array_split evens the sizes out
# cell: l1e08-minibatches
# kills: l1e08-t1
def minibatches(X, y, batch_size, rng):
    parts = np.array_split(rng.permutation(len(X)), -(-len(X) // batch_size))
    return [(X[r], y[r]) for r in parts]
# %% [mutant] X shuffled in place
# cell: l1e08-minibatches
# kills: l1e08-t1
def minibatches(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    X[:], y[:] = X[order], y[order]
    return [(X[s : s + batch_size], y[s : s + batch_size]) for s in range(0, len(X), batch_size)]
# %% [alternate] A list, argsort of random numbers
# cell: l1e08-minibatches
def minibatches(X, y, batch_size, rng):
    order = np.argsort(rng.random(len(y)))
    Xs, ys = X[order], y[order]
    return [(Xs[i : i + batch_size], ys[i : i + batch_size]) for i in range(0, len(ys), batch_size)]
# %% [mutant] Nesterov
# cell: l1e08-sgd
# kills: l1e08-t2
def sgd_step(params, grads, vel, lr, momentum):
    for k, g in grads.items():
        vel[k] = momentum * vel[k] - lr * g
        params[k] = params[k] + momentum * vel[k] - lr * g
# %% [mutant] Exponential average of gradients
# cell: l1e08-sgd
# kills: l1e08-t2
def sgd_step(params, grads, vel, lr, momentum):
    for k, g in grads.items():
        vel[k] = momentum * vel[k] - (1 - momentum) * lr * g
        params[k] = params[k] + vel[k]
# %% [alternate] In place
# cell: l1e08-sgd
def sgd_step(params, grads, vel, lr, momentum):
    for k in params:
        vel[k] *= momentum
        vel[k] -= lr * grads[k]
        params[k] += vel[k]
    return params
# %% [mutant] Velocity reset in every epoch
# cell: l1e08-train
# kills: l1e08-t3
def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    Xt, yt, Xv, yv = data
    history = {"train_loss": [], "val_loss": [], "val_accuracy": []}
    for epoch in range(1, epochs + 1):
        vel = {k: np.zeros_like(v) for k, v in model.params.items()}
        for X, y in minibatches(Xt, yt, batch_size, rng):
            sgd_step(model.params, model.gradients(X, y, l2), vel, lr, momentum)
        history["train_loss"].append(model.loss(Xt, yt))
        history["val_loss"].append(model.loss(Xv, yv))
        history["val_accuracy"].append(float(np.mean(np.argmax(model.forward(Xv), axis=1) == yv)))
        if after_epoch is not None and after_epoch(epoch, model, history):
            break
    return history
# %% [mutant] The learning rate decays
# cell: l1e08-train
# kills: l1e08-t3
def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    Xt, yt, Xv, yv = data
    vel = {k: np.zeros_like(v) for k, v in model.params.items()}
    history = {"train_loss": [], "val_loss": [], "val_accuracy": []}
    for epoch in range(1, epochs + 1):
        for X, y in minibatches(Xt, yt, batch_size, rng):
            sgd_step(model.params, model.gradients(X, y, l2), vel, lr / epoch**0.5, momentum)
        history["train_loss"].append(model.loss(Xt, yt))
        history["val_loss"].append(model.loss(Xv, yv))
        history["val_accuracy"].append(float(np.mean(np.argmax(model.forward(Xv), axis=1) == yv)))
        if after_epoch is not None and after_epoch(epoch, model, history):
            break
    return history
# %% [mutant] Momentum fixed at 0.9
# cell: l1e08-train
# kills: l1e08-t3
_tr2 = train
def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    return _tr2(model, data, epochs, batch_size, lr, rng, 0.9, l2, after_epoch)
# %% [mutant] The best parameters are put back at the end
# cell: l1e08-train
# kills: l1e08-t3
_tr3 = train
def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    best = {}
    def note(epoch, m, h):
        if h["val_loss"][-1] == min(h["val_loss"]):
            best.update({k: v.copy() for k, v in m.params.items()})
        return after_epoch(epoch, m, h) if after_epoch else None
    h = _tr3(model, data, epochs, batch_size, lr, rng, momentum, l2, note)
    model.params.update(best)
    return h
# %% [alternate] Arrays in the history, a while loop
# cell: l1e08-train
def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    X, y, Xv, yv = data
    v = {}
    for k in model.params:
        v[k] = 0.0 * model.params[k]
    h = {"train_loss": np.zeros(0), "val_loss": np.zeros(0), "val_accuracy": np.zeros(0)}
    epoch = 0
    while epoch < epochs:
        epoch += 1
        for xb, yb in list(minibatches(X, y, batch_size, rng)):
            sgd_step(model.params, model.gradients(xb, yb, l2), v, lr, momentum)
        h["train_loss"] = np.append(h["train_loss"], model.loss(X, y, 0.0))
        h["val_loss"] = np.append(h["val_loss"], model.loss(Xv, yv, 0.0))
        h["val_accuracy"] = np.append(h["val_accuracy"], np.mean(model.forward(Xv).argmax(1) == yv))
        if after_epoch and after_epoch(epoch, model, h) is True:
            return h
    return h

# %% [mutant] The rows are turned round like a wheel
# cell: l1e08-minibatches
# kills: l1e08-t1
def minibatches(X, y, batch_size, rng):
    order = np.roll(np.arange(len(X)), rng.integers(1, len(X)) if len(X) > 1 else 0)
    for s in range(0, len(X), batch_size):
        yield X[order[s : s + batch_size]], y[order[s : s + batch_size]]

# %% [mutant] All batches are the same array
# cell: l1e08-minibatches
# kills: l1e08-t1
def minibatches(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    rows, labels = np.empty((batch_size, *X.shape[1:])), np.empty(batch_size, dtype=y.dtype)
    for s in range(0, len(X), batch_size):
        n = len(order[s : s + batch_size])
        rows[:n], labels[:n] = X[order[s : s + batch_size]], y[order[s : s + batch_size]]
        yield rows[:n], labels[:n]

# %% [mutant] The first row always comes first
# cell: l1e08-minibatches
# kills: l1e08-t1
def minibatches(X, y, batch_size, rng):
    order = np.concatenate([[0], 1 + rng.permutation(len(X) - 1)])
    for s in range(0, len(X), batch_size):
        yield X[order[s : s + batch_size]], y[order[s : s + batch_size]]

# %% [mutant] A few swaps
# cell: l1e08-minibatches
# kills: l1e08-t1
def minibatches(X, y, batch_size, rng):
    order = np.arange(len(X))
    for _ in range(len(X) // 2):
        i, j = rng.integers(0, len(X), 2)
        order[[i, j]] = order[[j, i]]
    for s in range(0, len(X), batch_size):
        yield X[order[s : s + batch_size]], y[order[s : s + batch_size]]

# %% [mutant] Labels become floats
# cell: l1e08-minibatches
# kills: l1e08-t1
def minibatches(X, y, batch_size, rng):
    data = np.column_stack([X, y])[rng.permutation(len(X))]
    for s in range(0, len(X), batch_size):
        yield data[s : s + batch_size, :-1], data[s : s + batch_size, -1]

# %% [mutant] Rows are shuffled within their batch
# cell: l1e08-minibatches
# kills: l1e08-t1
def minibatches(X, y, batch_size, rng):
    for s in range(0, len(X), batch_size):
        order = s + rng.permutation(len(X[s : s + batch_size]))
        yield X[order], y[order]

# %% [mutant] The gradient is cut at five
# cell: l1e08-sgd
# kills: l1e08-t2
def sgd_step(params, grads, vel, lr, momentum):
    for k in params:
        vel[k] = momentum * vel[k] - lr * np.clip(grads[k], -5, 5)
        params[k] = params[k] + vel[k]

# %% [mutant] Nine tenths
# cell: l1e08-sgd
# kills: l1e08-t2
def sgd_step(params, grads, vel, lr, momentum):
    for k in params:
        vel[k] = (0.9 if momentum else 0) * vel[k] - lr * grads[k]
        params[k] = params[k] + vel[k]

# %% [mutant] after_epoch sees the history of the epoch before
# cell: l1e08-train
# kills: l1e08-t3
_train = train


def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    def late(epoch, net, history):
        return after_epoch(epoch, net, {k: v[:-1] for k, v in history.items()})

    return _train(model, data, epochs, batch_size, lr, rng, momentum, l2, late if after_epoch else None)

# %% [mutant] Stops by itself when the validation loss rises
# cell: l1e08-train
# kills: l1e08-t3
_train = train


def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    def watch(epoch, net, history):
        stop = after_epoch(epoch, net, history) if after_epoch else False
        losses = history["val_loss"]
        return stop or (len(losses) > 5 and losses[-1] > 1.05 * min(losses))

    return _train(model, data, epochs, batch_size, lr, rng, momentum, l2, watch)

# %% [mutant] Only the first hundred validation samples count
# cell: l1e08-train
# kills: l1e08-t3
def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    X, y, X_val, y_val = data
    vel = {k: np.zeros_like(v) for k, v in model.params.items()}
    history = {"train_loss": [], "val_loss": [], "val_accuracy": []}
    for epoch in range(1, epochs + 1):
        for xb, yb in minibatches(X, y, batch_size, rng):
            sgd_step(model.params, model.gradients(xb, yb, l2), vel, lr, momentum)
        history["train_loss"].append(model.loss(X, y))
        history["val_loss"].append(model.loss(X_val[:100], y_val[:100]))
        history["val_accuracy"].append(np.mean(model.forward(X_val[:100]).argmax(1) == y_val[:100]))
        if after_epoch is not None and after_epoch(epoch, model, history):
            break
    return history

# %% [mutant] Training stops when the loss is small
# cell: l1e08-train
# kills: l1e08-t3
_train = train


def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    def watch(epoch, net, history):
        stop = after_epoch(epoch, net, history) if after_epoch else False
        return stop or history["train_loss"][-1] < 0.02

    return _train(model, data, epochs, batch_size, lr, rng, momentum, l2, watch)

# %% [alternate] Fisher and Yates by hand
# cell: l1e08-minibatches
def minibatches(X, y, batch_size, rng):
    order = list(range(len(X)))
    for i in reversed(range(1, len(order))):
        j = int(rng.integers(0, i, endpoint=True))
        order[i], order[j] = order[j], order[i]
    while order:
        rows, order = order[:batch_size], order[batch_size:]
        yield [X.take(rows, axis=0), y.take(rows)]

# %% [alternate] Batches from a queue
# cell: l1e08-minibatches
from collections import deque
from itertools import islice


def minibatches(X, y, batch_size, rng):
    queue = deque(rng.permuted(np.arange(len(X))).tolist())
    while rows := list(islice(iter(queue.popleft, None), min(batch_size, len(queue)))):
        yield np.stack([X[i] for i in rows]), np.array([y[i] for i in rows])
        if not queue:
            return

# %% [alternate] In place, with ufuncs
# cell: l1e08-sgd
def sgd_step(params, grads, vel, lr, momentum):
    for key, g in grads.items():
        v = vel[key]
        np.multiply(v, momentum, out=v)
        np.subtract(v, lr * g, out=v)
        np.add(params[key], v, out=params[key])

# %% [alternate] The update is written out
# cell: l1e08-train
def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    Xt, yt, Xv, yv = data
    vel = {k: 0.0 for k in model.params}
    history = dict(train_loss=[], val_loss=[], val_accuracy=[])
    for epoch in range(epochs):
        for batch in minibatches(Xt, yt, batch_size, rng):
            for k, g in model.gradients(*batch, l2=l2).items():
                vel[k] = momentum * vel[k] - lr * g
                model.params[k] += vel[k]
        history["train_loss"] += [model.loss(Xt, yt, 0.0)]
        history["val_loss"] += [model.loss(Xv, yv, l2=0.0)]
        history["val_accuracy"] += [float((np.argmax(softmax(model.forward(Xv)), axis=-1) == yv).sum() / len(yv))]
        if after_epoch and after_epoch(epoch + 1, model, history) is True:
            return history
    return history

# %% [alternate] A model that is asked by position only
# cell: l1e08-train
def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    X, y, Xv, yv = data
    velocity = dict(zip(model.params, map(np.zeros_like, model.params.values())))
    rows = []

    def as_history():
        return {k: [row[i] for row in rows] for i, k in enumerate(("train_loss", "val_loss", "val_accuracy"))}

    for epoch in range(1, epochs + 1):
        for pair in minibatches(X, y, batch_size, rng):
            sgd_step(model.params, model.gradients(*pair, l2), velocity, lr, momentum)
        hits = model.forward(Xv).argmax(axis=1) == yv
        rows.append((model.loss(X, y, 0.0), model.loss(Xv, yv, 0.0), hits.mean()))
        if after_epoch is not None:
            if after_epoch(epoch, model, as_history()) is True:
                break
    return as_history()

# %% [alternate] A class that trains
# cell: l1e08-train
class _Trainer:
    def __init__(self, model, data, lr, momentum, l2):
        self.model, self.data, self.lr, self.momentum, self.l2 = model, data, lr, momentum, l2
        self.vel = {k: v * 0 for k, v in model.params.items()}
        self.train_loss, self.val_loss, self.val_accuracy = [], [], []

    def epoch(self, batches):
        for b in batches:
            sgd_step(self.model.params, self.model.gradients(b[0], b[1], self.l2), self.vel, self.lr, self.momentum)
        X, y, X_val, y_val = self.data
        self.train_loss.append(self.model.loss(X, y))
        self.val_loss.append(self.model.loss(X_val, y_val))
        self.val_accuracy.append(1 - np.mean(np.argmax(self.model.forward(X_val), 1) != y_val))

    @property
    def history(self):
        return {k: getattr(self, k) for k in ("train_loss", "val_loss", "val_accuracy")}


def train(model, data, epochs, batch_size, lr, rng, momentum=0.9, l2=0.0, after_epoch=None):
    trainer, done, stop = _Trainer(model, data, lr, momentum, l2), 0, False
    while done < epochs and not stop:
        trainer.epoch(minibatches(data[0], data[1], batch_size, rng))
        done += 1
        stop = after_epoch is not None and bool(after_epoch(done, model, trainer.history))
    return trainer.history
