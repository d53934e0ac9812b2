"""A filter on system calls for student code: what grading never needs is refused.

The walls are the namespaces; this filter makes the kernel's surface behind them smaller, and
closes the ways to memory that nobody counts: all memory that is shared lies in the private,
bounded tmpfs. Numbers from the kernel's system call tables for x86-64 and aarch64.
"""

import ctypes
import errno
import platform
import struct
from dataclasses import dataclass

from labhub.grading.sandbox.namespaces import forbid_new_privileges

_NAMESPACE_FLAGS = 0x7E020000  # every CLONE_NEW* flag that clone can take
_MAP_SHARED_ANONYMOUS = 0x21
_FAMILIES = (1, 2, 10, 16)
"""Unix, both internets, netlink: those that a network namespace holds in. A virtual machine's
AF_VSOCK leads out of it, to the host and to other hand-ins."""

_LOAD, _EQUAL, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_ALLOW, _FAIL, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NR_OFFSET, _ARCH_OFFSET, _ARGS_OFFSET = 0, 4, 16
_X32_BIT = 0x40000000
_PR_SET_SECCOMP, _MODE_FILTER = 22, 2

_SAME_EVERYWHERE = {
    "pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426,
    "io_uring_register": 427, "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431,
    "fsmount": 432, "fspick": 433, "pidfd_getfd": 438, "mount_setattr": 442,
    "quotactl_fd": 443, "memfd_secret": 447, "process_mrelease": 448, "process_madvise": 440,
}  # fmt: skip
_X86_64 = {
    "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312,
    "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161, "unshare": 272, "setns": 308,
    "kexec_load": 246, "kexec_file_load": 320, "init_module": 175, "finit_module": 313,
    "delete_module": 176, "reboot": 169, "swapon": 167, "swapoff": 168, "bpf": 321,
    "perf_event_open": 298, "add_key": 248, "request_key": 249, "keyctl": 250,
    "open_by_handle_at": 304, "name_to_handle_at": 303, "userfaultfd": 323, "quotactl": 179,
    "acct": 163, "settimeofday": 164, "clock_settime": 227, "adjtimex": 159,
    "clock_adjtime": 305, "sethostname": 170, "setdomainname": 171, "syslog": 103,
    "iopl": 172, "ioperm": 173, "modify_ldt": 154, "memfd_create": 319, "shmget": 29,
    "semget": 64, "msgget": 68, "mq_open": 240, "fanotify_init": 300, "io_setup": 206,
}  # fmt: skip
_AARCH64 = {
    "ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271, "kcmp": 272,
    "mount": 40, "umount2": 39, "pivot_root": 41, "chroot": 51, "unshare": 97, "setns": 268,
    "kexec_load": 104, "kexec_file_load": 294, "init_module": 105, "finit_module": 273,
    "delete_module": 106, "reboot": 142, "swapon": 224, "swapoff": 225, "bpf": 280,
    "perf_event_open": 241, "add_key": 217, "request_key": 218, "keyctl": 219,
    "open_by_handle_at": 265, "name_to_handle_at": 264, "userfaultfd": 282, "quotactl": 60,
    "acct": 89, "settimeofday": 170, "clock_settime": 112, "adjtimex": 171,
    "clock_adjtime": 266, "sethostname": 161, "setdomainname": 162, "syslog": 116,
    "memfd_create": 279, "shmget": 194, "semget": 190, "msgget": 186, "mq_open": 180,
    "fanotify_init": 262, "io_setup": 0,
}  # fmt: skip


@dataclass(frozen=True)
class _Machine:
    audit_number: int
    denied: dict[str, int]
    clone: int
    clone3: int
    mmap: int
    sockets: tuple[int, int]
    """socket and socketpair."""


_MACHINES = {
    "x86_64": _Machine(
        0xC000003E, _X86_64 | _SAME_EVERYWHERE, clone=56, clone3=435, mmap=9, sockets=(41, 53)
    ),
    "aarch64": _Machine(
        0xC00000B7, _AARCH64 | _SAME_EVERYWHERE, clone=220, clone3=435, mmap=222, sockets=(198, 199)
    ),
}


def filter_program(machine: str) -> bytes | None:
    """The filter as BPF instructions of 8 bytes each; None for a machine without a table.

    >>> len(filter_program("x86_64")) % 8, filter_program("riscv64")
    (0, None)
    """
    known = _MACHINES.get(machine)
    if known is None:
        return None
    code = [
        _instruction(_LOAD, value=_ARCH_OFFSET),
        _instruction(_EQUAL, yes=1, value=known.audit_number),
        _instruction(_RETURN, value=_KILL),
        _instruction(_LOAD, value=_NR_OFFSET),
        _instruction(_AT_LEAST, no=1, value=_X32_BIT),
        _instruction(_RETURN, value=_FAIL | errno.ENOSYS),
        # clone3 hides its flags behind a pointer; without it the C library calls clone.
        *_refuse(known.clone3, errno.ENOSYS),
        *(line for number in known.denied.values() for line in _refuse(number, errno.EPERM)),
        *_refuse_flags(known.clone, 0, _NAMESPACE_FLAGS, None, errno.EPERM),
        *_refuse_flags(known.mmap, 3, _MAP_SHARED_ANONYMOUS, _MAP_SHARED_ANONYMOUS, errno.ENOMEM),
        *(line for number in known.sockets for line in _permit_first(number, _FAMILIES)),
        _instruction(_RETURN, value=_ALLOW),
    ]
    return b"".join(code)


def _instruction(code: int, *, yes: int = 0, no: int = 0, value: int) -> bytes:
    return struct.pack("<HBBI", code, yes, no, value)


def _refuse(number: int, error: int) -> list[bytes]:
    return [
        _instruction(_EQUAL, no=1, value=number),
        _instruction(_RETURN, value=_FAIL | error),
    ]


def _refuse_flags(
    number: int, argument: int, mask: int, value: int | None, error: int
) -> list[bytes]:
    """Refuse call `number` when `argument & mask` is `value` (None: is not zero)."""
    fail = _instruction(_RETURN, value=_FAIL | error)
    test = (
        [_instruction(_EQUAL, yes=1, value=0), fail]
        if value is None
        else [_instruction(_EQUAL, no=1, value=value), fail]
    )
    return [
        _instruction(_EQUAL, no=5, value=number),
        _instruction(_LOAD, value=_ARGS_OFFSET + 8 * argument),
        _instruction(_AND, value=mask),
        *test,
        _instruction(_LOAD, value=_NR_OFFSET),
    ]


def _permit_first(number: int, values: tuple[int, ...]) -> list[bytes]:
    """Refuse call `number` unless its first argument is one of `values`."""
    left = len(values)
    return [
        _instruction(_EQUAL, no=left + 3, value=number),
        _instruction(_LOAD, value=_ARGS_OFFSET),
        *(_instruction(_EQUAL, yes=left - i, value=value) for i, value in enumerate(values)),
        _instruction(_RETURN, value=_FAIL | errno.EAFNOSUPPORT),
        _instruction(_LOAD, value=_NR_OFFSET),
    ]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def install() -> bool:
    """Put the filter on this process and its children for ever; False: no table for this machine.

    Raises OSError when the kernel has no seccomp.
    """
    code = filter_program(platform.machine())
    if code is None:
        return False
    forbid_new_privileges()
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "seccomp: the kernel refused the filter")
    return True
