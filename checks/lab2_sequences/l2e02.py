# %% [mutant] Ties go to the tag that was seen first
# cell: l2e02-baseline
# kills: l2e02-t1
def fit_baseline(tagged):
    by_word, overall = {}, Counter()
    for sentence in tagged:
        for word, tag in sentence:
            by_word.setdefault(word, Counter())[tag] += 1
            overall[tag] += 1
    fallback = overall.most_common(1)[0][0]
    best = {word: counts.most_common(1)[0][0] for word, counts in by_word.items()}
    return lambda words: [best.get(word, fallback) for word in words]

# %% [mutant] Ties go to the last tag of the alphabet
# cell: l2e02-baseline
# kills: l2e02-t1
def fit_baseline(tagged):
    by_word, overall = {}, Counter()
    for sentence in tagged:
        for word, tag in sentence:
            by_word.setdefault(word, Counter())[tag] += 1
            overall[tag] += 1
    def best(counts):
        return max(counts, key=lambda tag: (counts[tag], tag))
    table = {word: best(counts) for word, counts in by_word.items()}
    return lambda words: [table.get(word, best(overall)) for word in words]

# %% [mutant] The last tag seen wins
# cell: l2e02-baseline
# kills: l2e02-t1
_fitted = fit_baseline
def fit_baseline(tagged):
    table, fallback = {word: tag for s in tagged for word, tag in s}, _fitted(tagged)
    return lambda words: [table.get(word, fallback([word])[0]) for word in words]

# %% [mutant] Unseen words are nouns
# cell: l2e02-baseline
# kills: l2e02-t1
_fitted = fit_baseline
def fit_baseline(tagged):
    known, predict = {word for s in tagged for word, _ in s}, _fitted(tagged)
    return lambda words: [predict([word])[0] if word in known else "NOUN" for word in words]

# %% [mutant] The fallback counts word types, not tokens
# cell: l2e02-baseline
# kills: l2e02-t1
_fitted = fit_baseline
def fit_baseline(tagged):
    predict = _fitted(tagged)
    types = Counter(tag for _, tag in sorted({pair for s in tagged for pair in s}))
    fallback = min(types, key=lambda tag: (-types[tag], tag))
    known = {word for s in tagged for word, _ in s}
    return lambda words: [predict([word])[0] if word in known else fallback for word in words]

# %% [mutant] Capitals are ignored
# cell: l2e02-baseline
# kills: l2e02-t1
_fitted = fit_baseline
def fit_baseline(tagged):
    predict = _fitted([[(word.lower(), tag) for word, tag in s] for s in tagged])
    return lambda words: predict([word.lower() for word in words])

# %% [mutant] Unseen words are skipped
# cell: l2e02-baseline
# kills: l2e02-t1
_fitted = fit_baseline
def fit_baseline(tagged):
    known, predict = {word for s in tagged for word, _ in s}, _fitted(tagged)
    return lambda words: predict([word for word in words if word in known])

# %% [mutant] The whole sentence gets one tag
# cell: l2e02-baseline
# kills: l2e02-t1
_fitted = fit_baseline
def fit_baseline(tagged):
    predict = _fitted(tagged)
    return lambda words: predict(words[:1]) * len(words)

# %% [mutant] Mean of the sentences' accuracies
# cell: l2e02-baseline
# kills: l2e02-t2
_over_tokens = token_accuracy
def token_accuracy(pred, gold, mask=None):
    rows = range(len(gold))
    shares = [_over_tokens(pred[k : k + 1], gold[k : k + 1], None if mask is None else mask[k : k + 1]) for k in rows]
    return sum(shares) / len(shares)

# %% [mutant] The mask is ignored
# cell: l2e02-baseline
# kills: l2e02-t2
_over_tokens = token_accuracy
def token_accuracy(pred, gold, mask=None):
    return _over_tokens(pred, gold)

# %% [mutant] Masked tokens count as wrong
# cell: l2e02-baseline
# kills: l2e02-t2
def token_accuracy(pred, gold, mask=None):
    right = total = 0
    for row, (p, g) in enumerate(zip(pred, gold)):
        for k in range(len(g)):
            total += 1
            right += bool(p[k] == g[k]) and (mask is None or bool(mask[row][k]))
    return right / total if total else 0.0

# %% [mutant] The mask is upside down
# cell: l2e02-baseline
# kills: l2e02-t2
_over_tokens = token_accuracy
def token_accuracy(pred, gold, mask=None):
    if mask is None:
        return _over_tokens(pred, gold)
    return _over_tokens(pred, gold, [[not m for m in row] for row in mask])

# %% [mutant] A sentence counts only if it is right as a whole
# cell: l2e02-baseline
# kills: l2e02-t2
def token_accuracy(pred, gold, mask=None):
    right = total = 0
    for row, (p, g) in enumerate(zip(pred, gold)):
        kept = [k for k in range(len(g)) if mask is None or mask[row][k]]
        total += len(kept)
        right += len(kept) * all(bool(p[k] == g[k]) for k in kept)
    return right / total if total else 0.0

