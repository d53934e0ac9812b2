# %% [mutant] One shift for the whole batch
# cell: l3e05-shift
# kills: l3e05-t1
def random_shift(x, max_shift, generator):
    height, width = x.shape[2:]
    i, j = torch.randint(0, 2 * max_shift + 1, (2,), generator=generator).tolist()
    return F.pad(x, [max_shift] * 4)[:, :, i : i + height, j : j + width]

# %% [mutant] What leaves comes in on the other side
# cell: l3e05-shift
# kills: l3e05-t1
def random_shift(x, max_shift, generator):
    moves = torch.randint(-max_shift, max_shift + 1, (len(x), 2), generator=generator).tolist()
    return torch.stack([picture.roll(move, (1, 2)) for picture, move in zip(x, moves)])

# %% [mutant] The edge is repeated
# cell: l3e05-shift
# kills: l3e05-t1
def random_shift(x, max_shift, generator):
    height, width = x.shape[2:]
    framed = F.pad(x, [max_shift] * 4, mode="replicate")
    starts = torch.randint(0, 2 * max_shift + 1, (len(x), 2), generator=generator).tolist()
    return torch.stack([p[:, i : i + height, j : j + width] for p, (i, j) in zip(framed, starts)])

# %% [mutant] The largest shift never comes
# cell: l3e05-shift
# kills: l3e05-t1
def random_shift(x, max_shift, generator):
    height, width = x.shape[2:]
    framed = F.pad(x, [max_shift] * 4)
    starts = torch.randint(0, max(1, 2 * max_shift), (len(x), 2), generator=generator).tolist()
    return torch.stack([p[:, i : i + height, j : j + width] for p, (i, j) in zip(framed, starts)])

# %% [mutant] Only along the diagonal
# cell: l3e05-shift
# kills: l3e05-t1
def random_shift(x, max_shift, generator):
    height, width = x.shape[2:]
    framed = F.pad(x, [max_shift] * 4)
    starts = torch.randint(0, 2 * max_shift + 1, (len(x),), generator=generator).tolist()
    return torch.stack([p[:, i : i + height, i : i + width] for p, i in zip(framed, starts)])

# %% [mutant] Only to the side
# cell: l3e05-shift
# kills: l3e05-t1
def random_shift(x, max_shift, generator):
    height, width = x.shape[2:]
    framed = F.pad(x, [max_shift] * 4)
    starts = torch.randint(0, 2 * max_shift + 1, (len(x),), generator=generator).tolist()
    return torch.stack([p[:, max_shift : max_shift + height, j : j + width] for p, j in zip(framed, starts)])

# %% [mutant] The global generator shifts
# cell: l3e05-shift
# kills: l3e05-t1
_own_source = random_shift
def random_shift(x, max_shift, generator):
    torch.rand(1, generator=generator)
    return _own_source(x, max_shift, torch.default_generator)

# %% [mutant] A generator made anew in each call
# cell: l3e05-shift
# kills: l3e05-t1
_given_source = random_shift
def random_shift(x, max_shift, generator):
    return _given_source(x, max_shift, torch.Generator().manual_seed(generator.initial_seed()))

# %% [mutant] Every channel has its own shift
# cell: l3e05-shift
# kills: l3e05-t1
_together = random_shift
def random_shift(x, max_shift, generator):
    return torch.cat([_together(channel, max_shift, generator) for channel in x.split(1, dim=1)], dim=1)

# %% [mutant] Small shifts are likelier
# cell: l3e05-shift
# kills: l3e05-t1
def random_shift(x, max_shift, generator):
    height, width = x.shape[2:]
    framed = F.pad(x, [max_shift] * 4)
    draws = torch.randn(len(x), 2, generator=generator).mul(0.6 * max_shift).round().clamp(-max_shift, max_shift)
    starts = (draws + max_shift).long().tolist()
    return torch.stack([p[:, i : i + height, j : j + width] for p, (i, j) in zip(framed, starts)])

# %% [mutant] The pictures are shifted in place
# cell: l3e05-shift
# kills: l3e05-t1
_new = random_shift
def random_shift(x, max_shift, generator):
    x.copy_(_new(x, max_shift, generator))
    return x

