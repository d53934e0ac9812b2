# %% [mutant] The gates come in the order f, i, g, o
# cell: l2e06-lstm
# kills: l2e06-t1
class LSTMCell(LSTMCell):
    def forward(self, x, state=None):
        h, c = state if state is not None else 2 * (torch.zeros(len(x), self.hh.in_features),)
        f, i, g, o = (self.ih(x) + self.hh(h)).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c

# %% [mutant] The gates come in the order i, f, o, g
# cell: l2e06-lstm
# kills: l2e06-t1
class LSTMCell(LSTMCell):
    def forward(self, x, state=None):
        h, c = state if state is not None else 2 * (torch.zeros(len(x), self.hh.in_features),)
        i, f, o, g = (self.ih(x) + self.hh(h)).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c

# %% [mutant] No tanh on the way out
# cell: l2e06-lstm
# kills: l2e06-t1
class LSTMCell(LSTMCell):
    def forward(self, x, state=None):
        h, c = state if state is not None else 2 * (torch.zeros(len(x), self.hh.in_features),)
        i, f, g, o = (self.ih(x) + self.hh(h)).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * c, c

# %% [mutant] A sigmoid for the candidate
# cell: l2e06-lstm
# kills: l2e06-t1
class LSTMCell(LSTMCell):
    def forward(self, x, state=None):
        h, c = state if state is not None else 2 * (torch.zeros(len(x), self.hh.in_features),)
        i, f, g, o = (self.ih(x) + self.hh(h)).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.sigmoid(g)
        return torch.sigmoid(o) * torch.tanh(c), c

# %% [mutant] No recurrence
# cell: l2e06-lstm
# kills: l2e06-t1
class LSTMCell(LSTMCell):
    def forward(self, x, state=None):
        h, c = state if state is not None else 2 * (torch.zeros(len(x), self.hh.in_features),)
        return super().forward(x, (0 * h, c))

# %% [mutant] The cell is not kept
# cell: l2e06-lstm
# kills: l2e06-t1
class LSTMCell(LSTMCell):
    def forward(self, x, state=None):
        h, c = state if state is not None else 2 * (torch.zeros(len(x), self.hh.in_features),)
        return super().forward(x, (h, 0 * c))

# %% [mutant] The gates share one sum: input gate is one minus forget gate
# cell: l2e06-lstm
# kills: l2e06-t1
class LSTMCell(LSTMCell):
    def forward(self, x, state=None):
        h, c = state if state is not None else 2 * (torch.zeros(len(x), self.hh.in_features),)
        i, f, g, o = (self.ih(x) + self.hh(h)).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + (1 - torch.sigmoid(f)) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c

# %% [mutant] The forget gate gets one more
# cell: l2e06-lstm
# kills: l2e06-t1
class LSTMCell(LSTMCell):
    def forward(self, x, state=None):
        h, c = state if state is not None else 2 * (torch.zeros(len(x), self.hh.in_features),)
        i, f, g, o = (self.ih(x) + self.hh(h)).chunk(4, dim=1)
        c = torch.sigmoid(f + 1) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c

# %% [mutant] Cell and output are exchanged
# cell: l2e06-lstm
# kills: l2e06-t1
class LSTMCell(LSTMCell):
    def forward(self, x, state=None):
        h, c = super().forward(x, state)
        return c, h

# %% [mutant] Only the output comes back
# cell: l2e06-lstm
# kills: l2e06-t1, l2e06-t2
class LSTMCell(LSTMCell):
    def forward(self, x, state=None):
        return super().forward(x, state)[0]

# %% [mutant] The old state is detached
# cell: l2e06-lstm
# kills: l2e06-t1
class LSTMCell(LSTMCell):
    def forward(self, x, state=None):
        if state is not None:
            state = state[0].detach(), state[1].detach()
        return super().forward(x, state)

# %% [mutant] No bias at all
# cell: l2e06-lstm
# kills: l2e06-t1
class LSTMCell(LSTMCell):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.ih = nn.Linear(input_size, 4 * hidden_size, bias=False)

# %% [mutant] Peepholes: parameters that nobody asked for
# cell: l2e06-lstm
# kills: l2e06-t1
class LSTMCell(LSTMCell):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.peephole = nn.Parameter(torch.zeros(hidden_size))

# %% [mutant] The state lives in the cell
# cell: l2e06-lstm
# kills: l2e06-t1
class LSTMCell(LSTMCell):
    def forward(self, x, state=None):
        if state is None:
            state = getattr(self, "last", None)
        self.last = super().forward(x, state)
        return tuple(part + 0.1 * x.mean() for part in self.last)

