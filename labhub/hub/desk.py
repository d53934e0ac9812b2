"""The Hub's desk: what somebody may start now. Pages ask it, and spawners before they start."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from labhub.clock import Clock, SystemClock
from labhub.hub.allowances import Allowance, Choice, allowance
from labhub.hub.courses import Courses
from labhub.hub.errors import (
    GpuMissingError,
    GpuQueueFullError,
    GpuRefusedError,
    LabNotOfferedError,
)
from labhub.hub.gpus.idle import IdleRules, Meter, no_meter
from labhub.hub.gpus.ledger import Ledger
from labhub.hub.profiles import PLAIN, Profile, lab_profiles, plain_profile
from labhub.hub.settings import HubSettings
from labhub.hub.words import say_memory, say_refusal
from labhub.ids import CourseId, StudentId
from labhub.policy.gpu_sessions import Ask, Grant, Refusal, Wait


@dataclass
class Desk:
    """Settings, courses, GPUs and a clock, together."""

    settings: HubSettings
    courses: Courses
    ledger: Ledger
    clock: Clock = field(default_factory=SystemClock)
    meter: Meter = no_meter
    """How much a server uses its GPU."""
    running: dict[str, str] = field(default_factory=dict)
    """The lab of each server that runs."""
    endings: dict[str, str] = field(default_factory=dict)
    """Why somebody's last server was stopped, for those who wonder."""

    @property
    def idle_rules(self) -> IdleRules:
        """When an idle GPU is taken back."""
        gpus = self.settings.gpus
        after, warning = timedelta(minutes=gpus.idle_minutes), timedelta(minutes=gpus.warn_minutes)
        return IdleRules(after, min(warning, after), gpus.idle_percent)

    def profiles_for(self, who: str) -> list[Profile]:
        """What somebody may start: the labs that are out, all of them for staff."""
        now, limits = self.clock.now(), self.settings.limits
        labs = [
            each
            for each in lab_profiles(self.courses.of(who), limits)
            if each.course and each.release
            if each.release <= now or self.courses.is_staff(who, each.course)
        ]
        plain = [plain_profile(limits)] if self.settings.spawner.plain or not labs else []
        return [*labs, *plain]

    def profile(self, who: str, choice: Choice) -> Profile:
        """The lab that somebody chose. Raises LabNotOfferedError."""
        offered = self.profiles_for(who)
        for each in offered:
            if each.id == choice.profile:
                return each
        if choice.profile == PLAIN:
            raise LabNotOfferedError(
                "Choose a lab first.", hint=f"There is: {', '.join(each.id for each in offered)}."
            )
        raise LabNotOfferedError(
            f"There is no lab '{choice.profile[:80]}' for you to start.",
            hint="It is not out yet, or you are not in its course.",
        )

    def allow(self, who: str, choice: Choice, asked_at: datetime | None = None) -> Allowance:
        """What a server may have that is started now. One with a GPU may still have to wait.

        Raises LabNotOfferedError, GpuRefusedError, GpuQueueFullError or GpuMissingError.
        """
        now, profile = self.clock.now(), self.profile(who, choice)
        student = StudentId(who)
        if not (profile.gpu and choice.gpu):
            return allowance(student, profile, now)
        self._check_gpus(profile)
        found = self.ledger.ask(ask_for(student, profile, asked_at or now))
        if isinstance(found, Refusal):
            raise self.refused(found, profile)
        if isinstance(found, Wait):
            self._check_queue()
            found = found.offer
        return allowance(student, profile, now, found)

    def renewed(self, old: Allowance, grant: Grant) -> Allowance:
        """The allowance of somebody who has waited, from now on."""
        return allowance(old.who, old.profile, self.clock.now(), grant)

    def refused(self, refusal: Refusal, profile: Profile) -> GpuRefusedError:
        """The refusal, in words."""
        what, then = say_refusal(refusal, self.clock.now(), self.zone(profile.course))
        return GpuRefusedError(what, hint=then)

    def zone(self, course: CourseId | None) -> tzinfo:
        """The time zone of a course; UTC without one."""
        found = self.courses.all().get(course) if course else None
        return found.zone if found else UTC

    def _check_gpus(self, profile: Profile) -> None:
        need = profile.gpu_memory_bytes
        if self.ledger.total and self.ledger.fits(need):
            return
        what = f"a GPU with {say_memory(need)} of memory" if self.ledger.total else "any GPU"
        raise GpuMissingError(
            f"This Hub does not have {what}.",
            hint="Start the lab without a GPU, and tell the course's staff.",
        )

    def _check_queue(self) -> None:
        if len(self.ledger.queue) >= self.settings.gpus.queue_length:
            raise GpuQueueFullError(
                f"{len(self.ledger.queue)} people wait for a GPU, and no more can.",
                hint="Start the lab without a GPU, or come back later.",
            )


def ask_for(who: StudentId, profile: Profile, at: datetime) -> Ask:
    """What somebody asks the rules for GPUs."""
    assert profile.course and profile.assignment, "only a lab has a GPU"
    return Ask(who, profile.course, profile.assignment, at)