# %% [mutant] The frame is left on
# cell: l3e05-shift
# kills: l3e05-t1
_cropped = random_shift
def random_shift(x, max_shift, generator):
    return F.pad(_cropped(x, max_shift, generator), [max_shift] * 4)

# %% [mutant] Rows and columns of the table are mixed up
# cell: l3e05-shift
# kills: l3e05-t2
_table = shift_robustness
def shift_robustness(model, x, y, max_shift):
    return _table(model, x, y, max_shift).T

# %% [mutant] Shifts in the wrong direction
# cell: l3e05-shift
# kills: l3e05-t2
_downwards = shift_robustness
def shift_robustness(model, x, y, max_shift):
    return _downwards(model, x, y, max_shift)[::-1, ::-1].copy()

# %% [mutant] The table wraps round the edge
# cell: l3e05-shift
# kills: l3e05-t2
def shift_robustness(model, x, y, max_shift):
    m = max_shift
    return np.array([[evaluate(model, [(x.roll((dy, dx), (2, 3)), y)]) for dx in range(-m, m + 1)] for dy in range(-m, m + 1)])

# %% [mutant] The table lacks the last shift
# cell: l3e05-shift
# kills: l3e05-t2
_whole_table = shift_robustness
def shift_robustness(model, x, y, max_shift):
    return _whole_table(model, x, y, max_shift)[:-1, :-1]

# %% [mutant] The table holds mistakes
# cell: l3e05-shift
# kills: l3e05-t2
_accuracies = shift_robustness
def shift_robustness(model, x, y, max_shift):
    return 1 - _accuracies(model, x, y, max_shift)

# %% [mutant] Judged in training mode
# cell: l3e05-shift
# kills: l3e05-t2
def shift_robustness(model, x, y, max_shift):
    m, (height, width) = max_shift, x.shape[2:]
    framed = F.pad(x, [m] * 4)
    table = np.zeros((2 * m + 1, 2 * m + 1))
    with torch.no_grad():
        for dy, dx in np.ndindex(table.shape):
            moved = framed[:, :, 2 * m - dy : 2 * m - dy + height, 2 * m - dx : 2 * m - dx + width]
            table[dy, dx] = (model(moved).argmax(dim=1) == y).float().mean()
    return table

# %% [mutant] The model stays in evaluation mode
# cell: l3e05-shift
# kills: l3e05-t2
_flagged = shift_robustness
def shift_robustness(model, x, y, max_shift):
    table = _flagged(model, x, y, max_shift)
    model.eval()
    return table

# %% [mutant] Random shifts instead of all
# cell: l3e05-shift
# kills: l3e05-t2
def shift_robustness(model, x, y, max_shift):
    side = 2 * max_shift + 1
    source = torch.Generator().manual_seed(0)
    return np.array([[evaluate(model, [(random_shift(x, max_shift, source), y)]) for _ in range(side)] for _ in range(side)])

# %% [alternate] A loop over pictures, tensors as table
# cell: l3e05-shift
def _displaced(x, dy, dx):
    out, (height, width) = torch.zeros_like(x), x.shape[-2:]
    rows = [i for i in range(height) if 0 <= i - dy < height]
    columns = [j for j in range(width) if 0 <= j - dx < width]
    for i in rows:
        out[..., i, columns] = x[..., i - dy, [j - dx for j in columns]]
    return out

def random_shift(x, max_shift, generator):
    moves = torch.randint(-max_shift, max_shift + 1, (len(x), 2), generator=generator)
    out = torch.empty_like(x)
    for k, (dy, dx) in enumerate(moves.tolist()):
        out[k] = _displaced(x[k], dy, dx)
    return out

def shift_robustness(model, x, y, max_shift):
    flag, m = model.training, max_shift
    model.eval()
    table = torch.zeros(2 * m + 1, 2 * m + 1)
    with torch.no_grad():
        for dy in range(-m, m + 1):
            for dx in range(-m, m + 1):
                table[m + dy, m + dx] = (model(_displaced(x, dy, dx)).argmax(1) == y).double().mean()
    model.train(flag)
    return table

