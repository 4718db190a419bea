"""Tickets for the cases that callers begin: created once, told to the case, retried for a day."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import httpx
import structlog

from routing.event import Linked, Unticketed
from routing.lookup import HOTLINE
from service.conversing import Line
from service.desk import Desk
from service.linking import tell
from service.outbox import Outbox, Row
from service.store import codec
from service.store.pool import AnyConnection
from service.store.sql import query
from service.tickets.systems import creating
from service.tickets.ticketsystem import Access, Creating, Judgement, Opened, Opening, Retry

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What `service.customers` fixed when the case began."""

    subject: str
    text: str
    name: str | None
    email: str | None
    tags: tuple[str, ...]
    words: tuple[str, ...] = ()
    phone: str | None = None
    customer: str = ""
    organization: str | None = None
    key: str | None = None
    """What the ticket's marker is made of; a row that an older release queued has the row's."""
    priority: str | None = None
    """The only word of a row that an older release queued."""


_wanted = codec.decoder(Wanted)


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
            await self.refused(row, f"creating tickets in {row.channel} is not set up.")
            return None
        async with self.desk.pool.acquire() as conn:
            case = await conn.fetchrow(query("ticket_of_case"), row.case_id)
        if case is None or case["source"] != HOTLINE:  # its own webhook was quicker
            await self.outbox.done(row, "the ticket is there", now)
            return None
        wanted = _wanted(row.payload)
        made = await self._try(system, _opening(row, wanted), access)
        if not isinstance(made, Opened):
            return made
        event = Linked(
            row.channel, made.ticket, made.url, wanted.subject, made.priority, made.number
        )
        await tell(self.desk, row.case_id, event, self._settle(row, "settle_done", "created"))
        log.info("ticket_created", case=row.case_id, ticket=made.ticket, system=row.channel)
        return None

    async def _try(self, system: Creating, opening: Opening, access: Access) -> Opened | Judgement:
        """It may have been created, so it is asked again once the system would know of it.

        Also where the last request was not sent: one before it was, and may have created it.
        """
        try:
            return await self.line.hold(system.create(opening, access), access)
        except httpx.HTTPError as error:
            words = f"{system.name} did not answer ({type(error).__name__})"
            return Retry(system.lag, words)

    async def refused(self, row: Row, sentence: str) -> None:
        """There will be no ticket: said once, on the case and to whoever has it."""
        log.error("ticket_refused", case=row.case_id, system=row.channel, said=sentence)
        event = Unticketed(row.channel, sentence)
        await tell(self.desk, row.case_id, event, self._settle(row, "settle_dead", sentence))

    def _settle(self, row: Row, how: str, said: str) -> Callable[[AnyConnection], Awaitable[bool]]:
        """The row is settled in the transaction that tells the case."""

        async def settle(conn: AnyConnection) -> bool:
            now = self.desk.clock.now()
            done = await conn.fetchval(query(how), row.id, row.lease, said, now, now)
            return done is not None

        return settle


def _opening(row: Row, wanted: Wanted) -> Opening:
    words = wanted.words or ((wanted.priority,) if wanted.priority else ())
    return Opening(
        wanted.key or row.key, row.case_id, wanted.subject, wanted.text, wanted.name, wanted.email,
        words, wanted.tags, wanted.phone, wanted.customer, wanted.organization, row.created_at,
    )  # fmt: skip
