# %% [mutant] Overlapping windows
# cell: l2e05-stream
# kills: l2e05-t1
def lm_batches(ids, batch_size, bptt):
    length = len(ids) // batch_size
    rows = ids[: batch_size * length].reshape(batch_size, length)
    for start in range(0, length - bptt):
        yield rows[:, start : start + bptt], rows[:, start + 1 : start + bptt + 1]

# %% [mutant] The target is the input
# cell: l2e05-stream
# kills: l2e05-t1
_right = lm_batches
def lm_batches(ids, batch_size, bptt):
    for x, y in _right(ids, batch_size, bptt):
        yield x, x

# %% [mutant] Moved on by two
# cell: l2e05-stream
# kills: l2e05-t1
def lm_batches(ids, batch_size, bptt):
    length = len(ids) // batch_size
    rows = ids[: batch_size * length].reshape(batch_size, length)
    for start in range(0, length - 2, bptt):
        stop = min(start + bptt, length - 2)
        yield rows[:, start:stop], rows[:, start + 2 : stop + 2]

# %% [mutant] The target is the symbol before
# cell: l2e05-stream
# kills: l2e05-t1
_right = lm_batches
def lm_batches(ids, batch_size, bptt):
    for x, y in _right(ids, batch_size, bptt):
        yield y, x

# %% [mutant] Rows do not go on: windows are dealt out like cards
# cell: l2e05-stream
# kills: l2e05-t1
def lm_batches(ids, batch_size, bptt):
    count = (len(ids) - 1) // (batch_size * bptt)
    for k in range(count):
        starts = [(k * batch_size + row) * bptt for row in range(batch_size)]
        yield torch.stack([ids[s : s + bptt] for s in starts]), torch.stack([ids[s + 1 : s + bptt + 1] for s in starts])

# %% [mutant] Time runs down the rows
# cell: l2e05-stream
# kills: l2e05-t1
def lm_batches(ids, batch_size, bptt):
    length = len(ids) // batch_size
    rows = ids[: batch_size * length].reshape(length, batch_size).T
    for start in range(0, length - 1, bptt):
        stop = min(start + bptt, length - 1)
        yield rows[:, start:stop], rows[:, start + 1 : stop + 1]

# %% [mutant] Columns and rows are exchanged
# cell: l2e05-stream
# kills: l2e05-t1
_right = lm_batches
def lm_batches(ids, batch_size, bptt):
    for x, y in _right(ids, batch_size, bptt):
        yield x.T, y.T

# %% [mutant] One symbol between two windows is skipped
# cell: l2e05-stream
# kills: l2e05-t1
def lm_batches(ids, batch_size, bptt):
    length = len(ids) // batch_size
    rows = ids[: batch_size * length].reshape(batch_size, length)
    for start in range(0, length - 1, bptt + 1):
        stop = min(start + bptt, length - 1)
        yield rows[:, start:stop], rows[:, start + 1 : stop + 1]

# %% [mutant] Windows come in random order
# cell: l2e05-stream
# kills: l2e05-t1
_right = lm_batches
def lm_batches(ids, batch_size, bptt):
    pairs = list(_right(ids, batch_size, bptt))
    return [pairs[k] for k in np.random.permutation(len(pairs))]

# %% [mutant] Only the first windows
# cell: l2e05-stream
# kills: l2e05-t1
_right = lm_batches
def lm_batches(ids, batch_size, bptt):
    return list(_right(ids, batch_size, bptt))[:2]

# %% [mutant] Positions instead of tokens
# cell: l2e05-stream
# kills: l2e05-t1
_right = lm_batches
def lm_batches(ids, batch_size, bptt):
    return _right(torch.arange(len(ids)), batch_size, bptt)

# %% [mutant] The last window takes targets from the next row
# cell: l2e05-stream
# kills: l2e05-t1
def lm_batches(ids, batch_size, bptt):
    length = len(ids) // batch_size
    rows = ids[: batch_size * length].reshape(batch_size, length)
    for start in range(0, length, bptt):
        stop = min(start + bptt, length)
        yield rows[:, start:stop], rows.roll(-1, dims=1)[:, start:stop]

# %% [mutant] Numbers with a decimal point
# cell: l2e05-stream
# kills: l2e05-t1
_right = lm_batches
def lm_batches(ids, batch_size, bptt):
    for x, y in _right(ids, batch_size, bptt):
        yield x.float(), y.float()

# %% [mutant] The mean of the batches' perplexities
# cell: l2e05-stream
# kills: l2e05-t2
def perplexity(nll_sums, token_counts):
    return float(np.mean([np.exp(s / n) for s, n in zip(nll_sums, token_counts)]))

