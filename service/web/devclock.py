"""`POST /dev/clock`: moves the service's clock, and everything due happens (never in production).

Time passes as it would by itself: from one due instant to the next, each handled before the clock
goes on, so that an hour forward is the hour somebody would have lived through.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import structlog
from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Struct

from service.claims import LONGEST_CALL
from service.store.sql import query
from service.web.problems import Problem, invalid
from service.web.strict import Strict
from service.wiring import Service

LONGEST = 366 * 24 * 3600
SETTLING = 4.0
"""Seconds the worker is given to do what fell due at one instant."""
log = structlog.get_logger(__name__)


class Forward(Struct, forbid_unknown_fields=True, kw_only=True):
    advance: float
    """Seconds, forward only."""


@post("/dev/clock", status_code=200, dto=Strict, summary="Move the clock (development and test)")
async def advance(data: JSONBody[Forward], service: NamedDependency[Service]) -> dict[str, Any]:
    if service.settings.production:
        raise Problem(404, "There is no such page in production.")
    if not 0 <= data.advance <= LONGEST:
        raise invalid("advance", f"is 0 to {LONGEST} seconds, forward only.")
    now = await move(service, timedelta(seconds=data.advance))
    return {"now": now.isoformat().replace("+00:00", "Z"), "advanced": data.advance}


async def move(service: Service, by: timedelta) -> datetime:
    """Move service time ahead by so much, stopping at every instant at which something is due.

    Where no worker does what is due, time passes in one leap, as it does in an outage.
    """
    await service.follow_clock()
    target = service.clock.now() + by
    working = await _settle(service)
    while working:
        due_at = await _next_due(service)
        if due_at is None or due_at >= target:
            break
        await _set(service, due_at)
        working = await _settle(service)
    await _set(service, target)
    if working:
        await _settle(service)
    return service.clock.now()


async def _set(service: Service, to: datetime) -> None:
    ahead = max(service.clock.offset, to - service.clock.wall())
    async with service.pool.acquire() as conn:
        await conn.execute(query("set_clock"), ahead)
    service.clock.offset = ahead
    await service.bell.ring()


async def _next_due(service: Service) -> datetime | None:
    now = service.clock.now()
    async with service.pool.acquire() as conn:
        wake = await conn.fetchval(query("next_wake_after"), now)
        lanes = await conn.fetch(query("next_outbox"))
    later = [r["due_at"] for r in lanes if r["due_at"] > now]
    return min((t for t in (wake, *later) if t is not None), default=None)


async def _settle(service: Service) -> bool:
    """Wait until the worker has done what is due; whether it has woken the cases at least.

    What it has to send may take longer: a provider is slow, a number sends one text a second.
    """
    due = busy = True
    for _ in range(int(SETTLING / 0.02)):
        async with service.pool.acquire() as conn:
            now = service.clock.now()
            first = await conn.fetchval(query("next_wake"))
            due = first is not None and first <= now
            rung = now - LONGEST_CALL
            busy = due or bool(await conn.fetchval(query("outbox_busy"), now, rung))
        if not busy:
            return True
        await asyncio.sleep(0.02)
    if due:
        log.warning("clock_leaps", then="no worker wakes the cases")
    return not due


HANDLERS = [advance]
