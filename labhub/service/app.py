"""The app: routes, the door before them, the answers to errors, the headers of all answers."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from anyio.to_thread import run_sync
from fastapi import Depends, FastAPI
from fastapi.routing import iter_route_contexts
from starlette.types import ASGIApp

import labhub
from labhub.clock import Clock, SystemClock
from labhub.service import access, pages
from labhub.service.access import Access
from labhub.service.answers import add_answers
from labhub.service.api import ROUTERS
from labhub.service.api.errors import COMMON
from labhub.service.bounds import Bounds
from labhub.service.courses import Courses
from labhub.service.errors import ServiceSettingsError
from labhub.service.form_tokens import FormTokens
from labhub.service.guard import guard
from labhub.service.headers import Headers
from labhub.service.identity import Identify
from labhub.service.metrics import Metrics
from labhub.service.settings import ServiceSettings
from labhub.service.state import ServiceState

ABOUT = """Hand in from anywhere: assignments, versions, hand-ins, receipts, feedback and groups.

Log in with a token of the Hub that has the scope `access:services!service=labhub`:
`Authorization: Bearer TOKEN`. Every error has one shape: `{"error": {"code", "message", "hint"}}`.
"""


class Service(FastAPI):
    """An app whose headers stand on every answer, those to errors nobody foresaw included."""

    def build_middleware_stack(self) -> ASGIApp:
        """The standard stack, and ours around it."""
        state: ServiceState = self.state.service
        inner = Bounds(super().build_middleware_stack(), state.access, state.settings.body_bytes)
        return Headers(inner, state.metrics, https=state.settings.https)

    def openapi(self) -> dict[str, Any]:
        """The description of the interface, with the login that each route asks for."""
        described = super().openapi()
        state: ServiceState = self.state.service
        schemes = {"token": {"type": "http", "scheme": "bearer"}}
        described["components"]["securitySchemes"] = schemes
        for methods in described["paths"].values():
            for route in methods.values():
                login = state.access[route["operationId"]].login
                route["security"] = [{"token": []}] if login else []
        return described


def create_app(
    settings: ServiceSettings, identify: Identify, clock: Clock | None = None
) -> FastAPI:
    """The service for these courses; they are open while the app runs (its lifespan).

    Raises `ServiceSettingsError` for a route without a row in the table of access.
    """
    courses = Courses(settings.courses, clock or SystemClock())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await run_sync(list, courses)  # opened now, not by the first who asks
        try:
            yield
        finally:
            await run_sync(courses.close)

    app = Service(
        title="labhub",
        version=labhub.__version__,
        description=ABOUT,
        openapi_url=None,  # a route of ours serves it
        docs_url=None,  # its page loads scripts from elsewhere, which our headers forbid
        redoc_url=None,
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
    )
    table = {**access.REST, **access.LOGIN, **pages.ACCESS}
    tokens = FormTokens(settings.form_secret) if settings.form_secret else FormTokens()
    app.state.service = ServiceState(settings, identify, courses, table, tokens, Metrics())
    _add_routes(app, settings.prefix, identify)
    add_answers(app, pages.error_page)
    _check_table(app, table)
    return app


def _add_routes(app: FastAPI, prefix: str, identify: Identify) -> None:
    door = [Depends(guard)]
    for router in ROUTERS:
        app.include_router(router, prefix=f"{prefix}api", dependencies=door, responses=COMMON)
    for router in (identify.routes(), *pages.routers()):
        app.include_router(router, prefix=prefix[:-1], dependencies=door)
    pages.mount(app, prefix)


def _check_table(app: FastAPI, table: Mapping[str, Access]) -> None:
    """A route that nobody thought of access for must not start at all."""
    names = [str(route.name) for route in iter_route_contexts(app.routes)]
    missing = sorted(set(names) - table.keys() - {pages.STATIC})
    twice = sorted({name for name in names if names.count(name) > 1})
    if missing or twice:
        raise ServiceSettingsError(
            f"Routes without a row in the table of access: {', '.join(missing) or 'none'}; "
            f"routes that share a name: {', '.join(twice) or 'none'}.",
            hint="Add them to labhub/service/access.py, or to ACCESS of the pages.",
        )
