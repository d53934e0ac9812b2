# %% [mutant] No mask
# cell: l2e09-tagger
# kills: l2e09-t1
def masked_ce(logits, tags, mask):
    return F.cross_entropy(logits.flatten(0, 1), tags.flatten())

# %% [mutant] Divided by all positions
# cell: l2e09-tagger
# kills: l2e09-t1
def masked_ce(logits, tags, mask):
    nll = F.cross_entropy(logits.flatten(0, 1), tags.flatten(), reduction="none")
    return (nll * mask.flatten()).mean()

# %% [mutant] The mask multiplies the logits
# cell: l2e09-tagger
# kills: l2e09-t1
def masked_ce(logits, tags, mask):
    return F.cross_entropy((logits * mask[..., None]).flatten(0, 1), tags.flatten())

# %% [mutant] The mean of the sentences' means
# cell: l2e09-tagger
# kills: l2e09-t1
def masked_ce(logits, tags, mask):
    rows = [F.cross_entropy(z[m], y[m]) for z, y, m in zip(logits, tags, mask) if m.any()]
    return torch.stack(rows).mean()

# %% [mutant] The sum
# cell: l2e09-tagger
# kills: l2e09-t1
def masked_ce(logits, tags, mask):
    return F.cross_entropy(logits[mask], tags[mask], reduction="sum")

# %% [mutant] The mask is upside down
# cell: l2e09-tagger
# kills: l2e09-t1
def masked_ce(logits, tags, mask):
    keep = ~mask if (~mask).any() else mask
    return F.cross_entropy(logits[keep], tags[keep])

# %% [mutant] Tags of 0 are taken for padding
# cell: l2e09-tagger
# kills: l2e09-t1
def masked_ce(logits, tags, mask):
    return F.cross_entropy(logits[mask], tags[mask], ignore_index=0, reduction="sum") / mask.sum()

# %% [mutant] One loss per position
# cell: l2e09-tagger
# kills: l2e09-t1
_mean_ce = masked_ce
def masked_ce(logits, tags, mask):
    return _mean_ce(logits, tags, mask)[None]

# %% [mutant] Smoothed labels
# cell: l2e09-tagger
# kills: l2e09-t1
def masked_ce(logits, tags, mask):
    return F.cross_entropy(logits[mask], tags[mask], label_smoothing=0.1)

# %% [mutant] Padded tags are overwritten
# cell: l2e09-tagger
# kills: l2e09-t1
def masked_ce(logits, tags, mask):
    tags[~mask] = -100
    return F.cross_entropy(logits.flatten(0, 1), tags.flatten())

# %% [mutant] A gradient at padded positions
# cell: l2e09-tagger
# kills: l2e09-t1
_mean_ce = masked_ce
def masked_ce(logits, tags, mask):
    return _mean_ce(logits, tags, mask) + 1e-12 * (logits**2).sum()

# %% [mutant] Not packed: the backward LSTM reads the padding first
# cell: l2e09-tagger
# kills: l2e09-t2
class Tagger(Tagger):
    def forward(self, ids, lengths):
        return self.out(self.lstm(self.embedding(ids))[0])

# %% [mutant] Not packed, but the embedding of padding is zero
# cell: l2e09-tagger
# kills: l2e09-t2
class Tagger(Tagger):
    def forward(self, ids, lengths):
        real = torch.arange(ids.shape[1])[None] < lengths[:, None]
        return self.out(self.lstm(self.embedding(ids) * real[..., None])[0])

# %% [mutant] One direction only
# cell: l2e09-tagger
# kills: l2e09-t2
class Tagger(Tagger):
    def __init__(self, vocab_size, n_tags, emb, hidden):
        super().__init__(vocab_size, n_tags, emb, hidden)
        self.lstm = nn.LSTM(emb, 2 * hidden, batch_first=True)

# %% [mutant] The state of the second direction is not read
# cell: l2e09-tagger
# kills: l2e09-t2
class Tagger(Tagger):
    def forward(self, ids, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.embedding(ids), lengths, batch_first=True, enforce_sorted=False)
        states, _ = nn.utils.rnn.pad_packed_sequence(self.lstm(packed)[0], batch_first=True, total_length=ids.shape[1])
        half = states.shape[2] // 2
        return self.out(torch.cat([states[..., :half], states[..., :half]], dim=2))

# %% [mutant] As wide as the longest sentence
# cell: l2e09-tagger
# kills: l2e09-t2
class Tagger(Tagger):
    def forward(self, ids, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.embedding(ids), lengths, batch_first=True, enforce_sorted=False)
        return self.out(nn.utils.rnn.pad_packed_sequence(self.lstm(packed)[0], batch_first=True)[0])

# %% [mutant] Sentences must be sorted by length
# cell: l2e09-tagger
# kills: l2e09-t2
class Tagger(Tagger):
    def forward(self, ids, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.embedding(ids), lengths, batch_first=True)
        states = nn.utils.rnn.pad_packed_sequence(self.lstm(packed)[0], batch_first=True, total_length=ids.shape[1])[0]
        return self.out(states)

# %% [mutant] Sorted for packing and not put back
# cell: l2e09-tagger
# kills: l2e09-t2
class Tagger(Tagger):
    def forward(self, ids, lengths):
        order = lengths.argsort(descending=True, stable=True)
        return super().forward(ids[order], lengths[order])

