"""`/metrics`: what all processes have counted, and what the tables say now."""

from __future__ import annotations

import structlog
from litestar import Response, get
from litestar.di import NamedDependency
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.core import Metric

from service.measurements import gauge, gauges, merge
from service.pacing import lanes, passed_by
from service.store.pool import AWAY, AnyConnection
from service.store.sql import query
from service.wiring import Service

log = structlog.get_logger(__name__)


@get("/metrics", summary="Prometheus", include_in_schema=True)
async def metrics(service: NamedDependency[Service]) -> Response[bytes]:
    """Any web process answers for all of them; while PostgreSQL is away, for itself alone."""
    up, others, found = 1.0, list[str](), list[Metric]()
    try:
        async with service.pool.acquire() as conn:
            rows = await conn.fetch(query("all_measurements"))
            others = [r["body"] for r in rows if r["process"] != service.process]
            found = await gauges(conn, service.clock)
            found += await _pacing(service, conn)
    except AWAY as error:
        log.warning("database_away", path="/metrics", error=type(error).__name__)
        up = 0.0
    found.append(gauge("heliograph_database_up", "Whether PostgreSQL answers.", {"": up}))
    text = merge(service.measures.registry, others, found)
    return Response(text, media_type=CONTENT_TYPE_LATEST.partition("; charset")[0])


async def _pacing(service: Service, conn: AnyConnection) -> list[Metric]:
    """How long pages wait for the limits of a channel, and which of its providers is passed by."""
    waiting = await lanes(service, conn, service.clock.now())
    failing = await passed_by(conn)
    return [
        gauge(
            "heliograph_pacing_delay_seconds",
            "Until the last page that waits has left, at the worst.",
            {one.channel: one.last for one in waiting},
            "channel",
        ),
        gauge(
            "heliograph_provider_failing",
            "Providers that are passed by, or on trial.",
            {f"{one.provider} {one.channel}": 1.0 for one in failing},
            "line",
        ),
    ]


HANDLERS = [metrics]
