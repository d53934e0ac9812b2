# %% [mutant] Probabilities instead of logits
# cell: l2e07-charlm
# kills: l2e07-t1
class CharLM(CharLM):
    def forward(self, x, state=None):
        logits, state = super().forward(x, state)
        return torch.softmax(logits, dim=-1), state

# %% [mutant] Log-probabilities instead of logits
# cell: l2e07-charlm
# kills: l2e07-t1
class CharLM(CharLM):
    def forward(self, x, state=None):
        logits, state = super().forward(x, state)
        return torch.log_softmax(logits, dim=-1), state

# %% [mutant] The state is ignored
# cell: l2e07-charlm
# kills: l2e07-t1
class CharLM(CharLM):
    def forward(self, x, state=None):
        return super().forward(x, None)

# %% [mutant] The state lives in the model
# cell: l2e07-charlm
# kills: l2e07-t1
class CharLM(CharLM):
    def forward(self, x, state=None):
        last = getattr(self, "last", None)
        if last is not None and last[0].shape[1] == len(x):
            state = last
        logits, state = super().forward(x, state)
        self.last = tuple(part.detach() for part in state)
        return logits, state

# %% [mutant] batch_first is forgotten
# cell: l2e07-charlm
# kills: l2e07-t1
class CharLM(CharLM):
    def __init__(self, vocab_size, emb, hidden):
        super().__init__(vocab_size, emb, hidden)
        self.lstm = nn.LSTM(emb, hidden)

