# %% [mutant] min_count is ignored
# cell: l2e01-text
# kills: l2e01-t1
def build_vocab(sentences, min_count=1):
    counts = Counter(word for sentence in sentences for word in sentence)
    return {word: id for id, word in enumerate(["<pad>", "<unk>", *counts])}

# %% [mutant] Strictly more than min_count
# cell: l2e01-text
# kills: l2e01-t1
def build_vocab(sentences, min_count=1):
    counts = Counter(word for sentence in sentences for word in sentence)
    frequent = [word for word, count in counts.items() if count > min_count]
    return {word: id for id, word in enumerate(["<pad>", "<unk>", *frequent])}

# %% [mutant] PAD and UNK are swapped
# cell: l2e01-text
# kills: l2e01-t1
def build_vocab(sentences, min_count=1):
    counts = Counter(word for sentence in sentences for word in sentence)
    frequent = [word for word, count in counts.items() if count >= min_count]
    return {word: id for id, word in enumerate(["<unk>", "<pad>", *frequent])}

# %% [mutant] A gap in the ids where rare words were
# cell: l2e01-text
# kills: l2e01-t1
def build_vocab(sentences, min_count=1):
    counts = Counter(word for sentence in sentences for word in sentence)
    vocab = {"<pad>": 0, "<unk>": 1}
    for id, (word, count) in enumerate(counts.items(), start=2):
        if count >= min_count:
            vocab[word] = id
    return vocab

# %% [mutant] Words are counted once per sentence
# cell: l2e01-text
# kills: l2e01-t1
def build_vocab(sentences, min_count=1):
    counts = Counter(word for sentence in sentences for word in set(sentence))
    frequent = sorted(word for word, count in counts.items() if count >= min_count)
    return {word: id for id, word in enumerate(["<pad>", "<unk>", *frequent])}

# %% [mutant] Everything becomes lower case
# cell: l2e01-text
# kills: l2e01-t1
def build_vocab(sentences, min_count=1):
    counts = Counter(word.lower() for sentence in sentences for word in sentence)
    frequent = [word for word, count in counts.items() if count >= min_count]
    return {word: id for id, word in enumerate(["<pad>", "<unk>", *frequent])}

# %% [mutant] No stand-in for unknown words
# cell: l2e01-text
# kills: l2e01-t1
def build_vocab(sentences, min_count=1):
    counts = Counter(word for sentence in sentences for word in sentence)
    frequent = [word for word, count in counts.items() if count >= min_count]
    return {word: id for id, word in enumerate(["<pad>", *frequent])}

# %% [mutant] The default leaves out what comes once
# cell: l2e01-text
# kills: l2e01-t1
_whole_vocab = build_vocab
def build_vocab(sentences, min_count=2):
    return _whole_vocab(sentences, min_count)

# %% [mutant] Unknown words are left out
# cell: l2e01-text
# kills: l2e01-t2
def encode(sentence, vocab):
    return [vocab[word] for word in sentence if word in vocab]

# %% [mutant] Unknown words become padding
# cell: l2e01-text
# kills: l2e01-t2
def encode(sentence, vocab):
    return [vocab.get(word, 0) for word in sentence]

# %% [mutant] The vocabulary grows while it encodes
# cell: l2e01-text
# kills: l2e01-t2
def encode(sentence, vocab):
    return [vocab.setdefault(word, len(vocab)) for word in sentence]

# %% [mutant] Known words are found whatever their case
# cell: l2e01-text
# kills: l2e01-t2
def encode(sentence, vocab):
    return [vocab.get(word, vocab.get(word.lower(), vocab["<unk>"])) for word in sentence]

# %% [mutant] Encoding records the unknown word under the id of UNK
# cell: l2e01-text
# kills: l2e01-t2
def encode(sentence, vocab):
    return [vocab.setdefault(word, vocab["<unk>"]) for word in sentence]

# %% [mutant] An unknown word is a KeyError
# cell: l2e01-text
# kills: l2e01-t2
def encode(sentence, vocab):
    return [vocab[word] for word in sentence]

# %% [mutant] Padding on the left
# cell: l2e01-text
# kills: l2e01-t3
def pad_batch(seqs):
    width = max(map(len, seqs))
    ids = torch.tensor([[0] * (width - len(seq)) + list(seq) for seq in seqs])
    return ids, torch.tensor([len(seq) for seq in seqs])

# %% [mutant] Lengths after padding
# cell: l2e01-text
# kills: l2e01-t3
_padded = pad_batch
def pad_batch(seqs):
    ids, lengths = _padded(seqs)
    return ids, torch.full_like(lengths, ids.shape[1])