# %% [mutant] Normalised over the batch
# cell: l2e06-lstm
# kills: l2e06-t1
class LSTMCell(LSTMCell):
    def forward(self, x, state=None):
        return super().forward(x - x.mean(dim=0) if len(x) > 1 else x, state)

# %% [mutant] The cell is changed in place
# cell: l2e06-lstm
# kills: l2e06-t1
class LSTMCell(LSTMCell):
    def forward(self, x, state=None):
        h, new = super().forward(x, state)
        if state is not None:
            state[1].data.copy_(new.data)
        return h, new

# %% [mutant] nn.LSTMCell in disguise
# cell: l2e06-lstm
# kills: l2e06-t2
class LSTMCell(LSTMCell):
    def forward(self, x, state=None):
        size = self.hh.in_features
        if state is None:
            state = x.new_zeros(len(x), size), x.new_zeros(len(x), size)
        return torch.lstm_cell(x, state, self.ih.weight, self.hh.weight, self.ih.bias, torch.zeros_like(self.ih.bias))

# %% [mutant] A ready-made layer does the step
# cell: l2e06-lstm
# kills: l2e06-t2
class LSTMCell(LSTMCell):
    def forward(self, x, state=None):
        size = self.hh.in_features
        inner = nn.LSTMCell(self.ih.in_features, size).to(x.dtype)
        values = {"weight_ih": self.ih.weight, "weight_hh": self.hh.weight, "bias_ih": self.ih.bias, "bias_hh": 0 * self.ih.bias}
        return torch.func.functional_call(inner, values, (x, state))

# %% [mutant] nn.LSTM with one step
# cell: l2e06-lstm
# kills: l2e06-t2
class LSTMCell(LSTMCell):
    def forward(self, x, state=None):
        size = self.hh.in_features
        if state is None:
            state = x.new_zeros(len(x), size), x.new_zeros(len(x), size)
        weights = [self.ih.weight, self.hh.weight, self.ih.bias, torch.zeros_like(self.ih.bias)]
        _, h, c = torch.lstm(x[None], (state[0][None], state[1][None]), weights, True, 1, 0.0, False, False, False)
        return h[0], c[0]

# %% [alternate] Two biases, slices, and the sigmoids at one stroke
# cell: l2e06-lstm
class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.size = hidden_size
        self.ih, self.hh = nn.Linear(input_size, 4 * hidden_size), nn.Linear(hidden_size, 4 * hidden_size)

    def forward(self, x, state=None):
        H = self.size
        if state is None:
            h = c = torch.zeros(x.shape[0], H)
        else:
            h, c = state
        z = self.ih(x) + self.hh(h)
        gates = z.sigmoid()
        new = gates[:, H : 2 * H] * c + gates[:, :H] * z[:, 2 * H : 3 * H].tanh()
        return gates[:, 3 * H :] * new.tanh(), new

# %% [alternate] The bias in the other map, and numbers instead of sigmoids
# cell: l2e06-lstm
class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.hh = nn.Linear(hidden_size, 4 * hidden_size)
        self.ih = nn.Linear(input_size, 4 * hidden_size, bias=False)

    def forward(self, x, state=None):
        h, c = state or (x.new_zeros(len(x), self.hidden_size),) * 2
        parts = (self.hh(h) + self.ih(x)).view(len(x), 4, self.hidden_size).unbind(1)
        i, f, o = (1 / (1 + torch.exp(-parts[k])) for k in (0, 1, 3))
        c = f * c + i * torch.tanh(parts[2])
        return [o * torch.tanh(c), c]
# %% [mutant] Coupled gates, f = 1 - i
# cell: l2e06-lstm
# kills: l2e06-t1
class LSTMCell(LSTMCell):
    def forward(self, x, state=None):
        h, c = state if state is not None else (x.new_zeros(len(x), self.hh.in_features),) * 2
        i, f, g, o = (self.ih(x) + self.hh(h)).chunk(4, dim=1)
        c = (1 - i.sigmoid()) * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c
# %% [mutant] The state is detached inside the cell
# cell: l2e06-lstm
# kills: l2e06-t1
_Cell = LSTMCell
class LSTMCell(_Cell):
    def forward(self, x, state=None):
        return super().forward(x, None if state is None else tuple(s.detach() for s in state))
