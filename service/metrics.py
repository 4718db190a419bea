"""Leaves what this process has counted in the database, so that `/metrics` answers for all."""

from __future__ import annotations

import asyncio

import structlog
from prometheus_client import CollectorRegistry

from service.store import codec
from service.store.pool import AWAY
from service.store.sql import query
from service.wiring import Service

EVERY = 2.0
"""Seconds."""
log = structlog.get_logger(__name__)


def snapshot(registry: CollectorRegistry) -> str:
    """Every sample as JSON: [[name, {label: value}, value], ...]."""
    return codec.encode(
        [
            [sample.name, sample.labels, sample.value]
            for family in registry.collect()
            for sample in family.samples
            if not sample.name.endswith("_created")
        ]
    )


async def flush(service: Service) -> None:
    """Until cancelled."""
    last = ""
    while True:
        await asyncio.sleep(EVERY)
        now = snapshot(service.measures.registry)
        if now == last:
            continue
        try:
            async with service.pool.acquire() as conn:
                at = service.clock.wall()
                await conn.execute(query("put_measurements"), service.process, at, now)
            last = now
        except AWAY as error:
            log.warning("database_away", loop="metrics", error=type(error).__name__)
