"""`/livez` and `/readyz`."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from service.pacing import lanes
from service.store.pool import AWAY
from service.watchdog import examine
from service.wiring import Service

REDIS = "Redis is away, so pages leave up to a second later"


@get("/livez", summary="The process runs", include_in_schema=True)
async def livez() -> dict[str, str]:
    return {"status": "ok"}


@get("/readyz", summary="It can serve, and how late the latest is", include_in_schema=True)
async def readyz(service: NamedDependency[Service]) -> Response[dict[str, Any]]:
    """503 while PostgreSQL is away. Ages are in seconds; null where nothing is due."""
    try:
        now = service.clock.now()
        health = await examine(service, now)
        async with service.pool.acquire() as conn:
            delays = {one.channel: one.as_json() for one in await lanes(service, conn, now)}
    except AWAY:
        return Response({"status": "PostgreSQL is away; nothing is lost"}, status_code=503)
    ages = {
        "oldest_due_case_seconds": health.oldest_wake,
        "oldest_outbox_seconds": health.oldest_send,
        "oldest_undecided_webhook_seconds": health.oldest_stored,
    }
    return Response(
        {
            "status": "ok",
            **{k: (now - v).total_seconds() if v else None for k, v in ages.items()},
            "pacing": delays,
            "troubles": [*health.troubles(now), *([REDIS] if service.bell.lost else [])],
        }
    )


HANDLERS = [livez, readyz]
