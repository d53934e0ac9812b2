"""Steal a hidden test: its source, its expected values, or the values it calls with.

All answers are right, so every point stays deserved; what must not happen is that a canary
shows up in anything a student can see.
"""

from tests.integrity.attacks.model import Attack, harmless
from tests.integrity.lab import SOLUTIONS

MEAN, SCALE, COUNT = SOLUTIONS["mean"], SOLUTIONS["scale"], SOLUTIONS["count"]
WORD = '("CAN" + "ARY-")'
"""The start of a canary, written so that the attack itself does not hold it."""

STACK = f"""
import inspect, linecache, sys
def mean(xs):
    notes = [str(i.code_context) for i in inspect.stack()] + [str(v) for v in linecache.cache.values()]
    frame = sys._getframe()
    while frame:
        notes += [repr(frame.f_code.co_consts), repr(list(frame.f_locals.items()))[:5000]]
        frame = frame.f_back
    print([n for n in notes if {WORD} in n])
    open("notes.txt", "a").write(repr([n for n in notes if {WORD} in n]))
    return sum(xs) / len(xs)
"""

FILES = f"""
import os, time
until = time.monotonic() + 4
for base, folders, names in os.walk("/"):
    if time.monotonic() > until: break
    folders[:] = [f for f in folders if (base, f) not in (("/", "proc"), ("/", "sys"), ("/usr", "lib"), ("/usr", "share"))][:2000]
    for name in names:
        if time.monotonic() > until: break
        path = os.path.join(base, name)
        if not name.endswith((".ipynb", ".db", ".txt", ".json", ".toml", ".key", ".env", ".sqlite")): continue
        try: text = open(path, "rb").read(1 << 20)
        except Exception: continue
        if {WORD}.encode() in text: print("found", path, text[:4000])
{MEAN}
"""

PROC = f"""
import glob
for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline") + glob.glob("/proc/[0-9]*/maps"):
    try: text = open(path, "rb").read()
    except Exception: continue
    if {WORD}.encode() in text or b".ipynb" in text: print(path, text[:2000])
{MEAN}
"""

OWN_MEMORY = f"""
def scan():
    hits = []
    word = {WORD}.encode()
    try: mem, maps = open("/proc/self/mem", "rb", 0), open("/proc/self/maps")
    except OSError: return hits
    for line in maps:
        span, flags = line.split()[:2]
        if "r" not in flags or "w" not in flags: continue
        low, high = (int(x, 16) for x in span.split("-"))
        if high - low > 1 << 27: continue
        try:
            mem.seek(low); data = mem.read(high - low)
        except Exception: continue
        at = data.find(word)
        while at >= 0 and len(hits) < 20:
            piece = data[at:at + 13]
            if piece[7:].isalnum(): hits.append(piece)
            at = data.find(word, at + 1)
    return hits
print(scan())
def mean(xs):
    open("memory.txt", "a").write(repr(scan()))
    return sum(xs) / len(xs)
"""

OTHER_MEMORY = f"""
import glob
for path in glob.glob("/proc/[0-9]*/mem"):
    try:
        mem = open(path, "rb", 0)
        for line in open(path[:-3] + "maps"):
            low, high = (int(x, 16) for x in line.split()[0].split("-"))
            mem.seek(low); data = mem.read(min(high - low, 1 << 26))
            at = data.find({WORD}.encode())
            if at >= 0: print(path, data[at - 200:at + 500])
    except Exception: pass
{MEAN}
"""

OBJECTS = f"""
import gc
def mean(xs):
    hits = [repr(o)[:300] for o in gc.get_objects() if isinstance(o, (str, bytes, dict, list, tuple)) and {WORD} in repr(o)[:100000]]
    open("objects.txt", "a").write(repr(hits[:5]))
    return sum(xs) / len(xs)
"""

REMEMBER = """
import atexit, builtins
seen = []
def mean(xs):
    seen.append(list(xs)); builtins.seen = seen
    print("called with", xs)
    open("/tmp/seen.txt", "a").write(repr(list(xs)))
    open("seen.txt", "a").write(repr(list(xs)))
    return sum(xs) / len(xs)
atexit.register(lambda: print(seen))
"""

