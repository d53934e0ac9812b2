"""The outer wall: one bubblewrap sandbox around the warm parent and all that is forked from it.

Only what student code needs is there, read-only: the system's programs and libraries, the Python
that runs labhub, the packages labhub and nnlab by themselves, and the data folder. The course
folder, the repository, the gradebook and the home folders do not exist inside.
"""

import functools
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from labhub.grading.process_errors import SandboxError
from labhub.grading.sandbox.namespaces import USER_ID

PACKAGES_FOLDER = "/packages"
DATA_FOLDER = "/data"
LAB_FOLDER = "/lab"
"""Where student code starts: the root of its private file system."""
SCRATCH_FOLDER = "/scratch"
_SYSTEM_LINKS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = (
    "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/fonts",
    "/etc/localtime", "/etc/mime.types", "/etc/nsswitch.conf",
)  # fmt: skip
_PROBE_TIMEOUT_S = 20.0


@dataclass(frozen=True)
class View:
    """What of the machine can be seen inside: folders outside and their places inside."""

    prefixes: tuple[Path, ...]
    """Folders of the Python installation; they keep their places."""
    packages: tuple[Path, ...]
    """Package folders; they lie side by side in `PACKAGES_FOLDER`."""
    data_dir: Path | None = None
    """Seen as `DATA_FOLDER`."""
    writable: tuple[Path, ...] = ()
    """Folders that can be changed; they keep their places. None for student code."""


def view_of_this_python(packages: Iterable[str], data_dir: Path | None = None) -> View:
    """The view that this interpreter needs, with the importable `packages` by themselves."""
    prefixes = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.exec_prefix)}
    return View(
        prefixes=_without_nested(prefixes),
        packages=tuple(_folder_of(name) for name in packages),
        data_dir=data_dir,
    )


def with_writable(view: View, folders: tuple[Path, ...]) -> View:
    """`view` with folders that can be changed, for kernels of the course's own notebooks."""
    return replace(view, writable=(*view.writable, *folders))


def _without_nested(folders: Iterable[Path]) -> tuple[Path, ...]:
    kept: list[Path] = []
    for folder in sorted(folders, key=lambda path: len(path.parts)):
        seen = [Path("/usr"), *kept]
        if not any(folder.is_relative_to(outer) for outer in seen):
            kept.append(folder)
    return tuple(kept)


