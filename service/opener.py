"""Tickets for the cases that callers begin: created once, told to the case, retried for a day."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx
import structlog

from routing.event import Linked
from routing.lookup import HOTLINE
from service.conversing import Line
from service.desk import Desk
from service.linking import link
from service.outbox import Outbox, Row
from service.store import codec
from service.store.pool import AnyConnection
from service.store.sql import query
from service.tickets.systems import SYSTEMS
from service.tickets.ticketsystem import (
    Access,
    Creating,
    Judgement,
    Opened,
    Opening,
    Retry,
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What `service.customers` fixed when the case began."""

    subject: str
    text: str
    name: str | None
    email: str | None
    priority: str | None
    tags: tuple[str, ...]


_wanted = codec.decoder(Wanted)


def creating(source: str) -> Creating | None:
    """The system, where tickets are created in it."""
    system: object = SYSTEMS.get(source)
    return system if isinstance(system, Creating) else None


@dataclass(slots=True)
class Opener:
    desk: Desk
    outbox: Outbox
    access: Mapping[str, Access]
    line: Line

    async def open(self, row: Row) -> Judgement | None:
        """Create the ticket of a row; None where it is settled, else what became of the try."""
        now = self.desk.clock.now()
        access, system = self.access.get(row.channel), creating(row.channel)
        if access is None or system is None:
            await self.outbox.done(row, f"no write-back to {row.channel} is set up", now)
            return None
        async with self.desk.pool.acquire() as conn:
            case = await conn.fetchrow(query("ticket_of_case"), row.case_id)
        if case is None or case["source"] != HOTLINE:  # its own webhook was quicker
            await self.outbox.done(row, "the ticket is there", now)
            return None
        wanted = _wanted(row.payload)
        opening = Opening(
            row.key, row.case_id, wanted.subject, wanted.text, wanted.name, wanted.email,
            wanted.priority, wanted.tags,
        )  # fmt: skip
        try:
            made = await self.line.hold(system.create(opening, access), access)
        except httpx.HTTPError as error:
            words = f"{row.channel} did not answer ({type(error).__name__})"
            return Retry(timedelta(seconds=2), words)
        if not isinstance(made, Opened):
            return made
        event = Linked(row.channel, made.ticket, made.url, wanted.subject, wanted.priority)
        await link(self.desk, row.case_id, event, self._settle(row))
        log.info("ticket_created", case=row.case_id, ticket=made.ticket, system=row.channel)
        return None

    def _settle(self, row: Row) -> Callable[[AnyConnection], Awaitable[bool]]:
        """The row is done in the transaction that tells the case."""

        async def settle(conn: AnyConnection) -> bool:
            now = self.desk.clock.now()
            done = await conn.fetchval(query("settle_done"), row.id, row.lease, "created", now, now)
            return done is not None

        return settle
