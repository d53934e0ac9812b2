"""hub.toml against this machine: what would go wrong, before a student finds it."""

import os
import pwd
import shutil
import socket
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jupyterhub.scopes import scope_definitions  # type: ignore[import-untyped]
from traitlets.config import Config

from labhub.errors import LabhubError
from labhub.hub.courses import Courses
from labhub.hub.desk import Desk
from labhub.hub.logins import update_authenticator
from labhub.hub.network import node_program, proxy_program, update_network
from labhub.hub.profiles import lab_profiles
from labhub.hub.roles import update_roles
from labhub.hub.servers import make_desk
from labhub.hub.services import update_services
from labhub.hub.settings import HubSettings
from labhub.hub.words import say_memory
from labhub.ids import CourseId

LONGEST_RUNTIME_DIR = 60
"""A kernel's socket adds some 40 characters; a socket's name has 107 at most."""


@dataclass(frozen=True)
class Look:
    """One thing that was looked at."""

    what: str
    state: str
    sign: str = "ok"
    """`ok`, `note` for what may be meant so, or `wrong`."""
    remedy: str = ""


def look_at(settings: HubSettings) -> list[Look]:
    """Look at everything."""
    return [look for looks in LOOKS for look in _tried(looks, settings)]


def _tried(looks: Callable[[HubSettings], Iterable[Look]], settings: HubSettings) -> Iterator[Look]:
    what = looks.__name__.strip("_").replace("_", " ")
    try:
        yield from looks(settings)
    except LabhubError as error:
        yield Look(what, error.message, "wrong", error.hint)


def _proxy(_: HubSettings) -> Iterator[Look]:
    yield Look("proxy", f"{proxy_program()}, by {node_program()}")


def _ports(settings: HubSettings) -> Iterator[Look]:
    ports = {
        "port": settings.port,
        "hub_port": settings.hub_port,
        "proxy_port": settings.proxy_port,
        "services.hand_in_port": settings.services.hand_in_port,
        **{f"courses.{name}": each.formgrader_port for name, each in settings.courses.items()},
    }
    twice = [str(port) for port, count in Counter(ports.values()).items() if count > 1]
    if twice:
        yield Look("ports", f"used twice: {', '.join(twice)}", "wrong", "Give each its own.")
    busy = [f"{name} {port}" for name, port in ports.items() if _listens(port)]
    if busy:
        yield Look("ports", f"in use: {', '.join(busy)}", "note", "Well, if this Hub is running.")
    elif not twice:
        yield Look("ports", "free")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _logins(settings: HubSettings) -> Iterator[Look]:
    c = Config()
    c.JupyterHub.template_paths = []
    update_authenticator(c, settings)
    kind = settings.authenticator.kind
    yield Look("logins", kind, "note" if kind == "demo" else "ok", "Only to try things out.")


def _network(settings: HubSettings) -> Iterator[Look]:
    if settings.is_loopback and not settings.public_url:
        yield Look("TLS", f"not needed: only this machine reaches {settings.address}")
        return
    if not (settings.public_url or "").startswith("https://"):
        remedy = "Let a web server end TLS before the Hub, and set public_url to its https address."
        yield Look("TLS", "passwords and tokens travel in the clear", "wrong", remedy)
    else:
        yield Look("TLS", f"ended before the Hub, at {settings.public_url}")
    update_network(Config(), settings)
    if settings.subdomains:
        yield Look("subdomains", "each server has a host name of its own")
    else:
        remedy = (
            "Set subdomains = true, with a wildcard name and certificate: only this keeps one "
            "person's pages from acting as another person."
        )
        yield Look("subdomains", "none: students must trust each other's pages", "note", remedy)


def _folders(settings: HubSettings) -> Iterator[Look]:
    for name in ("state_dir", "runtime_dir"):
        yield _writable(name, getattr(settings, name))
    if len(str(settings.runtime_dir)) > LONGEST_RUNTIME_DIR:
        remedy = "Choose a short one, such as /run/labhub: a socket's name has 107 characters."
        yield Look("runtime_dir", "too long for the sockets of kernels", "wrong", remedy)
    data = settings.spawner.data_dir
    if data is None:
        yield Look("shared data", "none", "note", "python -m nnlab data fetch --to FOLDER")
    elif data.is_dir():
        yield Look("shared data", str(data))
    else:
        yield Look("shared data", f"{data} is not there", "wrong", "Fetch it, or correct data_dir.")


def _writable(name: str, folder: Path) -> Look:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if os.access(there, os.W_OK):
        return Look(name, str(folder))
    return Look(name, f"{there} cannot be written to", "wrong", "Run this as the Hub's account.")


