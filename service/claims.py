"""What leaves next on a lane that is paced: the most severe, fairly, and bundled in a storm.

Theory of operation. A lane's turn is one transaction under the rows of its limits (a number's, its
account's), so that all workers keep one pace. It leases what the limits allow: the most severe
first, of equals whoever was served longest ago. What would still have to wait for the same phone
goes along in the same text once the policy's number is reached; a call always takes along what
waits for the same phone, because nobody is rung twice at a time. Each page stays a row of its own,
leased and settled together with the row that carries it. Nothing ever waits to be bundled.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from notifiers.bundle import bundle_text
from routing.gsm import segments
from service.messages import address_of, facts_of
from service.outbox import LEASE, Row, row_of
from service.store.pool import AnyConnection, Pool
from service.store.sql import query

PACED = frozenset({"sms", "voice"})
LONGEST_CALL = timedelta(seconds=110)
"""After this long a call of which nothing more was heard keeps nobody from being rung.

Ringing for 25 seconds, a page said twice and ten seconds for a key are over by then; where Twilio's
word of the end is lost, a contact rule of two minutes for the next case is not late for it.
"""
SLACK = timedelta(milliseconds=250)
"""How much of a turn that came late is made up for."""
NEVER = 1 << 30
Phone = tuple[str | None, str]
"""Person and number."""


@dataclass(frozen=True, slots=True)
class Limit:
    """No more than so many a second: segments of texts, or calls. `key` names what is limited."""

    key: str
    per_second: float


@dataclass(frozen=True, slots=True)
class Terms:
    """Under what a lane is served now."""

    lane: str
    provider: str
    limits: tuple[Limit, ...] = ()
    """Those that limit something; none is as fast as it goes."""
    most: int | None = None
    """At most so many rows, whatever the limits allow."""

    @property
    def rows(self) -> int:
        """How many rows one turn takes: a tenth of a second's worth."""
        slowest = min((limit.per_second for limit in self.limits), default=float(NEVER))
        return min(self.most or NEVER, max(1, int(slowest / 10)))


BundleFrom = Callable[[AnyConnection], Awaitable[int]]
"""From how many texts for one phone on the policy wants one; 0 is never."""


@dataclass(slots=True)
class Claims:
    pool: Pool
    bundle_from: BundleFrom
    text_of: Callable[[Row], str]

    async def take(
        self, terms: Terms, free: int, now: datetime, lease: uuid.UUID
    ) -> tuple[list[Row], datetime | None]:
        """Lease what may leave now, at most `free`; and when more may, if it must wait."""
        async with self.pool.acquire() as conn:
            if await conn.fetchval(query("lane_is_due"), terms.lane, now) is None:
                return [], None
            async with conn.transaction():
                return await self._take(conn, terms, free, now, lease)

    async def _take(
        self, conn: AnyConnection, terms: Terms, free: int, now: datetime, lease: uuid.UUID
    ) -> tuple[list[Row], datetime | None]:
        hang_ups = await _hang_ups(conn, terms, now, lease)
        if terms.lane == "voice":  # under any limit, or none: who is being rung must be seen by all
            await conn.fetchval(query("lock_pace"), terms.lane, now)
        turns = {
            limit: await conn.fetchval(query("lock_pace"), limit.key, now)
            for limit in sorted(terms.limits, key=lambda limit: limit.key)
        }
        free_at = max(turns.values(), default=now)
        if free_at > now:
            return hang_ups, free_at
        rows = await self._lease(conn, terms, min(free, terms.rows), now, lease)
        if not rows or not turns:
            return hang_ups + rows, None
        people = {row.person for row in rows if row.person is not None}
        await conn.execute(query("note_served"), terms.lane, sorted(people), now)
        return hang_ups + rows, await _charge(conn, turns, self._cost(rows), now)

    def _cost(self, rows: Iterable[Row]) -> int:
        """Segments of texts, or calls."""
        return sum(segments(self.text_of(row)) if row.channel == "sms" else 1 for row in rows)

    async def _lease(
        self, conn: AnyConnection, terms: Terms, limit: int, now: datetime, lease: uuid.UUID
    ) -> list[Row]:
        records = await conn.fetch(
            query("claim_fairly"), now, limit, now + LEASE, lease, terms.lane, terms.provider,
            now - LONGEST_CALL,
        )  # fmt: skip
        rows = sorted(map(row_of, records), key=_severity)
        groups = await self._groups(conn, terms, rows, now)
        if not groups:
            return rows
        loads = [_load(group, terms.lane) for group in groups]
        await _bundle_up(conn, loads, lease, now, terms.provider)
        leased = [
            replace(load, lease=lease, riders=tuple(replace(r, lease=lease) for r in load.riders))
            for load in loads
        ]
        carried = {row.id for load in leased for row in load.together}
        return sorted((*leased, *(r for r in rows if r.id not in carried)), key=_severity)

    async def _groups(
        self, conn: AnyConnection, terms: Terms, rows: Sequence[Row], now: datetime
    ) -> list[list[Row]]:
        """The rows that leave together, each group with one of `rows` at least."""
        pages = [row for row in rows if row.kind == "page"]
        if not pages or (terms.lane == "sms" and not terms.limits):
            return []
        least = await self._least(conn, terms)
        people = sorted({row.person for row in pages if row.person is not None})
        people = people if least < NEVER else []  # where nothing is shared, nothing else is read
        bundles = sorted({row.bundle for row in pages if row.bundle is not None})
        found = await conn.fetch(query("waiting_beside"), terms.lane, now, people, bundles)
        beside = [replace(row_of(r), tries=r["tries"] + 1) for r in found]  # once leased, as pages
        unsure = _by(lambda row: row.bundle, (*pages, *beside))
        unsure.pop(None, None)
        groups = _sharing(pages, beside, now, anyhow=terms.lane == "voice")
        return [*unsure.values(), *(group for group in groups if len(group) >= least)]

    async def _least(self, conn: AnyConnection, terms: Terms) -> int:
        """From how many pages on they share; a call is shared by any two."""
        if terms.lane == "voice":
            return 2
        return max(2, await self.bundle_from(conn) or NEVER)


