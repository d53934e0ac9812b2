"""What test cells of real courses do with a student's objects; all of it works unchanged."""

# ruff: noqa: E501 - one idiom a line

STUDENT = """
import numpy as np, torch, dataclasses, collections, time
from torch import nn
import torch.nn.functional as F
class MLP(nn.Module):
    def __init__(self, h=32):
        super().__init__(); self.fc1 = nn.Linear(64, h); self.fc2 = nn.Linear(h, 10); self.calls = 0
    def forward(self, x):
        self.calls += 1
        return self.fc2(F.relu(self.fc1(x)))
net = MLP()
history = {"loss": [2.0, 0.5, 0.05], "acc": [0.1, 0.9]}
def softmax(z): e = torch.exp(z - z.max(1, keepdim=True).values); return e / e.sum(1, keepdim=True)
def np_softmax(z): e = np.exp(z - z.max(1, keepdims=True)); return e / e.sum(1, keepdims=True)
def cross_entropy(l, t): return -torch.log_softmax(l, 1)[torch.arange(len(t)), t].mean()
def train(model, X, y, epochs=3, lr=.1):
    opt = torch.optim.SGD(model.parameters(), lr=lr); h = []
    for _ in range(epochs):
        loss = F.cross_entropy(model(X), y); opt.zero_grad(); loss.backward(); opt.step(); h.append(loss.item())
    return {"loss": h}
def scale_(a): a *= 2
def push(l, x): l.append(x)
def relu_(t): t.clamp_(min=0)
def batches(X, n):
    for i in range(0, len(X), n): yield X[i:i+n]
@dataclasses.dataclass
class Config: lr: float = 0.1; layers: list = dataclasses.field(default_factory=lambda: [1, 2])
cfg = Config()
Point = collections.namedtuple("Point", "x y")
def point(): return Point(1, torch.ones(2))
def loader(n=4): return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.arange(10.).view(10, 1), torch.arange(10)), batch_size=n)
class Toy(torch.utils.data.Dataset):
    def __len__(self): return 7
    def __getitem__(self, i):
        if i >= 7: raise IndexError
        return torch.full((2,), float(i)), i
class ShapeError(ValueError): pass
def check(x):
    if x.ndim != 2: raise ShapeError(f"need 2 dims, got {x.ndim}")
    if len(x) == 0: raise ValueError("empty")
    return x
def numgrad(f, x, eps=1e-4):
    g = torch.zeros_like(x)
    for i in range(x.numel()):
        d = torch.zeros_like(x).view(-1); d[i] = eps; d = d.view_as(x)
        g.view(-1)[i] = (f(x + d) - f(x - d)) / (2 * eps)
    return g
def mapper(f, xs): return [f(x) for x in xs]
def accuracy(model, X, y):
    model.eval()
    with torch.no_grad(): return (model(X).argmax(1) == y).float().mean().item()
class Stack:
    def __init__(self): self._l = []
    def push(self, x): self._l.append(x)
    def pop(self): return self._l.pop()
    def __len__(self): return len(self._l)
    def __contains__(self, x): return x in self._l
    def __getitem__(self, i): return self._l[i]
class Vec:
    def __init__(self, x): self.x = x
    def __add__(self, o): return Vec(self.x + o.x)
    def __eq__(self, o): return isinstance(o, Vec) and self.x == o.x
    def __repr__(self): return f"Vec({self.x})"
class timer:
    def __enter__(self): self.t0 = time.perf_counter(); return self
    def __exit__(self, *a): self.t = time.perf_counter() - self.t0
model_seq = nn.Sequential(nn.Linear(64, 10), nn.ReLU())
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
def fib(n): return n if n < 2 else fib(n-1) + fib(n-2)
def makeadder(k): return lambda x: x + k
def loop():
    while True: pass
SEED = 3
def use_seed(): return SEED
def evil():
    class A(torch.Tensor): pass
    return A(3)
class Liar:
    def __eq__(self, o): return True
    def __bool__(self): return True
    shape = (4, 10)
liar = Liar()
def kw(*, a, b=2, **k): return a + b + sum(k.values())
class CountingFn(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): ctx.save_for_backward(x); return x ** 2
    @staticmethod
    def backward(ctx, g): x, = ctx.saved_tensors; return 2 * x * g
square = CountingFn.apply
import pandas as pd
df = pd.DataFrame({"a": [1, 2, 3], "b": [4., 5., 6.]})
def mean_df(d): return d["a"].mean()
def plotit():
    import matplotlib; matplotlib.use("agg"); import matplotlib.pyplot as plt
    f, ax = plt.subplots(); ax.plot([1, 2, 3]); ax.set_title("loss"); return ax
async def acoro(): return 5
def evil_name(): return eval

COUNT = 0
LOG = []
def count():
    global COUNT
    COUNT += 1
def log(x): LOG.append(x)
def sgd(params, lr):
    with torch.no_grad():
        for p in params: p -= lr * p.grad
def l2(model): return sum((p ** 2).sum() for p in model.parameters())
def draw(rng): return rng.standard_normal(3)
def tdraw(g): return torch.randn(3, generator=g)
def ask(): name = input("name? "); print("hello", name); return name
def use_softmax(): return softmax(torch.zeros(1, 2))
import datetime
born = datetime.date(1815, 12, 10)
def later(day): return day + datetime.timedelta(days=1)
"""