# %% [mutant] Per cent
# cell: l2e02-baseline
# kills: l2e02-t2
_over_tokens = token_accuracy
def token_accuracy(pred, gold, mask=None):
    return 100 * _over_tokens(pred, gold, mask)

# %% [mutant] The share of mistakes
# cell: l2e02-baseline
# kills: l2e02-t2
_over_tokens = token_accuracy
def token_accuracy(pred, gold, mask=None):
    return 1 - _over_tokens(pred, gold, mask)

# %% [mutant] Nothing to count is a division by zero
# cell: l2e02-baseline
# kills: l2e02-t2
def token_accuracy(pred, gold, mask=None):
    right = total = 0
    for row, (p, g) in enumerate(zip(pred, gold)):
        for k in range(len(g)):
            if mask is None or mask[row][k]:
                total += 1
                right += bool(p[k] == g[k])
    return right / total

# %% [alternate] A class, and dictionaries of dictionaries
# cell: l2e02-baseline
from collections import defaultdict


class _Table:
    def __init__(self, tagged):
        counts, overall = defaultdict(lambda: defaultdict(int)), defaultdict(int)
        for sentence in tagged:
            for word, tag in sentence:
                counts[word][tag] += 1
                overall[tag] += 1
        self.best = {word: self.first(tags) for word, tags in counts.items()}
        self.fallback = self.first(overall)

    def first(self, tags):
        most = max(tags.values())
        return sorted(tag for tag, count in tags.items() if count == most)[0]

    def __call__(self, words):
        return [self.best[word] if word in self.best else self.fallback for word in words]


fit_baseline = _Table

# %% [alternate] Sorted before counting
# cell: l2e02-baseline
def fit_baseline(tagged):
    def favourite(tags):
        return max(sorted(set(tags)), key=tags.count)

    tags_of, everything = {}, []
    for word, tag in (pair for sentence in tagged for pair in sentence):
        tags_of[word] = tags_of.get(word, []) + [tag]
        everything.append(tag)
    fallback = favourite(everything)
    return lambda words: [favourite(tags_of[word]) if word in tags_of else fallback for word in words]

# %% [alternate] Flat lists, and tensors at one stroke
# cell: l2e02-baseline
def token_accuracy(pred, gold, mask=None):
    if torch.is_tensor(pred):
        keep = torch.ones_like(gold, dtype=torch.bool) if mask is None else mask
        return (pred[keep] == gold[keep]).float().mean().item() if keep.any() else 0.0
    flat = [(p, g) for ps, gs in zip(pred, gold) for p, g in zip(ps, gs)]
    keep = [True] * len(flat) if mask is None else [bool(m) for row in mask for m in row]
    hits = [p == g for (p, g), m in zip(flat, keep) if m]
    return float(np.mean(hits)) if hits else 0.0
# %% [mutant] Counter.most_common decides ties by first seen
# cell: l2e02-baseline
# kills: l2e02-t1
def fit_baseline(tagged):
    by, all_ = {}, Counter(t for s in tagged for _, t in s)
    for s in tagged:
        for w, t in s:
            by.setdefault(w, Counter())[t] += 1
    return lambda words: [by.get(w, all_).most_common(1)[0][0] for w in words]
# %% [mutant] The fallback is the commonest tag among the words' best tags
# cell: l2e02-baseline
# kills: l2e02-t1
def fit_baseline(tagged):
    by = {}
    for s in tagged:
        for w, t in s:
            by.setdefault(w, Counter())[t] += 1
    pick = lambda c: min(c, key=lambda t: (-c[t], t))
    best = {w: pick(c) for w, c in by.items()}
    fallback = pick(Counter(best.values()))
    return lambda words: [best.get(w, fallback) for w in words]
# %% [mutant] Words learn while they are tagged
# cell: l2e02-baseline
# kills: l2e02-t1
_fit = fit_baseline
def fit_baseline(tagged):
    predict = _fit(tagged)
    return lambda words: [predict([w])[0] if k else predict(["?"])[0] for k, w in enumerate(words)]
# %% [mutant] Padding is recognised by its tag 0, whatever the mask says
# cell: l2e02-baseline
# kills: l2e02-t2
_acc = token_accuracy
def token_accuracy(pred, gold, mask=None):
    if torch.is_tensor(gold):
        keep = gold != 0
        return float((pred == gold)[keep].float().mean())
    return _acc(pred, gold, mask)
# %% [mutant] Divides by all tokens, masked or not
# cell: l2e02-baseline
# kills: l2e02-t2
def token_accuracy(pred, gold, mask=None):
    right = total = 0
    for k, (p, g) in enumerate(zip(pred, gold)):
        for j in range(len(g)):
            total += 1
            right += bool(p[j] == g[j]) and (mask is None or bool(mask[k][j]))
    return right / total if total else 0.0