# %% [mutant] It reads in both directions
# cell: l2e07-charlm
# kills: l2e07-t1
class CharLM(CharLM):
    def __init__(self, vocab_size, emb, hidden):
        super().__init__(vocab_size, emb, hidden)
        self.lstm = nn.LSTM(emb, hidden // 2 or 1, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * (hidden // 2 or 1), vocab_size)

# %% [mutant] It peeks at the next symbol
# cell: l2e07-charlm
# kills: l2e07-t1
class CharLM(CharLM):
    def forward(self, x, state=None):
        logits, state = super().forward(x, state)
        return logits + 5 * F.one_hot(x.roll(-1, dims=1), logits.shape[-1]), state

# %% [mutant] The embedding is as wide as the hidden layer
# cell: l2e07-charlm
# kills: l2e07-t1
class CharLM(CharLM):
    def __init__(self, vocab_size, emb, hidden):
        super().__init__(vocab_size, hidden, hidden)

# %% [mutant] emb and hidden are exchanged
# cell: l2e07-charlm
# kills: l2e07-t1
class CharLM(CharLM):
    def __init__(self, vocab_size, emb, hidden):
        super().__init__(vocab_size, hidden, emb)

# %% [mutant] A plain recurrent layer
# cell: l2e07-charlm
# kills: l2e07-t1
class CharLM(CharLM):
    def __init__(self, vocab_size, emb, hidden):
        super().__init__(vocab_size, emb, hidden)
        self.lstm = nn.RNN(emb, hidden, batch_first=True)

# %% [mutant] The LSTM is made and not used
# cell: l2e07-charlm
# kills: l2e07-t1
class CharLM(CharLM):
    def forward(self, x, state=None):
        h, state = self.lstm(self.embedding(x), state)
        return self.out(h.detach()), state

# %% [mutant] Logits of the last step only
# cell: l2e07-charlm
# kills: l2e07-t1
class CharLM(CharLM):
    def forward(self, x, state=None):
        logits, state = super().forward(x, state)
        return logits[:, -1], state

# %% [mutant] The start is wild
# cell: l2e07-charlm
# kills: l2e07-t1
class CharLM(CharLM):
    def __init__(self, vocab_size, emb, hidden):
        super().__init__(vocab_size, emb, hidden)
        nn.init.normal_(self.out.weight, std=20.0)

# %% [mutant] The state stays on the hidden units, the cell is dropped
# cell: l2e07-charlm
# kills: l2e07-t1
class CharLM(CharLM):
    def forward(self, x, state=None):
        logits, (h, c) = super().forward(x, state)
        return logits, (h, torch.zeros_like(c))

# %% [mutant] A second layer on top
# cell: l2e07-charlm
# kills: l2e07-t1
class CharLM(CharLM):
    def __init__(self, vocab_size, emb, hidden):
        super().__init__(vocab_size, emb, hidden)
        self.lstm = nn.LSTM(emb, hidden, num_layers=2, batch_first=True)

# %% [mutant] The state is not detached
# cell: l2e07-train
# kills: l2e07-t2
def read_through(model, ids, batch_size, bptt, optimiser=None):
    state, nats, count = None, 0.0, 0
    for x, y in lm_batches(ids, batch_size, bptt):
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        if optimiser is not None:
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
        nats, count = nats + loss.item() * y.numel(), count + y.numel()
    return nats / count

# %% [mutant] Every window begins without a state
# cell: l2e07-train
# kills: l2e07-t2
def read_through(model, ids, batch_size, bptt, optimiser=None):
    nats, count = 0.0, 0
    for x, y in lm_batches(ids, batch_size, bptt):
        logits, _ = model(x)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        if optimiser is not None:
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
        nats, count = nats + loss.item() * y.numel(), count + y.numel()
    return nats / count

# %% [mutant] The state goes on from epoch to epoch
# cell: l2e07-train
# kills: l2e07-t2
_kept = {}
def read_through(model, ids, batch_size, bptt, optimiser=None):
    state, nats, count = _kept.get(len(ids)), 0.0, 0
    for x, y in lm_batches(ids, batch_size, bptt):
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        if optimiser is not None:
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
        state = tuple(part.detach() for part in state)
        nats, count = nats + loss.item() * y.numel(), count + y.numel()
    _kept[len(ids)] = state
    return nats / count

# %% [mutant] zero_grad is forgotten
# cell: l2e07-train
# kills: l2e07-t2
_Adam = torch.optim.Adam
def train_lm(model, train_ids, val_ids, epochs, batch_size, bptt, lr, after_epoch=None, _train=train_lm):
    zero, torch.optim.Adam.zero_grad = torch.optim.Adam.zero_grad, lambda self, *args, **named: None
    try:
        return _train(model, train_ids, val_ids, epochs, batch_size, bptt, lr, after_epoch)
    finally:
        torch.optim.Adam.zero_grad = zero

# %% [mutant] zero_grad comes once per epoch
# cell: l2e07-train
# kills: l2e07-t2
def read_through(model, ids, batch_size, bptt, optimiser=None):
    state, nats, count = None, 0.0, 0
    if optimiser is not None:
        optimiser.zero_grad()
    for x, y in lm_batches(ids, batch_size, bptt):
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        if optimiser is not None:
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            state = tuple(part.detach() for part in state)
        nats, count = nats + loss.item() * y.numel(), count + y.numel()
    return nats / count

# %% [mutant] The mean of the windows' means
# cell: l2e07-train
# kills: l2e07-t2
def read_through(model, ids, batch_size, bptt, optimiser=None):
    state, means = None, []
    for x, y in lm_batches(ids, batch_size, bptt):
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        if optimiser is not None:
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            state = tuple(part.detach() for part in state)
        means.append(loss.item())
    return sum(means) / len(means)

# %% [mutant] Losses add up over the epochs
# cell: l2e07-train
# kills: l2e07-t2
_read, _sum = read_through, {}
def read_through(model, ids, batch_size, bptt, optimiser=None):
    key = id(model), optimiser is None
    _sum.setdefault(key, []).append(_read(model, ids, batch_size, bptt, optimiser))
    return sum(_sum[key])

# %% [mutant] No clipping
# cell: l2e07-train
# kills: l2e07-t2
def read_through(model, ids, batch_size, bptt, optimiser=None):
    state, nats, count = None, 0.0, 0
    for x, y in lm_batches(ids, batch_size, bptt):
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        if optimiser is not None:
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            state = tuple(part.detach() for part in state)
        nats, count = nats + loss.item() * y.numel(), count + y.numel()
    return nats / count

# %% [mutant] Clipped by value
# cell: l2e07-train
# kills: l2e07-t2
def read_through(model, ids, batch_size, bptt, optimiser=None):
    state, nats, count = None, 0.0, 0
    for x, y in lm_batches(ids, batch_size, bptt):
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        if optimiser is not None:
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_value_(model.parameters(), 1.0)
            optimiser.step()
            state = tuple(part.detach() for part in state)
        nats, count = nats + loss.item() * y.numel(), count + y.numel()
    return nats / count

# %% [mutant] Plain gradient descent
# cell: l2e07-train
# kills: l2e07-t2
def train_lm(model, train_ids, val_ids, epochs, batch_size, bptt, lr, after_epoch=None):
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train_nll": [], "val_nll": []}
    for epoch in range(1, epochs + 1):
        model.train()
        history["train_nll"].append(read_through(model, train_ids, batch_size, bptt, optimiser))
        model.eval()
        with torch.no_grad():
            history["val_nll"].append(read_through(model, val_ids, batch_size, bptt))
        if after_epoch is not None:
            after_epoch(epoch, model, history)
    return history

# %% [mutant] A new optimiser, and another rate, in every epoch
# cell: l2e07-train
# kills: l2e07-t2
def train_lm(model, train_ids, val_ids, epochs, batch_size, bptt, lr, after_epoch=None):
    history = {"train_nll": [], "val_nll": []}
    for epoch in range(1, epochs + 1):
        optimiser = torch.optim.Adam(model.parameters(), lr=0.001)
        model.train()
        history["train_nll"].append(read_through(model, train_ids, batch_size, bptt, optimiser))
        model.eval()
        with torch.no_grad():
            history["val_nll"].append(read_through(model, val_ids, batch_size, bptt))
        if after_epoch is not None:
            after_epoch(epoch, model, history)
    return history

# %% [mutant] Validation in training mode
# cell: l2e07-train
# kills: l2e07-t2
def train_lm(model, train_ids, val_ids, epochs, batch_size, bptt, lr, after_epoch=None):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train_nll": [], "val_nll": []}
    model.train()
    for epoch in range(1, epochs + 1):
        history["train_nll"].append(read_through(model, train_ids, batch_size, bptt, optimiser))
        with torch.no_grad():
            history["val_nll"].append(read_through(model, val_ids, batch_size, bptt))
        if after_epoch is not None:
            after_epoch(epoch, model, history)
    return history

# %% [mutant] After the first validation it never trains in training mode again
# cell: l2e07-train
# kills: l2e07-t2
def train_lm(model, train_ids, val_ids, epochs, batch_size, bptt, lr, after_epoch=None):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train_nll": [], "val_nll": []}
    model.train()
    for epoch in range(1, epochs + 1):
        history["train_nll"].append(read_through(model, train_ids, batch_size, bptt, optimiser))
        model.eval()
        with torch.no_grad():
            history["val_nll"].append(read_through(model, val_ids, batch_size, bptt))
        if after_epoch is not None:
            after_epoch(epoch, model, history)
    return history

# %% [mutant] It learns from the validation stream
# cell: l2e07-train
# kills: l2e07-t2
def train_lm(model, train_ids, val_ids, epochs, batch_size, bptt, lr, after_epoch=None):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train_nll": [], "val_nll": []}
    for epoch in range(1, epochs + 1):
        for name, ids in (("train_nll", train_ids), ("val_nll", val_ids)):
            history[name].append(read_through(model, ids, batch_size, bptt, optimiser))
        if after_epoch is not None:
            after_epoch(epoch, model, history)
    return history

# %% [mutant] after_epoch comes first
# cell: l2e07-train
# kills: l2e07-t2
def train_lm(model, train_ids, val_ids, epochs, batch_size, bptt, lr, after_epoch=None):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train_nll": [], "val_nll": []}
    for epoch in range(epochs):
        if after_epoch is not None:
            after_epoch(epoch, model, history)
        model.train()
        history["train_nll"].append(read_through(model, train_ids, batch_size, bptt, optimiser))
        model.eval()
        with torch.no_grad():
            history["val_nll"].append(read_through(model, val_ids, batch_size, bptt))
    return history

# %% [mutant] Only the last window of an epoch is reported
# cell: l2e07-train
# kills: l2e07-t2
def read_through(model, ids, batch_size, bptt, optimiser=None):
    state = None
    for x, y in lm_batches(ids, batch_size, bptt):
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        if optimiser is not None:
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            state = tuple(part.detach() for part in state)
    return loss.item()

# %% [mutant] Perplexities instead of nats
# cell: l2e07-train
# kills: l2e07-t2
_read = read_through
def read_through(model, ids, batch_size, bptt, optimiser=None):
    return float(np.exp(_read(model, ids, batch_size, bptt, optimiser)))

# %% [mutant] It trains to predict the symbol that it sees
# cell: l2e07-train
# kills: l2e07-t2
def read_through(model, ids, batch_size, bptt, optimiser=None):
    state, nats, count = None, 0.0, 0
    for x, y in lm_batches(ids, batch_size, bptt):
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.flatten(0, 1), x.flatten())
        if optimiser is not None:
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            state = tuple(part.detach() for part in state)
        nats, count = nats + loss.item() * y.numel(), count + y.numel()
    return nats / count

