"""Linux namespaces, mounts and capabilities by their system calls, for a process just forked.

Each function does one thing to the calling process and raises OSError when the kernel refuses.
"""

import ctypes
import fcntl
import os
import socket
import struct
from pathlib import Path

NEW_MOUNT = 0x00020000
NEW_UTS = 0x04000000
NEW_IPC = 0x08000000
NEW_USER = 0x10000000
NEW_PID = 0x20000000
NEW_NET = 0x40000000
ALL_BUT_PID = NEW_USER | NEW_MOUNT | NEW_NET | NEW_IPC | NEW_UTS

USER_ID = 1000
"""The one user inside the sandbox, whoever runs the grader outside."""

_MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 2, 4, 8
_MS_BIND, _MS_REC, _MS_PRIVATE = 4096, 16384, 1 << 18
_MNT_DETACH = 2
_MOUNT_SETATTR = 442
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_ATTR_RDONLY, _ATTR_NOSUID = 1, 2
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP = 1, 4, 24
_PR_SET_NAME, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 15, 36, 38
_CAPABILITY_VERSION_3, _LAST_CAPABILITY = 0x20080522, 40
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def unshare(flags: int) -> None:
    """Leave the namespaces named by `flags` for new ones (`NEW_PID`: for the next child)."""
    _check(_libc.unshare(flags), "unshare")


def enter_user_namespace(flags: int = 0) -> None:
    """A user namespace of our own, and the others in `flags`; our user and group stay as they are.

    The process has all capabilities in it, and none outside.
    """
    uid, gid = os.getuid(), os.getgid()
    unshare(NEW_USER | flags)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {uid} 1")
    _write("/proc/self/gid_map", f"{gid} {gid} 1")


def _write(path: str, text: str) -> None:
    Path(path).write_text(text, encoding="ascii")


class PidNamespaces:
    """Makes every child of this process the first of a pid namespace, with no second fork.

    A process cannot enter a new pid namespace itself, only its children do; and it can ask for
    only one, unless it first goes back to its own.
    """

    def __init__(self) -> None:
        self._own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)

    def fork(self) -> int:
        """Fork; the child is process 1 of a new pid namespace. Returns as `os.fork` does."""
        unshare(NEW_PID)
        pid = os.fork()
        if pid:
            _check(_libc.setns(self._own, NEW_PID), "setns")
        return pid


def make_mounts_private() -> None:
    """What is mounted from now on is seen by this mount namespace alone."""
    _mount(None, "/", None, _MS_REC | _MS_PRIVATE)


def make_all_read_only() -> None:
    """Everything mounted so far can be read only, procfs included."""
    attributes = ctypes.create_string_buffer(
        struct.pack("<QQQQ", _ATTR_RDONLY | _ATTR_NOSUID, 0, 0, 0), 32
    )
    _check(
        _libc.syscall(_MOUNT_SETATTR, _AT_FDCWD, b"/", _AT_RECURSIVE, attributes, 32),
        "mount_setattr",
    )


def mount_tmpfs(path: str, size_bytes: int, *, most_files: int = 50_000) -> None:
    """A file system in memory that holds at most `size_bytes` and `most_files`."""
    options = f"size={size_bytes},nr_inodes={most_files},mode=0755"
    _mount("tmpfs", path, "tmpfs", _MS_NOSUID | _MS_NODEV, options)


def mount_terminals(path: str = "/dev/pts") -> None:
    """A few terminals of our own: nobody else's can be opened, nor all of the machine's used up."""
    options = "newinstance,ptmxmode=0666,mode=0620,max=16"
    _mount("devpts", path, "devpts", _MS_NOSUID | _MS_NOEXEC, options)


def bind(source: str, target: str) -> None:
    """Show `source` at `target` too, with what is mounted below it."""
    _mount(source, target, None, _MS_BIND | _MS_REC)


def unmount(path: str) -> None:
    """Take a mount away, at once for new openings."""
    _check(_libc.umount2(path.encode(), _MNT_DETACH), f"umount {path}")


def _mount(
    source: str | None, target: str, kind: str | None, flags: int, options: str | None = None
) -> None:
    def raw(text: str | None) -> bytes | None:
        return None if text is None else text.encode()

    _check(
        _libc.mount(raw(source), target.encode(), raw(kind), flags, raw(options)),
        f"mount {target}",
    )


def bring_loopback_up() -> None:
    """127.0.0.1 answers, for libraries that talk to themselves; there is no other network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        asked = fcntl.ioctl(sock, _SIOCGIFFLAGS, struct.pack("16sH14x", b"lo", 0))
        flags = struct.unpack("16sH14x", asked)[1] | _IFF_UP
        fcntl.ioctl(sock, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags))


def drop_capabilities() -> None:
    """Give up every capability, also for programs started later."""
    for capability in range(_LAST_CAPABILITY + 1):
        _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = ctypes.create_string_buffer(struct.pack("<II", _CAPABILITY_VERSION_3, 0), 8)
    _check(_libc.capset(header, ctypes.create_string_buffer(24)), "capset")


def forbid_new_privileges() -> None:
    """No program started from now on gains a privilege by set-user-id or file capabilities."""
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")


def hide_from_debuggers() -> None:
    """No process without capabilities may read this one's memory, environment or open files."""
    _check(_libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0), "dumpable")


def call_process(name: str) -> None:
    """The name that `ps` and `top` show for this process; at most 15 characters."""
    _check(_libc.prctl(_PR_SET_NAME, name.encode(), 0, 0, 0), "name")


def die_with_parent(signal_number: int = 9) -> None:
    """The kernel sends this process `signal_number` when its parent ends."""
    _check(_libc.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0), "pdeathsig")


def adopt_orphans() -> None:
    """Descendants whose parents end become children of this process."""
    _check(_libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "subreaper")