LATER = (
    """
import builtins, glob
print(getattr(builtins, "seen", None), [open(p).read() for p in glob.glob("*.txt") + glob.glob("/tmp/*.txt")])
"""
    + COUNT
)

COMPLAIN = """
class Complaint(ValueError): pass
def mean(xs):
    raise Complaint(f"I was called with {xs!r}")
"""

COMPLAIN_BY_NAME = """
def mean(xs):
    raise type("Called_with_" + "_".join(str(x).replace(".", "_") for x in xs), (Exception,), {})("x")
"""

WARN = """
import warnings, sys, logging
def mean(xs):
    warnings.warn(f"called with {xs!r}"); print(xs, file=sys.stderr); logging.error("%r", xs)
    from IPython.display import display, HTML
    display(HTML(f"<b>{xs!r}</b>"))
    return sum(xs) / len(xs)
"""

THREAD_PRINTS = """
import threading, time
inbox = []
def speak():
    for _ in range(3000):
        if inbox: print("the thread saw", inbox)
        time.sleep(0.002)
threading.Thread(target=speak, daemon=True).start()
def mean(xs):
    inbox.append(list(xs))
    return sum(xs) / len(xs)
"""

SHARED_MEMORY = """
import mmap, os, time
file = open("page.bin", "w+b"); file.truncate(4096)
page = mmap.mmap(file.fileno(), 4096)
if os.fork() == 0:
    for _ in range(2000):
        if page[0]: print("the child saw", bytes(page[:200])); break
        time.sleep(0.002)
    os._exit(0)
def mean(xs):
    page[:200] = repr(list(xs)).encode()[:200].ljust(200)
    return sum(xs) / len(xs)
"""

ENVIRONMENT = (
    """
import os, subprocess
print(dict(os.environ))
print(subprocess.run("env; cat /proc/self/environ; cat /proc/1/environ", shell=True, capture_output=True).stdout)
"""
    + MEAN
)

CALLBACK_SOURCE = """
import inspect, gc
def scale(a, k):
    notes = [repr(gc.get_referrers(a))[:4000], repr(getattr(a, "base", None))]
    open("refs.txt", "a").write("".join(notes))
    return a * k
"""

SOCKETS = """
import socket
def shout(data):
    for family, kind, where in [
        (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", PORT)),
        (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", PORT)),
        (socket.AF_UNIX, socket.SOCK_STREAM, "\\0labhub-bait-PORT"),
        (socket.AF_UNIX, socket.SOCK_DGRAM, "\\0labhub-bait-PORT"),
    ]:
        try:
            s = socket.socket(family, kind); s.settimeout(0.2); s.connect(where); s.sendall(data.encode())
        except OSError: pass
shout("hello")
def mean(xs):
    shout(repr(xs))
    return sum(xs) / len(xs)
"""

HISTORY = (
    """
shell = get_ipython()
print(In, Out, dir(shell), shell.user_ns.keys(), list(shell.history_manager.get_range()))
"""
    + MEAN
)

# Once only: a dump beside running code crashes Python now and then, and the cell is lost then.
FAULTHANDLER = """
import faulthandler, sys
dump = open("dump.txt", "w")
faulthandler.enable(dump); faulthandler.dump_traceback_later(0.01, file=dump)
def mean(xs):
    import traceback; traceback.print_stack(); faulthandler.dump_traceback(dump)
    return sum(xs) / len(xs)
"""

HALF_CHARACTERS = """
def mean(xs):
    print("\\ud800", "\\x00" * 100)
    raise ValueError("\\udc80\\x00", str(xs))
"""

IN_A_NAME = """
import ctypes, subprocess, time
def mean(xs):
    said = str(xs[0])
    ctypes.CDLL(None).prctl(15, said.encode(), 0, 0, 0)
    subprocess.Popen(["/bin/sh", "-c", "sleep 8; : " + said])
    time.sleep(2)
    return sum(xs) / len(xs)
"""