# %% [mutant] Numbers with a decimal point
# cell: l2e01-text
# kills: l2e01-t3
_padded = pad_batch
def pad_batch(seqs):
    ids, lengths = _padded(seqs)
    return ids.float(), lengths

# %% [mutant] Padded with UNK
# cell: l2e01-text
# kills: l2e01-t3
def pad_batch(seqs):
    rows = [torch.tensor(seq) for seq in seqs]
    ids = nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=1)
    return ids, torch.tensor([len(seq) for seq in seqs])

# %% [mutant] Time runs down
# cell: l2e01-text
# kills: l2e01-t3
def pad_batch(seqs):
    ids = nn.utils.rnn.pad_sequence([torch.tensor(seq) for seq in seqs])
    return ids, torch.tensor([len(seq) for seq in seqs])

# %% [mutant] The sequences themselves are padded
# cell: l2e01-text
# kills: l2e01-t3
def pad_batch(seqs):
    lengths = torch.tensor([len(seq) for seq in seqs])
    for seq in seqs:
        seq.extend([0] * (int(lengths.max()) - len(seq)))
    return torch.tensor(seqs), lengths

# %% [mutant] Sorted by length
# cell: l2e01-text
# kills: l2e01-t3
_padded = pad_batch
def pad_batch(seqs):
    return _padded(sorted(seqs, key=len, reverse=True))

# %% [mutant] Sentences are cut to the shortest
# cell: l2e01-text
# kills: l2e01-t3
def pad_batch(seqs):
    width = min(map(len, seqs))
    return torch.tensor([seq[:width] for seq in seqs]), torch.tensor([len(seq) for seq in seqs])

# %% [alternate] Most frequent words first, and a loop
# cell: l2e01-text
def build_vocab(sentences, min_count=1):
    counts = Counter()
    for sentence in sentences:
        counts.update(sentence)
    vocab = {"<pad>": 0, "<unk>": 1}
    for word, count in counts.most_common():
        if count >= min_count:
            vocab[word] = len(vocab)
    return vocab


def encode(sentence, vocab):
    ids = []
    for word in sentence:
        ids.append(vocab[word] if word in vocab else 1)
    return ids

# %% [alternate] PyTorch pads
# cell: l2e01-text
def pad_batch(seqs):
    ids = nn.utils.rnn.pad_sequence([torch.as_tensor(seq) for seq in seqs], batch_first=True)
    return ids, torch.LongTensor(list(map(len, seqs)))

# %% [alternate] Alphabetical order, and lists filled up
# cell: l2e01-text
def build_vocab(sentences, min_count=1):
    words = [word for sentence in sentences for word in sentence]
    kept = sorted({word for word in words if words.count(word) >= min_count})
    return dict(zip(["<pad>", "<unk>"] + kept, range(len(kept) + 2)))


def pad_batch(seqs):
    longest = len(max(seqs, key=len))
    return torch.tensor([list(seq) + [0] * (longest - len(seq)) for seq in seqs]), torch.tensor([len(s) for s in seqs])
# %% [mutant] Counts how many sentences hold the word
# cell: l2e01-text
# kills: l2e01-t1
def build_vocab(sentences, min_count=1):
    counts = Counter(word for sentence in sentences for word in set(sentence))
    return {w: k for k, w in enumerate(["<pad>", "<unk>", *(w for w in counts if counts[w] >= min_count)])}
# %% [mutant] The vocabulary is cut to the commonest thousand and its tail shares the last id
# cell: l2e01-text
# kills: l2e01-t1
def build_vocab(sentences, min_count=1):
    counts = Counter(word for sentence in sentences for word in sentence)
    return {w: min(k, 9) for k, w in enumerate(["<pad>", "<unk>", *(w for w in counts if counts[w] >= min_count)])}
# %% [mutant] encode drops words that it does not know
# cell: l2e01-text
# kills: l2e01-t2
def encode(sentence, vocab):
    return [vocab[word] for word in sentence if word in vocab]
# %% [mutant] encode hands out a new id through a defaultdict
# cell: l2e01-text
# kills: l2e01-t2
def encode(sentence, vocab):
    return [vocab.setdefault(word, len(vocab)) for word in sentence]
# %% [mutant] The batch is sorted by length
# cell: l2e01-text
# kills: l2e01-t3
def pad_batch(seqs):
    seqs = sorted(seqs, key=len, reverse=True)
    return nn.utils.rnn.pad_sequence([torch.tensor(s) for s in seqs], batch_first=True), torch.tensor([len(s) for s in seqs])