# %% [mutant] The mean of the batches' means
# cell: l2e05-stream
# kills: l2e05-t2
def perplexity(nll_sums, token_counts):
    return float(np.exp(np.mean([s / n for s, n in zip(nll_sums, token_counts)])))

# %% [mutant] Two to the power of nats
# cell: l2e05-stream
# kills: l2e05-t2
def perplexity(nll_sums, token_counts):
    return float(2 ** (sum(nll_sums) / sum(token_counts)))

# %% [mutant] No exponential
# cell: l2e05-stream
# kills: l2e05-t2
def perplexity(nll_sums, token_counts):
    return float(sum(nll_sums) / sum(token_counts))

# %% [mutant] The sum of the nats, not divided
# cell: l2e05-stream
# kills: l2e05-t2
def perplexity(nll_sums, token_counts):
    return float(np.exp(sum(nll_sums) / len(token_counts)))

# %% [mutant] The likelihood, not its inverse
# cell: l2e05-stream
# kills: l2e05-t2
def perplexity(nll_sums, token_counts):
    return float(np.exp(-sum(nll_sums) / sum(token_counts)))

# %% [alternate] A list, without the shorter pair at the end
# cell: l2e05-stream
def lm_batches(ids, batch_size, bptt):
    length = len(ids) // batch_size
    rows = ids[: batch_size * length].view(batch_size, -1)
    count = (length - 1) // bptt
    return [(rows[:, k * bptt : (k + 1) * bptt], rows[:, k * bptt + 1 : (k + 1) * bptt + 1]) for k in range(count)]

# %% [alternate] Inputs and targets are cut separately
# cell: l2e05-stream
def lm_batches(ids, batch_size, bptt):
    length = (len(ids) - 1) // batch_size
    x = ids[:-1][: batch_size * length].reshape(batch_size, length)
    y = ids[1:][: batch_size * length].reshape(batch_size, length)
    return zip(x.split(bptt, dim=1), y.split(bptt, dim=1))

# %% [alternate] Rows as copies, one by one
# cell: l2e05-stream
class lm_batches:
    def __init__(self, ids, batch_size, bptt):
        n = len(ids) // batch_size
        self.rows = torch.stack([ids[r * n : (r + 1) * n] for r in range(batch_size)])
        self.bptt = bptt

    def __iter__(self):
        at = 0
        while at + 1 < self.rows.shape[1]:
            piece = self.rows[:, at : at + self.bptt + 1]
            yield piece[:, :-1].clone(), piece[:, 1:].clone()
            at += self.bptt


def perplexity(nll_sums, token_counts):
    weights = np.array(token_counts) / np.sum(token_counts)
    means = np.array(nll_sums) / np.array(token_counts)
    return np.exp(np.dot(weights, means))
# %% [mutant] Rows interleave the stream
# cell: l2e05-stream
# kills: l2e05-t1
def lm_batches(ids, batch_size, bptt):
    n = len(ids) // batch_size
    rows = ids[: n * batch_size].reshape(n, batch_size).T
    for s in range(0, n - 1, bptt):
        e = min(s + bptt, n - 1)
        yield rows[:, s:e], rows[:, s + 1 : e + 1]
# %% [mutant] Targets are the window rolled round
# cell: l2e05-stream
# kills: l2e05-t1
def lm_batches(ids, batch_size, bptt):
    n = len(ids) // batch_size
    rows = ids[: n * batch_size].reshape(batch_size, n)
    for s in range(0, n - bptt + 1, bptt):
        x = rows[:, s : s + bptt]
        yield x, torch.roll(x, -1, dims=1)
# %% [mutant] Each window starts with the last target of the one before, inputs used twice
# cell: l2e05-stream
# kills: l2e05-t1
def lm_batches(ids, batch_size, bptt):
    n = len(ids) // batch_size
    rows = ids[: n * batch_size].reshape(batch_size, n)
    for s in range(0, n - 1, max(1, bptt - 1)):
        e = min(s + bptt, n - 1)
        yield rows[:, s:e], rows[:, s + 1 : e + 1]
