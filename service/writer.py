"""Writes back to ticket systems: the conversation is theirs, the connection is ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
import structlog

from routing.report import TicketStatus
from service.clock import Clock
from service.outbox import Outbox, Row
from service.store import codec
from service.tickets.systems import SYSTEMS
from service.tickets.ticketsystem import (
    Access,
    Answer,
    Change,
    Conflict,
    Done,
    Judgement,
    Refused,
    Request,
    Retry,
)

LONGEST = timedelta(minutes=15)
MOST_BYTES = 1 << 20
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

    def __init__(self, outbox: Outbox, clock: Clock, access: Mapping[str, Access]) -> None:
        self.outbox, self.clock, self.access = outbox, clock, access
        self._client = httpx.AsyncClient(timeout=20, follow_redirects=False)

    async def write(self, row: Row) -> None:
        access = self.access.get(row.channel)
        if access is None:
            await self.outbox.done(row, "no write-back is set up for it", self.clock.now())
            return
        try:
            judgement = await self._converse(row, access)
        except httpx.HTTPError as error:
            words = f"{row.channel} did not answer ({type(error).__name__})"
            judgement = Retry(timedelta(seconds=2), words)
        await self._settle(row, judgement)

    async def _converse(self, row: Row, access: Access) -> Judgement:
        conversation = SYSTEMS[row.channel].write(_change(row), access)
        try:
            request = next(conversation)
            while True:
                request = conversation.send(await self._ask(request, access))
        except StopIteration as end:
            judgement: Judgement = end.value
            return judgement

    async def _ask(self, request: Request, access: Access) -> Answer:
        response = await self._client.request(
            request.method,
            (request.base or access.url).rstrip("/") + request.path,
            headers=dict(request.headers),
            json=request.json,
            data=request.form,
        )
        headers = {k.lower(): v for k, v in response.headers.items()}
        return Answer(response.status_code, headers, response.content[:MOST_BYTES])

    async def _settle(self, row: Row, judgement: Judgement) -> None:
        now = self.clock.now()
        match judgement:
            case Done():
                await self.outbox.done(row, "written", now)
            case Retry(after, sentence):
                await self._again(row, sentence, max(after, _pause(row.tries)))
            case Conflict(sentence):
                await self._again(row, sentence, timedelta(seconds=1))
            case Refused(sentence):
                log.error("write_refused", key=row.key, said=sentence)
                await self.outbox.dead(row, sentence, now)

    async def _again(self, row: Row, sentence: str, after: timedelta) -> None:
        now = self.clock.now()
        if now + after > row.give_up_at:
            log.error("write_given_up", key=row.key, said=sentence)
            await self.outbox.dead(row, sentence, now)
        else:
            await self.outbox.again(row, sentence, now + after, None, unclear=True)

    async def close(self) -> None:
        await self._client.aclose()


def _pause(tries: int) -> timedelta:
    return min(timedelta(seconds=2) * (1 << min(max(0, tries - 1), 10)), LONGEST)


def _change(row: Row) -> Change:
    wanted = _wanted(row.payload)
    return Change(
        ticket=wanted.ticket,
        key=row.key,
        note=wanted.text,
        public=wanted.public,
        status=TicketStatus(wanted.status) if wanted.status else None,
        tags=wanted.tags,
        at=row.created_at,
    )
