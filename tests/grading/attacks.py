"""A student's code that tries to get points it does not deserve, to see a test, or to do harm."""

# ruff: noqa: E501 - one attack a line

ATTACKS: dict[str, tuple[str, str]] = {
    "patch torch.allclose": (
        "def softmax(z): return z\ntorch.allclose = lambda *a, **k: True",
        "z = torch.tensor([[1., 2., 3.], [3., 0., 0.]])\nref = torch.softmax(z, 1)\nassert torch.allclose(softmax(z), ref)",
    ),
    "patch np.testing.assert_allclose": (
        "def f(a): return a\nnp.testing.assert_allclose = lambda *a, **k: None",
        "np.testing.assert_allclose(f(np.ones(3)), np.zeros(3))",
    ),
    "shadow a builtin in globals (sum)": (
        "net = nn.Linear(1, 1)\nsum = lambda it: 2410",
        "assert sum(p.numel() for p in net.parameters()) == 2410",
    ),
    "patch builtins.abs": (
        "import builtins\nbuiltins.abs = lambda x: 0\ndef acc(): return 0.1",
        "assert abs(acc() - 1) < 1e-6",
    ),
    "shadow a library name (F)": (
        "class F:\n    @staticmethod\n    def cross_entropy(a, b): return torch.tensor(7.)\ndef ce(a, b): return torch.tensor(7.)",
        "l = torch.randn(4, 3); t = torch.tensor([0, 1, 2, 0])\nassert abs(ce(l, t).item() - F.cross_entropy(l, t).item()) < 1e-5",
    ),
    "read the reference from the caller's frame": (
        "import sys\ndef softmax(z): return sys._getframe(1).f_globals['ref']",
        "z = torch.tensor([[1., 2., 3.], [3., 0., 0.]])\nref = torch.softmax(z, 1)\nassert torch.allclose(softmax(z), ref)",
    ),
    "read the reference with gc": (
        "import gc\ndef softmax(z):\n    for o in gc.get_objects():\n        if isinstance(o, dict) and torch.is_tensor(o.get('ref')): return o['ref']\n    return z",
        "z = torch.tensor([[1., 2., 3.], [3., 0., 0.]])\nref = torch.softmax(z, 1)\nassert torch.allclose(softmax(z), ref)",
    ),
    "read the test source with inspect.stack / linecache": (
        "import inspect\ndef secret():\n    fr = inspect.currentframe().f_back\n    return [c for c in fr.f_code.co_consts if isinstance(c, int)][0]",
        "answer = 987654\nassert secret() == answer",
    ),
    "object that equals everything": (
        "class Any:\n    def __eq__(self, o): return True\ndef fib(n): return Any()",
        "assert fib(10) == 55",
    ),
    "float subclass that is less than everything": (
        "class L(float):\n    def __lt__(self, o): return True\nhistory = {'loss': [L(9.)]}",
        "assert history['loss'][-1] < 0.1",
    ),
    "int subclass equal to everything": (
        "class I(int):\n    def __eq__(self, o): return True\n    __hash__ = int.__hash__\ndef count(): return I(0)",
        "assert count() == 42",
    ),
    "tensor subclass with __torch_function__": (
        "class T(torch.Tensor):\n    @classmethod\n    def __torch_function__(cls, f, t, a=(), k=None): return True\ndef softmax(z): return z.as_subclass(T)",
        "z = torch.tensor([[1., 2., 3.], [3., 0., 0.]])\nref = torch.softmax(z, 1)\nassert torch.allclose(softmax(z), ref)",
    ),
    "ndarray subclass with __array_ufunc__/__eq__": (
        "class N(np.ndarray):\n    def __array_function__(self, *a): return True\n    def __eq__(self, o): return np.ones(3, bool)\ndef f(a): return a.view(N)",
        "assert np.array_equal(f(np.zeros(3)), np.ones(3))",
    ),
    "callback's __globals__": (
        "def numgrad(f, x): return f.__globals__['expected']",
        "x = torch.ones(2); expected = torch.tensor([2., 2.])\nassert torch.allclose(numgrad(lambda v: (v ** 2).sum(), x), expected)",
    ),
    "os._exit(0) in the tested function": ("import os\ndef f(): os._exit(0)", "f()\nassert True"),
    "raise SystemExit / KeyboardInterrupt": ("def f(): raise SystemExit(0)", "assert f() == 3"),
    "atexit / settrace that skips lines": (
        "import sys\ndef tr(fr, ev, arg):\n    if fr.f_code.co_name == '<module>' and ev == 'line': pass\n    return tr\ndef f(): return 1",
        "assert f() == 2",
    ),
    "replace AssertionError via frame globals": (
        "import sys\ndef f():\n    fr = sys._getframe(1)\n    fr.f_globals['want'] = 1\n    return 1",
        "want = 2\nx = f()\nassert x == want",
    ),
    "mutate the test's expected value in place": (
        "def f(a):\n    import gc\n    for o in gc.get_referrers(a):\n        if isinstance(o, dict) and 'want' in o: o['want'] = 1\n    return 1",
        "want = 2\nq = np.ones(2)\nx = f(q)\nassert x == want",
    ),
    "shadow abs, len, isinstance, print, type": (
        "abs = len = round = lambda *a: 0\nisinstance = lambda *a: True\nprint = type = None\ndef acc(): return 0.1",
        "assert abs(acc() - 1) < 1e-6",
    ),
    "shadow isinstance": (
        "isinstance = lambda *a: True\ndef f(): return 3",
        "assert isinstance(f(), str)",
    ),
    "shadow all and any": ("all = any = lambda *a: True\ndef f(): return [0]", "assert all(f())"),
    "a fake np": (
        "class np:\n    class testing:\n        @staticmethod\n        def assert_allclose(*a, **k): pass\n    ones = zeros = lambda n: n\ndef f(a): return a",
        "np.testing.assert_allclose(f(np.ones(3)), np.zeros(3))",
    ),
    "np is another library": (
        "import unittest.mock\nnp = unittest.mock.MagicMock()\ndef f(): return 1",
        "assert np.allclose(f(), 2)",
    ),
    "torch without library_names is the examiner's": (
        "import torch\ntorch.equal = lambda *a: True\ndef f(): return torch.zeros(1)",
        "assert torch.equal(f(), torch.ones(1))",
    ),
    "shadow reference and probe": (
        "class R:\n    def __getattr__(self, n): return lambda *a: 1\nreference = R()\ndef probe(f): return lambda *a: True\ndef f(): return 1",
        "assert f() == reference.f()",
    ),
    "a global of the name of the expected value": (
        "expected = None\ndef f(): return expected",
        "expected = 42 * 101\nassert f() == expected",
    ),
    "a global of the name of the expected literal": (
        "expected = None\ndef f(): return expected",
        "expected = 42\nassert f() == expected",
    ),
    "a global of the name of the test's helper": (
        "def right(x): return 0\ndef f(x): return right(x)",
        "def right(x):\n    return 3 * x\nassert f(7) == right(7)",
    ),
    "a list of the name of the test's list": (
        "wants = []\ndef f(): return wants[0]",
        "wants = [17]\nassert f() == 17",
    ),
    "float subclass with all comparisons": (
        "class L(float):\n    __lt__ = __gt__ = __le__ = __ge__ = __eq__ = lambda s, o: True\ndef f(): return L(9)",
        "x = f()\nassert x < 1",
    ),
    "float subclass in arithmetic": (
        "class L(float):\n    def __sub__(s, o): return s\n    __rsub__ = __sub__\n    def __abs__(s): return L(0)\n    def __lt__(s, o): return True\ndef f(): return L(9)",
        "assert abs(f() - 1) < 1e-6",
    ),
    "str subclass": (
        "class S(str):\n    def __eq__(s, o): return True\n    __hash__ = str.__hash__\ndef f(): return S('a')",
        "assert f() == 'b'",
    ),
    "str subclass, reflected": (
        "class S(str):\n    def __eq__(s, o): return True\n    __hash__ = str.__hash__\ndef f(): return S('a')",
        "assert 'b' == f()",
    ),
    "list subclass": (
        "class M(list):\n    def __eq__(s, o): return True\ndef f(): return M()",
        "assert f() == [1, 2]",
    ),
    "list subclass in unittest": (
        "class M(list):\n    def __eq__(s, o): return True\ndef f(): return M()",
        "import unittest\nunittest.TestCase().assertListEqual(f(), [1, 2])",
    ),
    "dict subclass": (
        "class M(dict):\n    def __eq__(s, o): return True\ndef f(): return M()",
        "assert {'a': 1} == f()",
    ),
    "dict subclass in a comparison of keys": (
        "class M(dict):\n    def keys(s): return {'a'}\n    def __getitem__(s, k): return object()\ndef f(): return M()",
        "assert f()['a'] == 1",
    ),
    "tuple subclass with namedtuple's look": (
        "class T(tuple):\n    _fields = ('x',)\n    def __eq__(s, o): return True\ndef f(): return T((1,))",
        "assert f() == (2,)",
    ),
    "namedtuple with its own ==": (
        "import collections\nclass P(collections.namedtuple('P', 'x')):\n    def __eq__(s, o): return True\ndef f(): return P(1)",
        "assert f() == (2,)",
    ),
    "object with truth": (
        "class B:\n    def __bool__(s): return True\n    def __eq__(s, o): return B()\ndef f(): return B()",
        "assert f()",
    ),
    "object whose all() is true": (
        "class B:\n    def all(s): return B()\n    def __bool__(s): return True\ndef f(x): return B()",
        "assert (f(1) == torch.ones(1)).all()",
    ),
    "object in a membership test": (
        "class B:\n    def __eq__(s, o): return True\ndef f(): return B()",
        "assert f() in [1, 2]",
    ),
    "object in numpy's array_equal": (
        "class B:\n    def __eq__(s, o): return True\n    def __array__(s, *a, **k): return np.ones(3)\ndef f(): return B()",
        "assert np.array_equal(f(), np.zeros(3))",
    ),
    "object in torch's assert_close": (
        "class B(torch.Tensor): pass\ndef f(): return torch.zeros(3).as_subclass(B)",
        "torch.testing.assert_close(f(), torch.ones(3))",
    ),
    "object in pytest.approx": (
        "class B:\n    def __eq__(s, o): return True\n    def __sub__(s, o): return 0\n    __rsub__ = __sub__\ndef f(): return B()",
        "import pytest\nassert f() == pytest.approx(2.0)",
    ),
    "object in math.isclose": (
        "import math\nclass B(float):\n    def __float__(s): return B(2.0)\ndef f(): return B(1.0)",
        "import math\nassert math.isclose(f(), 2.0)",
    ),
    "__class__ says Tensor": (
        "class X:\n    __class__ = property(lambda s: torch.Tensor)\n    dtype = torch.float32\n    shape = torch.Size([1])\ndef f(): return X()",
        "x = f()\nassert isinstance(x, torch.Tensor) and torch.equal(x, torch.ones(1))",
    ),
    "__class__ says int": (
        "class X:\n    __class__ = property(lambda s: int)\ndef f(): return X()",
        "assert isinstance(f(), int)",
    ),
    "len lies with a strange int": (
        "class I(int): pass\nclass X:\n    def __len__(s): return I(3)\n    def __getitem__(s, i): return 9\ndef f(): return X()",
        "assert len(f()) == 4",
    ),
    "iterates for ever": (
        "class X:\n    def __iter__(s): return s\n    def __next__(s): return 1\ndef f(): return X()",
        "assert list(f()) == [1]",
    ),
    "infinite generator": ("def f():\n    while True: yield 1", "assert sum(f()) == 1"),
    "prints for ever": ("def f():\n    while True: print('x' * 10000)", "assert f() == 1"),
    "prints a lot": (
        "def f():\n    for _ in range(1000): print('x' * 100000)\n    return 1",
        "assert f() == 2",
    ),
    "endless loop": ("def f():\n    while True: pass", "assert f() == 1"),
    "a list of ten million": ("def f(): return [0] * 10_000_000", "assert f() == [1]"),
    "an array of a terabyte": (
        "def f(): return np.broadcast_to(np.zeros(1), (1 << 37,))",
        "assert f().sum() == 1",
    ),
    "an enormous integer": ("def f(): return 1 << 10_000_000", "assert f() == 1"),
    "nested a thousand deep": (
        "def f():\n    l = []\n    for _ in range(1000): l = [l]\n    return l",
        "assert f() == []",
    ),
    "a list that holds itself": (
        "def f():\n    l = []\n    l.append(l)\n    return l",
        "assert f() == []",
    ),
    "a list that holds itself twice": (
        "def f():\n    l = []\n    l += [l, l]\n    return l",
        "assert f() == []",
    ),
    "many classes": (
        "def f(): return [type('C%d' % i, (), {})() for i in range(5000)]",
        "assert f() == 1",
    ),
    "callback a million times": ("def f(g):\n    while True: g(0)", "assert f(lambda x: x) == 1"),
    "callback after the test": (
        "import threading\ndef f(g):\n    threading.Thread(target=lambda: [g(1) for _ in range(99)], daemon=True).start()\n    return 1",
        "assert f(lambda x: x) == 2",
    ),
    "recursion between both sides": (
        "def f(g): return g(lambda: f(g))",
        "def g(h): return h()\nassert f(g) == 1",
    ),
    "attributes of a callback": (
        "def f(g): return g.__code__.co_consts",
        "assert f(lambda: 4711) == (None, 4711)",
    ),
    "globals of a callback": (
        "def f(g): return g.__globals__['want']",
        "want = 3\nassert f(lambda: 1) == want",
    ),
    "closure of a callback": (
        "def f(g): return g.__closure__[0].cell_contents",
        "def make(secret):\n    return lambda: secret\nassert f(make(77)) == 77",
    ),
    "globals of a method of a module": (
        "def f(m): return m.forward.__globals__['want']",
        "want = 3\nclass M(nn.Module):\n    def forward(self, x): return x\nassert f(M()) == want",
    ),
    "private attributes of a module": (
        "def f(m): return m.__dict__['secret']",
        "class M(nn.Module):\n    pass\nm = M(); m.secret = 5\nassert f(m) == 5",
    ),
    "a default argument of a callback": (
        "def f(g): return g.__defaults__[0]",
        "assert f(lambda want=31: None) == 31",
    ),
    "raise AssertionError": ("def f(): raise AssertionError('fine')", "assert f() == 1"),
    "raise StopIteration in a generator of the test": (
        "def f(): raise StopIteration",
        "assert [f() for _ in range(1)] == [1]",
    ),
    "raise KeyboardInterrupt": ("def f(): raise KeyboardInterrupt", "assert f() == 1"),
    "raise GeneratorExit": ("def f(): raise GeneratorExit", "assert f() == 1"),
    "raise the border's own exception": (
        "from labhub.grading.examiner.verdict import TestTimeout\ndef f(): raise TestTimeout",
        "assert f() == 1",
    ),
    "an exception whose text raises": (
        "class E(Exception):\n    def __str__(s): raise SystemExit\ndef f(): raise E()",
        "assert f() == 1",
    ),
    "an exception that is not raised but returned": (
        "def f(): return AssertionError()",
        "assert f() == 1",
    ),
    "context manager that swallows": (
        "class C:\n    def __enter__(s): return s\n    def __exit__(s, *a): return 5\nc = C()",
        "with c:\n    assert False",
    ),
    "context manager that hides with true": (
        "class C:\n    def __enter__(s): return s\n    def __exit__(s, *a): return True\nc = C()",
        "with c:\n    x = 1\nassert x == 2",
    ),
    "torch hooks on an object": (
        "class X:\n    @classmethod\n    def __torch_function__(cls, *a, **k): return True\n    def __array_function__(s, *a, **k): return True\n    def __array_ufunc__(s, *a, **k): return True\ndef f(): return X()",
        "assert torch.allclose(f(), torch.ones(1))",
    ),
    "numpy hooks on an object": (
        "class X:\n    def __array_function__(s, *a, **k): return True\n    def __array_ufunc__(s, *a, **k): return True\n    __array_interface__ = {'shape': (1,), 'typestr': '<f8', 'data': (0, False), 'version': 3}\ndef f(): return X()",
        "assert np.array_equal(f(), np.ones(1))",
    ),
    "a decorator of the student's": (
        "def deco(f): return lambda *a: True",
        "@deco\ndef check():\n    return False\nassert check() == 'right'",
    ),
    "a module of one's own": (
        "import types, sys\nsys.modules['checks'] = m = types.ModuleType('checks')\nm.same = lambda a, b: True\nimport checks\nnp = m\ndef f(): return 1",
        "assert np.equal(f(), 2)",
    ),
    "hidden names of the examiner": (
        "__labhub_type__ = lambda x: int\ndef f(): return 'a'",
        "assert type(f()) is int",
    ),
    "__builtins__ and __name__": (
        "__builtins__ = {'AssertionError': None}\n__name__ = 'x'\ndef f(): return 1",
        "assert f() == 2",
    ),
    "__missing__ names by globals()": ("def f(): return 1", "assert globals()['f']() == 2"),
    "gradient lies": (
        "class Bad(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x): return x.clone()\n    @staticmethod\n    def backward(ctx, g): return g * 0\nf = Bad.apply",
        "x = torch.ones(3, requires_grad=True); f(x).sum().backward(); assert x.grad.sum() == 3",
    ),
    "gradient of the wrong shape": (
        "class Bad(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x): return x.clone()\n    @staticmethod\n    def backward(ctx, g): return torch.ones(5)\nf = Bad.apply",
        "x = torch.ones(3, requires_grad=True); f(x).sum().backward(); assert x.grad.sum() == 5",
    ),
    "a truth value of two": (
        "def f():\n    a = np.zeros(1, bool); a.view(np.uint8)[0] = 2\n    return a",
        "assert f().sum() == 2",
    ),
    "partial credit from no number": ("def f(): return float('nan')", "f() * 2"),
    "negative partial credit": ("def f(): return -5.0", "f() * 2"),
    "partial credit in numpy's clothes": ("def f(): return np.float64(0.0)", "f() * 2"),
    "difference from everything is zero": (
        "class Z(float):\n    def __sub__(s, o): return 0.0\n    __rsub__ = __sub__\ndef f(): return Z(9)",
        "assert abs(f() - 2.5) < 1e-9",
    ),
    "difference to everything is zero": (
        "class Z(float):\n    def __sub__(s, o): return 0.0\n    __rsub__ = __sub__\ndef f(): return Z(9)",
        "assert abs(2.5 - f()) < 1e-9",
    ),
    "difference is a tensor of zeros": (
        "class Z:\n    def __sub__(s, o): return torch.zeros(3)\ndef f(): return Z()",
        "assert (f() - torch.ones(3)).abs().max() < 1e-6",
    ),
    "difference without size": (
        "class Z:\n    def __sub__(s, o): return s\n    def __abs__(s): return 0.0\ndef f(): return Z()",
        "assert abs(f() - 2.5) < 1e-9",
    ),
    "holds everything": (
        "class Z:\n    def __contains__(s, o): return True\ndef f(): return Z()",
        "assert 'right' in f()",
    ),
    "compares itself by a method": (
        "class Z:\n    def allclose(s, o): return True\ndef f(): return Z()",
        "assert f().allclose(torch.ones(3))",
    ),
    "ends the test's loop": (
        "def f(x): raise StopIteration",
        "for got, want in zip(map(f, [1, 2]), [1, 4]):\n    assert got == want",
    ),
    "skips the test": (
        "import unittest\ndef f(x): raise unittest.SkipTest('x')",
        "import unittest, io\nclass T(unittest.TestCase):\n    def test_a(self): self.assertEqual(f(1), 2)\nr = unittest.TextTestRunner(stream=io.StringIO()).run(unittest.defaultTestLoader.loadTestsFromTestCase(T))\nassert r.wasSuccessful()",
    ),
    "a range that takes hours to add": ("def f(): return range(10**12)", "assert sum(f()) == 3"),
    "a range that fills the memory": (
        "def f(): return range(10**9)",
        "assert list(f()) == [3]",
    ),
    "partial credit in a tensor's clothes": ("def f(): return torch.tensor(0.0)", "f() * 2"),
}
"""By name: the student's code, and a test that honest code of this behaviour does not pass."""

