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
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

import asyncpg
import structlog

from routing.case import Case
from routing.decide import decide
from routing.event import Event, Tick
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
from service.clock import Clock, monotonic
from service.library import Library, NothingLoaded, Shelf
from service.measures import Measures
from service.saving import Change, save
from service.store import codec
from service.store.pool import AnyConnection, Pool, is_away
from service.store.sql import query

ATTEMPTS = 6
WAKES = 100
PASSED_OVER = 60.0
"""Seconds."""
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
        self.passed_over: dict[str, float] = {}
        """Cases that could not be ticked, and when each is tried again (monotonic seconds)."""

    async def shelf(self) -> Shelf:
        async with self.pool.acquire() as conn:
            return await self.library.shelf(conn, self.clock.now())

    async def report(self, arrivals: Sequence[Arrival]) -> list[Landed]:
        """Take webhooks in; each is durable when this returns. Raises NothingLoaded."""
        landed = await self._again(lambda: self._report(arrivals))
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
            return await self._again(partial(self._bury, arrival, undecidable(error)))

    async def act(self, case: str, event: Event) -> Acted:
        """One event of one case. Raises Refusal (nothing changed) or NoSuchCase."""
        acted = await self._again(lambda: self._act(case, event))
        await self.ring()
        if acted is None:
            raise NoSuchCase(case)
        return acted

    async def act_with(
        self, case: str, event: Event, settle: Callable[[AnyConnection], Awaitable[bool]]
    ) -> Acted | None:
        """`act`, with something settled in the same transaction; None when that was not ours."""
        acted = await self._again(lambda: self._act(case, event, settle))
        await self.ring()
        return acted

    async def wake(self, limit: int = WAKES) -> list[tuple[datetime, datetime]]:
        """Tick what is due: (when it was due, when it was done) of each, at most `limit`.

        A case that cannot be ticked is left as it is, loudly, and tried again in a minute: it must
        not keep the others asleep. The watchdog sees that it is late.
        """
        try:
            woken = await self._again(lambda: self._wake(limit))
        except Exception as error:
            if is_away(error):
                raise
            log.exception("wake_failed", then="each case is woken by itself")
            woken = await self._wake_each(limit)
        if woken:
            await self.ring()
        return woken

    async def store(self, arrivals: Sequence[Arrival], urgency: Sequence[int]) -> list[Landed]:
        """Keep webhooks for later, undecided: in bursts, and while no policy is loaded."""
        stored = await self._again(lambda: self._store(arrivals, urgency))
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

    async def _again(self, work: Callable[[], Awaitable[T]]) -> T:
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
        return landings(arrivals, known, batch.fates)

    def _count(self, changes: Sequence[Change]) -> None:
        for change in changes:
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
            return Acted(decision.case, decision.answer)

    async def _wake(self, limit: int) -> list[tuple[datetime, datetime]]:
        async with self.pool.acquire() as conn, conn.transaction():
            now = self.clock.now()
            rows = await conn.fetch(query("lock_due_cases"), now, limit, self._passed_over())
            if not rows:
                return []
            shelf = await self.library.shelf(conn, now)
            changes = list(filter(None, (self._tick(r["id"], r["body"], shelf, now) for r in rows)))
            await save(conn, changes, shelf, now)
        return self._woken(changes, now)

    async def _wake_each(self, limit: int) -> list[tuple[datetime, datetime]]:
        """A transaction for each: one that cannot even be saved is found and passed over."""
        async with self.pool.acquire() as conn:
            now = self.clock.now()
            due = await conn.fetch(query("due_cases"), now, limit, self._passed_over())
        woken = []
        for row in due:
            try:
                woken += await self._again(partial(self._wake_one, row["id"]))
            except Exception as error:
                if is_away(error):
                    raise
                log.exception("cannot_be_woken", case=row["id"], again=f"in {PASSED_OVER:g} s")
                self.passed_over[row["id"]] = monotonic() + PASSED_OVER
        return woken

    async def _wake_one(self, name: str) -> list[tuple[datetime, datetime]]:
        async with self.pool.acquire() as conn, conn.transaction():
            now = self.clock.now()
            row = await conn.fetchrow(query("lock_case"), name)
            shelf = await self.library.shelf(conn, now)
            change = self._tick(name, row["body"], shelf, now) if row else None
            if change is None or change.before is None or (change.before.wake_at or now) > now:
                return []
            await save(conn, [change], shelf, now)
        return self._woken([change], now)

    def _tick(self, name: str, body: str, shelf: Shelf, now: datetime) -> Change | None:
        try:
            return _ticked(codec.decode_case(body), shelf, now)
        except Exception:
            log.exception("cannot_be_woken", case=name, again=f"in {PASSED_OVER:g} s")
            self.passed_over[name] = monotonic() + PASSED_OVER
            return None

    def _passed_over(self) -> list[str]:
        if self.passed_over:
            moment = monotonic()
            self.passed_over = {n: t for n, t in self.passed_over.items() if t > moment}
        return list(self.passed_over)

    def _woken(self, changes: Sequence[Change], now: datetime) -> list[tuple[datetime, datetime]]:
        self._count(changes)
        return [(c.before.wake_at or now, now) for c in changes if c.before is not None]


def _ticked(case: Case, shelf: Shelf, now: datetime) -> Change:
    decision = decide(case, Tick(), shelf.book(case.policy), now)
    if decision.case.wake_at is not None and decision.case.wake_at <= now:
        raise RuntimeError(f"{case.id} would have to be woken again at once, for ever")
    return Change(case, decision)


def _breaches(change: Change) -> Iterator[tuple[str, str, str]]:
    case = change.decision.case
    for entry in change.decision.entries:
        if entry.kind == "breach":
            yield entry.data["metric"], case.severity, case.plan


__all__ = ["Acted", "Arrival", "Desk", "Landed", "NoSuchCase", "NothingLoaded"]
