"""Drains the outbox: one lane for each channel and one for the ticket systems.

Theory of operation. A row is leased in a transaction of its own, sent outside any transaction and
settled by what the provider said. Whoever dies in between leaves a lease that lapses, and the next
one asks the provider (`find`) before repeating: at least once, and twice only where nobody knows.
What is paced waits in the database, the most severe first; a limit delays a page, never drops it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from notifiers.notifier import Accepted, Fault, Message, Notifier, Outcome, Refused, Unclear
from notifiers.switchboard import Switchboard
from routing.event import ContactRefused
from service.chime import Chime
from service.clock import Clock
from service.contacts import Contacts, why_disabled
from service.measures import Measures
from service.messages import Urls, facts_of, words_of
from service.outbox import Outbox, Row, lane_of
from service.store import codec
from service.store.pool import AWAY, describe
from service.writer import Writer

SLOTS = 64
"""Sends in flight in one lane."""
SWEEP = 1.0
"""Seconds between looks at the outbox when nothing rings."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=2), timedelta(seconds=30)
CHANNEL_FAULTS = frozenset({Fault.NUMBER, Fault.LANDLINE, Fault.OPTED_OUT})
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Sender:
    """`pace` gives sends per second for a channel; absent or 0 is as fast as it goes."""

    outbox: Outbox
    clock: Clock
    contacts: Contacts
    switchboard: Switchboard
    writer: Writer
    measures: Measures
    urls: Urls
    pace: Mapping[str, float] = field(default_factory=dict)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while the cases that are due have been woken; no lane serves before."""
    _flying: dict[asyncio.Task[None], Row] = field(default_factory=dict)
    _full: set[str] = field(default_factory=set)
    _free_at: dict[str, datetime] = field(default_factory=dict)
    """When each paced lane may send again, as far as this process knows."""

    async def run(self, lane: str, chime: Chime) -> None:
        """Serve one lane until cancelled."""
        heard = chime.listener(lane)
        while True:
            pause = SWEEP
            await self.ready.wait()
            try:
                pause = await self._serve(lane, chime)
            except AWAY as error:
                self.ready.clear()
                log.warning("database_away", lane=lane, error=describe(error))
            except Exception:
                log.exception("lane_failed", lane=lane)
            await heard.wait(pause)

    async def _serve(self, lane: str, chime: Chime) -> float:
        """Start what is due; how many seconds until it is worth looking again."""
        while True:
            free = SLOTS - sum(lane_of(r.kind, r.channel) == lane for r in self._flying.values())
            if free <= 0:
                self._full.add(lane)
                return SWEEP
            now = self.clock.now()
            rows, wait = await self._claim_whole(lane, free, now)
            for row in rows:
                self._start(row, chime)
            if wait is not None:
                return min(SWEEP, max(0.001, (wait - now).total_seconds()))
            if len(rows) < free:
                return SWEEP

    async def _claim_whole(
        self, lane: str, free: int, now: datetime
    ) -> tuple[list[Row], datetime | None]:
        """`_claim`; stopped meanwhile, what it leased goes back."""
        claim = asyncio.ensure_future(self._claim(lane, free, now))
        try:
            return await asyncio.shield(claim)
        except asyncio.CancelledError:
            with contextlib.suppress(*AWAY):
                rows, _ = await claim
                await self.outbox.give_back([row.lease for row in rows])
            raise

    async def _claim(
        self, lane: str, free: int, now: datetime
    ) -> tuple[list[Row], datetime | None]:
        notifier, pace = self.switchboard.get(lane), self.pace.get(lane, 0)
        if notifier is None or not pace:
            return await self.outbox.claim(lane, free, now), None
        free_at = self._free_at.get(lane)
        if free_at is not None and now < free_at:
            return [], free_at
        rows, wait = await self.outbox.claim_paced(lane, notifier.sender, pace, free, now)
        self._free_at[lane] = wait or now
        return rows, wait

    def _start(self, row: Row, chime: Chime) -> None:
        task = asyncio.create_task(self._one(row))
        self._flying[task] = row

        def landed(done: asyncio.Task[None]) -> None:
            self._flying.pop(done, None)
            lane = lane_of(row.kind, row.channel)
            if lane in self._full or row.kind == "write":  # its case's next write has waited for it
                self._full.discard(lane)
                chime.ring({lane})

        task.add_done_callback(landed)

    async def stop(self, patience: float = 20.0) -> None:
        """Finish what is being sent. What cannot be finished is looked up by the next sender."""
        if self._flying:
            await asyncio.wait(list(self._flying), timeout=patience)
        left = dict(self._flying)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        with contextlib.suppress(*AWAY):
            for row in left.values():
                await self._later(row, "stopped before it was answered", None, unclear=True)

    async def close(self) -> None:
        await self.switchboard.close()
        await self.writer.close()

    async def _one(self, row: Row) -> None:
        try:
            if row.kind == "write":
                await self.writer.write(row)
            else:
                await self._send(row)
        except AWAY as error:
            log.warning("unsettled", key=row.key, error=describe(error), then="lease lapses")
        except Exception:
            log.exception("send_failed", key=row.key)
            with contextlib.suppress(*AWAY):
                await self._ours(row)

    async def _ours(self, row: Row) -> None:
        """A defect of ours must not be tried for ever."""
        if self._too_late(row):
            await self.outbox.dead(row, "an error of ours, again and again", self.clock.now())
        else:
            await self._later(row, "an error of ours; it is tried again", None, unclear=True)

    async def _send(self, row: Row) -> None:
        notifier = self.switchboard.get(row.channel)
        if notifier is None:
            await self._refused(row, Refused(f"{row.channel} is not set up", fault=Fault.OURS))
        elif row.kind == "cancel":
            await self._cancel(row, notifier)
        else:
            await self._try(row, notifier)

    async def _cancel(self, row: Row, notifier: Notifier) -> None:
        ref = codec.decode(row.payload)["ref"]
        outcome = await notifier.cancel(ref)
        now = self.clock.now()
        if outcome is None or now >= row.give_up_at:
            await self.outbox.done(row, "hung up", now)
        else:
            await self.outbox.again(row, outcome.reason, now + FIRST_PAUSE, None, unclear=False)

    async def _try(self, row: Row, notifier: Notifier) -> None:
        message = await self._message(row)
        if row.unclear and await self._look(row, notifier, message):
            return
        if self._too_late(row):
            await self._refused(
                row, Refused("Its time is over; others are asked.", fault=Fault.OURS)
            )
            return
        begun = self.clock.now()
        self._began(row, begun)
        outcome: Outcome = await notifier.send(message)
        await self._settle(row, notifier, outcome, begun)

    async def _look(self, row: Row, notifier: Notifier, message: Message) -> bool:
        """Whether an earlier try got through; asked before anything is repeated."""
        found = await notifier.find(message)
        if isinstance(found, Accepted):
            await self._settle(row, notifier, found, row.begun_at or row.created_at)
            return True
        if isinstance(found, Unclear) and self.clock.now() < row.give_up_at:
            await self._later(row, found.reason, row.begun_at, unclear=True)
            return True
        return False

    def _too_late(self, row: Row) -> bool:
        """Whether to repeat it no more. What has never left is sent however late it is."""
        return row.tries > 1 and self.clock.now() >= row.give_up_at

    async def _message(self, row: Row) -> Message:
        words, since = words_of(row, self.urls), row.begun_at or row.created_at
        others = await self.outbox.refs(words["to"], since) if row.unclear else frozenset()
        return Message(
            key=row.key,
            channel=row.channel,
            callback=self.urls.callback(row),
            answer_url=self.urls.answer(row),
            # The provider dates by the true time, wherever the service's clock has been moved to.
            since=since - (self.clock.now() - self.clock.wall()),
            known=others,
            **words,
        )

    def _began(self, row: Row, begun: datetime) -> None:
        if row.kind != "page" or row.person is None or row.tries > 1:
            return
        accepted = facts_of(row.payload).accepted_at
        if accepted is not None:
            latency = (begun - datetime.fromisoformat(accepted)).total_seconds()
            self.measures.page_latency.observe(max(0.0, latency))

    async def _settle(
        self, row: Row, notifier: Notifier, outcome: Outcome, begun: datetime
    ) -> None:
        match outcome:
            case Accepted(ref):
                self._count(row, "sent")
                if await self.outbox.sent(row, ref, self.clock.now(), begun):
                    await notifier.cancel(ref)
            case Unclear(reason):
                self._count(row, "unclear")
                await self._later(row, reason, begun, unclear=True)
            case Refused() as refused:
                await self._refused(row, refused, begun)

    async def _refused(self, row: Row, refused: Refused, begun: datetime | None = None) -> None:
        now = self.clock.now()
        again = now + max(_pause(row.tries), refused.retry_after or timedelta())
        if refused.retryable and again < row.give_up_at:
            self._count(row, "again")
            await self.outbox.again(row, refused.reason, again, begun, unclear=False)
            return
        self._count(row, "refused")
        log.warning("refused", key=row.key, fault=refused.fault.value, code=refused.code)
        if row.kind != "page" or row.person is None or row.method is None:
            await self.outbox.dead(row, refused.reason, now)
            return
        if refused.fault in CHANNEL_FAULTS:
            why = why_disabled(refused.fault, refused.reason)
            await self.contacts.disable(row.person, row.method, why)
        event = ContactRefused(
            row.turn or 0,
            row.person,
            row.method,
            row.attempt or 0,
            refused.reason,
            dead=refused.fault in CHANNEL_FAULTS,
        )
        await self.contacts.refuse(row, event)

    async def _later(self, row: Row, reason: str, begun: datetime | None, *, unclear: bool) -> None:
        at = self.clock.now() + _pause(row.tries)
        await self.outbox.again(row, reason, at, begun, unclear=unclear)

    def _count(self, row: Row, outcome: str) -> None:
        self.measures.pages.labels(row.channel, outcome).inc()


def _pause(tries: int) -> timedelta:
    return min(FIRST_PAUSE * (1 << min(max(0, tries - 1), 10)), LONGEST_PAUSE)