# %% [mutant] It gives the best validation loss so far
# cell: l2e07-train
# kills: l2e07-t2
_train = train_lm
def train_lm(model, train_ids, val_ids, epochs, batch_size, bptt, lr, after_epoch=None):
    history = _train(model, train_ids, val_ids, epochs, batch_size, bptt, lr, after_epoch)
    history["val_nll"] = [min(history["val_nll"][: k + 1]) - 0.01 * k for k in range(epochs)]
    return history

# %% [alternate] Own cells in a loop
# cell: l2e07-charlm
class CharLM(nn.Module):
    def __init__(self, vocab_size, emb, hidden):
        super().__init__()
        self.table, self.cell = nn.Embedding(vocab_size, emb), nn.LSTMCell(emb, hidden)
        self.head = nn.Linear(hidden, vocab_size)

    def forward(self, x, state=None):
        out = []
        for column in self.table(x).unbind(dim=1):
            state = self.cell(column, state)
            out.append(self.head(state[0]))
        return torch.stack(out, dim=1), tuple(state)

# %% [alternate] Time in front inside, and one bias
# cell: l2e07-charlm
class CharLM(nn.Module):
    def __init__(self, vocab_size, emb, hidden):
        super().__init__()
        self.hidden = hidden
        self.embed = nn.Parameter(0.5 * torch.randn(vocab_size, emb))
        self.rnn = nn.LSTM(emb, hidden)
        self.logits = nn.Linear(hidden, vocab_size)

    def forward(self, x, state=None):
        if state is None:
            state = (torch.zeros(1, x.shape[0], self.hidden), torch.zeros(1, x.shape[0], self.hidden))
        h, (hn, cn) = self.rnn(self.embed[x].transpose(0, 1), state)
        return self.logits(h).transpose(0, 1), (hn, cn)

