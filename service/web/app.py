"""The web process: an application over one `Service`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide

from service.metrics import flush
from service.settings import SERVING, Settings, SettingsError, read_settings
from service.web import devclock, health, intake, twilio
from service.web.api import api_router
from service.web.batcher import Batcher
from service.web.problems import HANDLERS
from service.web.schema import openapi
from service.wiring import Service, open_service

MOST_BYTES = 1 << 20


def create_app(settings: Settings | None = None) -> Litestar:
    """The application of the environment's settings (uvicorn's factory)."""
    settings = settings or read_settings(require=SERVING)
    if settings.database_url is None or settings.redis_url is None:
        raise SettingsError(
            ["HELIOGRAPH_DATABASE_URL and HELIOGRAPH_REDIS_URL are not set. Set them."]
        )
    database_url, redis_url = settings.database_url, settings.redis_url

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        service = await open_service(settings, database_url, redis_url, name="web")
        app.state.service, app.state.batcher = service, Batcher(service.desk)
        import asyncio

        flushing = asyncio.create_task(flush(service))
        yield
        flushing.cancel()
        await service.close()

    return application(settings, lifespan)


def application(settings: Settings, lifespan: object) -> Litestar:
    development = [] if settings.production else devclock.HANDLERS
    return Litestar(
        [intake.take, *twilio.HANDLERS, *health.HANDLERS, *development, api_router()],
        dependencies={
            "service": Provide(_service, sync_to_thread=False),
            "batcher": Provide(_batcher, sync_to_thread=False),
        },
        exception_handlers=HANDLERS,
        openapi_config=openapi(),
        lifespan=[lifespan],  # type: ignore[list-item] # litestar's own alias is not exported
        request_max_body_size=MOST_BYTES,
    )


def _service(state: State) -> Service:
    service: Service = state.service
    return service


def _batcher(state: State) -> Batcher:
    batcher: Batcher = state.batcher
    return batcher
