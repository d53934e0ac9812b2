"""The kernel's own limits for one process of an answer, from `Limits`."""

import resource
from collections.abc import Mapping
from pathlib import Path

from labhub.grading.model import Limits

_STACK_BYTES = 8 << 20  # also what each new thread reserves as data


def for_limits(limits: Limits, data_bytes: int) -> Mapping[int, int]:
    """Kernel limit -> value, for a process that holds `data_bytes` of data already.

    Memory is limited as data (private writable pages), not as address space: torch reserves far
    more addresses than it uses.
    """
    return {
        resource.RLIMIT_DATA: data_bytes + limits.memory_bytes,
        resource.RLIMIT_CPU: max(1, round(limits.cpu_s)),
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_NPROC: limits.processes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_STACK: _STACK_BYTES,
    }


def for_examiner(limits: Limits, data_bytes: int) -> Mapping[int, int]:
    """Kernel limit -> value, for the process that runs the tests.

    What a test makes of a student's answer is bounded like the answer: `np.allclose(got, want)`
    with a long column in place of a number would fill the machine.
    """
    return {resource.RLIMIT_DATA: data_bytes + limits.memory_bytes}


def apply(values: Mapping[int, int]) -> None:
    """Set each limit for this process and its children, never above what is allowed already."""
    for kind, value in values.items():
        _, hard = resource.getrlimit(kind)
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (bound, bound))


def data_bytes() -> int:
    """The private writable memory that this process has asked for so far."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) << 10
    return 0