# %% [alternate] Floats rounded down, rolled and blanked
# cell: l3e05-shift
def random_shift(x, max_shift, generator):
    side = 2 * max_shift + 1
    code = (torch.rand(len(x), generator=generator) * side**2).long().clamp(max=side**2 - 1)
    moved = x.clone()
    for k, number in enumerate(code.tolist()):
        dy, dx = number // side - max_shift, number % side - max_shift
        picture = torch.roll(x[k], (dy, dx), (1, 2))
        if dy: picture[:, slice(0, dy) if dy > 0 else slice(dy, None)] = 0
        if dx: picture[:, :, slice(0, dx) if dx > 0 else slice(dx, None)] = 0
        moved[k] = picture
    return moved

# %% [alternate] A grid of all shifts as nested lists
# cell: l3e05-shift
def shift_robustness(model, x, y, max_shift):
    reach, (height, width) = range(-max_shift, max_shift + 1), x.shape[2:]
    def moved(dy, dx):
        padded = F.pad(x, (max(dx, 0), max(-dx, 0), max(dy, 0), max(-dy, 0)))
        return padded[:, :, max(-dy, 0) : max(-dy, 0) + height, max(-dx, 0) : max(-dx, 0) + width]
    return [[evaluate(model, [(moved(dy, dx)[:17], y[:17]), (moved(dy, dx)[17:], y[17:])]) for dx in reach] for dy in reach]
# %% [mutant] The upper end is never drawn
# cell: l3e05-shift
# kills: l3e05-t1
def random_shift(x, max_shift, generator):
    m = max_shift
    s = torch.randint(0, max(1, 2 * m), (len(x), 2), generator=generator).tolist()
    big = F.pad(x, (m, m, m, m))
    return torch.stack([b[:, dy : dy + x.shape[2], dx : dx + x.shape[3]] for b, (dy, dx) in zip(big, s)])
# %% [mutant] dx is dy
# cell: l3e05-shift
# kills: l3e05-t1
def random_shift(x, max_shift, generator):
    m = max_shift
    s = torch.randint(0, 2 * m + 1, (len(x),), generator=generator).tolist()
    big = F.pad(x, (m, m, m, m))
    return torch.stack([b[:, d : d + x.shape[2], d : d + x.shape[3]] for b, d in zip(big, s)])
# %% [mutant] A rounded normal shift
# cell: l3e05-shift
# kills: l3e05-t1
def random_shift(x, max_shift, generator):
    m = max_shift
    s = torch.randn(len(x), 2, generator=generator).round().clamp(-m, m).long().tolist()
    big = F.pad(x, (m, m, m, m))
    return torch.stack([b[:, m - dy : m - dy + x.shape[2], m - dx : m - dx + x.shape[3]] for b, (dy, dx) in zip(big, s)])
# %% [mutant] The whole batch moves together, channels by themselves
# cell: l3e05-shift
# kills: l3e05-t1
def random_shift(x, max_shift, generator):
    m = max_shift
    dy, dx = torch.randint(0, 2 * m + 1, (2,), generator=generator).tolist()
    return F.pad(x, (m, m, m, m))[:, :, dy : dy + x.shape[2], dx : dx + x.shape[3]]
# %% [mutant] Filled with the mean
# cell: l3e05-shift
# kills: l3e05-t1
_rs = random_shift
def random_shift(x, max_shift, generator):
    mean = x.mean()
    return _rs(x - mean, max_shift, generator) + mean
# %% [mutant] Random shifts for the table
# cell: l3e05-shift
# kills: l3e05-t2
def shift_robustness(model, x, y, max_shift):
    k = 2 * max_shift + 1
    g = torch.Generator().manual_seed(0)
    return np.array([[evaluate(model, [(random_shift(x, max_shift, g), y)]) for _ in range(k)] for _ in range(k)])
