"""Leaves what this process has counted in the database, so that `/metrics` answers for all."""

from __future__ import annotations

import asyncio

import structlog

from service.measurements import retire, snapshot
from service.store.pool import AWAY, describe
from service.store.sql import query
from service.wiring import Service

EVERY = 0.5
"""Seconds."""
LONGEST_QUIET = 600
"""Turns after which even unchanged counts are written: who is silent is taken to have ended."""
log = structlog.get_logger(__name__)


async def flush(service: Service) -> None:
    """Until cancelled."""
    last, quiet, tidied = "", 0, False
    while True:
        await asyncio.sleep(EVERY)
        now, quiet = snapshot(service.measures.registry), quiet + 1
        if now == last and quiet < LONGEST_QUIET:
            continue
        try:
            if not tidied:
                await retire(service.pool, service.clock)
                tidied = True
            async with service.pool.acquire() as conn:
                at = service.clock.wall()
                await conn.execute(query("put_measurements"), service.process, at, now)
            last, quiet = now, 0
        except AWAY as error:
            log.warning("database_away", loop="metrics", error=describe(error))
        except Exception:
            log.exception("metrics_failed")