IDIOMS: dict[str, str] = {
    "shape of a call": "assert net(torch.zeros(4, 64)).shape == (4, 10)",
    "isinstance(model, nn.Module)": "assert isinstance(net, nn.Module) and not isinstance(net, nn.Linear)",
    "isinstance(x, StudentClass)": "assert isinstance(net, MLP) and not isinstance(cfg, MLP)",
    "issubclass(MLP, nn.Module)": "assert issubclass(MLP, nn.Module)",
    "construct student class": "m = MLP(h=16); assert m.fc1.weight.shape == (16, 64)",
    "type(x).__name__": "assert type(net).__name__ == 'MLP'",
    "type(x) is MLP": "assert type(net) is MLP",
    "isinstance(layer, nn.Linear)": "assert isinstance(net.fc1, nn.Linear) and net.fc1.in_features == 64",
    "count parameters": "assert sum(p.numel() for p in net.parameters()) == 64*32+32+32*10+10",
    "named_parameters / state_dict": "assert [n for n, p in net.named_parameters()][0] == 'fc1.weight' and 'fc1.weight' in net.state_dict() and net.state_dict()['fc2.bias'].shape == (10,)",
    "any(isinstance(m, nn.ReLU) for m in net.modules())": "assert any(isinstance(m, nn.ReLU) for m in model_seq.modules())",
    "model[0], len(model)": "assert len(model_seq) == 2 and isinstance(model_seq[0], nn.Linear)",
    "no_grad": "with torch.no_grad():\n    o = net(torch.ones(2, 64))\nassert not o.requires_grad and net(torch.ones(2, 64)).requires_grad",
    "loss.backward(); input grad": "l = torch.randn(16, 10, requires_grad=True); t = torch.randint(0, 10, (16,))\nloss = cross_entropy(l, t); loss.backward()\nr = l.detach().clone().requires_grad_(); F.cross_entropy(r, t).backward()\nassert torch.allclose(l.grad, r.grad, atol=1e-6)",
    "out.sum().backward(); p.grad": "m = MLP(); m(torch.randn(3, 64)).sum().backward()\nassert all(p.grad is not None for p in m.parameters()) and m.fc1.weight.grad.abs().sum() > 0",
    "grad through student then own ops": "x = torch.randn(4, 64, requires_grad=True); (net(x * 2) ** 2).mean().backward(); assert x.grad.shape == (4, 64) and x.grad.abs().sum() > 0",
    "torch.autograd.grad": "x = torch.randn(5, requires_grad=True); g, = torch.autograd.grad(square(x).sum(), x); assert torch.allclose(g, 2 * x)",
    "torch.autograd.gradcheck(student_fn)": "x = torch.randn(3, dtype=torch.double, requires_grad=True); assert torch.autograd.gradcheck(square, (x,))",
    "assert_allclose numpy": "a = np.random.randn(5, 4); e = np.exp(a - a.max(1, keepdims=True)); np.testing.assert_allclose(np_softmax(a), e / e.sum(1, keepdims=True), rtol=1e-12)",
    "assert_allclose torch": "z = torch.randn(3, 4); torch.testing.assert_close(softmax(z), torch.softmax(z, 1))",
    "global dict read": "assert history['loss'][-1] < 0.1 and set(history) >= {'loss', 'acc'}",
    "global mutated by E is seen by S": "history['loss'].append(9.)\nassert True\n@probe\ndef seen():\n    return history['loss'][-1] == 9.\nassert seen()",
    "train(model) mutates model": "m = MLP(); b = [p.detach().clone() for p in m.parameters()]\nh = train(m, torch.randn(20, 64), torch.randint(0, 10, (20,)))\nassert any(not torch.equal(x, y) for x, y in zip(b, m.parameters())) and h['loss'][-1] < h['loss'][0]",
    "in-place on numpy arg": "a = np.ones(5); scale_(a); assert (a == 2).all()",
    "in-place on tensor arg": "t = torch.tensor([-1., 2.]); relu_(t); assert t.tolist() == [0., 2.]",
    "in-place on list arg": "l = [1]; push(l, 2); assert l == [1, 2]",
    "in-place via alias (view of E's array)": "a = np.ones((4, 4)); scale_(a[:, 0]); assert a[0, 0] == 2 and a[0, 1] == 1",
    "opt.step() by the test on student model": "m = MLP(); o = torch.optim.SGD(m.parameters(), lr=.1); b = m.fc2.bias.detach().clone()\nF.cross_entropy(m(torch.randn(8, 64)), torch.zeros(8, dtype=torch.long)).backward(); o.step(); assert not torch.equal(b, m.fc2.bias)",
    "model.load_state_dict / weight.data = / p.fill_": "m = MLP()\nwith torch.no_grad():\n    m.fc2.bias.fill_(7.)\nassert (m.fc2.bias == 7).all()",
    "m.fc.weight = nn.Parameter(...)": "m = MLP(); m.fc2.bias = nn.Parameter(torch.full((10,), 3.)); assert (m.fc2.bias == 3).all()",
    "load_state_dict": "m = MLP(); sd = {k: torch.zeros_like(v) for k, v in m.state_dict().items()}; m.load_state_dict(sd); assert (m(torch.randn(2, 64)) == 0).all()",
    "model.eval()/train()/training": "net.eval(); assert net.training is False; net.train(); assert net.training",
    "attribute counter": "c = net.calls; net(torch.zeros(1, 64)); assert net.calls == c + 1",
    "generator": "bs = list(batches(torch.arange(10.), 4)); assert [len(b) for b in bs] == [4, 4, 2]",
    "next(generator)": "g = batches(torch.arange(10.), 4); assert next(g).tolist() == [0, 1, 2, 3]; assert len(next(g)) == 4",
    "inspect.isgenerator": "import inspect\nassert inspect.isgenerator(batches(torch.arange(4.), 2))",
    "zip/enumerate over student iterator": "for i, (x, y) in enumerate(loader()):\n    assert x.shape[1] == 1 and len(x) == len(y)\nassert i == 2",
    "len(DataLoader), isinstance": "d = loader(); assert len(d) == 3 and isinstance(d, torch.utils.data.DataLoader)",
    "next(iter(loader))": "x, y = next(iter(loader())); assert x.shape == (4, 1)",
    "wrap student Dataset in a DataLoader": "dl = torch.utils.data.DataLoader(Toy(), batch_size=4); xs = [x for x, i in dl]; assert len(xs) == 2 and xs[0].shape == (4, 2)",
    "dataclass attributes": "assert cfg.lr == 0.1 and cfg.layers[1] == 2",
    "dataclasses.asdict": "import dataclasses\nassert dataclasses.asdict(cfg) == {'lr': 0.1, 'layers': [1, 2]}",
    "namedtuple": "p = point(); assert p.x == 1 and p.y.sum() == 2 and len(p) == 2 and isinstance(p, tuple)",
    "expected exception builtin": "try: check(torch.zeros(0, 3))\nexcept ValueError as e: assert 'empty' in str(e)\nelse: assert False",
    "expected student exception class": "try: check(torch.zeros(3))\nexcept ShapeError as e: assert 'dims' in str(e)\nelse: assert False",
    "pytest.raises": "import pytest\nwith pytest.raises(ValueError, match='dims'): check(torch.zeros(3))",
    "np.testing.assert_raises": "np.testing.assert_raises(ValueError, check, torch.zeros(3))",
    "assertRaises unittest": "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n        with self.assertRaises(ValueError): check(torch.zeros(3))\nT('test').debug()",
    "callback lambda": "assert mapper(lambda x: x * 10, [1, 2, 3]) == [10, 20, 30]",
    "callback torch (numerical gradient)": "x = torch.randn(3); assert torch.allclose(numgrad(lambda v: (v ** 2).sum(), x), 2 * x, atol=1e-2)",
    "callback raising": "try: mapper(lambda x: 1 / x, [0])\nexcept ZeroDivisionError: pass\nelse: assert False",
    "trusted function passed (torch.sin)": "assert torch.allclose(mapper(torch.sin, [torch.tensor(1.)])[0], torch.tensor(1.).sin())",
    "test-defined nn.Module passed": "class _Fixed(nn.Module):\n    def forward(self, x): return F.one_hot(x[:, 0].long(), 10).float()\n_x = torch.zeros(20, 64); _x[:, 0] = torch.arange(20) % 10\nassert abs(accuracy(_Fixed(), _x, torch.arange(20) % 10) - 1) < 1e-6",
    "nn.Linear made by the test passed & trained": "lin = nn.Linear(64, 10); b = lin.weight.detach().clone(); train(lin, torch.randn(8, 64), torch.zeros(8, dtype=torch.long)); assert not torch.equal(b, lin.weight)",
    "student class protocol (len/in/getitem)": "s = Stack(); s.push(1); s.push('a'); assert len(s) == 2 and 1 in s and s[1] == 'a' and s.pop() == 'a'",
    "monkeypatch student global function": "def fake(z): return 0\nsoftmax = fake\nassert softmax(1) == 0",
    "student function sees a global set by the test": "SEED = 99\nassert use_seed() == 99",
    "student context manager": "with timer() as t:\n    pass\nassert t.t >= 0",
    "student optimizer": "assert isinstance(opt, torch.optim.Adam) and opt.param_groups[0]['lr'] == 1e-3",
    "recursion count/time": "import time\nt = time.perf_counter(); assert fib(15) == 610; assert time.perf_counter() - t < 1",
    "returned closure": "assert makeadder(3)(4) == 7",
    "keyword-only args": "assert kw(a=1, c=4) == 7",
    "callable(), hasattr, getattr": "assert callable(softmax) and hasattr(net, 'fc1') and not hasattr(net, 'zzz') and getattr(net, 'zzz', 5) == 5",
    "fn.__name__, __doc__": "assert softmax.__name__ == 'softmax' and softmax.__doc__ is None",
    "inspect.getsource": "import inspect\nassert 'torch.exp' in inspect.getsource(softmax)",
    "inspect.signature": "import inspect\nassert 'epochs' in inspect.signature(train).parameters",
    "code introspection (fn.__code__.co_names)": "assert 'exp' in softmax.__code__.co_names",
    "'name' in globals() / dir()": "assert 'softmax' in globals()",
    "NameError for a missing name": "try: not_there\nexcept NameError: pass\nelse: assert False",
    "torch.manual_seed in test affects student": "torch.manual_seed(3); a = MLP().fc1.weight; torch.manual_seed(3); b = MLP().fc1.weight; assert torch.equal(a, b)",
    "np.random.seed in test affects student": "torch.manual_seed(0); np.random.seed(0); x = softmax(torch.randn(2, 2)); assert x.shape == (2, 2)",
    "copy.deepcopy(model)": "import copy\nm2 = copy.deepcopy(net); assert isinstance(m2, nn.Module)",
    "pickle / torch.save(model)": "import io\nb = io.BytesIO(); torch.save(net.state_dict(), b); assert b.tell() > 100",
    "nn.Sequential(net, nn.Softmax) in test": "q = nn.Sequential(net, nn.Softmax(1)); assert q(torch.zeros(2, 64)).shape == (2, 10)",
    "forward hook by the test": "seen = []\nhd = net.fc1.register_forward_hook(lambda m, i, o: seen.append(o.shape)); net(torch.zeros(2, 64)); hd.remove(); assert seen and seen[0] == (2, 32)",
    "unittest.mock.patch on student module attr": "from unittest import mock\nwith mock.patch.object(net, 'calls', 55):\n    assert net.calls == 55",
    "mock.patch of a library's function": "from unittest import mock\nwith mock.patch('torch.exp', wraps=torch.exp) as exp:\n    softmax(torch.zeros(1, 2))\nexp.assert_called_once(); softmax(torch.zeros(1, 2)); assert exp.call_count == 1 and exp.call_args.args[0].shape == (1, 2)",
    "mock.patch with a return value": "from unittest import mock\nwith mock.patch.object(torch, 'exp', return_value=torch.ones(1, 2)):\n    s = softmax(torch.tensor([[0., 9.]]))\nassert s.tolist() == [[0.5, 0.5]] and softmax(torch.tensor([[0., 9.]]))[0, 1] > 0.9",
    "mock.patch of a builtin": "from unittest import mock\nwith mock.patch('builtins.print') as p:\n    mapper(lambda f: f, []); p.assert_not_called()\n@mock.patch('builtins.input', return_value='7')\ndef ask(m):\n    @probe\n    def answer():\n        return input('how many?')\n    got = answer(); m.assert_called_once_with('how many?'); return got\nassert ask() == '7'",
    "mock.patch with a side effect": "from unittest import mock\nwith mock.patch('torch.log_softmax', side_effect=ValueError('no')):\n    try: cross_entropy(torch.zeros(1, 2), torch.zeros(1, dtype=torch.long))\n    except ValueError as e: assert str(e) == 'no'\n    else: assert False",
    "mock.patch of a name the module lacks": "from unittest import mock\nwith mock.patch('time.labhub_no_such', 3, create=True):\n    @probe\n    def look():\n        import time\n        return time.labhub_no_such\n    assert look() == 3",
    "capture stdout": "import io, contextlib\nf = io.StringIO()\nwith contextlib.redirect_stdout(f): mapper(print, [1, 2])\nassert f.getvalue() == '1\\n2\\n'",
    "pandas DataFrame": "assert list(df.columns) == ['a', 'b'] and df['a'].sum() == 6 and df.shape == (3, 2)",
    "pandas isinstance/assert_frame_equal": "import pandas as pd\npd.testing.assert_frame_equal(df, pd.DataFrame({'a': [1, 2, 3], 'b': [4., 5., 6.]}))",
    "DataFrame passed to student": "import pandas as pd\nassert mean_df(pd.DataFrame({'a': [1, 3]})) == 2",
    "matplotlib axes checks": "ax = plotit(); assert ax.get_title() == 'loss' and len(ax.lines) == 1 and list(ax.lines[0].get_ydata()) == [1, 2, 3]",
    "plot object hidden in list handles": "ax = plotit(); assert [l.get_linewidth() > 0 for l in ax.get_lines()] == [True]",
    "await student coroutine": "import asyncio\nassert asyncio.run(acoro()) == 5",
    "json-like nested result": "assert {'a': [1, (2, 3)], 'b': None} == mapper(lambda x: x, [{'a': [1, (2, 3)], 'b': None}])[0]",
    "bool of tensor compare": "assert (net(torch.zeros(1, 64)) == net(torch.zeros(1, 64))).all()",
    "%timeit-like timing": "import timeit\nassert timeit.timeit(lambda: fib(5), number=100) < 1",
    "dataclass compared by its fields": "import dataclasses\nassert dataclasses.asdict(Config()) == dataclasses.asdict(Config(0.1)) and [f.name for f in dataclasses.fields(cfg)] == ['lr', 'layers']",
    "operators of a student's class": "assert (Vec(1) + Vec(2)).x == 3 and repr(Vec(3)) == 'Vec(3)'",
    "a namedtuple is of the student's class": "assert isinstance(point(), Point) and Point(1, 2) == (1, 2)",
    "magics": "%matplotlib inline\n%time h = history\n!ls\nassert h['acc'][0] == 0.1",
    "top-level await": "assert await acoro() == 5",
    "a student's attribute of an exception": "try: check(torch.zeros(3))\nexcept ValueError as e: assert type(e).__name__ == 'ShapeError' and e.args == ('need 2 dims, got 1',)",
    "weight decay made by the test": "m = MLP(); x = torch.randn(4, 64)\n(m(x).sum() + m.fc1.weight.pow(2).sum()).backward()\ng = m.fc1.weight.grad.clone(); w = m.fc1.weight.detach().clone(); m.zero_grad(); m(x).sum().backward()\nassert torch.allclose(g - m.fc1.weight.grad, 2 * w, atol=1e-5)",
    "a parameter held over a training": "m = MLP(); w = m.fc2.bias; b = w.detach().clone(); train(m, torch.randn(20, 64), torch.randint(0, 10, (20,)))\nassert not torch.equal(w, b) and torch.equal(w, m.fc2.bias)",
    "changes through .data": "m = MLP(); m.fc2.bias.data.zero_(); m.fc2.bias.data += 7; assert (m.fc2.bias == 7).all() and (m.state_dict()['fc2.bias'] == 7).all()",
    "p.grad set by the test": "m = MLP()\nfor p in m.parameters(): p.grad = torch.ones_like(p)\no = torch.optim.SGD(m.parameters(), lr=1.0); b = m.fc2.bias.detach().clone(); o.step(); assert torch.allclose(m.fc2.bias, b - 1)",
    "nested containers changed in place": "d = {'x': [np.zeros(2), [1]]}\n@probe\ndef change(d):\n    d['x'][0] += 3; d['x'][1].append(2); d['y'] = 1\n    return d\nassert change(d)['y'] == 1",
    "array in a list argument changed in place": "a = np.ones(3); mapper(scale_, [a]); assert a.tolist() == [2, 2, 2]",
    "leaf tensors stepped in place": "w = torch.ones(3, requires_grad=True); (w * 2).sum().backward(); sgd([w], 0.5); assert torch.equal(w, torch.zeros(3)) and w.requires_grad",
    "a global counter of the student's": "assert COUNT == 0; count(); count(); assert COUNT == 2",
    "a global list of the student's": "l = LOG; log('a'); assert LOG == ['a'] and l is LOG; LOG.append('b'); log('c'); assert LOG == ['a', 'b', 'c']",
    "class of a remote object by name": "assert type(net) is MLP and type(cfg) is Config and type(3) is int",
    "test-made layer trained by the student": "lin = nn.Sequential(nn.Linear(64, 10), nn.ReLU()); b = lin[0].weight.detach().clone(); train(lin, torch.randn(8, 64), torch.zeros(8, dtype=torch.long)); assert not torch.equal(b, lin[0].weight)",
    "student's loss on a test-made layer": "lin = nn.Linear(64, 10); cross_entropy(lin(torch.randn(4, 64)), torch.arange(4)).backward(); assert lin.weight.grad is not None",
    "loss with the model as an argument": "lin = nn.Linear(2, 1); l2(lin).backward(); assert torch.allclose(lin.weight.grad, 2 * lin.weight)",
    "reference takes the place of a student's function": "softmax = reference.softmax\n@probe\ndef use():\n    import torch\n    return softmax(torch.zeros(1, 2))\nassert use().tolist() == [[0.25, 0.25]]",
    "reference class takes the place of a student's": "MLP = reference.MLP\n@probe\ndef fit():\n    import torch\n    m = MLP(); before = [p.detach().clone() for p in m.parameters()]\n    h = train(m, torch.randn(20, 64), torch.randint(0, 10, (20,)))\n    return h['loss'], any(not torch.equal(a, b) for a, b in zip(before, m.parameters()))\nlosses, moved = fit(); assert losses[-1] < losses[0] and moved",
    "literal rebinds a name of the course": "SEED = 7\nassert use_seed() == 7",
    "probe reads closures and hooks": "@probe\ndef names(m):\n    return [n for n, _ in m.named_parameters()]\nassert names(net)[0] == 'fc1.weight'",
    "state_dict round trip": "m = MLP(); m2 = MLP(); m2.load_state_dict(m.state_dict()); x = torch.randn(2, 64); assert torch.equal(m(x), m2(x))",
    "numpy generator passed": "rng = np.random.default_rng(0); want = np.random.default_rng(0).standard_normal(6); assert np.array_equal(draw(rng), want[:3]) and np.array_equal(draw(rng), want[3:])",
    "torch generator passed": "g = torch.Generator().manual_seed(1); h = torch.Generator().manual_seed(1)\nassert torch.equal(tdraw(g), torch.randn(3, generator=h)) and torch.equal(tdraw(g), torch.randn(3, generator=h))",
    "isinstance with abc": "from collections.abc import Iterator, Callable\nassert isinstance(batches(torch.arange(4.), 2), Iterator) and isinstance(softmax, Callable) and not callable(cfg)",
    "sorted and sum over a student's iterator": "assert sorted(int(b[0]) for b in batches(torch.arange(8), 4)) == [0, 4]",
    "sum of losses": "x = torch.randn(4, 64); a = net(x).sum() * 2; b = net(x * 0).mean(); (a + b).backward(); assert net.fc2.bias.grad is not None",
    "a function of a library assigned": "calls = []; old = torch.exp\ndef spy(t): calls.append(1); return old(t)\ntorch.exp = spy\ntry: softmax(torch.zeros(1, 2))\nfinally: torch.exp = old\nassert calls == [1]; softmax(torch.zeros(1, 2)); assert calls == [1]",
    "a function of a library taken away": "old = np.exp\ndel np.exp\ntry: np_softmax(np.zeros((1, 2)))\nexcept AttributeError: pass\nelse: assert False\nnp.exp = old\nassert np_softmax(np.zeros((1, 2)))[0, 0] == 0.5",
    "setattr on a library": "setattr(np, 'exp', lambda a: a + 1)\nassert np_softmax(np.zeros((1, 4))).tolist() == [[0.25] * 4]",
    "a builtin assigned in builtins": "import builtins\nkept = builtins.sum\nbuiltins.sum = lambda xs: 99\ntry: assert l2(MLP()) == 99\nfinally: builtins.sum = kept\nassert l2(nn.Linear(2, 1)) != 99",
    "input and print defined by the test": "said = []\ndef input(prompt): return 'Ada'\nprint = lambda *words: said.append(words)\nassert ask() == 'Ada' and said == [('hello', 'Ada')]",
    "a builtin forbidden by the test": "def sum(*_): raise AssertionError('no sum')\ntry: l2(MLP())\nexcept AssertionError: pass\nelse: assert False",
    "a student's name deleted for a while": "kept = softmax\ndel softmax\ntry: use_softmax()\nexcept NameError: pass\nelse: assert False\ntry: softmax\nexcept NameError: pass\nelse: assert False\nsoftmax = kept\nassert use_softmax().shape == (1, 2)",
    "classes compared": "assert type(net) == MLP and type(net) != Config and type(net) != dict and net.__class__ is MLP and MLP in {MLP: 1}",
    "functions compared": "import types\nassert softmax == softmax and softmax != fib and softmax and MLP and type(fib) == types.FunctionType and np.vectorize(fib)([3, 4]).tolist() == [2, 3]",
    "'name' in dir(), locals(), vars()": "assert 'softmax' in dir() and 'softmax' in locals() and 'softmax' in vars() and 'no_such' not in dir() and 'no_such' not in globals().keys()",
    "the student's current figure": "import matplotlib.pyplot as plt\nplt.close('all'); plotit(); assert plt.gca().get_title() == 'loss' and len(plt.gcf().axes) == 1 and len(plt.get_fignums()) == 1\nplt.close('all'); assert plt.get_fignums() == []",
    "dates and durations": "import datetime as dt\nassert born == dt.date(1815, 12, 10) and later(dt.datetime(2020, 1, 31)) == dt.datetime(2020, 2, 1) and later(born) - born == dt.timedelta(1) and isinstance(born, dt.date)",
}