# %% [mutant] Lengths count what is not padding, in int32
# cell: l2e01-text
# kills: l2e01-t3
def pad_batch(seqs):
    ids = nn.utils.rnn.pad_sequence([torch.tensor(s) for s in seqs], batch_first=True)
    return ids, (ids != 0).sum(dim=1).int()
# %% [alternate] collections and pad_sequence
# cell: l2e01-text
import collections


def build_vocab(sentences, min_count=1):
    vocab = collections.OrderedDict([("<pad>", 0), ("<unk>", 1)])
    counter = collections.defaultdict(int)
    for s in sentences:
        for w in s:
            counter[w] += 1
    for w in sorted(counter):
        if not counter[w] < min_count:
            vocab[w] = len(vocab)
    return vocab


def encode(sentence, vocab):
    return list(map(lambda w: vocab[w] if w in vocab else vocab["<unk>"], sentence))


def pad_batch(seqs):
    T = max(map(len, seqs))
    return torch.LongTensor([list(s) + [0] * (T - len(s)) for s in seqs]), torch.LongTensor(list(map(len, seqs)))
# %% [alternate] Through NumPy
# cell: l2e01-text
def pad_batch(seqs):
    lengths = np.fromiter((len(s) for s in seqs), dtype=np.int64)
    ids = np.zeros((len(seqs), lengths.max()), dtype=np.int64)
    ids[np.arange(ids.shape[1]) < lengths[:, None]] = np.concatenate([np.asarray(s) for s in seqs])
    return torch.from_numpy(ids), torch.from_numpy(lengths)


# %% [mutant] A word must come often enough within one sentence
# cell: l2e01-text
# kills: l2e01-t1
def build_vocab(sentences, min_count=1):
    vocab = {"<pad>": 0, "<unk>": 1}
    for sentence in sentences:
        for word, count in Counter(sentence).items():
            if count >= min_count and word not in vocab:
                vocab[word] = len(vocab)
    return vocab


# %% [mutant] The counts of the call before are still there
# cell: l2e01-text
# kills: l2e01-t1
_COUNTS = Counter()


def build_vocab(sentences, min_count=1):
    for sentence in sentences:
        _COUNTS.update(sentence)
    return {"<pad>": 0, "<unk>": 1} | {
        w: k for k, w in enumerate((w for w in _COUNTS if _COUNTS[w] >= min_count), 2)
    }


# %% [mutant] Only the 50 most frequent words
# cell: l2e01-text
# kills: l2e01-t1
def build_vocab(sentences, min_count=1):
    counts = Counter(word for sentence in sentences for word in sentence)
    kept = [w for w, n in counts.most_common(50) if n >= min_count]
    return {"<pad>": 0, "<unk>": 1} | {w: k for k, w in enumerate(kept, 2)}


# %% [mutant] The id 0 counts as no id
# cell: l2e01-text
# kills: l2e01-t2
def encode(sentence, vocab):
    return [vocab.get(word) or vocab["<unk>"] for word in sentence]


# %% [mutant] Lengths are counted as ids that are not 0
# cell: l2e01-text
# kills: l2e01-t3
def pad_batch(seqs):
    ids = nn.utils.rnn.pad_sequence([torch.tensor(s) for s in seqs], batch_first=True)
    return ids, (ids != 0).sum(dim=1)


# %% [mutant] A batch of one loses its first axis
# cell: l2e01-text
# kills: l2e01-t3
def pad_batch(seqs):
    longest = max(map(len, seqs))
    ids = torch.tensor([list(s) + [0] * (longest - len(s)) for s in seqs])
    return ids.squeeze(0), torch.tensor([len(s) for s in seqs])


# %% [alternate] Columns by zip_longest, then transposed
# cell: l2e01-text
def pad_batch(seqs):
    from itertools import zip_longest

    columns = list(zip_longest(*seqs, fillvalue=0))
    return torch.tensor(columns).T, torch.tensor(list(map(len, seqs)))


# %% [alternate] A default dictionary, ids from the rarest word on
# cell: l2e01-text
def build_vocab(sentences, min_count=1):
    from collections import defaultdict

    counts = Counter()
    for sentence in sentences:
        counts.update(sentence)
    counts["<pad>"] = counts["<unk>"] = 0
    rare_first = sorted((w for w, n in counts.items() if n >= max(min_count, 1)), key=counts.get)
    vocab = defaultdict(lambda: 1, {"<pad>": 0, "<unk>": 1})
    vocab.update(zip(rare_first, range(2, 2 + len(rare_first))))
    return vocab


# %% [alternate] The stand-in's id written as the number that the specification gives
# cell: l2e01-text
def encode(sentence, vocab):
    return list(map(lambda word: vocab.get(word, 1), sentence))
