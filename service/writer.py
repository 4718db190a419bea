"""Writes back to ticket systems: the conversation is theirs, the connection is ours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
import structlog

from routing.lookup import HOTLINE
from routing.report import TicketStatus
from service.conversing import Line
from service.customers import TICKET
from service.desk import Desk
from service.opener import Opener
from service.outbox import Outbox, Row
from service.store import codec
from service.store.sql import query
from service.tickets.systems import SYSTEMS
from service.tickets.ticketsystem import (
    Access,
    Change,
    Conflict,
    Done,
    Judgement,
    Refused,
    Retry,
)

LONGEST = timedelta(minutes=15)
Ending = Callable[[Row, str], Awaitable[None]]
"""Settles a row, with the sentence of why."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    ticket: str
    text: str
    public: bool
    status: str | None
    stamp: datetime | None
    tags: tuple[str, ...] = ()


_wanted = codec.decoder(Wanted)


class Writer:
    """`access` holds the systems that can be written to; others are told nothing."""

    def __init__(self, outbox: Outbox, desk: Desk, access: Mapping[str, Access]) -> None:
        self.outbox, self.clock, self.access = outbox, desk.clock, access
        self._line = Line()
        self._opener = Opener(desk, outbox, access, self._line)

    async def write(self, row: Row) -> None:
        if row.method == TICKET:
            made = await self._opener.open(row)
            if made is not None:
                await self._settle(row, made, self._opener.refused)
            return
        system, ticket = await self._where(row)
        access = self.access.get(system)
        if access is None:
            await self.outbox.done(row, "no write-back is set up for it", self.clock.now())
            return
        try:
            conversation = SYSTEMS[system].write(_change(row, ticket), access)
            judgement = await self._line.hold(conversation, access)
        except httpx.HTTPError as error:
            words = f"{system} did not answer ({type(error).__name__})"
            judgement = Retry(timedelta(seconds=2), words)
        await self._settle(row, judgement, self._refused)

    async def _where(self, row: Row) -> tuple[str, str]:
        """The system and the ticket there; a caller's case may have got its ticket meanwhile."""
        if row.channel != HOTLINE:
            return row.channel, _wanted(row.payload).ticket
        async with self.outbox.pool.acquire() as conn:
            found = await conn.fetchrow(query("ticket_of_case"), row.case_id)
        return (found["source"], found["ticket"]) if found else (HOTLINE, "")

    async def _settle(self, row: Row, judgement: Judgement, refused: Ending) -> None:
        """`refused` ends a row that will not be written."""
        match judgement:
            case Done():
                await self.outbox.done(row, "written", self.clock.now())
            case Retry(after, sentence):
                await self._again(row, sentence, max(after, _pause(row.tries)), refused)
            case Conflict(sentence):
                await self._again(row, sentence, timedelta(seconds=1), refused)
            case Refused(sentence):
                await refused(row, sentence)

    async def _refused(self, row: Row, sentence: str) -> None:
        log.error("write_refused", key=row.key, said=sentence)
        await self.outbox.dead(row, sentence, self.clock.now())

    async def _again(self, row: Row, sentence: str, after: timedelta, refused: Ending) -> None:
        now = self.clock.now()
        if now + after > row.give_up_at:
            await refused(row, sentence)
        else:
            await self.outbox.again(row, sentence, now + after, None, unclear=True)

    async def close(self) -> None:
        await self._line.close()


def _pause(tries: int) -> timedelta:
    return min(timedelta(seconds=2) * (1 << min(max(0, tries - 1), 10)), LONGEST)


def _change(row: Row, ticket: str) -> Change:
    wanted = _wanted(row.payload)
    return Change(
        ticket=ticket,
        key=row.key,
        note=wanted.text,
        public=wanted.public,
        status=TicketStatus(wanted.status) if wanted.status else None,
        tags=wanted.tags,
        at=row.created_at,
    )
