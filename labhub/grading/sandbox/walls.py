"""The inner wall: what a freshly forked answer process does before any student code runs."""

import contextlib
import os
import socket
from pathlib import Path

from labhub.grading.model import Limits
from labhub.grading.sandbox import landlock, namespaces, rlimits, seccomp
from labhub.grading.sandbox.bubblewrap import LAB_FOLDER, SCRATCH_FOLDER


def shut_in(limits: Limits) -> Path:
    """Put this process, first of its pid namespace, into namespaces of its own.

    All is read-only but one private file system of `limits.workdir_bytes`, which serves as working
    folder, /tmp and /dev/shm. No capability is left. Returns the working folder.
    """
    namespaces.enter_user_namespace(namespaces.ALL_BUT_PID & ~namespaces.NEW_USER)
    namespaces.make_mounts_private()
    namespaces.make_all_read_only()
    _mount_private_files(limits.workdir_bytes)
    namespaces.bind("/dev/null", "/dev/zero")  # mapped shared, it is memory that nobody counts
    namespaces.mount_terminals()
    namespaces.bring_loopback_up()
    socket.sethostname("lab")
    namespaces.forbid_new_privileges()
    namespaces.drop_capabilities()
    return Path(LAB_FOLDER)


def _mount_private_files(size_bytes: int) -> None:
    namespaces.mount_tmpfs(SCRATCH_FOLDER, size_bytes)
    places = {"lab": LAB_FOLDER, "shm": "/dev/shm", "tmp": "/tmp"}  # noqa: S108 - private mounts
    for name in places:
        os.mkdir(f"{SCRATCH_FOLDER}/{name}")  # noqa: PTH102 - one system call in a hot path
    _keep_visible(places["tmp"], f"{SCRATCH_FOLDER}/tmp")  # noqa: S108 - a private mount
    for name, place in places.items():
        namespaces.bind(f"{SCRATCH_FOLDER}/{name}", place)


def _keep_visible(folder: str, cover: str) -> None:
    """A Python that is installed below `folder` stays there when `cover` is put over it."""
    for name in os.listdir(folder):  # noqa: PTH208 - hot
        os.mkdir(f"{cover}/{name}")  # noqa: PTH102
        namespaces.bind(f"{folder}/{name}", f"{cover}/{name}")


def restrict(limits: Limits) -> None:
    """The last step before student code: the kernel's limits, Landlock and the system calls."""
    rlimits.apply(rlimits.for_limits(limits, rlimits.data_bytes()))
    namespaces.forbid_new_privileges()
    with contextlib.suppress(OSError):  # a kernel without Landlock still has the other walls
        landlock.hide_other_processes()
    with contextlib.suppress(OSError):  # a kernel without seccomp still has the other walls
        seccomp.install()
