"""Exhaust a resource: the attack costs its own exercise at most, and its own time limit."""

from nbformat.v4 import new_code_cell

from tests.integrity.attacks.model import Attack, Notebook, harmless, instead
from tests.integrity.lab import SOLUTIONS

MEAN = SOLUTIONS["mean"]

FORK_BOMB = """
import os
while True:
    try: os.fork()
    except OSError: pass
"""
THREADS = """
import threading, time
try:
    for _ in range(20000): threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
except (RuntimeError, MemoryError): pass
"""
MEMORY = "hoard = []\nwhile True: hoard.append(np.ones(1 << 24))"
MEMORY_TESTED = "def mean(xs):\n    hoard = []\n    while True: hoard.append(np.ones(1 << 24))"
SHARED = "import mmap\nhoard = []\nwhile True:\n    page = mmap.mmap(-1, 1 << 27)\n    page.write(b'x' * (1 << 27))\n    hoard.append(page)"
DISK = """
try:
    with open("big.bin", "wb") as f:
        while True: f.write(b"x" * (1 << 24))
except OSError as error: print("full:", type(error).__name__)
"""
MANY_FILES = """
import os
try:
    for i in range(2_000_000): open(f"/tmp/{i}", "w").close()
except OSError as error: print("full:", type(error).__name__)
"""
FLOOD = "for i in range(60_000): print('x' * 100)\n" + MEAN
FLOOD_BELOW = "import subprocess\nsubprocess.run('yes | head -c 300000000', shell=True)\n" + MEAN
STUBBORN = """
while True:
    try:
        while True: pass
    except BaseException: pass
"""
DEAF = """
import signal
for s in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    try: signal.signal(s, signal.SIG_IGN)
    except (OSError, ValueError): pass
signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
import time; time.sleep(3600)
"""
REGEX = "import re\nre.match('(a+)+$', 'a' * 60 + 'b')"
STOPPED = "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)"
NESTED = "def mean(xs):\n    deep = []\n    for _ in range(100000): deep = [deep]\n    return deep"
CYCLE = "def mean(xs):\n    loop = []; loop.append(loop)\n    return loop"
HUGE = "def scale(a, k): return np.zeros((1 << 15, 1 << 14))"
HUGE_INTEGER = "def mean(xs): return 10 ** 10_000_000"
HUGE_TEXT = "def mean(xs): raise ValueError('x' * 500_000_000)"
ENDLESS_ITERATOR = """
class Endless:
    def __len__(self): return 1 << 62
    def __iter__(self):
        while True: yield 1
    def __getitem__(self, i): return 1
def scale(a, k): return Endless()
"""
DESCRIPTORS = "import os\nhoard = []\ntry:\n    while True: hoard.append(os.open('/dev/null', 0))\nexcept OSError: pass"
RECURSION = "import sys\nsys.setrecursionlimit(10 ** 9)\ndef mean(xs): return mean(xs) + 1"
SLEEP_TESTED = "import time\ndef mean(xs): time.sleep(3600)"
LOOP_TESTED = "def mean(xs):\n    while True: pass"
SEGFAULT = "import ctypes\ndef mean(xs): ctypes.string_at(0)"
SEGFAULT_CELL = "import ctypes\nctypes.string_at(0)"
FIGURES = (
    "import matplotlib.pyplot as plt\nfor i in range(10):\n    plt.figure(figsize=(8, 8)); plt.imshow(np.random.rand(500, 500))\nplt.show()\n"
    + MEAN
)

ODD_NAMES = """
import os, socket
for name in ("a" * 255, "new\\nline", b"\\xff\\xfe", "-rf", "..."):
    try: open(name, "wb").close()
    except (OSError, ValueError): pass
for make in (lambda: os.mkfifo("pipe"), lambda: socket.socket(socket.AF_UNIX).bind("sock"), lambda: os.symlink("loop", "loop"), lambda: os.symlink("/dev/zero", "zero")):
    try: make()
    except OSError: pass
with open("sparse.bin", "wb") as file:
    try: file.truncate(1 << 40)
    except OSError: pass
try:
    for number in range(20_000): os.link("a" * 255, f"link{number}")
except OSError: pass
try:
    for _ in range(5_000): os.mkdir("deep"); os.chdir("deep")
except OSError: pass
os.chdir("/lab")
"""
BUSY_FAMILY = """
import os
for _ in range(20):
    if os.fork() == 0:
        while True: pass
"""
SOCKET_BUFFERS = """
import socket
hoard = []
try:
    while True:
        ends = socket.socketpair(); ends[0].setblocking(False); hoard.append(ends)
        try:
            while True: ends[0].send(bytes(1 << 16))
        except BlockingIOError: pass
except OSError: pass
"""
SHOWN_BY_ALL = "import sys\nwritten = sys.stdout.write('x' * ((4 << 20) - 1000))"
DEEP_REPR = """
class Deep:
    def __init__(self, inner): self.inner = inner
    def __repr__(self): return f"({self.inner!r})"
deep = None
for _ in range(100_000): deep = Deep(deep)
def mean(xs): raise ValueError(deep)
"""


def _loud_cells(notebook: Notebook) -> None:
    notebook["cells"] += [new_code_cell(SHOWN_BY_ALL, id=f"loud{n}") for n in range(100)]


def _many_cells(notebook: Notebook) -> None:
    notebook["cells"] += [new_code_cell("1", id=f"one{n}") for n in range(3000)]


ATTACKS: list[Attack] = [
    Attack("many loud cells", damage=_loud_cells),
    Attack("three thousand cells", damage=_many_cells, named=True),
    harmless("files of odd names and kinds", "mean", ODD_NAMES + MEAN),
    harmless("twenty busy children", "mean", BUSY_FAMILY + MEAN),
    harmless("full sockets", "mean", SOCKET_BUFFERS + "hoard.clear()\n" + MEAN),
    instead("text without an end", "mean", DEEP_REPR),
    instead("generator without an end", "words", "def words(text):\n    while True: yield 'a'"),
    instead("fork bomb", "mean", FORK_BOMB),
    instead("thread bomb", "mean", THREADS),
    instead("memory bomb in a cell", "mean", MEMORY),
    instead("memory bomb while tested", "mean", MEMORY_TESTED),
    instead("shared memory bomb", "mean", SHARED),
    instead("fill the disk", "mean", DISK),
    instead("a million files", "mean", MANY_FILES),
    harmless("flood of output", "mean", FLOOD),
    harmless("flood of output from below", "mean", FLOOD_BELOW),
    instead("endless loop", "mean", "while True: pass"),
    instead("endless loop that swallows interrupts", "mean", STUBBORN),
    instead("deaf to every signal", "mean", DEAF),
    instead("hang inside C", "mean", REGEX),
    instead("stop itself", "mean", STOPPED),
    instead("endless loop while tested", "mean", LOOP_TESTED),
    instead("sleep while tested", "mean", SLEEP_TESTED),
    instead("result nested too deep", "mean", NESTED),
    instead("result that holds itself", "mean", CYCLE),
    instead("result of four gigabytes", "scale", HUGE),
    instead("integer of ten million digits", "mean", HUGE_INTEGER),
    instead("exception of half a gigabyte", "mean", HUGE_TEXT),
    instead("endless iterator", "scale", ENDLESS_ITERATOR),
    instead("all descriptors", "mean", DESCRIPTORS),
    instead("endless recursion", "mean", RECURSION),
    instead("crash while tested", "mean", SEGFAULT),
    instead("crash in a cell", "mean", SEGFAULT_CELL),
    harmless("many large figures", "mean", FIGURES),
]
