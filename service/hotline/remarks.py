"""What happens in a call, on the timeline of its case and on its ticket."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from routing.book import find
from routing.case import Case
from routing.event import Acknowledge, Escalate, Event, Note, Reassign, Refusal
from routing.hotline_room_events import NobodyCame, Remark
from routing.policy import StepTarget
from service.desk import NoSuchCase
from service.hotline.callers import US
from service.store import codec
from service.store.sql import query
from service.wiring import Service

WORDS = {
    "joined": "{who} joined the call with the customer.",
    "helper_missed": "{who} was called to join the call with the customer, and {why}.",
}
UNTAKEN = frozenset({"held", "paging", "exhausted"})
NOBODY = "nobody could be brought into the call with the customer"
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Remarks:
    service: Service

    async def say(self, case: str, what: Remark | NobodyCame) -> None:
        if isinstance(what, Remark):
            book = (await self.service.desk.shelf()).book()
            words = WORDS[what.key].format(who=book.name(what.person), why=what.why)
            await self._do(case, Note(US, words))
        else:
            await self._escalate(case, what.person)

    async def note(self, case: str, words: str) -> None:
        await self._do(case, Note(US, words))

    async def take(self, case: str, person: str) -> None:
        """A case that nobody has is his, who speaks with its customer."""
        async with self.service.pool.acquire() as conn:
            row = await conn.fetchrow(query("case_by_id"), case)
        if row is not None and row["owner"] is None and row["state"] in UNTAKEN:
            await self._do(case, Acknowledge(person, "phone"))

    async def _escalate(self, case: str, person: str) -> None:
        """To Sustained Engineering; where that cannot be, the duty manager is paged."""
        if await self._do(case, Escalate(person, "telephone", NOBODY)):
            return
        manager = await self._duty_manager(case)
        if manager is not None:
            await self._do(case, Reassign(US, manager))

    async def _duty_manager(self, name: str) -> str | None:
        async with self.service.pool.acquire() as conn:
            row = await conn.fetchrow(query("case_by_id"), name)
        if row is None:
            return None
        case: Case = codec.decode_case(row["body"])
        shelf, now = await self.service.desk.shelf(), self.service.clock.now()
        found = find(shelf.book(case.policy), case, StepTarget("duty_manager"), now)
        return next((p for p in found.people if p != case.owner), None)

    async def _do(self, case: str, event: Event) -> bool:
        try:
            await self.service.desk.act(case, event)
        except (Refusal, NoSuchCase) as refusal:
            log.warning("hotline_remark_refused", case=case, said=str(refusal))
            return False
        return True