# %% [mutant] Crashes where nothing counts
# cell: l2e02-baseline
# kills: l2e02-t2
def token_accuracy(pred, gold, mask=None):
    hits = [bool(p == g) for k, (ps, gs) in enumerate(zip(pred, gold)) for j, (p, g) in enumerate(zip(ps, gs)) if mask is None or mask[k][j]]
    return sum(hits) / len(hits)
# %% [alternate] Tensors by boolean indexing, lists by flattening, a tensor as answer
# cell: l2e02-baseline
def token_accuracy(pred, gold, mask=None):
    if torch.is_tensor(pred):
        hits = pred.eq(gold)
        if mask is not None:
            hits = hits[mask.bool()]
        return hits.float().mean() if hits.numel() else torch.tensor(0.0)
    pairs = [(p, g) for ps, gs in zip(pred, gold) for p, g in zip(ps, gs)]
    keep = [True] * len(pairs) if mask is None else [m for row in mask for m in row]
    hits = [p == g for (p, g), k in zip(pairs, keep) if k]
    return np.mean(hits) if hits else 0
# %% [alternate] numpy.unique and sorted tags
# cell: l2e02-baseline
def fit_baseline(tagged):
    pairs = sorted((w, t) for s in tagged for w, t in s)
    tags, counts = np.unique([t for _, t in pairs], return_counts=True)
    default = tags[counts.argmax()]
    table = {}
    for w in {w for w, _ in pairs}:
        t, c = np.unique([t for v, t in pairs if v == w], return_counts=True)
        table[w] = str(t[np.argmax(c)])

    def predict(words):
        out = []
        for w in words:
            out.append(table[w] if w in table else str(default))
        return out

    return predict


# %% [mutant] One table for all fits
# cell: l2e02-baseline
# kills: l2e02-t1
_TABLE, _TOTAL = {}, Counter()


def fit_baseline(tagged):
    _TABLE.clear()
    _TOTAL.clear()
    for sentence in tagged:
        for word, tag in sentence:
            _TABLE.setdefault(word, Counter())[tag] += 1
            _TOTAL[tag] += 1

    def top(c):
        return min(c, key=lambda t: (-c[t], t))

    return lambda words: [top(_TABLE.get(word, _TOTAL)) for word in words]


# %% [mutant] Masked positions count as right
# cell: l2e02-baseline
# kills: l2e02-t2
def token_accuracy(pred, gold, mask=None):
    hits = []
    for n, (ps, gs) in enumerate(zip(pred, gold)):
        for t, (p, g) in enumerate(zip(ps, gs)):
            hits.append(bool(p == g) or (mask is not None and not mask[n][t]))
    return sum(hits) / len(hits) if hits else 0.0


# %% [mutant] Lists must be of one length
# cell: l2e02-baseline
# kills: l2e02-t2
def token_accuracy(pred, gold, mask=None):
    pred, gold = np.array(pred), np.array(gold)
    keep = np.ones(gold.shape, dtype=bool) if mask is None else np.array(mask)
    return float((pred == gold)[keep].mean()) if keep.any() else 0.0


# %% [mutant] Rounded to two digits
# cell: l2e02-baseline
# kills: l2e02-t2
def token_accuracy(pred, gold, mask=None):
    hits = []
    for n, (ps, gs) in enumerate(zip(pred, gold)):
        for t, (p, g) in enumerate(zip(ps, gs)):
            if mask is None or mask[n][t]:
                hits.append(bool(p == g))
    return round(sum(hits) / len(hits), 2) if hits else 0.0


# %% [alternate] A data class that is called
# cell: l2e02-baseline
from dataclasses import dataclass, field


@dataclass
class MostFrequentTag:
    table: dict = field(default_factory=dict)
    default: str = ""

    def __call__(self, words):
        return [self.table.get(word, self.default) for word in words]


def fit_baseline(tagged):
    pairs = Counter(pair for sentence in tagged for pair in sentence)
    tags = Counter(tag for sentence in tagged for _, tag in sentence)
    table = {}
    for (word, tag), _ in sorted(pairs.items(), key=lambda item: (-item[1], item[0][1])):
        table.setdefault(word, tag)
    return MostFrequentTag(table, sorted(tags, key=lambda tag: (-tags[tag], tag))[0])


# %% [alternate] The mean of a list of zeros and ones
# cell: l2e02-baseline
def token_accuracy(pred, gold, mask=None):
    import statistics

    hits = []
    for row in range(len(gold)):
        for col in range(len(gold[row])):
            if mask is None or mask[row][col]:
                hits.append(1 if pred[row][col] == gold[row][col] else 0)
    return statistics.mean(hits) if hits else 0