# %% [mutant] The cell remembers its state between calls
# cell: l2e06-lstm
# kills: l2e06-t1
_Cell2 = LSTMCell
class LSTMCell(_Cell2):
    kept = None
    def forward(self, x, state=None):
        if state is None and self.kept is not None and self.kept[0].shape[0] == len(x):
            state = self.kept
        out = super().forward(x, state)
        self.kept = tuple(s.detach() for s in out)
        return out
# %% [mutant] Hard sigmoid
# cell: l2e06-lstm
# kills: l2e06-t1
class LSTMCell(LSTMCell):
    def forward(self, x, state=None):
        h, c = state if state is not None else (x.new_zeros(len(x), self.hh.in_features),) * 2
        i, f, g, o = (self.ih(x) + self.hh(h)).chunk(4, dim=1)
        c = F.hardsigmoid(f) * c + F.hardsigmoid(i) * g.tanh()
        return F.hardsigmoid(o) * c.tanh(), c
# %% [mutant] The functional cell behind the layer
# cell: l2e06-lstm
# kills: l2e06-t2
class LSTMCell(LSTMCell):
    def forward(self, x, state=None):
        h, c = state if state is not None else (x.new_zeros(len(x), self.hh.in_features),) * 2
        zero = x.new_zeros(4 * self.hh.in_features)
        return torch.lstm_cell(x, (h, c), self.ih.weight, self.hh.weight, self.ih.bias, zero)
# %% [alternate] Gates as a view, both maps with a bias, a list as result
# cell: l2e06-lstm
class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.size = hidden_size
        self.hh = nn.Linear(hidden_size, hidden_size * 4)
        self.ih = nn.Linear(input_size, hidden_size * 4)

    def forward(self, x, state=None):
        if state is None:
            state = torch.zeros(x.shape[0], self.size, dtype=x.dtype), torch.zeros(x.shape[0], self.size, dtype=x.dtype)
        a = (self.ih(x) + self.hh(state[0])).view(x.shape[0], 4, self.size).transpose(0, 1)
        gates = 1 / (1 + torch.exp(-a[[0, 1, 3]]))
        c = torch.addcmul(gates[1] * state[1], gates[0], a[2].tanh())
        return gates[2] * c.tanh(), c