# %% [mutant] Batch and time are mixed up
# cell: l2e09-tagger
# kills: l2e09-t2
class Tagger(Tagger):
    def __init__(self, vocab_size, n_tags, emb, hidden):
        super().__init__(vocab_size, n_tags, emb, hidden)
        self.lstm = nn.LSTM(emb, hidden, bidirectional=True)

    def forward(self, ids, lengths):
        return self.out(self.lstm(self.embedding(ids))[0])

# %% [mutant] emb for hidden
# cell: l2e09-tagger
# kills: l2e09-t2
class Tagger(Tagger):
    def __init__(self, vocab_size, n_tags, emb, hidden):
        super().__init__(vocab_size, n_tags, emb, emb)

# %% [mutant] hidden for both directions together
# cell: l2e09-tagger
# kills: l2e09-t2
class Tagger(Tagger):
    def __init__(self, vocab_size, n_tags, emb, hidden):
        super().__init__(vocab_size, n_tags, emb, hidden)
        half = max(1, hidden // 2)
        self.lstm = nn.LSTM(emb, half, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * half, n_tags)

# %% [mutant] Probabilities
# cell: l2e09-tagger
# kills: l2e09-t2
class Tagger(Tagger):
    def forward(self, ids, lengths):
        return torch.softmax(super().forward(ids, lengths), dim=2)

# %% [mutant] The logits are averaged over the batch at each position
# cell: l2e09-tagger
# kills: l2e09-t2
class Tagger(Tagger):
    def forward(self, ids, lengths):
        logits = super().forward(ids, lengths)
        return logits - logits.mean(dim=0)

# %% [mutant] One vector for the whole sentence
# cell: l2e09-tagger
# kills: l2e09-t2
class Tagger(Tagger):
    def forward(self, ids, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.embedding(ids), lengths, batch_first=True, enforce_sorted=False)
        h = self.lstm(packed)[1][0]
        return self.out(torch.cat([h[0], h[1]], dim=1))[:, None].expand(-1, ids.shape[1], -1)

# %% [mutant] No LSTM, only word vectors
# cell: l2e09-tagger
# kills: l2e09-t2
class Tagger(Tagger):
    def __init__(self, vocab_size, n_tags, emb, hidden):
        super().__init__(vocab_size, n_tags, emb, hidden)
        self.widen = nn.Linear(emb, 2 * hidden)

    def forward(self, ids, lengths):
        return self.out(self.widen(self.embedding(ids)))

# %% [mutant] The training sentences stay in their order
# cell: l2e09-train
# kills: l2e09-t3
_shuffled = train_tagger
class _InOrder:
    def permutation(self, n):
        return np.arange(n)


def train_tagger(model, train, dev, epochs, batch_size, lr, rng, after_epoch=None):
    return _shuffled(model, train, dev, epochs, batch_size, lr, _InOrder(), after_epoch)

# %% [mutant] Shuffled once
# cell: l2e09-train
# kills: l2e09-t3
_shuffled = train_tagger
class _Once:
    def __init__(self, order):
        self.order = order

    def permutation(self, n):
        return self.order


def train_tagger(model, train, dev, epochs, batch_size, lr, rng, after_epoch=None):
    return _shuffled(model, train, dev, epochs, batch_size, lr, _Once(rng.permutation(len(train))), after_epoch)

# %% [mutant] NumPy's global generator
# cell: l2e09-train
# kills: l2e09-t3
_shuffled = train_tagger
def train_tagger(model, train, dev, epochs, batch_size, lr, rng, after_epoch=None):
    return _shuffled(model, train, dev, epochs, batch_size, lr, np.random.default_rng(), after_epoch)

# %% [mutant] The last, smaller batch is dropped
# cell: l2e09-train
# kills: l2e09-t3
_whole = train_tagger
def train_tagger(model, train, dev, epochs, batch_size, lr, rng, after_epoch=None):
    return _whole(model, train[: len(train) // batch_size * batch_size], dev, epochs, batch_size, lr, rng, after_epoch)

# %% [mutant] The dev set is part of the training set
# cell: l2e09-train
# kills: l2e09-t3
_alone = train_tagger
def train_tagger(model, train, dev, epochs, batch_size, lr, rng, after_epoch=None):
    return _alone(model, train + dev, dev, epochs, batch_size, lr, rng, after_epoch)

# %% [mutant] zero_grad is forgotten
# cell: l2e09-train
# kills: l2e09-t3
_clean = train_tagger
def train_tagger(model, train, dev, epochs, batch_size, lr, rng, after_epoch=None):
    zero, torch.optim.Adam.zero_grad = torch.optim.Adam.zero_grad, lambda self, *args, **named: None
    try:
        return _clean(model, train, dev, epochs, batch_size, lr, rng, after_epoch)
    finally:
        torch.optim.Adam.zero_grad = zero

# %% [mutant] The dev set is tagged in training mode
# cell: l2e09-train
# kills: l2e09-t3
def dev_accuracy(model, dev):
    ids, tags, lengths, mask = tensors(dev)
    with torch.no_grad():
        return token_accuracy(model(ids, lengths).argmax(dim=2), tags, mask)

# %% [mutant] It never goes back into training mode
# cell: l2e09-train
# kills: l2e09-t3
def train_tagger(model, train, dev, epochs, batch_size, lr, rng, after_epoch=None):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train_loss": [], "dev_accuracy": []}
    model.train()
    for epoch in range(1, epochs + 1):
        order, total, words = rng.permutation(len(train)), 0.0, 0
        for start in range(0, len(train), batch_size):
            ids, tags, lengths, mask = tensors([train[k] for k in order[start : start + batch_size]])
            loss = masked_ce(model(ids, lengths), tags, mask)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total, words = total + loss.item() * int(mask.sum()), words + int(mask.sum())
        history["train_loss"].append(total / words)
        history["dev_accuracy"].append(dev_accuracy(model, dev))
        if after_epoch is not None:
            after_epoch(epoch, model, history)
    return history

# %% [mutant] Gradients are recorded on the dev set
# cell: l2e09-train
# kills: l2e09-t3
def dev_accuracy(model, dev):
    ids, tags, lengths, mask = tensors(dev)
    model.eval()
    return token_accuracy(model(ids, lengths).argmax(dim=2), tags, mask)

# %% [mutant] Padding counts in the dev accuracy
# cell: l2e09-train
# kills: l2e09-t3
def dev_accuracy(model, dev):
    ids, tags, lengths, mask = tensors(dev)
    model.eval()
    with torch.no_grad():
        return token_accuracy(model(ids, lengths).argmax(dim=2), tags)

# %% [mutant] The mean of the sentences' accuracies
# cell: l2e09-train
# kills: l2e09-t3
_by_tokens = dev_accuracy
def dev_accuracy(model, dev):
    return float(np.mean([_by_tokens(model, [pair]) for pair in dev]))

# %% [mutant] The training loss is the mean of the batches' means
# cell: l2e09-train
# kills: l2e09-t3
def train_tagger(model, train, dev, epochs, batch_size, lr, rng, after_epoch=None):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train_loss": [], "dev_accuracy": []}
    for epoch in range(1, epochs + 1):
        model.train()
        order, losses = rng.permutation(len(train)), []
        for start in range(0, len(train), batch_size):
            ids, tags, lengths, mask = tensors([train[k] for k in order[start : start + batch_size]])
            loss = masked_ce(model(ids, lengths), tags, mask)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        history["train_loss"].append(float(np.mean(losses)))
        history["dev_accuracy"].append(dev_accuracy(model, dev))
        if after_epoch is not None:
            after_epoch(epoch, model, history)
    return history

# %% [mutant] Tags and words are shuffled apart
# cell: l2e09-train
# kills: l2e09-t3
_together = train_tagger
def train_tagger(model, train, dev, epochs, batch_size, lr, rng, after_epoch=None):
    apart = [(ids, tags[::-1]) for ids, tags in train]
    return _together(model, apart, dev, epochs, batch_size, lr, rng, after_epoch)

# %% [mutant] Half the epochs
# cell: l2e09-train
# kills: l2e09-t3
_all_epochs = train_tagger
def train_tagger(model, train, dev, epochs, batch_size, lr, rng, after_epoch=None):
    return _all_epochs(model, train, dev, (epochs + 1) // 2, batch_size, lr, rng, after_epoch)

# %% [mutant] Another learning rate
# cell: l2e09-train
# kills: l2e09-t3
_given_rate = train_tagger
def train_tagger(model, train, dev, epochs, batch_size, lr, rng, after_epoch=None):
    return _given_rate(model, train, dev, epochs, batch_size, 0.001, rng, after_epoch)

# %% [mutant] after_epoch is not called
# cell: l2e09-train
# kills: l2e09-t3
_calling = train_tagger
def train_tagger(model, train, dev, epochs, batch_size, lr, rng, after_epoch=None):
    return _calling(model, train, dev, epochs, batch_size, lr, rng)

# %% [alternate] Two LSTMs, the second on reversed sentences
# cell: l2e09-tagger
def masked_ce(logits, tags, mask):
    log_p = logits.log_softmax(dim=2).gather(2, tags[..., None])[..., 0]
    return -(log_p * mask).sum() / mask.sum()


class Tagger(nn.Module):
    def __init__(self, vocab_size, n_tags, emb, hidden):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, emb, padding_idx=0)
        self.right, self.left = (nn.LSTM(emb, hidden, batch_first=True) for _ in range(2))
        self.head = nn.Linear(2 * hidden, n_tags)

    def forward(self, ids, lengths):
        steps = torch.arange(ids.shape[1])[None].expand(len(ids), -1)
        flipped = torch.where(steps < lengths[:, None], lengths[:, None] - 1 - steps, steps)
        vectors = self.embed(ids)
        back = vectors.gather(1, flipped[..., None].expand_as(vectors))
        a, b = self.right(vectors)[0], self.left(back)[0]
        b = b.gather(1, flipped[..., None].expand_as(b))
        return self.head(torch.cat([a, b], dim=2))

# %% [alternate] Sentence by sentence
# cell: l2e09-tagger
def masked_ce(logits, tags, mask):
    marked = tags.masked_fill(~mask, -100)
    return F.cross_entropy(logits.transpose(1, 2), marked)


class Tagger(nn.Module):
    def __init__(self, vocab_size, n_tags, emb, hidden):
        super().__init__()
        self.n_tags, self.embed = n_tags, nn.Embedding(vocab_size, emb)
        self.reader = nn.LSTM(emb, hidden, bidirectional=True)
        self.head = nn.Linear(2 * hidden, n_tags)

    def forward(self, ids, lengths):
        rows = []
        for sentence, n in zip(ids, lengths.tolist()):
            states, _ = self.reader(self.embed(sentence[:n]))
            rest = states.new_zeros(ids.shape[1] - n, self.n_tags)
            rows.append(torch.cat([self.head(states), rest]))
        return torch.stack(rows)

# %% [alternate] Shuffled in place, sums, and the dev set one sentence at a time
# cell: l2e09-train
def train_tagger(model, train, dev, epochs, batch_size, lr, rng, after_epoch=None):
    pairs, opt = list(train), torch.optim.Adam(model.parameters(), lr)
    losses, accuracies = [], []
    for epoch in range(epochs):
        rng.shuffle(pairs)
        model.train()
        nats = count = 0
        for at in range(0, len(pairs), batch_size):
            batch = pairs[at : at + batch_size]
            (ids, lengths), (tags, _) = pad_batch([p[0] for p in batch]), pad_batch([p[1] for p in batch])
            mask = torch.zeros_like(ids, dtype=torch.bool)
            for row, n in enumerate(lengths):
                mask[row, :n] = True
            model.zero_grad()
            loss = masked_ce(model(ids, lengths), tags, mask)
            loss.backward()
            opt.step()
            nats, count = nats + float(loss) * int(lengths.sum()), count + int(lengths.sum())
        model.eval()
        hits = 0
        for ids, tags in dev:
            with torch.no_grad():
                best = model(torch.tensor([ids]), torch.tensor([len(ids)]))[0].argmax(dim=1)
            hits += int((best == torch.tensor(tags)).sum())
        losses.append(nats / count)
        accuracies.append(hits / sum(len(tags) for _, tags in dev))
        if after_epoch:
            after_epoch(epoch + 1, model, {"train_loss": losses, "dev_accuracy": accuracies})
    return dict(train_loss=losses, dev_accuracy=accuracies)
# %% [mutant] Tags are not shuffled along with the sentences
# cell: l2e09-train
# kills: l2e09-t3
def tensors(pairs):
    ids, lengths = pad_batch([ids for ids, _ in pairs])
    tags, _ = pad_batch([sorted(tags) for _, tags in pairs])
    return ids, tags, lengths, torch.arange(ids.shape[1])[None] < lengths[:, None]
# %% [mutant] Dropout stays off after the first epoch
# cell: l2e09-train
# kills: l2e09-t3
_da = dev_accuracy
def train_tagger(model, train, dev, epochs, batch_size, lr, rng, after_epoch=None):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train_loss": [], "dev_accuracy": []}
    model.train()
    for epoch in range(1, epochs + 1):
        order, total, words = rng.permutation(len(train)), 0.0, 0
        for start in range(0, len(train), batch_size):
            ids, tags, lengths, mask = tensors([train[k] for k in order[start : start + batch_size]])
            loss = masked_ce(model(ids, lengths), tags, mask)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total, words = total + loss.item() * int(mask.sum()), words + int(mask.sum())
        history["train_loss"].append(total / words)
        history["dev_accuracy"].append(_da(model, dev))
        if after_epoch is not None:
            after_epoch(epoch, model, history)
    return history
# %% [mutant] The lists of the caller are shuffled
# cell: l2e09-train
# kills: l2e09-t3
_tt = train_tagger
def train_tagger(model, train, dev, *rest, **named):
    history = _tt(model, train, dev, *rest, **named)
    train.reverse()
    return history
# %% [alternate] Buckets of dev sentences one by one, a shuffled copy of the list
# cell: l2e09-train
def train_tagger(model, train, dev, epochs, batch_size, lr, rng, after_epoch=None):
    opt = torch.optim.Adam(model.parameters(), lr)
    curves = {"train_loss": [], "dev_accuracy": []}
    for e in range(1, epochs + 1):
        model.train()
        mine = list(range(len(train)))
        rng.shuffle(mine)
        nll, n = 0.0, 0
        while mine:
            batch, mine = mine[:batch_size], mine[batch_size:]
            ids, lengths = pad_batch([train[k][0] for k in batch])
            tags, _ = pad_batch([train[k][1] for k in batch])
            mask = torch.zeros_like(ids, dtype=torch.bool)
            for row, length in zip(mask, lengths):
                row[:length] = True
            loss = masked_ce(model(ids, lengths), tags, mask)
            for p in model.parameters():
                p.grad = None
            loss.backward()
            opt.step()
            nll += float(loss.detach()) * float(lengths.sum())
            n += float(lengths.sum())
        curves["train_loss"] += [nll / n]
        with torch.inference_mode():
            model.eval()
            hits = [
                (model(torch.tensor([ids]), torch.tensor([len(ids)]))[0].argmax(1) == torch.tensor(tags)).tolist()
                for ids, tags in dev
            ]
        flat = [h for row in hits for h in row]
        curves["dev_accuracy"] += [sum(flat) / len(flat)]
        if after_epoch is not None:
            after_epoch(e, model, curves)
    return curves
# %% [mutant] Tagger: a new optimiser in every epoch
# cell: l2e09-train
# kills: l2e09-t3
_tt3 = train_tagger
def train_tagger(model, train, dev, epochs, batch_size, lr, rng, after_epoch=None):
    history = {"train_loss": [], "dev_accuracy": []}
    for epoch in range(1, epochs + 1):
        one = _tt3(model, train, dev, 1, batch_size, lr, rng)
        for k in history:
            history[k] += one[k]
        if after_epoch is not None:
            after_epoch(epoch, model, history)
    return history
# %% [mutant] Tagger: weight decay
# cell: l2e09-train
# kills: l2e09-t3
class _Decay(torch.optim.Adam):
    def __init__(self, params, lr):
        super().__init__(params, lr=lr, weight_decay=0.01)
_Decay.__name__ = "Adam"
_tt4 = train_tagger
def train_tagger(model, train, dev, epochs, batch_size, lr, rng, after_epoch=None):
    real, torch.optim.Adam = torch.optim.Adam, _Decay
    try:
        return _tt4(model, train, dev, epochs, batch_size, lr, rng, after_epoch)
    finally:
        torch.optim.Adam = real
# %% [mutant] Masked logits set to 0, and counted
# cell: l2e09-tagger
# kills: l2e09-t1
def masked_ce(logits, tags, mask):
    ce = F.cross_entropy(logits.flatten(0, 1), tags.flatten(), reduction="none")
    return (ce * mask.flatten()).mean()
# %% [mutant] Tag 0 taken for padding
# cell: l2e09-tagger
# kills: l2e09-t1
def masked_ce(logits, tags, mask):
    return F.cross_entropy(logits.flatten(0, 1), tags.flatten(), ignore_index=0)
# %% [mutant] Argument order: dimension 1 taken for the classes
# cell: l2e09-tagger
# kills: l2e09-t1
def masked_ce(logits, tags, mask):
    p = logits.log_softmax(dim=1)
    return -p.gather(2, tags[..., None])[..., 0][mask].mean()
# %% [mutant] Label smoothing
# cell: l2e09-tagger
# kills: l2e09-t1
def masked_ce(logits, tags, mask):
    return F.cross_entropy(logits[mask], tags[mask], label_smoothing=0.05)
# %% [mutant] Lengths as packed, but the backward states are left out
# cell: l2e09-tagger
# kills: l2e09-t2
class Tagger(Tagger):
    def forward(self, ids, lengths):
        p = nn.utils.rnn.pack_padded_sequence(self.embedding(ids), lengths, batch_first=True, enforce_sorted=False)
        s, _ = nn.utils.rnn.pad_packed_sequence(self.lstm(p)[0], batch_first=True, total_length=ids.shape[1])
        half = s.shape[2] // 2
        return self.out(torch.cat([s[..., :half], s[..., :half]], dim=2))
# %% [mutant] total_length forgotten
# cell: l2e09-tagger
# kills: l2e09-t2
class Tagger(Tagger):
    def forward(self, ids, lengths):
        p = nn.utils.rnn.pack_padded_sequence(self.embedding(ids), lengths, batch_first=True, enforce_sorted=False)
        return self.out(nn.utils.rnn.pad_packed_sequence(self.lstm(p)[0], batch_first=True)[0])
# %% [mutant] Sorted by length and not put back
# cell: l2e09-tagger
# kills: l2e09-t2
class Tagger(Tagger):
    def forward(self, ids, lengths):
        order = lengths.argsort(descending=True)
        p = nn.utils.rnn.pack_padded_sequence(self.embedding(ids[order]), lengths[order], batch_first=True)
        return self.out(nn.utils.rnn.pad_packed_sequence(self.lstm(p)[0], batch_first=True, total_length=ids.shape[1])[0])
# %% [mutant] Padding is found by looking for id 0
# cell: l2e09-tagger
# kills: l2e09-t2
_Tagger = Tagger
class Tagger(_Tagger):
    def forward(self, ids, lengths):
        return super().forward(ids, (ids != 0).sum(dim=1))
# %% [mutant] Sentence summary: the last states for every word
# cell: l2e09-tagger
# kills: l2e09-t2
class Tagger(Tagger):
    def forward(self, ids, lengths):
        p = nn.utils.rnn.pack_padded_sequence(self.embedding(ids), lengths, batch_first=True, enforce_sorted=False)
        _, (h, _) = self.lstm(p)
        both = torch.cat([h[0], h[1]], dim=1)
        return self.out(both)[:, None].expand(-1, ids.shape[1], -1)
# %% [alternate] Two LSTMs, the second on sequences turned round by an index
# cell: l2e09-tagger
def masked_ce(logits, tags, mask):
    ce = F.cross_entropy(logits.transpose(1, 2), tags, reduction="none")
    return torch.where(mask, ce, torch.zeros_like(ce)).sum() / mask.sum()


class Tagger(nn.Module):
    def __init__(self, vocab_size, n_tags, emb, hidden):
        super().__init__()
        self.e = nn.Embedding(vocab_size, emb)
        self.a = nn.LSTM(emb, hidden, batch_first=True)
        self.b = nn.LSTM(emb, hidden, batch_first=True)
        self.o = nn.Linear(2 * hidden, n_tags)

    def forward(self, ids, lengths):
        v, steps = self.e(ids), torch.arange(ids.shape[1])[None]
        turn = torch.where(steps < lengths[:, None], lengths[:, None] - 1 - steps, steps)[..., None]
        forth = self.a(v)[0]
        back = self.b(v.gather(1, turn.expand_as(v)))[0]
        return self.o(torch.cat([forth, back.gather(1, turn.expand_as(back))], 2))
# %% [alternate] Each sentence by itself
# cell: l2e09-tagger
def masked_ce(logits, tags, mask):
    p = torch.log_softmax(logits, -1)
    return -torch.stack([p[n, t, tags[n, t]] for n, t in mask.nonzero().tolist()]).mean()


class Tagger(Tagger):
    def forward(self, ids, lengths):
        rows = []
        for row, n in zip(ids, lengths.tolist()):
            out = self.out(self.lstm(self.embedding(row[None, :n]))[0])[0]
            rows.append(F.pad(out, (0, 0, 0, ids.shape[1] - n)))
        return torch.stack(rows)


# %% [mutant] Logarithm of a softmax that underflows
# cell: l2e09-tagger
# kills: l2e09-t1
def masked_ce(logits, tags, mask):
    p = torch.softmax(logits, dim=2)[mask]
    return -torch.log(p.gather(1, tags[mask][:, None]) + 1e-9).mean()


# %% [mutant] A plain number
# cell: l2e09-tagger
# kills: l2e09-t1
def masked_ce(logits, tags, mask):
    return F.cross_entropy(logits[mask], tags[mask]).item()


# %% [mutant] Only the value is masked, the gradient is not
# cell: l2e09-tagger
# kills: l2e09-t1
def masked_ce(logits, tags, mask):
    whole = F.cross_entropy(logits.flatten(0, 1), tags.flatten())
    return whole + (F.cross_entropy(logits[mask], tags[mask]) - whole).detach()


# %% [mutant] A mask that is a prefix
# cell: l2e09-tagger
# kills: l2e09-t1
def masked_ce(logits, tags, mask):
    lengths = mask.sum(1)
    keep = torch.arange(mask.shape[1]) < lengths[:, None]
    return F.cross_entropy(logits[keep], tags[keep])


# %% [mutant] Minus infinity at padded places
# cell: l2e09-tagger
# kills: l2e09-t2
class Tagger(nn.Module):
    def __init__(self, vocab_size, n_tags, emb, hidden):
        super().__init__()
        self.table = nn.Embedding(vocab_size, emb)
        self.lstm = nn.LSTM(emb, hidden, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * hidden, n_tags)

    def forward(self, ids, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(
            self.table(ids), lengths, batch_first=True, enforce_sorted=False
        )
        out, _ = self.lstm(packed)
        out, _ = nn.utils.rnn.pad_packed_sequence(out, batch_first=True, total_length=ids.shape[1])
        logits = self.head(out)
        inside = torch.arange(ids.shape[1]) < lengths[:, None]
        return logits.masked_fill(~inside[..., None], float("-inf"))


# %% [mutant] Starts from noise
# cell: l2e09-tagger
# kills: l2e09-t2
class Tagger(nn.Module):
    def __init__(self, vocab_size, n_tags, emb, hidden):
        super().__init__()
        self.table = nn.Embedding(vocab_size, emb)
        self.lstm = nn.LSTM(emb, hidden, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * hidden, n_tags)

    def forward(self, ids, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(
            self.table(ids), lengths, batch_first=True, enforce_sorted=False
        )
        out, _ = self.lstm(packed, tuple(torch.randn(2, len(ids), self.lstm.hidden_size) for _ in range(2)))
        out, _ = nn.utils.rnn.pad_packed_sequence(out, batch_first=True, total_length=ids.shape[1])
        return self.head(out)


# %% [mutant] Two LSTMs read forwards
# cell: l2e09-tagger
# kills: l2e09-t2
class Tagger(nn.Module):
    def __init__(self, vocab_size, n_tags, emb, hidden):
        super().__init__()
        self.table = nn.Embedding(vocab_size, emb)
        self.lstm = nn.LSTM(emb, hidden, batch_first=True)
        self.second = nn.LSTM(emb, hidden, batch_first=True)
        self.head = nn.Linear(2 * hidden, n_tags)

    def forward(self, ids, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(
            self.table(ids), lengths, batch_first=True, enforce_sorted=False
        )
        parts = [
            nn.utils.rnn.pad_packed_sequence(lstm(packed)[0], batch_first=True, total_length=ids.shape[1])[0]
            for lstm in (self.lstm, self.second)
        ]
        out = torch.cat(parts, dim=2)
        return self.head(out)


# %% [mutant] Tags are read off the words too
# cell: l2e09-tagger
# kills: l2e09-t2
class Tagger(nn.Module):
    def __init__(self, vocab_size, n_tags, emb, hidden):
        super().__init__()
        self.table = nn.Embedding(vocab_size, emb)
        self.lstm = nn.LSTM(emb, hidden, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * hidden, n_tags)

    def forward(self, ids, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(
            self.table(ids), lengths, batch_first=True, enforce_sorted=False
        )
        out, _ = self.lstm(packed)
        out, _ = nn.utils.rnn.pad_packed_sequence(out, batch_first=True, total_length=ids.shape[1])
        return self.head(out + F.pad(self.table(ids), (0, out.shape[2] - self.table.embedding_dim)))


# %% [alternate] The mask is made from the ids that are not 0
# cell: l2e09-train
def train_tagger(model, train, dev, epochs, batch_size, lr, rng, after_epoch=None):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train_loss": [], "dev_accuracy": []}
    for epoch in range(1, epochs + 1):
        model.train()
        order, total, words = rng.permutation(len(train)), 0.0, 0
        for start in range(0, len(train), batch_size):
            batch = [train[k] for k in order[start : start + batch_size]]
            ids, lengths = pad_batch([ids for ids, _ in batch])
            tags, _ = pad_batch([tags for _, tags in batch])
            mask = ids != 0
            loss = masked_ce(model(ids, lengths), tags, mask)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item() * int(lengths.sum())
            words += int(lengths.sum())
        history["train_loss"].append(total / words)
        model.eval()
        with torch.no_grad():
            ids, lengths = pad_batch([ids for ids, _ in dev])
            tags, _ = pad_batch([tags for _, tags in dev])
            mask = torch.arange(ids.shape[1]) < lengths[:, None]
            right = (model(ids, lengths).argmax(2) == tags)[mask].sum().item()
        history["dev_accuracy"].append(right / int(mask.sum()))
        if after_epoch is not None:
            after_epoch(epoch, model, history)
    return history


# %% [mutant] Gradients are clipped
# cell: l2e09-train
# kills: l2e09-t3
def train_tagger(model, train, dev, epochs, batch_size, lr, rng, after_epoch=None):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train_loss": [], "dev_accuracy": []}
    for epoch in range(1, epochs + 1):
        model.train()
        order, total, words = rng.permutation(len(train)), 0.0, 0
        for start in range(0, len(train), batch_size):
            batch = [train[k] for k in order[start : start + batch_size]]
            ids, lengths = pad_batch([ids for ids, _ in batch])
            tags, _ = pad_batch([tags for _, tags in batch])
            mask = torch.arange(ids.shape[1]) < lengths[:, None]
            loss = masked_ce(model(ids, lengths), tags, mask)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 0.1)
            optimiser.step()
            total += loss.item() * int(lengths.sum())
            words += int(lengths.sum())
        history["train_loss"].append(total / words)
        model.eval()
        with torch.no_grad():
            ids, lengths = pad_batch([ids for ids, _ in dev])
            tags, _ = pad_batch([tags for _, tags in dev])
            mask = torch.arange(ids.shape[1]) < lengths[:, None]
            right = (model(ids, lengths).argmax(2) == tags)[mask].sum().item()
        history["dev_accuracy"].append(right / int(mask.sum()))
        if after_epoch is not None:
            after_epoch(epoch, model, history)
    return history


# %% [mutant] Sentences of like length stay together
# cell: l2e09-train
# kills: l2e09-t3
def train_tagger(model, train, dev, epochs, batch_size, lr, rng, after_epoch=None):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train_loss": [], "dev_accuracy": []}
    for epoch in range(1, epochs + 1):
        model.train()
        order, total, words = sorted(rng.permutation(len(train)), key=lambda n: len(train[n][0])), 0.0, 0
        for start in range(0, len(train), batch_size):
            batch = [train[k] for k in order[start : start + batch_size]]
            ids, lengths = pad_batch([ids for ids, _ in batch])
            tags, _ = pad_batch([tags for _, tags in batch])
            mask = torch.arange(ids.shape[1]) < lengths[:, None]
            loss = masked_ce(model(ids, lengths), tags, mask)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item() * int(lengths.sum())
            words += int(lengths.sum())
        history["train_loss"].append(total / words)
        model.eval()
        with torch.no_grad():
            ids, lengths = pad_batch([ids for ids, _ in dev])
            tags, _ = pad_batch([tags for _, tags in dev])
            mask = torch.arange(ids.shape[1]) < lengths[:, None]
            right = (model(ids, lengths).argmax(2) == tags)[mask].sum().item()
        history["dev_accuracy"].append(right / int(mask.sum()))
        if after_epoch is not None:
            after_epoch(epoch, model, history)
    return history


# %% [mutant] Drawn with replacement
# cell: l2e09-train
# kills: l2e09-t3
def train_tagger(model, train, dev, epochs, batch_size, lr, rng, after_epoch=None):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train_loss": [], "dev_accuracy": []}
    for epoch in range(1, epochs + 1):
        model.train()
        order, total, words = rng.integers(len(train), size=len(train)), 0.0, 0
        for start in range(0, len(train), batch_size):
            batch = [train[k] for k in order[start : start + batch_size]]
            ids, lengths = pad_batch([ids for ids, _ in batch])
            tags, _ = pad_batch([tags for _, tags in batch])
            mask = torch.arange(ids.shape[1]) < lengths[:, None]
            loss = masked_ce(model(ids, lengths), tags, mask)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item() * int(lengths.sum())
            words += int(lengths.sum())
        history["train_loss"].append(total / words)
        model.eval()
        with torch.no_grad():
            ids, lengths = pad_batch([ids for ids, _ in dev])
            tags, _ = pad_batch([tags for _, tags in dev])
            mask = torch.arange(ids.shape[1]) < lengths[:, None]
            right = (model(ids, lengths).argmax(2) == tags)[mask].sum().item()
        history["dev_accuracy"].append(right / int(mask.sum()))
        if after_epoch is not None:
            after_epoch(epoch, model, history)
    return history


# %% [mutant] Weighted by sentences, not by words
# cell: l2e09-train
# kills: l2e09-t3
def train_tagger(model, train, dev, epochs, batch_size, lr, rng, after_epoch=None):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train_loss": [], "dev_accuracy": []}
    for epoch in range(1, epochs + 1):
        model.train()
        order, total, words = rng.permutation(len(train)), 0.0, 0
        for start in range(0, len(train), batch_size):
            batch = [train[k] for k in order[start : start + batch_size]]
            ids, lengths = pad_batch([ids for ids, _ in batch])
            tags, _ = pad_batch([tags for _, tags in batch])
            mask = torch.arange(ids.shape[1]) < lengths[:, None]
            loss = masked_ce(model(ids, lengths), tags, mask)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item() * len(batch)
            words += len(batch)
        history["train_loss"].append(total / words)
        model.eval()
        with torch.no_grad():
            ids, lengths = pad_batch([ids for ids, _ in dev])
            tags, _ = pad_batch([tags for _, tags in dev])
            mask = torch.arange(ids.shape[1]) < lengths[:, None]
            right = (model(ids, lengths).argmax(2) == tags)[mask].sum().item()
        history["dev_accuracy"].append(right / int(mask.sum()))
        if after_epoch is not None:
            after_epoch(epoch, model, history)
    return history


# %% [alternate] Mask as weights
# cell: l2e09-tagger
def masked_ce(logits, tags, mask):
    each = F.cross_entropy(logits.transpose(1, 2), tags, reduction="none")
    return torch.sum(each * mask.float()) / mask.float().sum()


# %% [alternate] One-hot targets and einsum
# cell: l2e09-tagger
def masked_ce(logits, tags, mask):
    picked = F.one_hot(tags, logits.shape[2]) * mask.unsqueeze(2)
    return -torch.einsum("ntk,ntk->", picked.to(logits.dtype), logits.log_softmax(2)) / mask.sum()


# %% [alternate] Everything on the packed data
# cell: l2e09-tagger
class Tagger(nn.Module):
    def __init__(self, vocab_size: int, n_tags: int, emb: int, hidden: int):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb)
        self.lstm = nn.LSTM(emb, hidden, bidirectional=True)
        self.linear = nn.Linear(hidden * 2, n_tags)

    def forward(self, ids, lengths):
        from torch.nn.utils import rnn

        words = rnn.pack_sequence([row[:n] for row, n in zip(ids, lengths)], enforce_sorted=False)
        states, _ = self.lstm(words._replace(data=self.embedding(words.data)))
        logits = states._replace(data=self.linear(states.data))
        padded, _ = rnn.pad_packed_sequence(
            logits, batch_first=True, padding_value=7.0, total_length=ids.size(1)
        )
        return padded


# %% [alternate] Cells of 2.6 and a mask, walked both ways
# cell: l2e09-tagger
class Tagger(nn.Module):
    def __init__(self, vocab_size, n_tags, emb, hidden):
        super().__init__()
        self.hidden = hidden
        self.table = nn.Embedding(vocab_size, emb)
        self.cells = nn.ModuleList([LSTMCell(emb, hidden), LSTMCell(emb, hidden)])
        self.head = nn.Linear(2 * hidden, n_tags)

    def walk(self, cell, xs, mask, steps):
        state = (xs.new_zeros(len(xs), self.hidden), xs.new_zeros(len(xs), self.hidden))
        said = {}
        for t in steps:
            new = cell(xs[:, t], state)
            state = tuple(torch.where(mask[:, t, None], n, s) for n, s in zip(new, state))
            said[t] = state[0]
        return torch.stack([said[t] for t in range(xs.shape[1])], dim=1)

    def forward(self, ids, lengths):
        T = ids.shape[1]
        mask = torch.arange(T) < lengths.unsqueeze(1)
        xs = self.table(ids)
        left = self.walk(self.cells[0], xs, mask, range(T))
        right = self.walk(self.cells[1], xs, mask, reversed(range(T)))
        return self.head(torch.cat([left, right], dim=2))


# %% [alternate] With the accuracy of 2.2, in batches, by a DataLoader
# cell: l2e09-train
def _collate(pairs):
    ids, lengths = pad_batch([list(ids) for ids, _ in pairs])
    tags, _ = pad_batch([list(tags) for _, tags in pairs])
    return ids, lengths, tags, torch.arange(ids.shape[1])[None] < lengths[:, None]


def train_tagger(model, train, dev, epochs, batch_size, lr, rng, after_epoch=None):
    from torch.utils.data import DataLoader

    history = {"dev_accuracy": [], "train_loss": []}
    adam = torch.optim.Adam(model.parameters(), lr)
    for epoch in range(1, 1 + epochs):
        losses, words = [], []
        model.train()
        sampler = rng.permutation(len(train)).tolist()
        for ids, lengths, tags, mask in DataLoader(train, batch_size, sampler=sampler, collate_fn=_collate):
            adam.zero_grad(set_to_none=True)
            loss = masked_ce(model(ids, lengths), tags, mask)
            loss.backward()
            adam.step()
            losses.append(loss.item())
            words.append(mask.sum().item())
        history["train_loss"].append(float(np.dot(losses, words) / np.sum(words)))
        model.eval()
        guesses, truths = [], []
        for ids, lengths, tags, mask in DataLoader(dev, batch_size, collate_fn=_collate):
            with torch.inference_mode():
                best = model(ids, lengths).argmax(-1)
            guesses += [row[:n].tolist() for row, n in zip(best, lengths)]
            truths += [row[:n].tolist() for row, n in zip(tags, lengths)]
        history["dev_accuracy"].append(float(token_accuracy(guesses, truths)))
        if after_epoch:
            after_epoch(epoch, model, history)
    return history
