"""The one door: lock the case, decide, save case, timeline and outbox in one transaction, ring.

Theory of operation. Every change of a case comes through `Desk`. A batch of webhooks is one
transaction: known deliveries are put aside, the cases of the tickets are locked in the order of
their ids (so two batches cannot wait for each other), each report is decided on what the one
before it left, and everything is written with a handful of statements however many there are.
Two processes that open the same ticket, or draw the same code for one phone, meet at a unique key:
the loser starts again from what is there now. After the commit the bell is rung; that it rings is
a convenience, the sweep finds everything without it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

import asyncpg
import structlog

from routing.case import Case
from routing.decide import decide
from routing.event import Event
from service.arrivals import (
    Arrival,
    Fate,
    Landed,
    fresh_ones,
    keep,
    known_ones,
    landings,
    lock_stored,
)
from service.batch import Batch, undecidable
from service.clock import Clock
from service.library import Library, NothingLoaded, Shelf
from service.measures import Measures
from service.saving import Change, save
from service.store import codec
from service.store.pool import AnyConnection, Pool, is_away
from service.store.sql import query
from service.waking import Waking, Woken

ATTEMPTS = 6
WAKES = 100
log = structlog.get_logger(__name__)
T = TypeVar("T")


class NoSuchCase(Exception):
    """No case has this id."""

    def __init__(self, case: str) -> None:
        super().__init__(f"There is no case {case}. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Acted:
    case: Case
    answer: str


class Desk:
    """`ring` is awaited after each commit that left something to do."""

    def __init__(
        self,
        pool: Pool,
        library: Library,
        clock: Clock,
        ring: Callable[[], Awaitable[None]],
        measures: Measures,
    ) -> None:
        self.pool, self.library, self.clock, self.ring = pool, library, clock, ring
        self.measures = measures
        self.waking = Waking(pool, library, self._now)

    def _now(self) -> datetime:
        return self.clock.now()

    async def shelf(self) -> Shelf:
        async with self.pool.acquire() as conn:
            return await self.library.shelf(conn, self.clock.now())

    async def report(self, arrivals: Sequence[Arrival]) -> list[Landed]:
        """Take webhooks in; each is durable when this returns. Raises NothingLoaded."""
        landed = await self.again(lambda: self._report(arrivals))
        await self.ring()
        return landed

    async def report_alone(self, arrival: Arrival) -> Landed:
        """One that broke the transaction it shared: decided by itself, or a dead letter.

        Raises NothingLoaded, and what PostgreSQL raises while it is away.
        """
        try:
            return (await self.report([arrival]))[0]
        except NothingLoaded:
            raise
        except Exception as error:
            if is_away(error):
                raise
            log.exception("buried", source=arrival.source, event_key=arrival.event_key)
            return await self.again(partial(self._bury, arrival, undecidable(error)))

    async def act(self, case: str, event: Event) -> Acted:
        """One event of one case. Raises Refusal (nothing changed) or NoSuchCase."""
        acted = await self.again(lambda: self._act(case, event))
        await self.ring()
        if acted is None:
            raise NoSuchCase(case)
        return acted

    async def act_with(
        self, case: str, event: Event, settle: Callable[[AnyConnection], Awaitable[bool]]
    ) -> Acted | None:
        """`act`, with something settled in the same transaction; None when that was not ours."""
        acted = await self.again(lambda: self._act(case, event, settle))
        await self.ring()
        return acted

    async def wake(self, limit: int = WAKES) -> list[tuple[datetime, datetime]]:
        """Tick what is due: (when it was due, when it was done) of each, at most `limit`.

        A case that cannot be ticked is left as it is, loudly, and tried again in a minute: it must
        not keep the others asleep. The watchdog sees that it is late.
        """
        try:
            woken = await self.again(lambda: self.waking.together(limit))
        except Exception as error:
            if is_away(error):
                raise
            log.exception("wake_failed", then="each case is woken by itself")
            woken = await self.waking.each(limit, self.again)
        if woken:
            await self.ring()
        self._count(woken)
        return [(c.before.wake_at or at, at) for c, at in woken if c.before is not None]

    async def store(self, arrivals: Sequence[Arrival], urgency: Sequence[int]) -> list[Landed]:
        """Keep webhooks for later, undecided: in bursts, and while no policy is loaded."""
        stored = await self.again(lambda: self._store(arrivals, urgency))
        await self.ring()
        return stored

    async def _store(self, arrivals: Sequence[Arrival], urgency: Sequence[int]) -> list[Landed]:
        async with self.pool.acquire() as conn, conn.transaction():
            known = await known_ones(conn, arrivals)
            fates = [Fate(a, "stored") for a in fresh_ones(arrivals, known)]
            keys = [a.key for a in arrivals]
            await keep(conn, fates, None, dict(zip(keys, urgency, strict=True)))
        return landings(arrivals, known, fates)

    async def _bury(self, arrival: Arrival, said: str) -> Landed:
        async with self.pool.acquire() as conn, conn.transaction():
            known = {} if arrival.stored else await known_ones(conn, [arrival])
            fates = [Fate(a, "dead", said=said) for a in fresh_ones([arrival], known)]
            await keep(conn, fates, self.clock.now())
        return landings([arrival], known, fates)[0]

    async def again(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run a transaction; where another process was first, look again."""
        for attempt in range(ATTEMPTS):
            try:
                return await work()
            except (
                asyncpg.UniqueViolationError,
                asyncpg.DeadlockDetectedError,
                asyncpg.SerializationError,
            ):
                if attempt == ATTEMPTS - 1:
                    raise
                await asyncio.sleep(0.005 * attempt)
        raise AssertionError

    async def _report(self, arrivals: Sequence[Arrival]) -> list[Landed]:
        async with self.pool.acquire() as conn, conn.transaction():
            now = self.clock.now()
            batch = Batch(await self.library.shelf(conn, now), now)
            known = await known_ones(conn, [a for a in arrivals if a.stored is None])
            mine = await lock_stored(conn, arrivals)
            free = [a for a in arrivals if a.stored is None or a.stored in mine]
            fresh = fresh_ones(free, known)
            await batch.load(conn, fresh)
            for arrival in fresh:
                batch.decide(arrival)
            await save(conn, batch.changes, batch.shelf, now)
            await keep(conn, batch.fates, now)
        self._count((change, now) for change in batch.changes)
        return landings(arrivals, known, batch.fates)

    def _count(self, changes: Iterable[Woken]) -> None:
        """What was broken is counted once it is written."""
        for change, _ in changes:
            for labels in _breaches(change):
                self.measures.breaches.labels(*labels).inc()

    async def _act(
        self,
        name: str,
        event: Event,
        settle: Callable[[AnyConnection], Awaitable[bool]] | None = None,
    ) -> Acted | None:
        async with self.pool.acquire() as conn, conn.transaction():
            row = await conn.fetchrow(query("lock_case"), name)
            if row is None:
                raise NoSuchCase(name)
            if settle is not None and not await settle(conn):
                return None
            now = self.clock.now()
            shelf = await self.library.shelf(conn, now)
            case = codec.decode_case(row["body"])
            decision = decide(case, event, shelf.book(case.policy), now)
            await save(conn, [Change(case, decision)], shelf, now)
        self._count([(Change(case, decision), now)])
        return Acted(decision.case, decision.answer)


def _breaches(change: Change) -> Iterator[tuple[str, str, str]]:
    case = change.decision.case
    for entry in change.decision.entries:
        if entry.kind == "breach":
            yield entry.data["metric"], case.severity, case.plan


__all__ = ["Acted", "Arrival", "Desk", "Landed", "NoSuchCase", "NothingLoaded"]