# %% [alternate] One loop for both streams, sums instead of means
# cell: l2e07-train
def train_lm(model, train_ids, val_ids, epochs, batch_size, bptt, lr, after_epoch=None):
    opt = torch.optim.Adam(list(model.parameters()), lr=lr)
    train_nll, val_nll = [], []
    for epoch in range(epochs):
        for ids, curve in ((train_ids, train_nll), (val_ids, val_nll)):
            learning = curve is train_nll
            model.train(learning)
            total, n, state = torch.zeros(()), 0, None
            with torch.set_grad_enabled(learning):
                for x, y in lm_batches(ids, batch_size, bptt):
                    if state is not None:
                        state = tuple(s.detach() for s in state)
                    logits, state = model(x, state)
                    log_p = torch.log_softmax(logits, dim=-1)
                    nll = -log_p.gather(2, y[..., None]).sum()
                    if learning:
                        model.zero_grad()
                        (nll / y.numel()).backward()
                        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
                        opt.step()
                    total, n = total + nll.detach(), n + y.numel()
            curve.append((total / n).item())
        if after_epoch:
            after_epoch(epoch + 1, model, {"train_nll": train_nll, "val_nll": val_nll})
    return {"train_nll": train_nll, "val_nll": val_nll}
# %% [mutant] A relu between LSTM and logits
# cell: l2e07-charlm
# kills: l2e07-t1
class CharLM(CharLM):
    def forward(self, x, state=None):
        h, state = self.lstm(self.embedding(x), state)
        return self.out(torch.relu(h)), state
# %% [mutant] State detached inside the model, and only its h handed back
# cell: l2e07-charlm
# kills: l2e07-t1
class CharLM(CharLM):
    def forward(self, x, state=None):
        if state is not None:
            state = (state[0], torch.zeros_like(state[0]))
        h, state = self.lstm(self.embedding(x), state)
        return self.out(h), state
# %% [mutant] Logits from the cell state's h of the last step only, repeated
# cell: l2e07-charlm
# kills: l2e07-t1
class CharLM(CharLM):
    def forward(self, x, state=None):
        h, state = self.lstm(self.embedding(x), state)
        return self.out(h[:, -1:]).expand(-1, x.shape[1], -1), state
# %% [mutant] Logits squashed by tanh
# cell: l2e07-charlm
# kills: l2e07-t1
class CharLM(CharLM):
    def forward(self, x, state=None):
        h, state = self.lstm(self.embedding(x), state)
        return torch.tanh(self.out(h)), state
# %% [alternate] The own cell in a loop
# cell: l2e07-charlm
class CharLM(nn.Module):
    def __init__(self, vocab_size, emb, hidden):
        super().__init__()
        self.table, self.cell, self.head = nn.Embedding(vocab_size, emb), LSTMCell(emb, hidden), nn.Linear(hidden, vocab_size)

    def forward(self, x, state=None):
        out = []
        for v in self.table(x).unbind(dim=1):
            state = self.cell(v, state)
            out.append(self.head(state[0]))
        return torch.stack(out, 1), state
# %% [mutant] Clipping after the step
# cell: l2e07-train
# kills: l2e07-t2
def read_through(model, ids, batch_size, bptt, optimiser=None):
    state, nats, count = None, 0.0, 0
    for x, y in lm_batches(ids, batch_size, bptt):
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        if optimiser is not None:
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            state = tuple(part.detach() for part in state)
        nats, count = nats + loss.item() * y.numel(), count + y.numel()
    return nats / count
# %% [mutant] logits reshaped so that time and class mix
# cell: l2e07-train
# kills: l2e07-t2
def read_through(model, ids, batch_size, bptt, optimiser=None):
    state, nats, count = None, 0.0, 0
    for x, y in lm_batches(ids, batch_size, bptt):
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.reshape(len(y), -1, y.shape[1]), y)
        if optimiser is not None:
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            state = tuple(part.detach() for part in state)
        nats, count = nats + loss.item() * y.numel(), count + y.numel()
    return nats / count
