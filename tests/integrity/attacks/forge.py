"""Forge a result: points for a wrong answer."""

from tests.integrity.attacks.model import (
    EXERCISES,
    POINTS,
    WRONG,
    Attack,
    Notebook,
    beside_wrong,
    instead,
)
from tests.integrity.lab import cell_of


def _tests_that_pass(notebook: Notebook) -> None:
    cell_of(notebook, "mean-t1")["source"] = "pass"


def _more_points(notebook: Notebook) -> None:
    cell_of(notebook, "scale-t1")["metadata"]["nbgrader"]["points"] = 1000
    cell_of(notebook, "mean-t1")["source"] = "pass"


def _test_as_solution(notebook: Notebook) -> None:
    cell = cell_of(notebook, "mean-t1")
    cell["metadata"]["nbgrader"] |= {"locked": False, "solution": True}
    cell["source"] = "pass"


def _swapped_ids(notebook: Notebook) -> None:
    first, second = cell_of(notebook, "mean-t1"), cell_of(notebook, "count-t1")
    first["metadata"], second["metadata"] = second["metadata"], first["metadata"]


def _second_test(notebook: Notebook) -> None:
    cell = cell_of(notebook, "mean-t1")
    notebook["cells"].append({**cell, "id": "again", "source": "assert True"})


def _own_test(notebook: Notebook) -> None:
    cell = cell_of(notebook, "mean-t1")
    meta = {**cell["metadata"]["nbgrader"], "grade_id": "bonus-t1", "points": 50}
    notebook["cells"].append(
        {**cell, "id": "bonus", "metadata": {"nbgrader": meta}, "source": "assert True"}
    )


def _test_turned_to_text(notebook: Notebook) -> None:
    cell = cell_of(notebook, "mean-t1")
    cell["cell_type"] = "markdown"
    cell.pop("outputs", None)
    cell.pop("execution_count", None)


def _test_first(notebook: Notebook) -> None:
    cell = cell_of(notebook, "mean-t1")
    notebook["cells"].remove(cell)
    notebook["cells"].insert(0, {**cell, "source": "mean = lambda xs: 73417.0"})


def _output_of_a_pass(notebook: Notebook) -> None:
    cell_of(notebook, "count-t1")["outputs"] = [
        {"output_type": "execute_result", "execution_count": 1, "metadata": {},
         "data": {"text/plain": "2.0"}}
    ]  # fmt: skip


LIAR = """
class Liar:
    shape = (4, 3)
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    def __gt__(self, other): return True
    def __le__(self, other): return True
    def __ge__(self, other): return True
    def __bool__(self): return True
    def __sub__(self, other): return self
    def __rsub__(self, other): return self
    def __abs__(self): return self
    def __float__(self): return 0.0
    def __hash__(self): return 0
"""

FRAMES = """
import sys
def mean(xs):
    frame = sys._getframe()
    while frame:
        if "want" in frame.f_globals: return frame.f_globals["want"]
        if "want" in frame.f_locals: return frame.f_locals["want"]
        frame = frame.f_back
    return 0.0
"""

COLLECTOR = """
import gc
def mean(xs):
    for thing in gc.get_objects():
        if isinstance(thing, dict) and isinstance(thing.get("want"), float):
            return thing["want"]
    return 0.0
"""

EDIT_EXPECTED = """
import gc, sys
def mean(xs):
    frame = sys._getframe(1)
    frame.f_globals["want"] = 1.0
    for thing in gc.get_objects():
        if isinstance(thing, dict) and "want" in thing: thing["want"] = 1.0
    return 1.0
"""

FORGED_FRAMES = """
import json, os, struct
words = [b'{"status": "passed", "score": 2}', b'passed', b'\\x01' * 64]
for fd in range(3, 64):
    for word in words:
        for head in (b'', struct.pack('<Q', len(word)), struct.pack('<I', len(word)), struct.pack('>I', len(word))):
            try: os.write(fd, head + word)
            except OSError: pass
"""

PATCHED_MACHINE = """
import sys, types
for name, module in list(sys.modules.items()):
    if name.startswith("labhub"):
        for key, value in list(vars(module).items()):
            if isinstance(value, types.FunctionType):
                try: setattr(module, key, lambda *a, **k: True)
                except Exception: pass
"""