def _folder_of(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SandboxError(
            f"The package {package!r} cannot be found, so it cannot be shown in the sandbox.",
            hint="Install it in the environment that runs labhub.",
        )
    return Path(next(iter(spec.submodule_search_locations)))


def environment(*, path: str, packages_folder: str, data_folder: str | None) -> dict[str, str]:
    """All environment variables of graded code: nothing of the grader's own gets in."""
    variables = {
        "PATH": path,
        "PYTHONPATH": packages_folder,
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "HOME": SCRATCH_FOLDER,
        "TMPDIR": SCRATCH_FOLDER,
        "USER": "student",
        "LOGNAME": "student",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm-color",
        "PAGER": "cat",
        "GIT_PAGER": "cat",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "NUMEXPR_NUM_THREADS": "1",
        "CUDA_VISIBLE_DEVICES": "",
        "NNLAB_MODE": "test",
    }
    if data_folder is not None:
        variables["NNLAB_DATA"] = data_folder
    return variables


def search_path(view: View) -> str:
    """The PATH inside: the Python's programs first, then the system's."""
    return ":".join([f"{sys.prefix}/bin", "/usr/local/bin", "/usr/bin", "/bin"])


def sandboxed_environment(view: View) -> dict[str, str]:
    """`environment` for a process inside the sandbox that shows `view`."""
    return environment(
        path=search_path(view),
        packages_folder=PACKAGES_FOLDER,
        data_folder=None if view.data_dir is None else DATA_FOLDER,
    )


def command(
    program: Sequence[str],
    view: View,
    *,
    bwrap: str = "bwrap",
    system_links: Mapping[str, str | None],
    settings: Iterable[str],
) -> list[str]:
    """The argument list that runs `program` inside. Pure: the same input, the same list.

    `system_links` says what /bin, /lib and so on are here: a link's target, or None for a folder.
    `settings` are the files of /etc that exist.
    """
    return [
        bwrap,
        *("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"),
        *("--unshare-cgroup-try", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        *("--uid", str(USER_ID), "--gid", str(USER_ID), "--hostname", "lab"),
        *_read_only("/usr", "/usr"),
        *(part for link in system_links.items() for part in _system(*link)),
        *(part for name in settings for part in _read_only(name, name)),
        *("--proc", "/proc", "--dev", "/dev"),
        *(part for folder in ("/tmp", LAB_FOLDER, SCRATCH_FOLDER) for part in ("--dir", folder)),  # noqa: S108 - inside
        *(part for folder in view.prefixes for part in _read_only(folder, folder)),
        *(
            part
            for folder in view.packages
            for part in _read_only(folder, f"{PACKAGES_FOLDER}/{folder.name}")
        ),
        *(_read_only(view.data_dir, DATA_FOLDER) if view.data_dir else ()),
        *(part for folder in view.writable for part in ("--bind", str(folder), str(folder))),
        "--clearenv",
        *(
            part
            for name, value in sandboxed_environment(view).items()
            for part in ("--setenv", name, value)
        ),
        *("--chdir", "/"),
        "--",
        *program,
    ]


def _read_only(outside: str | Path, inside: str | Path) -> tuple[str, str, str]:
    return ("--ro-bind", str(outside), str(inside))


def _system(place: str, target: str | None) -> tuple[str, str, str]:
    return _read_only(place, place) if target is None else ("--symlink", target, place)


def system_links() -> dict[str, str | None]:
    """What /bin, /lib and so on are on this machine, for `command`."""
    found = [Path(name) for name in _SYSTEM_LINKS if Path(name).exists()]
    return {str(path): str(path.readlink()) if path.is_symlink() else None for path in found}


def present_settings() -> list[str]:
    """The files of /etc that graded code may read and that exist here."""
    return [name for name in _SETTINGS if Path(name).exists()]


def command_here(program: Sequence[str], view: View) -> list[str]:
    """`command` for this machine."""
    return command(program, view, system_links=system_links(), settings=present_settings())


@functools.cache
def ensure_bubblewrap() -> None:
    """Return when bubblewrap works here; raises SandboxError with what to do about it."""
    if shutil.which("bwrap") is None:
        raise SandboxError(
            "The program bwrap (bubblewrap) is not installed; student code cannot be walled in.",
            hint="Install the package bubblewrap. Grading without walls: --sandbox none.",
        )
    probe = [
        "bwrap", "--unshare-all", "--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev",
        *(part for link in system_links().items() for part in _system(*link)),
        "--", "/usr/bin/env", "unshare", "--user", "--mount", "true",
    ]  # fmt: skip
    try:
        done = subprocess.run(probe, capture_output=True, text=True, timeout=_PROBE_TIMEOUT_S)
    except subprocess.TimeoutExpired as late:
        raise SandboxError("bubblewrap did not start in time.", hint=_HINT) from late
    if done.returncode != 0:
        said = done.stderr.strip() or f"exit code {done.returncode}"
        raise SandboxError(f"bubblewrap cannot build a sandbox here: {said}", hint=_HINT)


_HINT = (
    "It needs user namespaces: sysctl kernel.unprivileged_userns_clone=1, "
    "user.max_user_namespaces > 0 and, on Ubuntu, "
    "kernel.apparmor_restrict_unprivileged_userns=0; in a container, a seccomp profile that "
    "allows them. Grading without walls: --sandbox none."
)


def unsandboxed_environment(view: View, folder: Path) -> dict[str, str]:
    """`environment` for sandbox="none": the same variables, with this machine's paths."""
    roots = dict.fromkeys(str(package.parent) for package in view.packages)
    variables = environment(
        path=search_path(view) + ":" + os.defpath,
        packages_folder=":".join(roots),
        data_folder=None if view.data_dir is None else str(view.data_dir),
    )
    return variables | {"HOME": str(folder), "TMPDIR": str(folder)}
