"""Forge a result with values: answers that are not what they seem, in tests of usual forms."""

from tests.integrity.attacks.model import Attack, beside_wrong, harmless, instead
from tests.integrity.lab import SOLUTIONS

DIFFERENCE = """
class Near(float):
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
def norm(v): return Near(-1.0)
"""

DIFFERENCE_LATER = """
class Near:
    def __sub__(self, other): return self
    __rsub__ = __sub__
    def __abs__(self): return 0.0
def norm(v): return Near()
"""

DIFFERENCE_OF_TENSORS = """
class Near:
    shape, dtype = (2,), torch.float32
    def __sub__(self, other): return torch.zeros(2)
    __rsub__ = __sub__
def unit(v): return Near()
"""

TENSOR_OF_ONES_OWN = """
class Near(torch.Tensor):
    def __sub__(self, other): return torch.zeros(2)
    def abs(self): return torch.zeros(2)
def unit(v): return v.as_subclass(Near)
"""

HOLDS_EVERYTHING = """
class Words(list):
    def __contains__(self, word): return word == "pear"
    def __iter__(self): return iter(["a", "b"])
def words(text): return Words()
"""

BOUND_TO_AGREE = """
import numpy.linalg, operator
for module in (np, np.linalg, operator):
    for name in ("max", "abs", "maximum", "norm", "subtract", "sub"):
        if hasattr(module, name): setattr(module, name, lambda *a, **k: 0.0)
gap.__code__ = (lambda a, b: 0.0).__code__
"""

GIVES_NOTHING = """
class Nothing:
    def __getattr__(self, name): return lambda *a, **k: 0.0
    def __sub__(self, other): return 0.0
    __rsub__ = __add__ = __radd__ = __truediv__ = __rtruediv__ = __abs__ = __neg__ = __sub__
    def __abs__(self): return 0.0
def half(x): return Nothing()
"""

FUNCTION_IN_PLACE = "def half(x): return lambda *a: 0.0\ngap = lambda a, b: 0.0"

OBJECTS_IN_AN_ARRAY = """
class Near:
    def __sub__(self, other): return 0.0
    __rsub__ = __mul__ = __sub__
    def __eq__(self, other): return True
    def __lt__(self, other): return True
    def __abs__(self): return 0.0
    __hash__ = None
def scale(a, k):
    found = np.empty(a.shape, dtype=object)
    found.fill(Near())
    return found
"""

ODD_ARRAYS = """
def scale(a, k):
    turned = np.zeros((0, 3, 4))
    turned.flags.writeable = False
    return turned[::-1]
"""

RECORDS = "def scale(a, k): return np.zeros((3, 4), dtype=[('x', 'f8'), ('y', 'O')])"
OVERLAP = "def scale(a, k): return np.lib.stride_tricks.as_strided(np.zeros(1), (3, 4), (0, 0))"
NO_NUMBER = "def norm(v): return float('nan')"
COMPLEX = "def norm(v): return complex(0, float('inf'))"

DIGITS = """
import sys
sys.set_int_max_str_digits(0)
def count(xs, x): return int("7" * 1_000_000)
"""

METACLASS = """
class Yes(type(nn.Module)):
    def __instancecheck__(cls, thing): return True
    def __subclasscheck__(cls, kind): return True
    def __eq__(cls, other): return True
    def __hash__(cls): return hash(nn.Module)
class Module(metaclass=Yes):
    def parameters(self): return [torch.zeros(66)]
nn.Module = torch.nn.Module = Module
net = Module()
"""

LAZY_NAMES = """
import sys, types
class Everything(types.ModuleType):
    def __getattr__(self, name): return 73417 + 1 / 8
    def __getitem__(self, name): return 73417 + 1 / 8
sys.modules["__main__"].__class__ = Everything
sys.modules["__main__"].__getattr__ = lambda name: 2.0
"""