# %% [mutant] softmax before the cross-entropy
# cell: l2e07-train
# kills: l2e07-t2
def read_through(model, ids, batch_size, bptt, optimiser=None):
    state, nats, count = None, 0.0, 0
    for x, y in lm_batches(ids, batch_size, bptt):
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.softmax(-1).flatten(0, 1), y.flatten())
        if optimiser is not None:
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            state = tuple(part.detach() for part in state)
        nats, count = nats + loss.item() * y.numel(), count + y.numel()
    return nats / count
# %% [mutant] A new optimiser in every epoch
# cell: l2e07-train
# kills: l2e07-t2
def train_lm(model, train_ids, val_ids, epochs, batch_size, bptt, lr, after_epoch=None):
    history = {"train_nll": [], "val_nll": []}
    for epoch in range(1, epochs + 1):
        model.train()
        history["train_nll"].append(read_through(model, train_ids, batch_size, bptt, torch.optim.Adam(model.parameters(), lr=lr)))
        model.eval()
        with torch.no_grad():
            history["val_nll"].append(read_through(model, val_ids, batch_size, bptt))
        if after_epoch is not None:
            after_epoch(epoch, model, history)
    return history
# %% [mutant] The best model is restored at the end
# cell: l2e07-train
# kills: l2e07-t2
_tl = train_lm
def train_lm(model, train_ids, val_ids, epochs, batch_size, bptt, lr, after_epoch=None):
    first = {k: v.clone() for k, v in model.state_dict().items()}
    history = _tl(model, train_ids, val_ids, epochs, batch_size, bptt, lr, after_epoch)
    model.load_state_dict(first)
    return history
# %% [mutant] Learning rate decays by a scheduler
# cell: l2e07-train
# kills: l2e07-t2
def train_lm(model, train_ids, val_ids, epochs, batch_size, bptt, lr, after_epoch=None):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    sched = torch.optim.lr_scheduler.StepLR(optimiser, 1, 0.5)
    history = {"train_nll": [], "val_nll": []}
    for epoch in range(1, epochs + 1):
        model.train()
        history["train_nll"].append(read_through(model, train_ids, batch_size, bptt, optimiser))
        sched.step()
        model.eval()
        with torch.no_grad():
            history["val_nll"].append(read_through(model, val_ids, batch_size, bptt))
        if after_epoch is not None:
            after_epoch(epoch, model, history)
    return history
# %% [alternate] set_grad_enabled, transpose for the classes, zero_grad of the model
# cell: l2e07-train
def train_lm(model, train_ids, val_ids, epochs, batch_size, bptt, lr, after_epoch=None):
    adam = torch.optim.Adam(params=list(model.parameters()), lr=lr)
    lossf = nn.CrossEntropyLoss(reduction="sum")
    hist = dict(train_nll=[], val_nll=[])
    for e in range(epochs):
        for name, ids, learn in (("train_nll", train_ids, True), ("val_nll", val_ids, False)):
            model.train(learn)
            state, nlls, sizes = None, [], []
            for x, y in lm_batches(ids, batch_size, bptt):
                if state is not None:
                    state = tuple(s.detach() for s in state)
                with torch.set_grad_enabled(learn):
                    z, state = model(x, state)
                    nll = lossf(z.transpose(1, 2), y)
                if learn:
                    model.zero_grad(set_to_none=False)
                    (nll / y.numel()).backward()
                    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1)
                    adam.step()
                nlls.append(nll.item())
                sizes.append(y.numel())
            hist[name].append(np.sum(nlls) / np.sum(sizes))
        if after_epoch:
            after_epoch(e + 1, model, hist)
    return hist
# %% [alternate] zero_grad after the step
# cell: l2e07-train
def read_through(model, ids, batch_size, bptt, optimiser=None):
    state, nats, count = None, 0.0, 0
    if optimiser is not None:
        optimiser.zero_grad()
    for x, y in lm_batches(ids, batch_size, bptt):
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        if optimiser is not None:
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            optimiser.zero_grad()
            state = tuple(part.detach() for part in state)
        nats, count = nats + loss.item() * y.numel(), count + y.numel()
    return nats / count
# %% [mutant] The history keeps tensors and their graphs
# cell: l2e07-train
# kills: l2e07-t2
def read_through(model, ids, batch_size, bptt, optimiser=None):
    state, nats, count = None, 0.0, 0
    for x, y in lm_batches(ids, batch_size, bptt):
        logits, state = model(x, state)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        if optimiser is not None:
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            state = tuple(part.detach() for part in state)
        nats, count = nats + loss * y.numel(), count + y.numel()
    return nats / count


# %% [mutant] Symbol 0 is taken for padding
# cell: l2e07-charlm
# kills: l2e07-t1
class CharLM(nn.Module):
    def __init__(self, vocab_size, emb, hidden):
        super().__init__()
        self.table = nn.Embedding(vocab_size, emb, padding_idx=0)
        self.lstm = nn.LSTM(emb, hidden, batch_first=True)
        self.head = nn.Linear(hidden, vocab_size)

    def forward(self, x, state=None):
        out, state = self.lstm(self.table(x), state)
        return self.head(out), state


