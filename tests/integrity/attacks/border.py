"""Deceive at the border: hooks that run in the snapshot, and answers that lie about themselves."""

from tests.integrity.attacks.model import EXERCISES, WRONG, Attack, after, harmless, instead
from tests.integrity.attacks.steal import MEAN, WORD

PATCH_AT_FORK = """
import os
def patch():
    import builtins, sys
    import numpy, torch
    numpy.testing.assert_allclose = lambda *a, **k: None
    numpy.allclose = torch.allclose = lambda *a, **k: True
    builtins.abs = lambda x: 0.0
    for name, module in list(sys.modules.items()):
        if name.startswith("labhub.grading.border") or name.endswith("answer.serve"):
            for key, value in list(vars(module).items()):
                if callable(value) and not isinstance(value, type):
                    setattr(module, key, lambda *a, **k: True)
os.register_at_fork(after_in_child=patch)
"""

THREAD_AT_FORK = f"""
import os, threading
def watch():
    import gc, time
    word = {WORD}
    for _ in range(50):
        found = [t for t in gc.get_objects() if type(t) in (list, tuple, dict) and word in repr(t)[:10000]]
        if found:
            os.write(1, repr(found).encode())
            with open("seen.txt", "a") as file: file.write(repr(found))
        time.sleep(0.01)
os.register_at_fork(after_in_child=lambda: threading.Thread(target=watch, daemon=True).start())
{MEAN}
"""

LAST_WORDS = """
import atexit, os, weakref
class Keeper: pass
kept = Keeper()
def mean(xs):
    said = repr(xs)
    for last in (atexit.register, lambda f: weakref.finalize(kept, f)):
        last(lambda: (os.write(1, said.encode()), open("last.txt", "a").write(said)))
    globals()["mean"].__doc__ = said
    del globals()["kept"]
    return sum(xs) / len(xs)
"""

EVERY_PROTOCOL = """
class Lie:
    __class__ = property(lambda self: np.ndarray)
    shape, dtype, ndim, size = (3, 4), np.dtype(float), 2, 12
    def __array__(self, *a, **k): return np.full((3, 4), np.nan)
    def __array_function__(self, *a, **k): return np.True_
    def __array_ufunc__(self, *a, **k): return np.ones((3, 4), bool)
    @classmethod
    def __torch_function__(cls, *a, **k): return True
    __array_priority__ = 1e9
    __array_interface__ = {"shape": (3, 4), "typestr": "<f8", "version": 3, "data": (0, True)}
    def __len__(self): return 3
    def __iter__(self): return iter([self] * 3)
    def __getitem__(self, key): return self
    def __eq__(self, other): return True
    def __float__(self): return 0.0
    __hash__ = None
def scale(a, k): return Lie()
"""

DECLARED_FLOAT = """
import sys
class Lie:
    def __sub__(self, other): return self
    def __abs__(self): return self
    def __lt__(self, other): return True
    def __eq__(self, other): return True
    def __float__(self): return 73417 + 1 / 8
    __hash__ = None
kinds = sys.modules.get("labhub.grading.border.kinds")
if kinds:
    true = kinds.describe
    def describe(thing):
        kind = true(thing)
        if type(thing) is Lie:
            object.__setattr__(kind, "bases", (("builtins", "float"), ("numpy", "float64")))
        return kind
    kinds.describe = describe
def mean(xs): return Lie()
"""

HOSTILE_EXCEPTION = """
class Meta(type):
    def __getattribute__(cls, name):
        if name == "__name__": return "AssertionError" * 10**6
        return super().__getattribute__(name)
class Hostile(Exception, metaclass=Meta):
    __class__ = AssertionError
    def __str__(self): return "the mean of two numbers is right " * 10**7
    def __repr__(self): raise self
    @property
    def args(self): return (self,)
def mean(xs):
    error = Hostile()
    error.__cause__ = error.__context__ = error
    raise error
"""

GRADERS_EXCEPTION = """
import sys
def mean(xs):
    for name in ("labhub.grading.examiner.verdict", "labhub.grading.errors"):
        module = sys.modules.get(name)
        for kind in vars(module).values() if module else ():
            if isinstance(kind, type) and issubclass(kind, BaseException):
                try: error = kind()
                except Exception: continue
                error.of_other_side = False
                error.score = error.points = 2.0
                error.status = "passed"
                raise error
    raise StopIteration
"""

PASSED_DESCRIPTORS = """
import array, os, socket
def mean(xs):
    null = os.open("/dev/null", os.O_RDWR)
    for number in range(3, 64):
        try: end = socket.socket(fileno=os.dup(number))
        except OSError: continue
        for count in (1, 2, 8):
            fds = array.array("i", [null] * count)
            try: end.sendmsg([b"\\x05\\x00\\x00\\x00=\\x01\\x00\\x00\\x00"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)], socket.MSG_DONTWAIT)
            except OSError: pass
    return -1.0
"""

FORGED_SNAPSHOT = """
import gc
for thing in gc.get_objects():
    if type(thing).__name__ == "Worker" and hasattr(thing, "_snapshot"):
        numbers = iter([-1, 0, 1, True, 2, 2.5, "1", None])
        type(thing)._snapshot = lambda *a, **k: {"pid": next(numbers, -1), "left_running": -1}
"""

GIVEN_RESULT = """
import sys
def give():
    frame = sys._getframe()
    while frame:
        for value in list(frame.f_locals.values()):
            if type(value).__name__ in ("Student", "Peer"):
                value.operations = dict.fromkeys(value.operations, lambda *a: 73417 + 1 / 8)
        frame = frame.f_back
def mean(xs):
    give()
    return -1.0
"""

ATTACKS: list[Attack] = [
    Attack(
        "patch when forked",
        {"scale": f"{PATCH_AT_FORK}\n{WRONG['scale']}"},
        # It spoils all snapshots that are forked later; the last is the worker itself.
        lost=("scale", *after("scale")[:-1]),
    ),
    harmless("thread when forked", "mean", THREAD_AT_FORK),
    harmless("last words of the snapshot", "mean", LAST_WORDS),
    instead("array by every protocol", "scale", EVERY_PROTOCOL),
    instead("declared a float", "mean", DECLARED_FLOAT),
    instead("exception that causes itself", "mean", HOSTILE_EXCEPTION),
    instead("exception of the grader", "mean", GRADERS_EXCEPTION),
    instead(
        "array without end",
        "scale",
        "def scale(a, k): return np.broadcast_to(np.float64(0), (1 << 40,))",
    ),
    instead(
        "list that holds itself",
        "count",
        "def count(xs, x):\n    endless = [2]\n    endless.append(endless)\n    return endless",
    ),
    instead("descriptors on the border", "mean", PASSED_DESCRIPTORS),
    instead("operations of the border replaced", "mean", GIVEN_RESULT),
    Attack(
        "forged snapshots",
        {"mean": FORGED_SNAPSHOT + "\ndef mean(xs): return -1.0"},
        lost=EXERCISES,
    ),
]
