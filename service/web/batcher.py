"""Takes webhooks in together: what arrives while one transaction runs shares the next.

In quiet a webhook is decided in its own transaction at once. When more wait than one transaction
decides well, the most urgent are decided here and the others only stored: the worker decides them,
urgent first, on a processor of its own. Nobody is answered before what he sent is durable.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from service.arrivals import Arrival, Landed
from service.desk import Desk
from service.library import NothingLoaded
from service.store.pool import is_away

MOST = 24
"""Webhooks decided in one transaction."""
AMID = 8
"""Webhooks decided in one transaction while more than `BURST` wait."""
BURST = 32
"""Waiting webhooks from which on all but the most urgent are only stored."""
MOST_STORED = 500
"""Webhooks stored in one transaction."""
URGENT = frozenset({"urgent", "critical", "highest", "high", "1", "p1", "sev1"})
log = structlog.get_logger(__name__)
Waiting = tuple[Arrival, asyncio.Future[Landed]]
Take = Callable[[list[Arrival]], Awaitable[list[Landed]]]


class Batcher:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._waiting: list[Waiting] = []
        self._task: asyncio.Task[None] | None = None

    async def take(self, arrival: Arrival) -> Landed:
        """Durable when this returns. Raises what PostgreSQL raises while it is away."""
        future: asyncio.Future[Landed] = asyncio.get_running_loop().create_future()
        self._waiting.append((arrival, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())
        return await future

    async def _work(self) -> None:
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            if len(waiting) > BURST:
                waiting.sort(key=lambda each: urgency(each[0]))
                waiting, later = waiting[:AMID], waiting[AMID:]
                await asyncio.gather(self._land(waiting, self._decide), self._keep(later))
                continue
            for first in range(0, len(waiting), MOST):
                await self._land(waiting[first : first + MOST], self._decide)

    async def _keep(self, later: list[Waiting]) -> None:
        for first in range(0, len(later), MOST_STORED):
            await self._land(later[first : first + MOST_STORED], self._store)

    async def _land(self, batch: list[Waiting], take: Take) -> None:
        """Answer everybody of a batch with what became of his webhook."""
        try:
            landed = await take([a for a, _ in batch])
        except Exception as error:
            if is_away(error):
                for _, future in batch:
                    _fail(future, error)
                return
            log.exception("batch_failed", size=len(batch))
            await self._one_by_one(batch)
        else:
            for (_, future), fate in zip(batch, landed, strict=True):
                _answer(future, fate)

    async def _store(self, arrivals: list[Arrival]) -> list[Landed]:
        return await self._desk.store(arrivals, [urgency(a) for a in arrivals])

    async def _decide(self, arrivals: list[Arrival]) -> list[Landed]:
        try:
            return await self._desk.report(arrivals)
        except NothingLoaded as nothing:
            log.warning("stored_undecided", said=str(nothing))
            return await self._store(arrivals)

    async def _one_by_one(self, batch: list[Waiting]) -> None:
        """One that breaks a transaction is kept as a dead letter; the others are decided.

        Whoever waits is answered, and never with a 202 for what is not durable.
        """
        for arrival, future in batch:
            try:
                _answer(future, await self._desk.report_alone(arrival))
            except Exception as error:  # noqa: BLE001 - it is passed on
                _fail(future, error)


def _answer(future: asyncio.Future[Landed], fate: Landed) -> None:
    if not future.done():
        future.set_result(fate)


def _fail(future: asyncio.Future[Landed], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)


def urgency(arrival: Arrival) -> int:
    """0 for what says it is urgent, so that it is decided first."""
    return 0 if any((r.priority or "") in URGENT for r in arrival.reports) else 1
