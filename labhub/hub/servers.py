"""People's servers: where they run, what may be chosen, and what each gets."""

import sys
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path

from jupyterhub.spawner import Spawner  # type: ignore[import-untyped]
from traitlets.config import Config

from labhub.clock import Clock, SystemClock
from labhub.hub import metrics, runrecord_hub
from labhub.hub.courses import Courses
from labhub.hub.desk import Desk
from labhub.hub.gpus import nvml
from labhub.hub.gpus.history import FILE, History
from labhub.hub.gpus.idle import no_meter, nvml_meter
from labhub.hub.gpus.ledger import Ledger
from labhub.hub.gpus.seats import Device, Seat, seats_of
from labhub.hub.handlers import HANDLERS
from labhub.hub.jupyter import write_staff_config, write_student_config
from labhub.hub.profiles import MIB
from labhub.hub.settings import HubSettings
from labhub.hub.spawners.base import LabServer
from labhub.hub.tables import GpusTable
from labhub.policy.gpu_sessions import GpuRules


def update_spawner(c: Config, settings: HubSettings) -> None:
    """Start servers on the backend that hub.toml names."""
    write_student_config(settings)
    write_staff_config(settings)
    settings.exchange_dir.mkdir(parents=True, exist_ok=True)
    desk = LabServer.desk = make_desk(settings)
    desk.courses.all()  # a course.toml with a mistake is said now, not to the first student
    desk.ledger.watchers.append(History(settings.state_dir / FILE).write)
    metrics.register(desk)
    backend = import_module(f"labhub.hub.spawners.{settings.spawner.backend}")
    update: Callable[[Config, HubSettings], type[Spawner]] = backend.update
    c.JupyterHub.spawner_class = update(c, settings)
    c.Spawner.options_form = options_form
    c.Spawner.options_from_form = options_from_form
    c.JupyterHub.cleanup_servers = not settings.spawner.keep_servers
    # Each person has one server, which a later choice of a lab replaces.
    c.JupyterHub.allow_named_servers = False


def update_pages(c: Config, _: HubSettings) -> None:
    """Our own pages for choosing, waiting and refusals, in front of the Hub's."""
    c.JupyterHub.template_paths.insert(0, str(Path(__file__).parent / "templates"))
    c.JupyterHub.extra_handlers.extend([*HANDLERS, *runrecord_hub.HANDLERS])


def update_limits(c: Config, settings: HubSettings) -> None:
    """How many servers there are, and how long a start may take."""
    limits, gpus = settings.limits, settings.gpus
    # Who waits for a GPU counts as starting: a full queue must not keep others from starting.
    c.JupyterHub.concurrent_spawn_limit = limits.starting_at_once + gpus.queue_length
    c.JupyterHub.active_server_limit = limits.servers
    start = timedelta(minutes=limits.start_minutes)
    wait = timedelta(minutes=gpus.patience_minutes)
    c.Spawner.start_timeout = int((start + wait).total_seconds())
    c.Spawner.http_timeout = int(start.total_seconds())
    c.Spawner.poll_interval = 15


def make_desk(settings: HubSettings, clock: Clock | None = None) -> Desk:
    """The desk of this Hub, with the GPUs of this machine or of the cluster."""
    clock = clock or SystemClock()
    courses = Courses(settings)
    gpus = settings.gpus
    # Slurm has a queue of its own; for the others the Hub gives out the seats, one by one.
    count = gpus.count if settings.spawner.backend == "slurm" else 0
    seats = tuple(find_seats(settings)) if not count else ()
    ledger = Ledger(seats, rules_of(gpus), courses.bookings, clock, count)
    meter = nvml_meter if any(seat.device.path for seat in seats) else no_meter
    return Desk(settings, courses, ledger, clock, meter)


def find_seats(settings: HubSettings) -> list[Seat]:
    """The seats that the Hub gives out. Raises GpuMissingError."""
    gpus = settings.gpus
    if settings.spawner.backend == "kubernetes":
        memory = gpus.memory_mib * MIB or sys.maxsize
        unseen = (Device(f"gpu-{n}", "GPU", memory, is_slice=True) for n in range(gpus.count))
        return list(seats_of(unseen, per_gpu=1))
    if settings.spawner.backend == "slurm" or gpus.devices in ("none", ()):
        return []
    with nvml.library() as library:
        found = nvml.devices(library)
    wanted = found if gpus.devices == "auto" else nvml.chosen(found, tuple(gpus.devices))
    return list(seats_of(wanted, gpus.per_gpu))


def rules_of(gpus: GpusTable) -> GpuRules:
    """The rules for GPUs outside sessions."""
    return GpuRules(
        walk_in=timedelta(minutes=gpus.walk_in_minutes),
        keep=timedelta(minutes=gpus.keep_minutes),
        shortest=timedelta(minutes=gpus.shortest_minutes),
    )


def options_form(spawner: LabServer) -> str:
    """Whether there is anything to choose; the page itself asks the desk what."""
    return "labs" if len(spawner.desk.profiles_for(spawner.user.name)) > 1 else ""


def options_from_form(form: dict[str, list[str]]) -> dict[str, str]:
    """The choice of the page; what is in it is checked when the server starts."""
    return {name: values[0] for name, values in form.items() if name != "_xsrf" and values}
