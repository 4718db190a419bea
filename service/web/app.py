"""The web process: an application over one `Service`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from notifiers.simulator.simulation import Simulation
from service.attach import inherit
from service.library import NothingLoaded
from service.logs import announce, configure
from service.metrics import flush
from service.policies import load_at_start
from service.settings import SERVING, Settings, SettingsError, read_settings
from service.tuning import settle
from service.web import (
    answering,
    calendars,
    chat,
    devclock,
    events,
    health,
    hotline,
    intake,
    metrics,
    proving,
    refusing,
    twilio,
)
from service.web.api import api_router
from service.web.batcher import Batcher
from service.web.ending import at_end
from service.web.pages.routes import pages
from service.web.phones import simulation
from service.web.schema import openapi
from service.wiring import Service, open_service

MOST_BYTES = 1 << 20


def create_app(settings: Settings | None = None) -> Litestar:
    """The application of the environment's settings (uvicorn's factory)."""
    settings = settings or read_settings(require=SERVING)
    phones = simulation(settings, lambda: _service(app.state))
    app = _application(phones, production=settings.production)
    runs_on(app, settings)
    return app


def runs_on(app: Litestar, settings: Settings) -> None:
    """What an application that is not started yet will run on."""
    if settings.database_url is None or settings.redis_url is None:
        raise SettingsError(
            ["HELIOGRAPH_DATABASE_URL and HELIOGRAPH_REDIS_URL are not set. Set them."]
        )
    app.state.settings = settings
    app.state.servers = (settings.database_url, settings.redis_url)


def _application(phones: Simulation | None, *, production: bool) -> Litestar:
    """Its routes, which take longer to make than anything that is done when it starts."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        settings: Settings = app.state.settings
        configure(settings)
        announce(settings)
        async with AsyncExitStack() as stack:
            service = await open_service(settings, *app.state.servers, name="web")
            stack.push_async_callback(service.close)
            await load_at_start(service.pool, service.clock, settings)
            with suppress(NothingLoaded):  # a call knows the last resort even if all goes away now
                await service.desk.shelf()
            app.state.service = service
            app.state.batcher = Batcher(service.desk)
            if phones is not None:
                await stack.enter_async_context(phones.lifespan(app))
                at_end(phones.hush)
            for task in (flush(service), inherit()):
                stack.callback(asyncio.create_task(task).cancel)
            settle()
            yield

    handlers: list[ControllerRouterHandler] = [
        *intake.HANDLERS,
        *events.HANDLERS,
        *calendars.FEEDS,
        *answering.HANDLERS,
        *chat.HANDLERS,
        *twilio.HANDLERS,
        *hotline.HANDLERS,
        *proving.HANDLERS,
        *health.HANDLERS,
        *metrics.HANDLERS,
        *([] if production else devclock.HANDLERS),
        *([phones.router] if phones else []),
        api_router(),
        *pages(),
    ]
    return Litestar(
        handlers,
        dependencies={
            "service": Provide(_service, sync_to_thread=False),
            "batcher": Provide(_batcher, sync_to_thread=False),
        },
        exception_handlers=refusing.handlers(),
        lifespan=[lifespan],
        logging_config=None,  # `service.logs` has set it up
        openapi_config=openapi(),
        request_max_body_size=MOST_BYTES,
    )


def _service(state: State) -> Service:
    service: Service = state.service
    return service


def _batcher(state: State) -> Batcher:
    batcher: Batcher = state.batcher
    return batcher