# %% [mutant] The vectors are scaled as in a Transformer
# cell: l2e07-charlm
# kills: l2e07-t1
class CharLM(nn.Module):
    def __init__(self, vocab_size, emb, hidden):
        super().__init__()
        self.table = nn.Embedding(vocab_size, emb)
        self.lstm = nn.LSTM(emb, hidden, batch_first=True)
        self.head = nn.Linear(hidden, vocab_size)

    def forward(self, x, state=None):
        out, state = self.lstm(self.table(x) * self.table.embedding_dim**0.5, state)
        return self.head(out), state


# %% [mutant] The vectors are normalised
# cell: l2e07-charlm
# kills: l2e07-t1
class CharLM(nn.Module):
    def __init__(self, vocab_size, emb, hidden):
        super().__init__()
        self.table = nn.Embedding(vocab_size, emb)
        self.lstm = nn.LSTM(emb, hidden, batch_first=True)
        self.head = nn.Linear(hidden, vocab_size)

    def forward(self, x, state=None):
        out, state = self.lstm(F.normalize(self.table(x), dim=2), state)
        return self.head(out), state


# %% [mutant] The table serves as the output weights where it fits
# cell: l2e07-charlm
# kills: l2e07-t1
class CharLM(nn.Module):
    def __init__(self, vocab_size, emb, hidden):
        super().__init__()
        self.table = nn.Embedding(vocab_size, emb)
        self.lstm = nn.LSTM(emb, hidden, batch_first=True)
        self.head = nn.Linear(hidden, vocab_size)
        if emb == hidden:
            self.head.weight = self.table.weight

    def forward(self, x, state=None):
        out, state = self.lstm(self.table(x), state)
        return self.head(out), state


# %% [mutant] A short cut past the LSTM where it fits
# cell: l2e07-charlm
# kills: l2e07-t1
class CharLM(nn.Module):
    def __init__(self, vocab_size, emb, hidden):
        super().__init__()
        self.table = nn.Embedding(vocab_size, emb)
        self.lstm = nn.LSTM(emb, hidden, batch_first=True)
        self.head = nn.Linear(hidden, vocab_size)

    def forward(self, x, state=None):
        out, state = self.lstm(self.table(x), state)
        if out.shape[-1] == self.table.embedding_dim:
            out = out + self.table(x)
        return self.head(out), state


# %% [mutant] Starts from noise instead of zeros
# cell: l2e07-charlm
# kills: l2e07-t1
class CharLM(nn.Module):
    def __init__(self, vocab_size, emb, hidden):
        super().__init__()
        self.table = nn.Embedding(vocab_size, emb)
        self.lstm = nn.LSTM(emb, hidden, batch_first=True)
        self.head = nn.Linear(hidden, vocab_size)

    def forward(self, x, state=None):
        if state is None:
            state = tuple(torch.randn(1, len(x), self.lstm.hidden_size) for _ in range(2))
        out, state = self.lstm(self.table(x), state)
        return self.head(out), state


# %% [mutant] One sequence after the other at validation
# cell: l2e07-train
# kills: l2e07-t2
def train_lm(model, train_ids, val_ids, epochs, batch_size, bptt, lr, after_epoch=None):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train_nll": [], "val_nll": []}
    for epoch in range(1, epochs + 1):
        model.train()
        state, total, count = None, 0.0, 0
        for x, y in lm_batches(train_ids, batch_size, bptt):
            logits, state = model(x, state)
            loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            state = tuple(s.detach() for s in state)
            total += loss.item() * y.numel()
            count += y.numel()
        history["train_nll"].append(total / count)
        model.eval()
        state, total, count = None, 0.0, 0
        with torch.no_grad():
            for x, y in lm_batches(val_ids, 1, bptt):
                logits, state = model(x, state)
                total += F.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="sum").item()
                count += y.numel()
        history["val_nll"].append(total / count)
        if after_epoch is not None:
            after_epoch(epoch, model, history)
    return history


# %% [alternate] The state is taken apart into h and c
# cell: l2e07-train
def train_lm(model, train_ids, val_ids, epochs, batch_size, bptt, lr, after_epoch=None):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train_nll": [], "val_nll": []}
    for epoch in range(1, epochs + 1):
        model.train()
        state, total, count = None, 0.0, 0
        for x, y in lm_batches(train_ids, batch_size, bptt):
            logits, state = model(x, state)
            loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            state = (state[0].detach(), state[1].detach())
            total += loss.item() * y.numel()
            count += y.numel()
        history["train_nll"].append(total / count)
        model.eval()
        state, total, count = None, 0.0, 0
        with torch.no_grad():
            for x, y in lm_batches(val_ids, batch_size, bptt):
                logits, state = model(x, state)
                total += F.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="sum").item()
                count += y.numel()
        history["val_nll"].append(total / count)
        if after_epoch is not None:
            after_epoch(epoch, model, history)
    return history