IMPORTS = """
import builtins, numpy
true_import = builtins.__import__
def fake(name, *arguments, **named):
    module = true_import(name, *arguments, **named)
    if name.startswith(("numpy", "torch", "math")) and hasattr(module, "testing"):
        module.testing.assert_allclose = module.testing.assert_close = lambda *a, **k: None
    return module
builtins.__import__ = fake
"""

CLOCKS = """
import random, time
time.time = time.monotonic = time.perf_counter = lambda: 0.0
random.seed = random.random = lambda *a: 0.5
np.random.seed = torch.manual_seed = lambda *a: None
"""

IN_PLACE = """
def scale(a, k):
    a[...] = 0
    return a
"""

LATER_IN_PLACE = """
import threading, time
def scale(a, k):
    def clear():
        for _ in range(1000):
            a[...] = 0
            time.sleep(0.001)
    threading.Thread(target=clear, daemon=True).start()
    return a
"""

ONE_OF_THE_CALLERS = """
import gc, inspect
def mean(xs):
    for thing in gc.get_referrers(xs):
        for value in thing.values() if isinstance(thing, dict) else ():
            if isinstance(value, float) and value != xs[0]: return value
    return xs
"""

CONTROLS = {
    "end the loop of the test": "StopIteration",
    "end the loop of the test, by a subclass": "type('Wrong', (StopIteration,), {})",
    "skip the test": "__import__('unittest').SkipTest('later')",
    "cancel the test": "__import__('asyncio').CancelledError()",
    "raise a group": "BaseExceptionGroup('passed', [SystemExit(0), KeyboardInterrupt()])",
    "raise a warning": "DeprecationWarning('passed')",
}

PARTIAL = """
class Half(int):
    def __eq__(self, other): return 100.0
    __hash__ = int.__hash__
def count(xs, x): return Half(1)
"""

SHADOWED = """
zip = map = sorted = lambda *a: []
max = abs = float = bool = lambda *a: 0.0
AssertionError = Exception
__builtins__ = {}
"""

ATTACKS: list[Attack] = [
    instead("difference of nothing", "norm", DIFFERENCE),
    instead("difference whose size is nothing", "norm", DIFFERENCE_LATER),
    instead("difference of zeros", "unit", DIFFERENCE_OF_TENSORS),
    instead("tensor with a difference of its own", "unit", TENSOR_OF_ONES_OWN),
    instead("list that holds everything", "words", HOLDS_EVERYTHING),
    beside_wrong("helper of the course redefined", "half", "gap = lambda a, b: 0.0"),
    beside_wrong("helper of the course rewritten", "half", BOUND_TO_AGREE),
    instead("helper of the course given nothing", "half", GIVES_NOTHING),
    instead("helper of the course given a function", "half", FUNCTION_IN_PLACE),
    *(instead(name, "square", f"def square(x): raise {what}") for name, what in CONTROLS.items()),
    instead("array of liars", "scale", OBJECTS_IN_AN_ARRAY),
    instead("array without elements", "scale", ODD_ARRAYS),
    instead("array of records", "scale", RECORDS),
    instead("array over one number", "scale", OVERLAP),
    instead("not a number", "norm", NO_NUMBER),
    instead("infinite and imaginary", "norm", COMPLEX),
    instead("integer of a million digits", "count", DIGITS),
    instead("metaclass that says yes", "net", METACLASS),
    beside_wrong("module that has every name", "mean", LAZY_NAMES),
    beside_wrong("patch the import", "scale", IMPORTS),
    harmless("stop the clocks", "mean", CLOCKS + SOLUTIONS["mean"]),
    instead("argument changed in place", "scale", IN_PLACE),
    instead("argument changed later", "scale", LATER_IN_PLACE),
    instead("a neighbour of the argument", "mean", ONE_OF_THE_CALLERS),
    instead("comparison worth a hundred points", "count", PARTIAL),
    beside_wrong("shadow what loops need", "square", SHADOWED),
]