# %% [mutant] The forget bias starts at one
# cell: l2e06-lstm
# kills: l2e06-t1
class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.ih = nn.Linear(input_size, 4 * hidden_size)
        self.hh = nn.Linear(hidden_size, 4 * hidden_size)
        with torch.no_grad():
            self.ih.bias[hidden_size : 2 * hidden_size] = 1.0

    def forward(self, x, state=None):
        if state is None:
            state = (x.new_zeros(len(x), self.hidden_size),) * 2
        h, c = state
        i, f, g, o = (self.ih(x) + self.hh(h)).chunk(4, dim=1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c


# %% [mutant] A first state that is learned
# cell: l2e06-lstm
# kills: l2e06-t1
class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.ih = nn.Linear(input_size, 4 * hidden_size)
        self.hh = nn.Linear(hidden_size, 4 * hidden_size)
        self.h0 = nn.Parameter(torch.zeros(1, hidden_size))
        self.c0 = nn.Parameter(torch.zeros(1, hidden_size))

    def forward(self, x, state=None):
        h, c = state if state is not None else (self.h0.expand(len(x), -1), self.c0.expand(len(x), -1))
        i, f, g, o = (self.ih(x) + self.hh(h)).chunk(4, dim=1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c


# %% [mutant] The cell is clipped to plus and minus three
# cell: l2e06-lstm
# kills: l2e06-t1
class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.ih = nn.Linear(input_size, 4 * hidden_size)
        self.hh = nn.Linear(hidden_size, 4 * hidden_size)

    def forward(self, x, state=None):
        h, c = state if state is not None else (x.new_zeros(len(x), self.hh.in_features),) * 2
        i, f, g, o = (self.ih(x) + self.hh(h)).chunk(4, dim=1)
        c = (f.sigmoid() * c + i.sigmoid() * g.tanh()).clamp(-3, 3)
        return o.sigmoid() * c.tanh(), c


# %% [mutant] The kernel behind the layer, through torch.ops
# cell: l2e06-lstm
# kills: l2e06-t2
class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.ih = nn.Linear(input_size, 4 * hidden_size)
        self.hh = nn.Linear(hidden_size, 4 * hidden_size)

    def forward(self, x, state=None):
        h, c = state if state is not None else (x.new_zeros(len(x), self.hh.in_features),) * 2
        kernel = torch.ops.aten.lstm_cell
        return kernel(x, [h, c], self.ih.weight, self.hh.weight, self.ih.bias, self.hh.bias)


# %% [mutant] A ready-made layer made in forward, under another name
# cell: l2e06-lstm
# kills: l2e06-t2
class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.ih = nn.Linear(input_size, 4 * hidden_size)
        self.hh = nn.Linear(hidden_size, 4 * hidden_size)

    def forward(self, x, state=None):
        h, c = state if state is not None else (x.new_zeros(len(x), self.hh.in_features),) * 2
        ready = getattr(nn, "LS" + "TM")(x.shape[1], h.shape[1], batch_first=True)
        weights = dict(
            weight_ih_l0=self.ih.weight,
            weight_hh_l0=self.hh.weight,
            bias_ih_l0=self.ih.bias,
            bias_hh_l0=self.hh.bias,
        )
        _, (h, c) = torch.func.functional_call(ready, weights, (x[:, None], (h[None], c[None])))
        return h[0], c[0]


# %% [alternate] Words about nn.LSTMCell, gates by einsum, a named pair
# cell: l2e06-lstm
from typing import NamedTuple


class State(NamedTuple):
    h: torch.Tensor
    c: torch.Tensor


class LSTMCell(nn.Module):
    """Does what nn.LSTMCell and one step of nn.LSTM do, without them."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.ih = nn.Linear(input_size, 4 * hidden_size, bias=False)
        self.hh = nn.Linear(hidden_size, 4 * hidden_size)

    def forward(self, x, state=None):
        size = self.hh.in_features
        h, c = state or (torch.zeros(1, size, dtype=x.dtype), torch.zeros(1, size, dtype=x.dtype))
        W, U = self.ih.weight.view(4, size, -1), self.hh.weight.view(4, size, size)
        z = torch.einsum("nd,khd->knh", x, W) + torch.einsum("nj,khj->knh", h.expand(len(x), -1), U)
        i, f, g, o = z + self.hh.bias.view(4, 1, size)
        c = torch.addcmul(torch.sigmoid(f) * c, torch.sigmoid(i), torch.tanh(g))
        return State(torch.sigmoid(o) * torch.tanh(c), c)


# %% [alternate] Maps that live in a ModuleDict and are properties
# cell: l2e06-lstm
class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.maps = nn.ModuleDict(
            {
                "ih": nn.Linear(input_size, 4 * hidden_size),
                "hh": nn.Linear(hidden_size, 4 * hidden_size, bias=False),
            }
        )
        self.hidden_size = hidden_size

    @property
    def ih(self):
        return self.maps["ih"]

    @property
    def hh(self):
        return self.maps["hh"]

    def forward(self, x, state=None):
        if state is None:
            h = c = torch.zeros((x.shape[0], self.hidden_size), dtype=x.dtype, device=x.device)
        else:
            h, c = state
        z = self.ih(x).add(self.hh(h))
        gates = [
            (1 + torch.tanh(z[:, k * self.hidden_size : (k + 1) * self.hidden_size] / 2)) / 2
            for k in (0, 1, 3)
        ]
        c = gates[1] * c + gates[0] * torch.tanh(z[:, 2 * self.hidden_size : 3 * self.hidden_size])
        return gates[2] * torch.tanh(c), c


# %% [alternate] A step as a plain function of four gates
# cell: l2e06-lstm
def _affine(linear, v, k, size):
    part = slice(k * size, (k + 1) * size)
    return F.linear(v, linear.weight[part], None if linear.bias is None else linear.bias[part])


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        nn.Module.__init__(self)
        self.size = hidden_size
        for name, width in (("ih", input_size), ("hh", hidden_size)):
            self.add_module(name, nn.Linear(width, hidden_size * 4))

    def forward(self, x, state=None):
        if not state:
            zero = torch.zeros(x.shape[0], self.size).to(x)
            state = [zero, zero.clone()]
        kinds = (torch.sigmoid, torch.sigmoid, torch.tanh, torch.sigmoid)
        i, f, g, o = (
            kind(_affine(self.ih, x, k, self.size) + _affine(self.hh, state[0], k, self.size))
            for k, kind in enumerate(kinds)
        )
        cell = torch.sum(torch.stack([f * state[1], i * g]), dim=0)
        return torch.tanh(cell) * o, cell