# %% [alternate] affine grids of whole pixels: unfold and one gather, roll and wipe for the table
# cell: l3e05-shift
def random_shift(x, max_shift, generator):
    N, C, H, W = x.shape
    k = 2 * max_shift + 1
    which = torch.multinomial(torch.ones(k * k), N, replacement=True, generator=generator)
    out = torch.zeros_like(x)
    for j in which.unique().tolist():
        dy, dx = j // k - max_shift, j % k - max_shift
        p = torch.roll(x[which == j], (dy, dx), dims=(2, 3)).clone()
        if dy > 0:
            p[:, :, :dy] = 0
        if dy < 0:
            p[:, :, dy:] = 0
        if dx > 0:
            p[..., :dx] = 0
        if dx < 0:
            p[..., dx:] = 0
        out[which == j] = p
    return out


def shift_robustness(model, x, y, max_shift):
    side = 2 * max_shift + 1
    windows = F.unfold(F.pad(x, [max_shift] * 4).transpose(0, 1), tuple(x.shape[2:])).reshape(x.shape[1], len(x), *x.shape[2:], side, side) if False else None
    big = F.pad(x, [max_shift] * 4).unfold(2, x.shape[2], 1).unfold(3, x.shape[3], 1)
    return [[evaluate(model, zip(big[:, :, i, j].split(40), y.split(40))) for j in reversed(range(side))] for i in reversed(range(side))]
# %% [mutant] A normal move, cut off
# cell: l3e05-shift
# kills: l3e05-t1
def random_shift(x, max_shift, generator):
    moves = (torch.randn(len(x), 2, generator=generator, device=generator.device) * max_shift).round().clamp(-max_shift, max_shift).long().tolist()
    out = torch.zeros_like(x)
    H, W = x.shape[2:]
    for new, old, (dy, dx) in zip(out, x, moves):
        new[:, max(dy, 0) : H + min(dy, 0), max(dx, 0) : W + min(dx, 0)] = old[:, max(-dy, 0) : H + min(-dy, 0), max(-dx, 0) : W + min(-dx, 0)]
    return out
# %% [mutant] The result is always float32
# cell: l3e05-shift
# kills: l3e05-t1
_right = random_shift
def random_shift(x, max_shift, generator):
    return _right(x, max_shift, generator).float()
# %% [mutant] Nothing to do, so nothing new
# cell: l3e05-shift
# kills: l3e05-t1
_right = random_shift
def random_shift(x, max_shift, generator):
    return x if max_shift == 0 else _right(x, max_shift, generator)
# %% [mutant] Two pictures share a move
# cell: l3e05-shift
# kills: l3e05-t1
_right = random_shift
def random_shift(x, max_shift, generator):
    return torch.cat([_right(x[i : i + 2].transpose(0, 1).reshape(1, -1, *x.shape[2:]), max_shift, generator).reshape(x.shape[1], -1, *x.shape[2:]).transpose(0, 1) for i in range(0, len(x), 2)])
# %% [mutant] The model is asked where the notebook computes
# cell: l3e05-shift
# kills: l3e05-t2
def shift_robustness(model, x, y, max_shift):
    m, before = max_shift, model.training
    table = np.zeros((2 * m + 1, 2 * m + 1))
    H, W = x.shape[2:]
    wide = F.pad(x, (m, m, m, m))
    model.eval()
    with torch.no_grad():
        for i, j in np.ndindex(table.shape):
            seen = wide[:, :, 2 * m - i : 2 * m - i + H, 2 * m - j : 2 * m - j + W]
            table[i, j] = (model(seen.to(DEVICE)).argmax(1) == y.to(DEVICE)).float().mean().item()
    model.train(before)
    return table
# %% [alternate] Two selection matrices and an einsum
# cell: l3e05-shift
def random_shift(x: torch.Tensor, max_shift: int, generator: torch.Generator) -> torch.Tensor:
    H, W = x.shape[2:]
    draw = torch.randint(0, (2 * max_shift + 1) ** 2, (len(x),), generator=generator, device=generator.device).to(x.device)
    dy, dx = draw // (2 * max_shift + 1) - max_shift, draw % (2 * max_shift + 1) - max_shift
    rows = torch.arange(H, device=x.device)
    columns = torch.arange(W, device=x.device)
    pick_rows = (rows[None, :, None] - dy[:, None, None] == rows[None, None, :]).to(x.dtype)
    pick_columns = (columns[None, :, None] - dx[:, None, None] == columns[None, None, :]).to(x.dtype)
    return torch.einsum("nih,nchw,njw->ncij", pick_rows, x, pick_columns)


