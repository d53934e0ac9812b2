"""What every backend does alike: choice, allowance, GPU lease, end of time.

A backend is a class `(LabServer, SomeSpawner)`. It overrides `fit`, which turns the allowance into
the spawner's own traits, and, where another scheduler has the queue, sets `hub_queues = False`.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from secrets import compare_digest
from typing import Any, ClassVar

from jupyterhub.spawner import Spawner  # type: ignore[import-untyped]

from labhub.errors import LabhubError
from labhub.hub.allowances import Allowance, Choice
from labhub.hub.desk import Desk, ask_for
from labhub.hub.errors import DataFolderMissingError, GpuWaitOverError
from labhub.hub.gpus.ledger import Lease, lease_of
from labhub.hub.jupyter import hand_in_environment
from labhub.hub.metrics import START_SECONDS, WAIT_SECONDS
from labhub.hub.pages import SpawnPage, spawn_page
from labhub.hub.spawners.refusals import StartRefusedError
from labhub.hub.spawners.state import digest, lease_in, lease_out
from labhub.hub.words import say_clock, say_place
from labhub.policy.gpu_sessions import Ask, Grant, Refusal, own_session

SAVE = "Save your notebooks; the variables of running kernels are lost."


class LabServer(Spawner):  # type: ignore[misc]
    """A server in which somebody works on a lab."""

    desk: ClassVar[Desk]
    """Set once, by the area `spawner` of the configuration."""
    hub_queues: ClassVar[bool] = True
    """Whether the Hub gives out the GPUs; else the backend's own scheduler does."""

    environment: dict[str, str]
    allowance: Allowance | None = None
    until: datetime | None = None
    """When the server ends; known after a restart of the Hub, too."""
    last_work: datetime | None = None
    """When its GPU or one of its kernels was last seen to do something."""
    own_digest: str = ""
    """SHA-256 of the server's own token, which a Hub that was started anew no longer has."""
    ending: bool = False
    configured: dict[str, str] | None = None
    """The environment that every server gets, whatever lab."""

    # -- for backends ---------------------------------------------------------------------------

    def fit(self, allowance: Allowance, lease: Lease | None) -> None:
        """Turn the allowance into what the spawner below understands."""
        self.mem_limit = allowance.profile.memory_bytes
        self.cpu_limit = allowance.profile.cpus
        if self.configured is None:
            self.configured = dict(self.environment)
        self.environment = {**self.configured, **self.common_environment(allowance)}
        self.default_url = allowance.profile.url

    def service_url(self) -> str:
        """Where the server reaches the hand-in service."""
        return self.desk.settings.hand_in_url

    def waiting_words(self) -> str:
        """What somebody reads whose server has not started yet."""
        ticket = self.desk.ledger.waiting(self.server_id)
        if ticket is None:
            return "Your server is starting."
        ends = sorted(each.until for each in self.desk.ledger.leases.values())
        free_at = ends[ticket.position - 1] if ticket.position <= len(ends) else None
        zone = self.desk.zone(ticket.ask.course)
        return say_place(ticket.position, free_at, self.desk.clock.now(), zone)

    def pids(self) -> Iterable[int]:
        """The server's processes, where they run on the Hub's machine."""
        return ()

    # -- what its owner reads -------------------------------------------------------------------

    def notice(self) -> str:
        """What the owner should read now, inside JupyterLab; empty for nothing."""
        now, gpus = self.desk.clock.now(), self.desk.settings.gpus
        if self.until and now >= self.until - timedelta(minutes=gpus.warn_minutes):
            return f"This server stops at {self._clock(self.until)}. {SAVE}"
        ends, warns = self._idle_end(), self._idle_warning()
        if ends and warns and now >= warns:
            return (
                f"Your GPU has nothing to do. At {self._clock(ends)} it goes to somebody else and "
                f"this server stops, unless you run something. {SAVE}"
            )
        return ""

    def ended(self) -> str:
        """Why the last server was stopped; empty where its owner stopped it."""
        return self.desk.endings.get(self.server_id, "")

    def page(self) -> SpawnPage:
        """What the page shows on which the owner chooses."""
        return spawn_page(self.desk, self.user.name)

    # -- the life of a server -------------------------------------------------------------------

    @property
    def server_id(self) -> str:
        """`user/name`, as in JupyterHub's scopes."""
        return f"{self.user.name}/{self.name}"

    @property
    def lease(self) -> Lease | None:
        """The GPU that the server holds."""
        return self.desk.ledger.leases.get(self.server_id)

    async def start(self) -> Any:  # noqa: ANN401 - as the backend's spawner
        """Start what was chosen, once it may: with a GPU, that may take a while.

        Raises StartRefusedError.
        """
        self.ending = False
        self.desk.endings.pop(self.server_id, None)
        try:
            choice = Choice.from_options(self.user_options or {})
            asked_at = self.desk.clock.now()
            self.allowance = self.desk.allow(self.user.name, choice, asked_at)
            self._check_data()
            if self.allowance.gpu:
                await self._obtain_gpu(self.allowance, asked_at)
            self.until, self.last_work = self.allowance.until, self.desk.clock.now()
            self.fit(self.allowance, self.lease)
            with START_SECONDS.labels(self.allowance.profile.id).time():
                place = await super().start()
            self.desk.running[self.server_id] = self.allowance.profile.id
            return place  # noqa: TRY300 - all of it may fail
        except LabhubError as error:
            self.log.warning("Not starting %s: %s: %s", self.server_id, error.code, error.message)
            self.orm_spawner.user_options = {}  # else a start without options repeats them
            self.desk.ledger.give_back(self.server_id)
            raise StartRefusedError(error) from error
        except BaseException:
            self.desk.ledger.give_back(self.server_id)
            raise

    async def stop(self, now: bool = False) -> None:
        """Stop the server; its GPU goes to the next one."""
        try:
            await super().stop(now=now)
        finally:
            self.desk.ledger.give_back(self.server_id)

    async def poll(self) -> int | None:
        """As JupyterHub asks; a server whose time is over is ended here."""
        status: int | None = await super().poll()
        if status is not None:
            if not self.pending:
                self.desk.ledger.give_back(self.server_id)
            return status
        if not self.ending and not self.pending and (why := self._why_over()):
            self.ending = True
            self.log.info("%s is stopped: %s", self.server_id, why)
            await self.stop()
            self.desk.endings[self.server_id] = why
            return 0
        return None

    def worked(self, at: datetime) -> None:
        """A server has told when one of its kernels, or its GPU, last did something."""
        now = self.desk.clock.now()
        self.last_work = max(self.last_work or at, min(at, now))

    def owns(self, token: str) -> bool:
        """Whether a request with this token comes from the server itself."""
        own = digest(self.api_token) if self.api_token else self.own_digest
        return bool(own) and compare_digest(own, digest(token))

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """What the page shows while the server starts: a new line whenever there is news."""
        said = ""
        while True:
            words = self.waiting_words()
            if words != said:
                said = words
                waiting = self.desk.ledger.waiting(self.server_id)
                yield {"progress": 10 if waiting else 60, "message": words}
            await asyncio.sleep(1)

    # -- state, which survives a restart of the Hub ---------------------------------------------

    def get_state(self) -> dict[str, Any]:
        """The backend's state, the end of the server's time, and its lease."""
        state: dict[str, Any] = super().get_state()
        if self.until is not None:
            state["until"] = self.until.isoformat()
            state["profile"] = self.desk.running.get(self.server_id, "")
        if self.api_token:
            state["token"] = digest(self.api_token)
        if self.lease is not None:
            state["lease"] = lease_out(self.lease)
        return state

    def load_state(self, state: dict[str, Any]) -> None:
        """Find the lease again, as it was before the Hub was started anew."""
        super().load_state(state)
        self.own_digest = state.get("token", "")
        if "until" in state:
            self.until = datetime.fromisoformat(state["until"])
            self.last_work = self.desk.clock.now()
            self.desk.running[self.server_id] = state["profile"]
        if "lease" in state and self.lease is None:
            self.desk.ledger.hold(lease_in(state["lease"]))

    def clear_state(self) -> None:
        """Nothing is held any more."""
        super().clear_state()
        self.until = self.allowance = self.last_work = None
        self.own_digest = ""
        self.desk.running.pop(self.server_id, None)
        self.desk.ledger.give_back(self.server_id)

    # -- inside ---------------------------------------------------------------------------------

    def common_environment(self, allowance: Allowance) -> dict[str, str]:
        """The environment of a server, on every backend."""
        profile, data_dir = allowance.profile, self.desk.settings.spawner.data_dir
        group = self.desk.courses.own_group(allowance.who, profile.course)
        values = {
            **hand_in_environment(self.desk.settings, self.service_url()),
            "LABHUB_COURSE": profile.course or "",
            "LABHUB_ASSIGNMENT": profile.assignment or "",
            "LABHUB_RUN_RECORD": "1" if profile.gpu else "",
            "NNLAB_GROUP": group,
            "NNLAB_DATA": str(data_dir or ""),
        }
        return {name: value for name, value in values.items() if value}

    def _why_over(self) -> str:
        """Why the server is to be stopped now; empty while it may go on."""
        now = self.desk.clock.now()
        if self.until and now >= self.until:
            return f"Its time was over at {self._clock(self.until)}."
        self._look_at_gpu()
        ends = self._idle_end()
        return "Its GPU had nothing to do for a long time." if ends and now >= ends else ""

    def _look_at_gpu(self) -> None:
        if self.lease is None or self.lease.seat is None:
            return
        try:
            percent = self.desk.meter(self.lease.seat, self.pids())
        except LabhubError as error:  # a sick driver is no reason to stop anybody
            self.log.warning("%s: %s", self.server_id, error.message)
            percent = 100
        if percent is not None and percent > self.desk.idle_rules.percent:
            self.last_work = self.desk.clock.now()

    def _idle_end(self) -> datetime | None:
        if self.lease is None or self.last_work is None:
            return None
        return self.desk.idle_rules.ends(self.last_work)

    def _idle_warning(self) -> datetime | None:
        return None if self.last_work is None else self.desk.idle_rules.warns(self.last_work)

    def _clock(self, moment: datetime) -> str:
        course = self.lease.ask.course if self.lease else None
        if self.allowance:
            course = self.allowance.profile.course
        return say_clock(moment, self.desk.clock.now(), self.desk.zone(course))

    async def _obtain_gpu(self, allowance: Allowance, asked_at: datetime) -> None:
        ask = ask_for(allowance.who, allowance.profile, asked_at)
        if not self.hub_queues:
            grant = Grant(allowance.until, allowance.session)
            self.desk.ledger.hold(lease_of(self.server_id, ask, grant, asked_at))
            return
        lease = await self._wait_for_gpu(ask, allowance)
        session = own_session(ask, self.desk.courses.bookings(), self.desk.clock.now())
        self.allowance = self.desk.renewed(allowance, Grant(lease.until, session))
        self.desk.ledger.leases[self.server_id] = replace(lease, until=self.allowance.until)

    async def _wait_for_gpu(self, ask: Ask, allowance: Allowance) -> Lease:
        ledger, patience = self.desk.ledger, self.desk.settings.gpus.patience_minutes
        wait = WAIT_SECONDS.labels(allowance.profile.id)
        need = allowance.profile.gpu_memory_bytes
        try:
            with wait.time():
                async with asyncio.timeout(timedelta(minutes=patience).total_seconds()):
                    found = await ledger.take(self.server_id, ask, need)
        except TimeoutError:
            raise GpuWaitOverError(
                f"No GPU became free in {patience} minutes.",
                hint="Start the lab without a GPU, or try again later.",
            ) from None
        if isinstance(found, Refusal):
            raise self.desk.refused(found, allowance.profile)
        return found

    def _check_data(self) -> None:
        folder = self.desk.settings.spawner.data_dir
        if folder is not None and not folder.is_dir():
            raise DataFolderMissingError(
                "The shared data of the labs is not there.",
                hint=f"Tell the course's staff: the Hub misses the folder {folder}.",
            )