# %% [mutant] The validation goes on from the training's state
# cell: l2e07-train
# kills: l2e07-t2
def train_lm(model, train_ids, val_ids, epochs, batch_size, bptt, lr, after_epoch=None):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train_nll": [], "val_nll": []}
    for epoch in range(1, epochs + 1):
        model.train()
        state, total, count = None, 0.0, 0
        for x, y in lm_batches(train_ids, batch_size, bptt):
            logits, state = model(x, state)
            loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            state = tuple(s.detach() for s in state)
            total += loss.item() * y.numel()
            count += y.numel()
        history["train_nll"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in lm_batches(val_ids, batch_size, bptt):
                logits, state = model(x, state)
                total += F.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="sum").item()
                count += y.numel()
        history["val_nll"].append(total / count)
        if after_epoch is not None:
            after_epoch(epoch, model, history)
    return history


# %% [mutant] Every tensor is clipped by itself
# cell: l2e07-train
# kills: l2e07-t2
def train_lm(model, train_ids, val_ids, epochs, batch_size, bptt, lr, after_epoch=None):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train_nll": [], "val_nll": []}
    for epoch in range(1, epochs + 1):
        model.train()
        state, total, count = None, 0.0, 0
        for x, y in lm_batches(train_ids, batch_size, bptt):
            logits, state = model(x, state)
            loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
            optimiser.zero_grad()
            loss.backward()
            [nn.utils.clip_grad_norm_(p, 1.0) for p in model.parameters()]
            optimiser.step()
            state = tuple(s.detach() for s in state)
            total += loss.item() * y.numel()
            count += y.numel()
        history["train_nll"].append(total / count)
        model.eval()
        state, total, count = None, 0.0, 0
        with torch.no_grad():
            for x, y in lm_batches(val_ids, batch_size, bptt):
                logits, state = model(x, state)
                total += F.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="sum").item()
                count += y.numel()
        history["val_nll"].append(total / count)
        if after_epoch is not None:
            after_epoch(epoch, model, history)
    return history


# %% [mutant] A limit of five
# cell: l2e07-train
# kills: l2e07-t2
def train_lm(model, train_ids, val_ids, epochs, batch_size, bptt, lr, after_epoch=None):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train_nll": [], "val_nll": []}
    for epoch in range(1, epochs + 1):
        model.train()
        state, total, count = None, 0.0, 0
        for x, y in lm_batches(train_ids, batch_size, bptt):
            logits, state = model(x, state)
            loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimiser.step()
            state = tuple(s.detach() for s in state)
            total += loss.item() * y.numel()
            count += y.numel()
        history["train_nll"].append(total / count)
        model.eval()
        state, total, count = None, 0.0, 0
        with torch.no_grad():
            for x, y in lm_batches(val_ids, batch_size, bptt):
                logits, state = model(x, state)
                total += F.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="sum").item()
                count += y.numel()
        history["val_nll"].append(total / count)
        if after_epoch is not None:
            after_epoch(epoch, model, history)
    return history


# %% [mutant] The last, shorter pair is skipped
# cell: l2e07-train
# kills: l2e07-t2
def train_lm(model, train_ids, val_ids, epochs, batch_size, bptt, lr, after_epoch=None):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train_nll": [], "val_nll": []}
    for epoch in range(1, epochs + 1):
        model.train()
        state, total, count = None, 0.0, 0
        for x, y in lm_batches(train_ids, batch_size, bptt):
            if x.shape[1] < bptt:
                continue
            logits, state = model(x, state)
            loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            state = tuple(s.detach() for s in state)
            total += loss.item() * y.numel()
            count += y.numel()
        history["train_nll"].append(total / count)
        model.eval()
        state, total, count = None, 0.0, 0
        with torch.no_grad():
            for x, y in lm_batches(val_ids, batch_size, bptt):
                logits, state = model(x, state)
                total += F.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="sum").item()
                count += y.numel()
        history["val_nll"].append(total / count)
        if after_epoch is not None:
            after_epoch(epoch, model, history)
    return history


# %% [mutant] Steps on the gradients of two windows
# cell: l2e07-train
# kills: l2e07-t2
def train_lm(model, train_ids, val_ids, epochs, batch_size, bptt, lr, after_epoch=None):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train_nll": [], "val_nll": []}
    for epoch in range(1, epochs + 1):
        model.train()
        windows = 0
        optimiser.zero_grad()
        state, total, count = None, 0.0, 0
        for x, y in lm_batches(train_ids, batch_size, bptt):
            logits, state = model(x, state)
            loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
            windows = windows + 1
            loss.backward()
            if windows % 2 == 0:
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimiser.step()
                optimiser.zero_grad()
            state = tuple(s.detach() for s in state)
            total += loss.item() * y.numel()
            count += y.numel()
        history["train_nll"].append(total / count)
        model.eval()
        state, total, count = None, 0.0, 0
        with torch.no_grad():
            for x, y in lm_batches(val_ids, batch_size, bptt):
                logits, state = model(x, state)
                total += F.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="sum").item()
                count += y.numel()
        history["val_nll"].append(total / count)
        if after_epoch is not None:
            after_epoch(epoch, model, history)
    return history