def _courses(settings: HubSettings) -> Iterator[Look]:
    labs = {name: len(course.assignments) for name, course in Courses(settings).all().items()}
    for name, each in settings.courses.items():
        if not each.course_dir.is_dir():
            yield Look(f"course {name}", f"{each.course_dir} is not there", "wrong")
        else:
            people = f"{len(each.staff)} staff, {len(each.students)} students"
            yield Look(f"course {name}", f"{labs.get(CourseId(name), 0)} labs, {people}")


def _accounts(settings: HubSettings) -> Iterator[Look]:
    table = settings.spawner
    if table.backend != "local":
        return
    if table.account == "hub":
        real = settings.authenticator.kind != "demo"
        remedy = 'Set account = "systemd" or "own" in [spawner]: each can read the files of all.'
        yield Look("accounts", "all share the Hub's", "wrong" if real else "note", remedy)
        return
    if os.geteuid() != 0:
        yield Look("accounts", "the Hub is not root", "wrong", "Else it cannot become others.")
    missing = [name for name in sorted(settings.people) if not _has_account(name)]
    if missing:
        yield Look("accounts", f"no Unix account: {', '.join(missing)}", "wrong", "useradd -m NAME")
    else:
        yield Look("accounts", f"{len(settings.people)} people have one")


def _has_account(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _spawner(settings: HubSettings) -> Iterator[Look]:
    table = settings.spawner
    needs = {
        "local": (table.account != "systemd" or Path("/run/systemd/system").is_dir(), "systemd"),
        "docker": (Path("/var/run/docker.sock").exists(), "Docker's socket"),
        "slurm": (shutil.which("sbatch") is not None, "Slurm's programs (sbatch)"),
        "kubernetes": (
            "KUBERNETES_SERVICE_HOST" in os.environ or shutil.which("kubectl") is not None,
            "a cluster, or kubectl",
        ),
    }
    there, what = needs[table.backend]
    if there:
        yield Look("spawner", table.backend)
    else:
        yield Look("spawner", f"{table.backend}: {what} is not here", "wrong", "Install it.")


def _slurm(settings: HubSettings) -> Iterator[Look]:
    if settings.spawner.backend == "slurm" and shutil.which("sinfo"):
        from labhub.hub.spawners.slurm_check import look_at_slurm

        for what, state, sign, remedy in look_at_slurm(settings):
            yield Look(what, state, sign, remedy)


def _gpus(settings: HubSettings) -> Iterator[Look]:
    desk = make_desk(settings)
    labs = list(lab_profiles(desk.courses.all(), settings.limits))
    wanted = [each for each in labs if each.gpu]
    total = desk.ledger.total
    seats = f"{total} to give out"
    if wanted and not total:
        yield Look("GPUs", "none, though a lab has them", "note", "See [gpus] in hub.toml.")
        return
    yield Look("GPUs", seats if total else "none")
    for each in wanted:
        if not desk.ledger.fits(each.gpu_memory_bytes):
            size = say_memory(each.gpu_memory_bytes)
            yield Look(each.id, f"no GPU with {size}", "wrong", "Share them among fewer people.")
    yield from _sessions(desk)


def _sessions(desk: Desk) -> Iterator[Look]:
    for each in desk.courses.bookings():
        name = f"session of {each.group}, {each.start:%d %B}"
        if each.seats > desk.ledger.total:
            state = f"{each.seats} GPUs are booked, {desk.ledger.total} are here"
            yield Look(name, state, "wrong", "Correct gpu_sessions in course.toml.")
        if not each.members:
            remedy = "Name the students of the group in course.toml, or `labhub groups form`."
            yield Look(name, "nobody is in the group", "note", remedy)


def _scopes(settings: HubSettings) -> Iterator[Look]:
    c = Config()
    update_services(c, settings)
    update_roles(c, settings)
    scopes = {scope for role in c.JupyterHub.load_roles for scope in role["scopes"]}
    unknown = [scope for scope in scopes if scope.partition("!")[0] not in scope_definitions]
    if unknown:
        yield Look("scopes", f"unknown to this JupyterHub: {', '.join(unknown)}", "wrong")
    else:
        yield Look("scopes", f"{len(c.JupyterHub.load_roles)} roles, all known")


LOOKS = (
    _proxy,
    _ports,
    _logins,
    _network,
    _folders,
    _courses,
    _accounts,
    _spawner,
    _slurm,
    _gpus,
    _scopes,
)