# %% [mutant] A remainder of the stream fills the last row by wrapping round
# cell: l2e05-stream
# kills: l2e05-t1
def lm_batches(ids, batch_size, bptt):
    n = -(-len(ids) // batch_size)
    rows = torch.cat([ids, ids[: n * batch_size - len(ids)]]).reshape(batch_size, n)
    for s in range(0, n - 1, bptt):
        e = min(s + bptt, n - 1)
        yield rows[:, s:e], rows[:, s + 1 : e + 1]
# %% [mutant] Perplexity as the geometric mean of the batches' perplexities
# cell: l2e05-stream
# kills: l2e05-t2
def perplexity(nll_sums, token_counts):
    return float(np.exp(np.mean([s / n for s, n in zip(nll_sums, token_counts)])))
# %% [alternate] x and y cut from the stream and from the stream moved by one
# cell: l2e05-stream
def lm_batches(ids, batch_size, bptt):
    n = (len(ids) - 1) // batch_size
    x = ids[: n * batch_size].view(batch_size, n)
    y = ids[1 : n * batch_size + 1].view(batch_size, n)
    return list(zip(x.split(bptt, 1), y.split(bptt, 1)))


def perplexity(nll_sums, token_counts):
    return torch.exp(torch.tensor(nll_sums, dtype=torch.float64).sum() / torch.tensor(token_counts).sum())
# %% [alternate] A class with __iter__ that drops the tail
# cell: l2e05-stream
class lm_batches:
    def __init__(self, ids, batch_size, bptt):
        n = len(ids) // batch_size
        self.rows, self.bptt, self.n = torch.stack([ids[r * n : (r + 1) * n] for r in range(batch_size)]), bptt, n

    def __len__(self):
        return (self.n - 1) // self.bptt

    def __iter__(self):
        for k in range(len(self)):
            a = k * self.bptt
            yield self.rows[:, a : a + self.bptt].clone(), self.rows[:, a + 1 : a + 1 + self.bptt].clone()


# %% [mutant] The targets go round: the last one of a row is the row's first symbol
# cell: l2e05-stream
# kills: l2e05-t1
def lm_batches(ids, batch_size, bptt):
    rows = ids[: len(ids) // batch_size * batch_size].view(batch_size, -1)
    after = torch.roll(rows, -1, dims=1)
    return list(zip(rows.split(bptt, dim=1), after.split(bptt, dim=1)))


# %% [mutant] The stream is reshaped in place
# cell: l2e05-stream
# kills: l2e05-t1
def lm_batches(ids, batch_size, bptt):
    ids.resize_(batch_size, len(ids) // batch_size)
    for t in range(0, ids.shape[1] - 1, bptt):
        n = min(bptt, ids.shape[1] - 1 - t)
        yield ids[:, t : t + n].clone(), ids[:, t + 1 : t + 1 + n].clone()


# %% [mutant] Starts at a random place, to see other windows in every epoch
# cell: l2e05-stream
# kills: l2e05-t1
def lm_batches(ids, batch_size, bptt):
    ids = ids[int(torch.randint(0, bptt, ())) :]
    rows = ids[: len(ids) // batch_size * batch_size].view(batch_size, -1)
    return list(zip(rows[:, :-1].split(bptt, dim=1), rows[:, 1:].split(bptt, dim=1)))


# %% [mutant] A last pair without symbols
# cell: l2e05-stream
# kills: l2e05-t1
def lm_batches(ids, batch_size, bptt):
    rows = ids[: len(ids) // batch_size * batch_size].view(batch_size, -1)
    length = rows.shape[1]
    for t in range(0, length + bptt, bptt):
        n = max(0, min(bptt, length - 1 - t))
        yield rows[:, t : t + n], rows[:, t + 1 : t + 1 + n]


# %% [mutant] The product of the batches' probabilities overflows
# cell: l2e05-stream
# kills: l2e05-t2
def perplexity(nll_sums, token_counts):
    return float(np.prod(np.exp(nll_sums)) ** (1 / np.sum(token_counts)))


# %% [mutant] The lists are emptied
# cell: l2e05-stream
# kills: l2e05-t2
def perplexity(nll_sums, token_counts):
    total = count = 0
    while nll_sums:
        total += nll_sums.pop()
        count += token_counts.pop()
    return float(np.exp(total / count))


# %% [alternate] An object that can be walked through again and again
# cell: l2e05-stream
class Windows:
    def __init__(self, rows, bptt):
        self.x, self.y, self.bptt = rows[:, :-1], rows[:, 1:], bptt

    def __len__(self):
        return -(-self.x.shape[1] // self.bptt)

    def __iter__(self):
        return zip(self.x.split(self.bptt, dim=1), self.y.split(self.bptt, dim=1))


def lm_batches(ids, batch_size, bptt):
    return Windows(ids[: len(ids) - len(ids) % batch_size].reshape(batch_size, -1), bptt)


# %% [alternate] A DataLoader over columns
# cell: l2e05-stream
def lm_batches(ids, batch_size, bptt):
    from torch.utils.data import DataLoader, TensorDataset

    rows = torch.stack(ids.split(len(ids) // batch_size)[:batch_size])
    data = TensorDataset(rows[:, :-1].T, rows[:, 1:].T)
    join = lambda items: [torch.stack(column, dim=1) for column in zip(*items)]
    return DataLoader(data, batch_size=bptt, shuffle=False, collate_fn=join)
