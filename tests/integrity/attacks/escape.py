"""Escape from the sandbox. Answers are right: the marks stay, and nothing outside changes."""

from tests.integrity.attacks.model import Attack, harmless
from tests.integrity.lab import SOLUTIONS

MEAN = SOLUTIONS["mean"]

NAMESPACES = (
    """
import ctypes, os
libc = ctypes.CDLL(None)
for flags in (0x10000000, 0x20000, 0x40000000, 0x20000000): libc.unshare(flags)
libc.mount(b"none", b"/", None, 16384 | (1 << 18), None)
libc.mount(b"proc", b"/proc", b"proc", 0, None)
for path in (b"/proc/1/root", b"/proc/2/root"): libc.chroot(path)
for pid in range(1, 50):
    for kind in ("mnt", "net", "pid", "user"):
        try: libc.setns(os.open(f"/proc/{pid}/ns/{kind}", 0), 0)
        except OSError: pass
try: open("COURSE/bait/escaped.txt", "w").write("out")
except OSError: pass
"""
    + MEAN
)

ROOTS = (
    """
import glob
for path in glob.glob("/proc/[0-9]*/root/COURSE/bait/*") + glob.glob("/proc/[0-9]*/cwd/*") + glob.glob("/proc/[0-9]*/fd/*"):
    try: print(path, open(path).read(2000))
    except Exception: pass
"""
    + MEAN
)

DEVICES = (
    """
import os, stat
for name, major, minor in (("sda", 8, 0), ("vda", 254, 0), ("mem", 1, 1), ("kmsg", 1, 11)):
    try: os.mknod(f"./{name}", 0o600 | stat.S_IFBLK, os.makedev(major, minor)); print(open(f"./{name}", "rb").read(16))
    except OSError: pass
    try: print(open(f"/dev/{name}", "rb").read(16))
    except OSError: pass
"""
    + MEAN
)

SYSCALLS = (
    """
import ctypes
libc = ctypes.CDLL(None)
for number in (101, 155, 161, 165, 175, 246, 272, 298, 304, 308, 310, 311, 321, 323, 425, 434, 438):
    libc.syscall(number, 0, 0, 0, 0, 0, 0)
"""
    + MEAN
)

SUPERUSER = (
    """
import subprocess
for line in ("sudo -n id", "su -c id", "pkexec id", "setpriv --reuid 0 id", "bwrap --bind / / id", "nsenter -t 1 -a id", "unshare -Ur id"):
    print(subprocess.run(line, shell=True, capture_output=True, timeout=10).returncode)
"""
    + MEAN
)

DAEMON = (
    """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for _ in range(600):
            try: open("COURSE/bait/daemon.txt", "w").write("alive")
            except OSError: pass
            time.sleep(0.1)
    os._exit(0)
"""
    + MEAN
)

DESCRIPTORS = (
    """
import os, socket
for fd in range(3, 256):
    try: print(fd, os.readlink(f"/proc/self/fd/{fd}"))
    except OSError: continue
    try:
        s = socket.socket(fileno=os.dup(fd)); s.settimeout(0.05)
        print(s.getsockname(), s.getpeername())
    except OSError: pass
for name in ("..", "../..", "/proc/self/cwd/../.."):
    try: print(os.listdir(name))
    except OSError: pass
"""
    + MEAN
)

SHARED_KERNEL = (
    """
import ctypes
libc = ctypes.CDLL(None)
for number in (64, 206, 253, 254, 283, 290, 446, 450, 457):
    for flags in (0, 1, 250): libc.syscall(number, 0, flags, 0o600, 0, 0, 0)
held = [libc.syscall(64, 0, 30000, 0o600) for _ in range(200)]
assert max(held) < 0, "400 MB of the kernel's own memory"
"""
    + MEAN
)

TERMINALS = (
    """
import fcntl, os, pty, termios
for fd in range(3):
    for byte in b"touch COURSE/bait/typed.txt\\n":
        try: fcntl.ioctl(fd, termios.TIOCSTI, bytes([byte]))
        except OSError: pass
try:
    pid, end = pty.fork()
    if pid == 0: os._exit(0)
    os.waitpid(pid, 0)
except OSError: pass
"""
    + MEAN
)

NOTEBOOK_MAGICS = (
    """
shell = get_ipython()
for line in ("autosave 1", "load_ext sql", "run COURSE/source/fortress/fortress.ipynb", "store", "logstart COURSE/bait/log.txt", "save COURSE/bait/saved.py 1", "history -f COURSE/bait/h.txt", "notebook COURSE/bait/copy.ipynb", "env", "sx ls COURSE"):
    try: print(shell.run_line_magic(*line.split(" ", 1)) if " " in line else shell.run_line_magic(line, ""))
    except BaseException as error: print(type(error).__name__)
"""
    + MEAN
)

SUBMITTED_CODE_AT_IMPORT = """
%%bash
cat COURSE/source/fortress/fortress.ipynb COURSE/gradebook.db 2>/dev/null | head -c 2000
"""

ATTACKS: list[Attack] = [
    harmless("new namespaces and mounts", "mean", NAMESPACES),
    harmless("roots of other processes", "mean", ROOTS),
    harmless("devices", "mean", DEVICES),
    harmless("rare system calls", "mean", SYSCALLS),
    harmless("become root", "mean", SUPERUSER),
    harmless("daemon that stays", "mean", DAEMON),
    harmless("descriptors that were left open", "mean", DESCRIPTORS),
    harmless("memory of the kernel", "mean", SHARED_KERNEL),
    harmless("type into a terminal", "mean", TERMINALS),
    harmless("magics that write", "mean", NOTEBOOK_MAGICS),
    Attack("shell magic", {"mean": SUBMITTED_CODE_AT_IMPORT}),
]
