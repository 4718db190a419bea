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
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import asyncpg
import structlog

from routing.case import Case
from routing.decide import Decision, decide, open_case
from routing.event import Event, Refusal, Reported, Tick
from routing.report import Report
from service import matching
from service.clock import Clock
from service.library import Library, NothingLoaded, Shelf
from service.measures import Measures
from service.saving import Change, save
from service.store import codec
from service.store.pool import AnyConnection, Pool
from service.store.sql import query

ATTEMPTS = 6
WAKES = 100
log = structlog.get_logger(__name__)
T = TypeVar("T")


class NoSuchCase(Exception):
    """No case has this id."""

    def __init__(self, case: str) -> None:
        super().__init__(f"There is no case {case}. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Arrival:
    """One authentic webhook: its reports, or why it could not be read (`unreadable`)."""

    source: str
    event_key: str
    received_at: datetime
    headers: str
    """JSON; never a secret."""
    body: bytes
    reports: tuple[Report, ...] = ()
    unreadable: str | None = None
    ignored: str | None = None
    stored: int | None = None
    """The intake row that holds it already, when it was stored first."""


@dataclass(frozen=True, slots=True)
class Landed:
    """What became of a webhook."""

    case: str | None
    duplicate: bool = False
    dead: bool = False


@dataclass(frozen=True, slots=True)
class Acted:
    case: Case
    answer: str


@dataclass(slots=True)
class _Batch:
    """One transaction's working set: cases by ticket and by id, changes in the order they came."""

    shelf: Shelf
    now: datetime
    cases: dict[tuple[str, str], Case] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    fates: list[tuple[Arrival, str, str | None, str | None]] = field(default_factory=list)
    found: matching.Found = field(default_factory=lambda: matching.Found({}))


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

    async def shelf(self) -> Shelf:
        async with self.pool.acquire() as conn:
            return await self.library.shelf(conn, self.clock.now())

    async def report(self, arrivals: Sequence[Arrival]) -> list[Landed]:
        """Take webhooks in; each is durable when this returns. Raises NothingLoaded."""
        landed = await self._again(lambda: self._report(arrivals))
        await self.ring()
        return landed

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
        """Tick what is due: (when it was due, when it was done) of each, at most `limit`."""
        woken = await self._again(lambda: self._wake(limit))
        if woken:
            await self.ring()
        return woken

    async def store(self, arrivals: Sequence[Arrival], urgency: Sequence[int]) -> list[Landed]:
        """Keep webhooks for later, undecided: in bursts, and while no policy is loaded."""
        landed = await self._again(lambda: self._store(arrivals, urgency))
        await self.ring()
        return landed

    async def bury(self, arrival: Arrival, said: str) -> Landed:
        """Keep a webhook nobody can decide as a dead letter."""
        async with self.pool.acquire() as conn, conn.transaction():
            known = await _known(conn, [arrival])
            if _key(arrival) not in known:
                await _insert_intake(conn, [(arrival, "dead", None, said)], {}, self.clock.now())
        return _landed(arrival, known) or Landed(None, dead=True)

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

    async def _store(self, arrivals: Sequence[Arrival], urgency: Sequence[int]) -> list[Landed]:
        async with self.pool.acquire() as conn, conn.transaction():
            known = await _known(conn, arrivals)
            fates = [(a, "stored", None, None) for a in arrivals if _key(a) not in known]
            await _insert_intake(conn, fates, dict(zip(map(_key, arrivals), urgency, strict=True)))
        return [_landed(a, known) or Landed(None) for a in arrivals]

    async def _report(self, arrivals: Sequence[Arrival]) -> list[Landed]:
        async with self.pool.acquire() as conn, conn.transaction():
            now = self.clock.now()
            batch = _Batch(await self.library.shelf(conn, now), now)
            known = await _known(conn, [a for a in arrivals if a.stored is None])
            mine = await _lock_stored(conn, arrivals)
            fresh = _fresh([a for a in arrivals if a.stored is None or a.stored in mine], known)
            await self._load(conn, batch, fresh)
            for arrival in fresh:
                self._decide_arrival(batch, arrival)
            await save(conn, batch.changes, batch.shelf, now)
            await _settle_intake(conn, batch.fates, now)
        fates = {_key(a): Landed(case, dead=s == "dead") for a, s, case, _ in batch.fates}
        return [_landed(a, known) or self._first(a, fates, fresh) for a in arrivals]

    @staticmethod
    def _first(
        arrival: Arrival, fates: dict[tuple[str, str], Landed], fresh: Sequence[Arrival]
    ) -> Landed:
        fate = fates.get(_key(arrival), Landed(None))
        first = any(arrival is one for one in fresh)
        return fate if first else Landed(fate.case, duplicate=True)

    async def _load(self, conn: AnyConnection, batch: _Batch, fresh: Sequence[Arrival]) -> None:
        reports = [r for a in fresh for r in a.reports]
        policy = batch.shelf.current
        batch.found = await matching.look_up(
            conn, (k for r in reports for k, _ in matching.keys_of(r, policy.free_mail_domains))
        )
        tickets = sorted({(r.source, r.ticket) for r in reports})
        if not tickets:
            return
        rows = await conn.fetch(
            query("lock_cases_of_tickets"), [s for s, _ in tickets], [t for _, t in tickets]
        )
        for row in rows:
            case = codec.decode_case(row["body"])
            batch.cases[case.source, case.ticket_id] = case
        missing = len(tickets) - len(rows)
        if missing:
            numbers = await conn.fetch(query("case_numbers"), missing)
            batch.numbers = [r[0] for r in reversed(numbers)]

    def _decide_arrival(self, batch: _Batch, arrival: Arrival) -> None:
        if arrival.unreadable is not None:
            batch.fates.append((arrival, "dead", None, arrival.unreadable))
            return
        if not arrival.reports:
            batch.fates.append((arrival, "ignored", None, arrival.ignored))
            return
        if all(self._unheard(batch, r) for r in arrival.reports):
            batch.fates.append((arrival, "ignored", None, "our own change of an unknown ticket"))
            return
        before = len(batch.changes), dict(batch.cases)
        try:
            case = [self._decide_report(batch, r, arrival) for r in arrival.reports][-1]
        except Refusal as refusal:
            batch.fates.append((arrival, "ignored", None, str(refusal)))
        except Exception as error:
            # One webhook that cannot be decided must not hold up, or lose, the others.
            log.exception("undecidable", source=arrival.source, event_key=arrival.event_key)
            del batch.changes[before[0] :]
            batch.cases = before[1]
            said = f"It could not be decided ({type(error).__name__}). It is kept for replay."
            batch.fates.append((arrival, "dead", None, said))
        else:
            batch.fates.append((arrival, "decided", case.id, None))

    @staticmethod
    def _unheard(batch: _Batch, report: Report) -> bool:
        """What we ourselves wrote on a ticket that has no case is nothing to page anybody for."""
        return report.echo and (report.source, report.ticket) not in batch.cases

    def _decide_report(self, batch: _Batch, report: Report, arrival: Arrival) -> Case:
        ticket = (report.source, report.ticket)
        case = batch.cases.get(ticket)
        customer = matching.customer_of(report, batch.shelf.current, batch.found)
        if case is None and not report.opens:
            raise Refusal(f"No case is about {report.ticket[:80]}, and this begins none.")
        if case is None:
            book = batch.shelf.book()
            name = matching.case_id(customer, batch.numbers.pop())
            decision = open_case(name, Reported(report, customer), book, batch.now)
        else:
            if customer is not None and customer.account is None:
                customer = None
            book = batch.shelf.book(case.policy)
            decision = decide(case, Reported(report, customer), book, batch.now)
        batch.changes.append(Change(case, decision, arrival.received_at))
        batch.cases[ticket] = decision.case
        return decision.case

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
            rows = await conn.fetch(query("lock_due_cases"), now, limit)
            if not rows:
                return []
            shelf = await self.library.shelf(conn, now)
            changes = []
            for row in rows:
                case = codec.decode_case(row["body"])
                decision = _tick(case, shelf, now)
                changes.append(Change(case, decision))
            await save(conn, changes, shelf, now)
        self._count(changes)
        return [(c.before.wake_at or now, now) for c in changes if c.before is not None]


def _breaches(change: Change) -> Iterator[tuple[str, str, str]]:
    case = change.decision.case
    for entry in change.decision.entries:
        if entry.kind == "breach":
            yield entry.data["metric"], case.severity, case.plan


def _tick(case: Case, shelf: Shelf, now: datetime) -> Decision:
    return decide(case, Tick(), shelf.book(case.policy), now)


def _key(arrival: Arrival) -> tuple[str, str]:
    return arrival.source, arrival.event_key


async def _known(
    conn: AnyConnection, arrivals: Sequence[Arrival]
) -> dict[tuple[str, str], str | None]:
    if not arrivals:
        return {}
    rows = await conn.fetch(
        query("known_intake"), [a.source for a in arrivals], [a.event_key for a in arrivals]
    )
    return {(r["source"], r["event_key"]): r["case_id"] for r in rows}


async def _lock_stored(conn: AnyConnection, arrivals: Sequence[Arrival]) -> set[int]:
    """The stored ones that wait still; another worker may have been quicker."""
    stored = [a.stored for a in arrivals if a.stored is not None]
    return {r["id"] for r in await conn.fetch(query("lock_stored"), stored)} if stored else set()


def _fresh(arrivals: Sequence[Arrival], known: dict[tuple[str, str], str | None]) -> list[Arrival]:
    """Each delivery once, also where one batch holds it twice."""
    first: dict[tuple[str, str], Arrival] = {}
    for arrival in arrivals:
        if arrival.stored is not None or _key(arrival) not in known:
            first.setdefault(_key(arrival), arrival)
    return list(first.values())


def _landed(arrival: Arrival, known: dict[tuple[str, str], str | None]) -> Landed | None:
    if arrival.stored is None and _key(arrival) in known:
        return Landed(known[_key(arrival)], duplicate=True)
    return None


Fate = tuple[Arrival, str, str | None, str | None]


async def _settle_intake(conn: AnyConnection, fates: Sequence[Fate], now: datetime) -> None:
    stored = [f for f in fates if f[0].stored is not None]
    if stored:
        await conn.execute(
            query("intake_decided"),
            [a.stored for a, *_ in stored],
            [state for _, state, _, _ in stored],
            [case for _, _, case, _ in stored],
            [said for *_, said in stored],
            now,
        )
    await _insert_intake(conn, [f for f in fates if f[0].stored is None], {}, now)


async def _insert_intake(
    conn: AnyConnection,
    fates: Sequence[Fate],
    urgency: dict[tuple[str, str], int],
    decided_at: datetime | None = None,
) -> None:
    if not fates:
        return
    rows = await conn.fetch(
        query("insert_intake"),
        [a.source for a, *_ in fates],
        [a.event_key for a, *_ in fates],
        [a.received_at for a, *_ in fates],
        [state for _, state, _, _ in fates],
        [urgency.get(_key(a), 0) for a, *_ in fates],
        [a.headers for a, *_ in fates],
        [a.body for a, *_ in fates],
        [case for _, _, case, _ in fates],
        [said for *_, said in fates],
        [decided_at] * len(fates),
    )
    if len(rows) < len(fates):
        raise asyncpg.UniqueViolationError("another process took the same delivery")


__all__ = ["Acted", "Arrival", "Desk", "Landed", "NoSuchCase", "NothingLoaded"]