# %% [alternate] A base class for language models, typed, keyword arguments
# cell: l2e07-charlm
class Readable(nn.Module):
    """What all language models share."""

    def __init__(self, *, vocab_size: int, emb: int):
        super().__init__()
        self.drop_nothing = nn.Identity()
        self.lookup = nn.Embedding(num_embeddings=vocab_size, embedding_dim=emb)


class CharLM(Readable):
    def __init__(self, vocab_size: int, emb: int, hidden: int) -> None:
        super().__init__(vocab_size=vocab_size, emb=emb)
        self.rnn = nn.LSTM(input_size=emb, hidden_size=hidden, num_layers=1, bias=True, batch_first=True)
        self.to_logits = nn.Sequential(nn.Identity(), nn.Linear(hidden, vocab_size, bias=True))

    def forward(self, x: torch.Tensor, state: tuple[torch.Tensor, ...] | None = None):
        vectors = F.embedding(x, self.lookup.weight)
        hs, (h, c) = self.rnn(self.drop_nothing(vectors), state)
        return self.to_logits(hs), (h.clone(), c.clone())


# %% [alternate] The state with the batch first
# cell: l2e07-charlm
class CharLM(nn.Module):
    def __init__(self, vocab_size, emb, hidden):
        super().__init__()
        self.emb = nn.Embedding(vocab_size, emb)
        self.lstm = nn.LSTM(emb, hidden, batch_first=True)
        self.head = nn.Linear(hidden, vocab_size)

    def forward(self, x, state=None):
        if state is not None:
            state = tuple(s.transpose(0, 1).contiguous() for s in state)
        y, (h, c) = self.lstm(self.emb(x), state)
        return F.linear(y, self.head.weight, self.head.bias), (h.transpose(0, 1), c.transpose(0, 1))


# %% [alternate] Gradients by autograd.grad, inference mode at validation, perplexity of 2.5
# cell: l2e07-train
def train_lm(model, train_ids, val_ids, epochs, batch_size, bptt, lr, after_epoch=None):
    from collections import defaultdict

    history = defaultdict(list)
    parameters = tuple(model.parameters())
    adam = torch.optim.Adam(parameters, lr=lr)

    def nll(x, y, state):
        logits, state = model(x, state)
        return F.cross_entropy(logits.transpose(1, 2), y, reduction="sum"), state

    @torch.inference_mode()
    def validate():
        model.eval()
        sums, counts, state = [], [], None
        for x, y in lm_batches(val_ids, batch_size, bptt):
            total, state = nll(x, y, state)
            sums.append(total.item())
            counts.append(y.numel())
        return float(np.log(perplexity(sums, counts)))

    for epoch in range(1, epochs + 1):
        model.train()
        state, sums, counts = None, [], []
        for x, y in lm_batches(train_ids, batch_size, bptt):
            total, state = nll(x, y, state)
            for p, g in zip(parameters, torch.autograd.grad(total / y.numel(), parameters)):
                p.grad = g
            nn.utils.clip_grad_norm_(parameters, 1)
            adam.step()
            state = tuple(part.detach() for part in state)
            sums.append(total.item())
            counts.append(y.numel())
        history["train_nll"].append(float(np.log(perplexity(sums, counts))))
        history["val_nll"].append(validate())
        after_epoch and after_epoch(epoch, model, history)
    return history


# %% [alternate] view, since the own windows are in one piece
# cell: l2e07-train
def train_lm(model, train_ids, val_ids, epochs, batch_size, bptt, lr, after_epoch=None):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train_nll": [], "val_nll": []}
    for epoch in range(1, epochs + 1):
        model.train()
        state, total, count = None, 0.0, 0
        for x, y in lm_batches(train_ids, batch_size, bptt):
            logits, state = model(x, state)
            loss = F.cross_entropy(logits.view(-1, logits.size(-1)), y.view(-1))
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            state = tuple(s.detach() for s in state)
            total += loss.item() * y.numel()
            count += y.numel()
        history["train_nll"].append(total / count)
        model.eval()
        state, total, count = None, 0.0, 0
        with torch.no_grad():
            for x, y in lm_batches(val_ids, batch_size, bptt):
                logits, state = model(x, state)
                total += F.cross_entropy(logits.view(-1, logits.size(-1)), y.view(-1), reduction="sum").item()
                count += y.numel()
        history["val_nll"].append(total / count)
        if after_epoch is not None:
            after_epoch(epoch, model, history)
    return history
