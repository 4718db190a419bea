"""What becomes of a row once the provider has said what became of it, and whom it is given next.

A fault of the provider leads to its second at once where nothing has certainly left; where its
circuit is open and there is no second, to the page's next contact; and where there is none either
it is tried again and again: a page is never dropped for a provider's sake.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from notifiers.circuit import is_outage
from notifiers.notifier import Accepted, Fault, Outcome, Refused, Unclear
from notifiers.switchboard import Line, Switchboard
from routing.event import ContactRefused
from service.circuits import Circuits
from service.clock import Clock
from service.contacts import DISABLING, Contacts, channel_instead, why_disabled
from service.measures import Measures
from service.outbox import LEASE, Outbox, Row
from service.resting import Resting
from service.store import codec
from service.store.pool import ride_out
from service.store.sql import query

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=2), timedelta(seconds=30)
PATIENCE = 20.0
"""Seconds that an outcome waits for PostgreSQL."""
SOON = 4.0
"""Seconds a provider that fails is waited for, so that it is known soon when it works again."""
LONG_WAIT = timedelta(minutes=1)
"""Whoever wants to be left alone for longer than this is passed by meanwhile."""
FAILS_OVER = frozenset({Fault.CONFIGURATION, Fault.TRANSIENT})
"""Refusals that say nothing of the number: another provider may well get through."""
Said = TypeVar("Said")
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Settling:
    outbox: Outbox
    clock: Clock
    contacts: Contacts
    measures: Measures
    circuits: Circuits
    paced: dict[str, str] = field(default_factory=dict)
    """Channel and provider ("sms first") to the name its pace is kept under."""
    resting: Resting = field(init=False)

    def __post_init__(self) -> None:
        self.resting = Resting(self.outbox, self.clock)

    async def whose(self, row: Row, line: Line, switchboard: Switchboard) -> Line | None:
        """Who is to have it: the one it was given to, unless that one fails and another works.

        None: nobody of this channel works, and the page has gone on to its next contact.
        """
        lines = switchboard.lines(row.channel)
        chosen = line if self.circuits.usable(line) else self.circuits.choose(lines) or line
        if not self.circuits.usable(chosen) and await self.has_detour(row, switchboard):
            said = f"{row.channel} is failing ({self.circuits.of(chosen).why})"
            await self.refused(row, Refused(said, fault=Fault.CONFIGURATION))
            return None
        if chosen.provider != row.provider:
            await self.outbox.assign(row, chosen.provider)
        return chosen

    async def soon(self, line: Line, asked: Awaitable[Said]) -> Said | Unclear:
        """What a provider says; one that fails is not waited for as long as one that works."""
        if self.circuits.usable(line):
            return await asked
        try:
            async with asyncio.timeout(SOON):
                return await asked
        except TimeoutError:
            return Unclear(f"{line} did not answer for {SOON:g} s. It may have been taken.")

    async def settle(
        self, row: Row, line: Line, switchboard: Switchboard, outcome: Outcome, begun: datetime
    ) -> None:
        """Write it down, waiting for PostgreSQL if need be: what is not lies under its lease.

        Raises DatabaseAwayError.
        """
        await ride_out(
            lambda: self._settle(row, line, switchboard, outcome, begun), patience=PATIENCE
        )
        if isinstance(outcome, Accepted):
            await self.resting.works(row.channel)

    async def _settle(
        self, row: Row, line: Line, switchboard: Switchboard, outcome: Outcome, begun: datetime
    ) -> None:
        """May be done twice: whoever holds the lease no longer changes nothing."""
        match outcome:
            case Accepted(ref):
                await self.circuits.succeeded(line)
                unwanted = await self.outbox.sent(row, ref, self.clock.now(), begun)
                self.count(row, "sent")
                if unwanted:
                    await line.notifier.cancel(ref)
            case Unclear(reason):
                await self.circuits.failed((line.provider, line.channel), reason)
                at_once = await self.elsewhere(row, line, switchboard)
                if at_once:
                    await self.later(row, reason, begun, unclear=True, pause=timedelta())
                else:
                    await self.rest(row, line, reason, begun)
                self.count(row, "unclear")
            case Refused() as refused:
                await self._blame(row, line, refused)
                await self._elsewhere(row, line, switchboard, refused, begun)

    async def _blame(self, row: Row, line: Line, refused: Refused) -> None:
        """What the refusal says of the provider, for everything else that waits for it."""
        name, wait = (line.provider, line.channel), refused.retry_after
        if is_outage(refused):
            await self.circuits.failed(name, refused.reason)
        elif refused.fault is Fault.THROTTLED and wait is not None and wait > LONG_WAIT:
            await self.circuits.rest(name, refused.reason, wait)
        elif refused.fault is Fault.THROTTLED and (key := self.paced.get(f"{name[1]} {name[0]}")):
            until = self.clock.now() + (wait or pause_after(row.tries))
            await self.outbox.slow_down(key, until)

    async def _elsewhere(
        self, row: Row, line: Line, switchboard: Switchboard, refused: Refused, begun: datetime
    ) -> None:
        other = self.circuits.after(line, switchboard.lines(row.channel))
        if other is not None and refused.fault in FAILS_OVER:
            now = self.clock.now()
            await self.outbox.again(
                row, refused.reason, now, begun, unclear=False, provider=other.provider
            )
            self.count(row, "again")
            log.warning("handed_over", key=row.key, code=refused.code, to=other.provider)
        elif refused.retryable and not await self.has_detour(row, switchboard):
            await self.refused(row, refused, begun)
        else:
            await self._passed_on(row, refused)

    async def elsewhere(self, row: Row, line: Line, switchboard: Switchboard) -> bool:
        """Whether a line is given up and there is another way."""
        if self.circuits.usable(line):
            return False
        if any(self.circuits.usable(one) for one in switchboard.lines(row.channel)):
            return True
        return await self.has_detour(row, switchboard)

    async def has_detour(self, row: Row, switchboard: Switchboard) -> bool:
        """Whether all providers of the channel fail and the page has another way to go at once."""
        lines = switchboard.lines(row.channel)
        if row.kind != "page" or any(self.circuits.usable(line) for line in lines):
            return False
        ways = await self._other_ways(row)
        return any(self.circuits.usable(line) for way in ways for line in switchboard.lines(way))

    async def _other_ways(self, row: Row) -> set[str]:
        """The channels this page would go on to."""
        shelf = await self.contacts.desk.shelf()
        async with self.outbox.pool.acquire() as conn:
            found = await conn.fetchrow(query("case_by_id"), row.case_id)
        person = shelf.people.get(row.person or "")
        if found is None or person is None:
            return set()
        pages = codec.decode_case(found["body"]).open_pages
        planned = {p.method for page in pages if page.person == person.id for p in page.planned}
        return {m.type for m in person.contact_methods if m.usable and m.id in planned}

    async def refused(self, row: Row, refused: Refused, begun: datetime | None = None) -> None:
        """Again within its time where that may help; else the page's next contact, at once."""
        again = self.clock.now() + max(pause_after(row.tries), refused.retry_after or timedelta())
        if refused.retryable and again < row.give_up_at:
            await self.outbox.again(row, refused.reason, again, begun, unclear=False)
            self.count(row, "again")
            if refused.retry_after is None:
                self.resting.add(row)
        else:
            await self._passed_on(row, refused)

    async def _passed_on(self, row: Row, refused: Refused) -> None:
        self.count(row, "refused")
        log.warning("refused", key=row.key, fault=refused.fault.value, code=refused.code)
        if row.kind != "page" or row.person is None or row.method is None:
            await self.outbox.dead(row, refused.reason, self.clock.now())
            return
        if refused.fault in DISABLING:
            why = why_disabled(refused.fault, refused.reason)
            await self.contacts.disable(row.person, row.method, why)
        for page in row.together:
            await self.contacts.refuse(page, _event(page, refused))

    async def rest(self, row: Row, line: Line, reason: str, begun: datetime | None) -> None:
        """Later, or as soon as others get through.

        Whether a try got through is asked before it is repeated. While the provider fails it is
        asked about one page every other second, and not about each of hundreds.
        """
        pause = None if self.circuits.usable(line) else self._until_another_way(row)
        await self.later(row, reason, begun, unclear=True, pause=pause)
        self.resting.add(row)

    def _until_another_way(self, row: Row) -> timedelta:
        left = row.give_up_at - self.clock.now()
        return min(LONGEST_PAUSE, max(left, pause_after(row.tries)))

    async def later(
        self,
        row: Row,
        reason: str,
        begun: datetime | None,
        *,
        unclear: bool,
        pause: timedelta | None = None,
    ) -> None:
        """After `pause`, or longer after each try."""
        rest = pause_after(row.tries) if pause is None else pause
        await self.outbox.again(row, reason, self.clock.now() + rest, begun, unclear=unclear)

    async def unsettled(self, row: Row) -> None:
        """Have it looked up as soon as PostgreSQL is back, or else when its lease lapses.

        Raises DatabaseAwayError.
        """

        async def queued() -> None:
            said = "PostgreSQL was away while it was sent"
            await self.later(row, said, None, unclear=True, pause=timedelta())

        await ride_out(queued, patience=LEASE.total_seconds())

    def count(self, row: Row, outcome: str) -> None:
        self.measures.pages.labels(row.channel, outcome).inc(len(row.together))


def _event(row: Row, refused: Refused) -> ContactRefused:
    return ContactRefused(
        row.turn or 0,
        row.person or "",
        row.method or "",
        row.attempt or 0,
        refused.reason,
        dead=refused.fault in DISABLING,
        instead=channel_instead(row.channel, refused.fault),
    )


def pause_after(tries: int) -> timedelta:
    """How long to rest after so many tries."""
    return min(FIRST_PAUSE * (1 << min(max(0, tries - 1), 10)), LONGEST_PAUSE)
