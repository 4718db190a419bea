"""The parts of the service on a database of their own, with a clock that stands still."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from routing.case import Case
from routing.report import Report, ReportKind, TicketStatus
from service import directory, policies
from service.arrivals import Arrival, Landed
from service.bell import Bell
from service.clock import SystemClock
from service.desk import Desk
from service.library import Library
from service.logs import configure
from service.measures import Measures
from service.settings import Settings, read_settings
from service.store import codec
from service.store.pool import Pool, open_pool
from service.wiring import Service, access_of, contacts_of, creators_of
from tests.service import furniture
from tests.stories import organisation

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
"""A Monday."""
_events = itertools.count(1)


class StillClock(SystemClock):
    """Stands at `at` until it is moved; `offset` is on top of it."""

    def __init__(self, at: datetime = NOW) -> None:
        super().__init__()
        self.at = at

    def wall(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Office:
    """`rings` counts how often the worker was rung for."""

    service: Service
    clock: StillClock
    rings: int = 0

    @property
    def pool(self) -> Pool:
        return self.service.pool

    @property
    def desk(self) -> Desk:
        return self.service.desk

    async def ring(self) -> None:
        self.rings += 1

    async def report(self, ticket: str = "T-1", **members: Any) -> Landed:
        return (await self.desk.report([self.arrival(ticket, **members)]))[0]

    def arrival(self, ticket: str = "T-1", **members: Any) -> Arrival:
        """A webhook of source `standard` that was read already."""
        number = next(_events)
        given: dict[str, Any] = {"priority": "urgent", "organization": "acme", **members}
        if "status" in given:
            given["status"] = TicketStatus(given["status"])
        key = given.pop("event_key", f"event-{number}")
        report = Report("standard", ticket, ReportKind.UPDATED, (float(number), 0), key, **given)
        return Arrival("standard", key, self.clock.now(), "{}", b"{}", (report,))

    async def case(self, name: str) -> Case:
        body = await self.pool.fetchval("select body from cases where id = $1", name)
        return codec.decode_case(body)

    async def keys(self, *states: str) -> list[str]:
        """Keys of the outbox in these states, the oldest first."""
        rows = await self.pool.fetch(
            "select key from outbox where state = any($1) order by id", list(states)
        )
        return [row["key"] for row in rows]

    async def someone_else(self) -> "Office":
        """Another process on the same database."""
        return make(self.pool, self.clock, self.service.settings)


def make(pool: Pool, clock: StillClock, settings: Settings) -> Office:
    configure(settings)
    measures = Measures()
    access = access_of(settings)
    desk = Desk(pool, Library(creators_of(access)), clock, _nothing, measures)
    bell, contacts = Bell(settings.redis_url or ""), contacts_of(desk, settings)
    service = Service(settings, pool, clock, bell, desk.library, desk, contacts, measures, access)
    office = Office(service, clock)
    desk.ring = office.ring
    return office


async def _nothing() -> None:
    return None


async def _furnish(pool: Pool, clock: StillClock, policy: str, people: str) -> None:
    async with pool.acquire() as conn:
        bare = await furniture.bare(conn)
        if bare and await furniture.furnish(conn, "office", policy, people):
            return
    await policies.apply(pool, clock, policy, "policy.yaml", "test")
    await directory.bring_in(pool, clock, people, "directory.yaml", "test", plans=True)
    if bare:
        async with pool.acquire() as conn:
            await furniture.remember(conn, "office", policy, people)


@asynccontextmanager
async def opened(
    database_url: str,
    redis_url: str,
    policy: str = organisation.POLICY,
    people: str = organisation.DIRECTORY,
    **given: str,
) -> AsyncIterator[Office]:
    """With the small organisation's policy and directory; `given` are further settings."""
    given = {"ENVIRONMENT": "test", "REDIS_URL": redis_url, **given}
    settings = read_settings({f"HELIOGRAPH_{name}": value for name, value in given.items()})
    pool = await open_pool(database_url, name="office", size=12)
    clock = StillClock()
    await _furnish(pool, clock, policy, people)
    office = make(pool, clock, settings)
    yield office
    await office.service.bell.close()
    pool.terminate()