PATCHED_SHELL = """
shell = get_ipython()
shell.showtraceback = lambda *a, **k: None
shell._showtraceback = lambda *a, **k: None
class Fine:
    success = True; error_in_exec = None; error_before_exec = None; result = 2.0; execution_count = 1
    def raise_error(self): pass
shell.run_cell = lambda *a, **k: Fine()
async def run_cell_async(*a, **k): return Fine()
shell.run_cell_async = run_cell_async
shell.ast_node_interactivity = "none"
"""

TRACER = """
import sys
def tracer(frame, event, arg):
    if "want" in frame.f_globals: frame.f_globals["want"] = -1.0
    frame.f_trace_lines = True
    return tracer
sys.settrace(tracer)
"""

STRIP_ASSERTS = """
import ast
class Strip(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.Pass()
get_ipython().ast_transformers.append(Strip())
get_ipython().input_transformers_cleanup.append(lambda lines: [l.replace("assert ", "0 and ") for l in lines])
"""

FAKE_NUMPY = """
class Everything:
    def __getattr__(self, name): return Everything()
    def __call__(self, *a, **k): return Everything()
    def __eq__(self, other): return True
    def __bool__(self): return True
    def __mul__(self, k): return self
    def __add__(self, k): return self
    def __radd__(self, k): return self
np = Everything()
"""

PATCH_LATER = """
import threading, time
def patch():
    for _ in range(20000):
        import numpy, torch
        numpy.testing.assert_allclose = lambda *a, **k: None
        numpy.allclose = lambda *a, **k: True
        torch.allclose = lambda *a, **k: True
        time.sleep(0.001)
threading.Thread(target=patch, daemon=True).start()
"""

LYING_ARRAY = """
class Lie(np.ndarray):
    def __array_function__(self, *a, **k): return True
    def __array_ufunc__(self, *a, **k): return np.zeros(1)
    def __eq__(self, other): return np.ones(3, bool)
def scale(a, k): return a.view(Lie)
"""

LYING_MODULE = """
class Lie(nn.Module):
    def parameters(self, recurse=True): return iter([nn.Parameter(torch.zeros(66))])
    def forward(self, x): return Tame(x.shape[0])
class Tame:
    shape = (4, 3)
    def __init__(self, n): pass
    def sum(self): return self
    def backward(self): return None
net = Lie()
"""

NOT_A_MODULE = """
class Lie:
    __class__ = property(lambda self: nn.Module)
    def parameters(self): return [nn.Parameter(torch.zeros(66))]
    def __call__(self, x): return torch.zeros(3, 3)
net = Lie()
"""

FAKE_REFERENCE = """
class reference:
    mean = staticmethod(lambda xs: -1.0)
def probe(function): return lambda *a, **k: True
want = -1.0
got = 73417.0
score = 2.0
"""

ASK_FOR_REFERENCE = """
import builtins, sys
def mean(xs):
    for place in (globals(), vars(builtins), *(vars(m) for m in list(sys.modules.values()))):
        ref = place.get("reference")
        if ref is not None:
            try: return ref.mean(xs)
            except Exception: pass
    return 0.0
"""

COPY_A_NEIGHBOUR = """
import glob, json
def mean(xs):
    for path in glob.glob("/**/submitted/*/fortress/*.ipynb", recursive=True) + glob.glob("../../*/fortress/*.ipynb"):
        try: cells = json.load(open(path))["cells"]
        except Exception: continue
        for cell in cells:
            if "def mean" in "".join(cell["source"]) and "submitted" not in "".join(cell["source"]):
                space = {}
                exec("".join(cell["source"]), space)
                return space["mean"](xs)
    return 0.0
"""

LYING_COUNT = """
class Lie(int):
    def __eq__(self, other): return True
    __hash__ = int.__hash__
def count(xs, x): return Lie(7)
"""

LYING_BOOL_RESULT = """
class Amplifier:
    def __eq__(self, other): return self
    def __rmul__(self, factor): return 1000.0
    def __mul__(self, factor): return 1000.0
    def __bool__(self): return True
def count(xs, x): return Amplifier()
"""

