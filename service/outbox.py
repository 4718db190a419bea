"""Rows of the outbox: claimed under a lease, settled by whoever holds it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from service.store.pool import Pool
from service.store.sql import query

LANES = ("sms", "voice", "email", "chat", "webhook", "apprise", "systems")
"""Each is served by itself, so that a slow one never stands in another's way."""
SLOWEST = timedelta(days=1)
"""How long a row may wait before it is sent."""
CHATS = frozenset({"mattermost", "rocketchat", "slack"})
LEASE = timedelta(seconds=45)
"""Longer than a provider may take; past it the outcome is unclear and is looked up."""


def lane_of(kind: str, channel: str) -> str:
    """Which lane serves an effect."""
    if kind == "write":
        return "systems"
    return "chat" if channel in CHATS else channel


@dataclass(frozen=True, slots=True)
class Row:
    """One leased effect. `payload` is JSON."""

    id: int
    key: str
    case_id: str
    kind: str
    channel: str
    person: str | None
    turn: int | None
    method: str | None
    attempt: int | None
    payload: str
    created_at: datetime
    give_up_at: datetime
    lease: uuid.UUID
    tries: int
    unclear: bool
    begun_at: datetime | None
    rank: int
    bundle: int | None = None
    """The row that carries this one (or this very row) in a text or call for several pages."""
    text: str | None = None
    """What the bundle says."""
    provider: str | None = None
    riders: tuple[Row, ...] = ()
    """The pages that go along in the same text or call, and are settled with this one."""

    @property
    def together(self) -> tuple[Row, ...]:
        return (self, *self.riders)

    @property
    def ids(self) -> list[int]:
        return [row.id for row in self.together]


_COLUMNS = tuple(name for name in Row.__slots__ if name != "riders")


def row_of(record: asyncpg.Record) -> Row:
    return Row(**{name: record[name] for name in _COLUMNS})


class Outbox:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.lost: dict[uuid.UUID, datetime] = {}
        """Leases of claims whose answer never came, and when they lapse.

        They may hold rows that nobody sends; or will, where a server that hung does what it was
        asked long ago.
        """

    async def claim(
        self, lane: str, limit: int, now: datetime, lease: uuid.UUID, provider: str | None = None
    ) -> list[Row]:
        """Lease the most severe due rows of a lane, under that name."""
        until = now + LEASE
        async with self.pool.acquire() as conn:
            if lane == "systems":
                found = await conn.fetch(query("claim_writes"), now, limit, until, lease)
            else:
                found = await conn.fetch(
                    query("claim_outbox"), now, limit, until, lease, lane, provider
                )
        return [row_of(r) for r in sorted(found, key=lambda r: (r["rank"], r["id"]))]

    async def lapse(self, now: datetime) -> int:
        """Put back what nobody settled; its outcome is unclear."""
        async with self.pool.acquire() as conn:
            return len(await conn.fetch(query("lapse_leases"), now))

    async def refs(self, address: str, since: datetime) -> frozenset[str]:
        """What the provider calls other deliveries to this address, of about then and later."""
        async with self.pool.acquire() as conn:
            rows = await conn.fetch(query("refs_of_address"), address, since - SLOWEST)
        return frozenset(row["ref"] for row in rows)

    async def sent(self, row: Row, ref: str, now: datetime, begun: datetime) -> bool:
        """The provider has it. True when it is not wanted any more and should be cancelled."""
        async with self.pool.acquire() as conn:
            settled = await conn.fetch(query("settle_sent"), row.ids, row.lease, ref, now, begun)
        return bool(settled) and all(one["unwanted"] for one in settled)

    async def assign(self, row: Row, provider: str) -> None:
        """Who is to have it, known before it is sent, so that the right one is asked about it."""
        async with self.pool.acquire() as conn:
            await conn.execute(query("assign_provider"), row.ids, row.lease, provider)

    async def done(self, row: Row, said: str, now: datetime) -> None:
        async with self.pool.acquire() as conn:
            await conn.execute(query("settle_done"), row.id, row.lease, said, now, now)

    async def dead(self, row: Row, said: str, now: datetime) -> None:
        async with self.pool.acquire() as conn:
            await conn.execute(query("settle_dead"), row.id, row.lease, said, now, now)

    async def again(
        self,
        row: Row,
        said: str,
        at: datetime,
        begun: datetime | None,
        *,
        unclear: bool,
        provider: str | None = None,
    ) -> None:
        """To be tried again at `at`; `unclear` asks to look before repeating."""
        async with self.pool.acquire() as conn:
            await conn.execute(
                query("settle_again"), row.ids, row.lease, said, at, unclear, begun, provider
            )

    async def forward(self, row: Row, now: datetime) -> bool:
        """What waits for a later try may be tried now; whether it waited, untried since."""
        tries = [one.tries for one in row.together]
        async with self.pool.acquire() as conn:
            return bool(await conn.fetch(query("bring_forward"), row.ids, tries, now))

    async def slow_down(self, key: str, until: datetime) -> None:
        """The provider wants to be left alone until then."""
        async with self.pool.acquire() as conn:
            await conn.execute(query("slow_down"), key, until)

    async def give_back(self, leases: Iterable[uuid.UUID], now: datetime) -> None:
        """Return what was leased and not begun."""
        async with self.pool.acquire() as conn:
            await conn.execute(query("return_leases"), list(leases), now)

    async def return_lost(self, now: datetime) -> None:
        """A connection that broke may have broken behind its commit: what was leased goes back."""
        if self.lost:
            await self.give_back(list(self.lost), now)
            self.lost = {lease: until for lease, until in self.lost.items() if until > now}