def shift_robustness(model, x, y, max_shift):
    span = range(-max_shift, max_shift + 1)
    was, device = model.training, next(model.parameters()).device
    model.eval()
    H, W = x.shape[-2:]
    rows = []
    with torch.inference_mode():
        for dy in span:
            row = []
            for dx in span:
                moved = F.pad(x, (dx, -dx, dy, -dy))
                hits = torch.cat([model(p.to(device)).argmax(1).cpu() for p in moved.split(3)]) == y.cpu()
                row.append(hits.float().mean().item())
            rows.append(row)
    model.train(was)
    return np.array(rows)
# %% [alternate] Gather, with a mask for what comes in
# cell: l3e05-shift
def random_shift(x, max_shift, generator):
    N, C, H, W = x.shape
    moves = torch.empty(2, N, device=generator.device).uniform_(generator=generator)
    dy, dx = (moves * (2 * max_shift + 1)).floor().long().clamp(max=2 * max_shift).sub(max_shift).to(x.device)
    i = torch.arange(H, device=x.device)[None, :] - dy[:, None]
    j = torch.arange(W, device=x.device)[None, :] - dx[:, None]
    inside = ((i >= 0) & (i < H))[:, None, :, None] & ((j >= 0) & (j < W))[:, None, None, :]
    n = torch.arange(N, device=x.device)[:, None, None, None]
    c = torch.arange(C, device=x.device)[None, :, None, None]
    moved = x[n, c, i.clamp(0, H - 1)[:, None, :, None], j.clamp(0, W - 1)[:, None, None, :]]
    return torch.where(inside, moved, torch.zeros_like(moved))


def shift_robustness(model, x, y, max_shift):
    def accuracy(dy, dx):
        moved = torch.roll(x, shifts=(dy, dx), dims=(-2, -1))
        if dy:
            moved[:, :, slice(None, dy) if dy > 0 else slice(dy, None)] = 0
        if dx:
            moved[..., slice(None, dx) if dx > 0 else slice(dx, None)] = 0
        return evaluate(model, [(moved, y)])

    size = 2 * max_shift + 1
    return np.fromfunction(np.vectorize(lambda i, j: accuracy(int(i) - max_shift, int(j) - max_shift)), (size, size))
# %% [alternate] A kernel with a single one for each picture
# cell: l3e05-shift
def random_shift(x, max_shift, generator):
    m, (N, C, H, W) = max_shift, x.shape
    places = torch.multinomial(torch.ones((2 * m + 1) ** 2, device=generator.device), N, replacement=True, generator=generator).to(x.device)
    kernels = F.one_hot(places, (2 * m + 1) ** 2).to(x.dtype).reshape(N, 1, 2 * m + 1, 2 * m + 1)
    moved = F.conv2d(x.transpose(0, 1), kernels, padding=m, groups=N)
    return moved.transpose(0, 1).contiguous()


def shift_robustness(model, x, y, max_shift):
    was = model.training
    model.eval()
    device = next(model.parameters()).device
    table = {}
    with torch.no_grad():
        for dy in range(-max_shift, max_shift + 1):
            for dx in range(-max_shift, max_shift + 1):
                pixels = np.zeros(x.shape, dtype=x.numpy().dtype)
                H, W = x.shape[2:]
                pixels[:, :, max(dy, 0) : H + min(dy, 0), max(dx, 0) : W + min(dx, 0)] = x.numpy()[:, :, max(-dy, 0) : H + min(-dy, 0), max(-dx, 0) : W + min(-dx, 0)]
                table[dy, dx] = float((model(torch.from_numpy(pixels).to(device)).cpu().argmax(1) == y).double().mean())
    model.train(was)
    return np.array(list(table.values())).reshape(2 * max_shift + 1, -1)