NAMES_OF_OTHERS = (
    """
import glob, time
for _ in range(30):
    for path in glob.glob("/proc/[0-9]*/comm") + glob.glob("/proc/[0-9]*/cmdline"):
        try: text = open(path).read()
        except OSError: continue
        if "73415" in text: print(path, text)
    time.sleep(0.1)
"""
    + MEAN
)

IN_A_LOCK = """
import fcntl, time
file = open("lock.bin", "w+b")
def mean(xs):
    fcntl.lockf(file, fcntl.LOCK_EX, 1, int(xs[0] * 1000))
    time.sleep(2)
    return sum(xs) / len(xs)
"""

LOCKS_OF_OTHERS = (
    """
import time
for _ in range(30):
    try: text = open("/proc/locks").read()
    except OSError: break
    if "73415625" in text: print("73415" + ".625 is locked", text)
    time.sleep(0.1)
"""
    + MEAN
)

PAST_THE_NETWORK = """
import socket
def shout(data):
    for family in range(46):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
            try: end = socket.socket(family, kind)
            except OSError: continue
            if family not in (1, 2, 10, 16): print("73415" + ".625", "a socket of the family", family)
            end.close()
shout("hello")
def mean(xs):
    shout(repr(xs))
    return sum(xs) / len(xs)
"""

HOOKS = """
import signal, sys, threading, warnings
notes = []
def note(*arguments): notes.append(repr(arguments)[:2000])
sys.addaudithook(note); sys.setprofile(note); threading.setprofile(note)
signal.signal(signal.SIGALRM, note); signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
warnings.showwarning = note
def mean(xs):
    open("notes.txt", "a").write(repr(notes[-50:]))
    return sum(xs) / len(xs)
"""

EVERY_DESCRIPTOR = f"""
import os, select, stat
def look():
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            fd = os.open(f"/proc/self/fd/{{name}}", os.O_RDONLY | os.O_NONBLOCK)
            found.append((name, os.read(fd, 1 << 20))); os.close(fd)
        except OSError: pass
    return [(name, data[:200]) for name, data in found if {WORD}.encode() in data]
print(look())
def mean(xs):
    open("open.txt", "a").write(repr(look()))
    return sum(xs) / len(xs)
"""

ATTACKS: list[Attack] = [
    harmless("read the callers", "mean", STACK),
    harmless("search the file system", "mean", FILES),
    harmless("read the process table", "mean", PROC),
    harmless("scan the own memory", "mean", OWN_MEMORY),
    harmless("scan the memory of others", "mean", OTHER_MEMORY),
    harmless("search all objects", "mean", OBJECTS),
    Attack("remember the arguments", {"mean": REMEMBER, "count": LATER}, lost=()),
    Attack("arguments in an exception", {"mean": COMPLAIN}),
    Attack("arguments in the name of an exception", {"mean": COMPLAIN_BY_NAME}),
    harmless("arguments in warnings and displays", "mean", WARN),
    harmless("arguments printed by a thread", "mean", THREAD_PRINTS),
    harmless("arguments through shared memory", "mean", SHARED_MEMORY),
    harmless("read the environment", "mean", ENVIRONMENT),
    harmless("referrers of an argument", "scale", CALLBACK_SOURCE),
    harmless("send it out", "mean", SOCKETS),
    harmless("read the history", "mean", HISTORY),
    harmless("dump tracebacks", "mean", FAULTHANDLER),
    Attack("half characters while tested", {"mean": HALF_CHARACTERS}),
    harmless("arguments in the name of a process", "mean", IN_A_NAME),
    harmless("names of other processes", "mean", NAMES_OF_OTHERS),
    harmless("arguments in a lock", "mean", IN_A_LOCK),
    harmless("locks of other processes", "mean", LOCKS_OF_OTHERS),
    harmless("sockets past the network", "mean", PAST_THE_NETWORK),
    harmless("hooks everywhere", "mean", HOOKS),
    harmless("read every descriptor", "mean", EVERY_DESCRIPTOR),
]