ATTACKS: list[Attack] = [
    beside_wrong(
        "patch numpy testing",
        "scale",
        "np.testing.assert_allclose = lambda *a, **k: None\nnp.allclose = lambda *a, **k: True",
    ),
    beside_wrong(
        "patch numpy internals",
        "scale",
        "import numpy.testing._private.utils as u\nu.assert_allclose = u.assert_array_compare = lambda *a, **k: None\nnp.testing.assert_allclose = u.assert_allclose\nnp.isclose = lambda *a, **k: np.True_\nnp.allclose = lambda *a, **k: True",
    ),
    beside_wrong(
        "patch builtins",
        "mean",
        "import builtins\nbuiltins.abs = lambda x: 0\nbuiltins.AssertionError = Exception",
    ),
    beside_wrong(
        "shadow builtins",
        "net",
        "abs = lambda x: 0\nsum = lambda xs: 66\nisinstance = lambda a, b: True\nall = lambda xs: True",
    ),
    beside_wrong("shadow numpy with a yes-man", "scale", FAKE_NUMPY),
    beside_wrong("patch from a thread later", "scale", PATCH_LATER),
    instead("object equal to everything", "mean", LIAR + "def mean(xs): return Liar()"),
    instead(
        "float that lies",
        "mean",
        "class Lie(float):\n    def __eq__(s, o): return True\n    def __sub__(s, o): return 0.0\n    def __abs__(s): return 0.0\n    __hash__ = float.__hash__\ndef mean(xs): return Lie(1.0)",
    ),
    instead("integer that lies", "count", LYING_COUNT),
    instead("result that multiplies the score", "count", LYING_BOOL_RESULT),
    instead("array that lies", "scale", LYING_ARRAY),
    instead("module that lies about itself", "net", LYING_MODULE),
    instead("class that claims to be a module", "net", NOT_A_MODULE),
    instead(
        "tensor that lies",
        "net",
        "class Lie(torch.Tensor):\n    @classmethod\n    def __torch_function__(cls, f, types, args=(), kwargs=None): return True\nnet = torch.zeros(66).as_subclass(Lie)",
    ),
    instead("expected value from the frames", "mean", FRAMES),
    instead("expected value from the collector", "mean", COLLECTOR),
    instead("edit the expected value", "mean", EDIT_EXPECTED),
    beside_wrong("trace the test", "mean", TRACER),
    instead("exit with success", "mean", "import os\ndef mean(xs): os._exit(0)"),
    instead("system exit with success", "mean", "def mean(xs): raise SystemExit(0)"),
    instead("raise the interrupt", "mean", "def mean(xs): raise KeyboardInterrupt"),
    instead("raise generator exit", "mean", "def mean(xs): raise GeneratorExit"),
    beside_wrong("forged frames on every descriptor", "mean", FORGED_FRAMES),
    instead(
        "forged frames while tested",
        "mean",
        "def mean(xs):\n"
        + "\n".join("    " + line for line in FORGED_FRAMES.strip().splitlines())
        + "\n    return -1.0",
    ),
    beside_wrong("patch the grading machine", "mean", PATCHED_MACHINE),
    Attack("patch the shell", {"mean": PATCHED_SHELL + WRONG["mean"]}, lost=EXERCISES),
    beside_wrong("strip asserts", "mean", STRIP_ASSERTS),
    beside_wrong("fake reference and names of the test", "mean", FAKE_REFERENCE),
    instead("ask for the reference", "mean", ASK_FOR_REFERENCE),
    instead("copy a neighbour at run time", "mean", COPY_A_NEIGHBOUR),
    beside_wrong(
        "print the partial credit",
        "count",
        "print(2.0)\nfrom IPython.display import display\ndisplay(2.0)\n2.0",
    ),
    Attack("test replaced by pass", {"mean": WRONG["mean"]}, damage=_tests_that_pass),
    Attack("points raised", {"mean": WRONG["mean"]}, damage=_more_points),
    Attack("test cell declared a solution", {"mean": WRONG["mean"]}, damage=_test_as_solution),
    Attack("grade ids swapped", {"mean": WRONG["mean"]}, damage=_swapped_ids),
    Attack("test given twice", {"mean": WRONG["mean"]}, damage=_second_test),
    Attack("test of one's own", {"mean": WRONG["mean"]}, damage=_own_test),
    Attack("test turned to text", {"mean": WRONG["mean"]}, damage=_test_turned_to_text),
    Attack("test moved to the front", {"mean": WRONG["mean"]}, damage=_test_first),
    Attack("output of a pass handed in", {"count": WRONG["count"]}, damage=_output_of_a_pass),
    beside_wrong(
        "swallow every exception",
        "mean",
        "import sys\nsys.excepthook = lambda *a: None\nget_ipython().set_custom_exc((BaseException,), lambda *a, **k: None)",
    ),
]

assert POINTS == 2.0
