"""Decides the webhooks that a burst only stored, the urgent first.

Those that are hints are left to `hints`.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from service.arrivals import Arrival
from service.hints import hinted
from service.library import NothingLoaded
from service.reading import read
from service.store import codec
from service.store.pool import is_away
from service.store.sql import query
from service.wiring import Service

BATCH = 64
log = structlog.get_logger(__name__)


async def decide_stored(service: Service) -> int:
    """Decide all that is stored; how many there were. While no policy is loaded they wait."""
    done = 0
    while True:
        async with service.pool.acquire() as conn:
            rows = await conn.fetch(query("stored_intake"), BATCH, hinted(service))
        if not rows:
            return done
        arrivals = [
            read(
                r["source"],
                codec.decode(r["headers"]),
                r["body"],
                r["received_at"],
                service.own(r["source"]),
                stored=(r["id"], r["event_key"]),
            )
            for r in rows
        ]
        try:
            await _decide(service, arrivals)
        except NothingLoaded as nothing:
            log.warning("nothing_loaded", said=str(nothing), waiting=len(rows))
            return done
        done += len(rows)


async def _decide(service: Service, arrivals: Sequence[Arrival]) -> None:
    """Together; or, where one of them breaks that, each by itself and that one a dead letter."""
    try:
        await service.desk.report(arrivals)
    except NothingLoaded:
        raise
    except Exception as error:
        if is_away(error):
            raise
        log.exception("batch_failed", size=len(arrivals))
        for arrival in arrivals:
            await service.desk.report_alone(arrival)
