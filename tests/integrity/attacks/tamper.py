"""Tamper with files or with other hand-ins. Answers are right: nothing may change but the own points."""

from pathlib import Path

from tests.integrity.attacks.model import Attack, Notebook, harmless
from tests.integrity.lab import ASSIGNMENT, SOLUTIONS

MEAN = SOLUTIONS["mean"]

WRITE_BAIT = (
    """
import glob, os, sqlite3
for path in ["COURSE/gradebook.db", *glob.glob("COURSE/submitted/*/*/*.ipynb"), *glob.glob("COURSE/bait/*"), "COURSE/source/fortress/fortress.ipynb"]:
    try: open(path, "w").write("overwritten")
    except OSError: pass
    try: os.unlink(path)
    except OSError: pass
try:
    db = sqlite3.connect("COURSE/gradebook.db"); db.execute("update grade set auto_score = 99"); db.commit()
except Exception: pass
"""
    + MEAN
)

DELETE_ALL = (
    """
import subprocess
try: subprocess.run("rm -rf COURSE .. ../.. ~ 2>/dev/null; rm -rf --no-preserve-root / 2>/dev/null", shell=True, timeout=5)
except subprocess.TimeoutExpired: pass
"""
    + MEAN
)

KILL_ALL = """
import os, signal
for pid in [-1, os.getppid(), *range(2, 300)]:
    if pid != os.getpid():
        try: os.kill(pid, signal.SIGKILL)
        except OSError: pass
"""

POISON_PACKAGES = (
    """
import sys, os, numpy
lines = "import builtins; builtins.abs = lambda x: 0\\n"
for folder in [*sys.path, os.path.dirname(numpy.__file__), "/tmp", os.path.expanduser("~")]:
    for name in ("sitecustomize.py", "usercustomize.py", "__init__.py", "nnlab.py"):
        try: open(os.path.join(folder or ".", name), "a").write(lines)
        except OSError: pass
"""
    + MEAN
)

LEAVE_A_MESSAGE = (
    """
import os
for folder in ("/tmp", "/var/tmp", "/dev/shm", "..", "../..", os.path.expanduser("~"), "/run"):
    try: open(os.path.join(folder, "for-my-friends.txt"), "w").write("mean = sum / len")
    except OSError: pass
"""
    + MEAN
)

READ_A_MESSAGE = (
    """
import os
for folder in ("/tmp", "/var/tmp", "/dev/shm", "..", "../..", os.path.expanduser("~"), "/run"):
    path = os.path.join(folder, "for-my-friends.txt")
    if os.path.exists(path): print("a friend left", path, "BAIT-" + "CANARY-" + "9f2c41")
"""
    + MEAN
)

PARENT_PRIORITIES = (
    """
import os, resource
for pid in range(1, 200):
    try: open(f"/proc/{pid}/oom_score_adj", "w").write("1000")
    except OSError: pass
    for limit in (resource.RLIMIT_CPU, resource.RLIMIT_NOFILE):
        try: resource.prlimit(pid, limit, (1, 1)) if pid != os.getpid() else None
        except (OSError, ValueError): pass
"""
    + MEAN
)


def _link_to_the_gradebook(target: Path, notebook: Notebook) -> None:
    target.symlink_to("../../../gradebook.db")


def _folder_as_link(target: Path, notebook: Notebook) -> None:
    target.parent.rmdir()
    target.parent.symlink_to(Path("..") / "honest-a" / ASSIGNMENT, target_is_directory=True)


ATTACKS: list[Attack] = [
    harmless("overwrite the course", "mean", WRITE_BAIT),
    harmless("delete everything", "mean", DELETE_ALL),
    Attack("kill everything", {"mean": KILL_ALL + MEAN}, lost=()),
    harmless("poison packages", "mean", POISON_PACKAGES),
    harmless("leave a message", "mean", LEAVE_A_MESSAGE),
    harmless("read a message", "mean", READ_A_MESSAGE),
    harmless("change limits of others", "mean", PARENT_PRIORITIES),
    Attack("link to the gradebook", place=_link_to_the_gradebook, named=True),
    Attack("folder of a neighbour", place=_folder_as_link, named=True),
]