def _sharing(
    pages: Sequence[Row], beside: Sequence[Row], now: datetime, *, anyhow: bool
) -> list[list[Row]]:
    """What could leave together with one of `pages`; `anyhow`: even if nothing had to wait else."""
    waiting, claimed = set(map(_phone, beside)), set(map(_phone, pages))
    shared = _by(_phone, (row for row in (*pages, *beside) if _may_share(row, now)))
    wanted = claimed if anyhow else claimed & waiting
    return [group for phone, group in shared.items() if phone in wanted and len(group) > 1]


def _may_share(row: Row, now: datetime) -> bool:
    """Whether it certainly has not left and is still to be: what carries it decides for all."""
    in_time = row.tries <= 1 or now < row.give_up_at
    return row.bundle is None and not row.unclear and in_time


def _by(name: Callable[[Row], Any], rows: Iterable[Row]) -> dict[Any, list[Row]]:
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        groups.setdefault(name(row), []).append(row)
    return groups


def _phone(row: Row) -> Phone:
    return row.person, address_of(row)


def _severity(row: Row) -> tuple[int, int]:
    return row.rank, row.id


def _load(group: Sequence[Row], lane: str) -> Row:
    """The row that carries the group: what was sent before stays as it was."""
    ordered = sorted(group, key=_severity)
    first = next((row for row in ordered if row.id == row.bundle), ordered[0])
    text = first.text
    if first.bundle is None and lane == "sms":
        text = bundle_text([facts_of(row.payload) for row in ordered])
    riders = tuple(row for row in ordered if row.id != first.id)
    return replace(first, bundle=first.bundle or first.id, text=text, riders=riders)


async def _bundle_up(
    conn: AnyConnection, loads: Sequence[Row], lease: uuid.UUID, now: datetime, provider: str
) -> None:
    lines = [(row.id, load.bundle, load.text) for load in loads for row in load.together]
    ids, bundles, texts = (list(column) for column in zip(*lines, strict=True))
    await conn.execute(query("bundle_up"), ids, lease, now + LEASE, provider, bundles, texts)


async def _hang_ups(
    conn: AnyConnection, terms: Terms, now: datetime, lease: uuid.UUID
) -> list[Row]:
    if terms.lane != "voice":
        return []
    records = await conn.fetch(query("claim_hang_ups"), now, now + LEASE, lease, terms.lane)
    return [row_of(record) for record in records]


async def _charge(
    conn: AnyConnection, turns: Mapping[Limit, datetime], cost: int, now: datetime
) -> datetime:
    """When each limit lets the next one leave; the latest of them."""
    free_at = now
    for limit, before in turns.items():
        begins = before if now - before < SLACK else now
        after = begins + timedelta(seconds=cost / limit.per_second)
        await conn.execute(query("set_pace"), limit.key, after)
        free_at = max(free_at, after)
    return free_at


def limits_of(
    lane: str, sender: str, provider: str, pace: float, account: float
) -> Iterator[Limit]:
    """What limits a lane: its number's pace and its account's, each 0 for none (per second)."""
    if pace > 0:
        yield Limit(f"{lane} {sender}", pace)
    if account > 0:
        yield Limit(f"{lane} of the {provider} account", account)
