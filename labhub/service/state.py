"""What every request shares: settings, courses, who identifies, the table of access, figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Event

from starlette.requests import HTTPConnection

from labhub.service.access import Access
from labhub.service.courses import Courses
from labhub.service.form_tokens import FormTokens
from labhub.service.identity import Identify
from labhub.service.metrics import Metrics
from labhub.service.settings import ServiceSettings


@dataclass(frozen=True)
class ServiceState:
    """Made once by `create_app`."""

    settings: ServiceSettings
    identify: Identify
    courses: Courses
    access: Mapping[str, Access]
    form_tokens: FormTokens
    metrics: Metrics
    closing: Event = field(default_factory=Event)
    """Set when the process is told to end: live progress then ends by itself."""


def state_of(connection: HTTPConnection) -> ServiceState:
    """The state of the app that a request came to."""
    state: ServiceState = connection.app.state.service
    return state