RAW: dict[str, str] = {
    "a reply to another question": "SEND(b'=' + (99).to_bytes(4, 'little') + b'N0lN')",
    "a frame of four gigabytes": "SOCK.sendall(b'\\xff\\xff\\xff\\xff' + b'x' * 100)",
    "half a frame, then the end": "SOCK.sendall(b'\\xff\\x00\\x00\\x00ab'); import os; os._exit(0)",
    "an empty frame": "SEND(b'')",
    "garbage": "SEND(bytes(range(256)) * 10)",
    "calls what it was not given": "SEND(b'?' + b'\\x01\\0\\0\\0' + bytes(encode(None)) + bytes(encode(None)) + bytes(encode('call')) + b'1' + b't\\x03\\0\\0\\0' + b'H' + (7).to_bytes(8, 'little') + bytes(encode(())) + bytes(encode({})))",
    "calls a class by name": "SEND(b'?' + b'\\x01\\0\\0\\0' + bytes(encode(None)) + bytes(encode(None)) + bytes(encode('call')) + b'1' + bytes(encode((list, ((1, 2),), {}))))",
    "asks for an operation there is not": "SEND(b'?' + b'\\x01\\0\\0\\0' + bytes(encode(None)) * 2 + bytes(encode('exec')) + bytes(encode(('1',))))",
    "reads an attribute of a library class": "SEND(b'?' + b'\\x01\\0\\0\\0' + bytes(encode(None)) * 2 + bytes(encode('getattr')) + bytes(encode((list, 'mro'))))",
    "sets a name nobody asked for": "SEND(b'=' + (2).to_bytes(4, 'little') + bytes(encode(None)) + bytes(encode([])) + bytes(encode(1)) + bytes(encode('want')) + bytes(encode(1)) + bytes(encode(0)) + bytes(encode([])) + bytes(encode(1)))",
    "a number as a list of news": "SEND(b'=' + (2).to_bytes(4, 'little') + bytes(encode((5, 5))))",
    "changes an argument that was not sent": "SEND(b'=' + (2).to_bytes(4, 'little') + bytes(encode(None)) * 2 + bytes(encode(0)) + bytes(encode([(5, [])])) + bytes(encode(1)))",
    "a function by name": "SEND(b'=' + (2).to_bytes(4, 'little') + bytes(encode(None)) * 2 + bytes(encode(0)) + bytes(encode([])) + b'L' + bytes(encode('builtins'))[1:] + bytes(encode('eval'))[1:])",
    "a set of equal hashes": "from labhub.grading.codec.core import WRITERS\n    def write(e, v):\n        e.out += b'S'\n        e.items([k * (2**61 - 1) for k in range(1, 60000)], 59999)\n    WRITERS[set] = write\n    SEND(b'=' + (2).to_bytes(4, 'little') + bytes(encode(None)) * 2 + bytes(encode(0)) + bytes(encode([])) + bytes(encode({1})))",
    "a decimal of too many places": "from decimal import Decimal\n    SEND(b'=' + (2).to_bytes(4, 'little') + bytes(encode(None)) * 2 + bytes(encode(0)) + bytes(encode([])) + bytes(encode(Decimal('1E-99999999'))))",
    "an error with billions of carets": "SEND(b'!' + (2).to_bytes(4, 'little') + bytes(encode(None)) * 2 + bytes(encode(((('builtins', 'SyntaxError'),), ('x', ('f', 1, 1, 'text', 1, 4 * 10**9)), 'x', 'x', {}))))",
    "a dangerous class by name": "SEND(b'=' + (2).to_bytes(4, 'little') + bytes(encode(None)) * 2 + bytes(encode(0)) + bytes(encode([])) + b'Q' + bytes(encode('numpy'))[1:] + bytes(encode('memmap'))[1:])",
}
"""Code that writes to the socket itself, instead of an answer."""
