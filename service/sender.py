"""Drains the outbox: one lane for each channel and one for the ticket systems.

Theory of operation. A row is leased in a transaction of its own, sent outside any transaction and
settled by what the provider said. Whoever dies in between leaves a lease that lapses, and the next
one asks the provider (`find`) before repeating: at least once, and twice only where nobody knows.
What is paced waits in the database, the most severe first; a limit delays a page, never drops it.
A provider whose circuit is open is passed by.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from notifiers.notifier import Accepted, Fault, Message, Refused, Unclear
from notifiers.switchboard import Line, Switchboard
from service.chime import Chime
from service.claims import PACED, Claims, Limit, Terms, limits_of
from service.clock import Clock
from service.contacts import Contacts
from service.measures import Measures
from service.messages import Urls, facts_of, ref_of, words_of
from service.outbox import LEASE, Outbox, Row, lane_of
from service.settling import FIRST_PAUSE, Settling
from service.store.pool import AWAY, AnyConnection, DatabaseAwayError, describe
from service.writer import Writer

SLOTS = 64
"""Sends in flight in one lane."""
SWEEP = 1.0
"""Seconds between looks at the outbox when nothing rings."""
UNSETTLED: tuple[type[Exception], ...] = (*AWAY, DatabaseAwayError)
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Sender:
    """`pace` is segments (sms) or calls (voice) per second and number, `account_pace` per account.

    Absent or 0 is as fast as it goes.
    """

    outbox: Outbox
    clock: Clock
    contacts: Contacts
    switchboard: Switchboard
    writer: Writer
    measures: Measures
    urls: Urls
    pace: Mapping[str, float] = field(default_factory=dict)
    account_pace: Mapping[str, float] = field(default_factory=dict)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while the cases that are due have been woken; no lane serves before."""
    _flying: dict[asyncio.Task[None], Row] = field(default_factory=dict)
    _full: set[str] = field(default_factory=set)
    _free_at: dict[str, datetime] = field(default_factory=dict)
    """When each paced lane may send again, as far as this process knows."""
    claims: Claims = field(init=False)
    settling: Settling = field(init=False)

    def __post_init__(self) -> None:
        self.claims = Claims(self.outbox.pool, self._bundle_from, self._text_of)
        self.settling = Settling(
            self.outbox, self.clock, self.contacts, self.measures, self.contacts.circuits
        )

    async def _bundle_from(self, conn: AnyConnection) -> int:
        shelf = await self.contacts.desk.library.shelf(conn, self.clock.now())
        return shelf.current.bundle

    def _text_of(self, row: Row) -> str:
        return str(words_of(row, self.urls)["text"])

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
            await self.outbox.return_lost(now)
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
        lease = uuid.uuid4()
        claim = asyncio.ensure_future(self._claim(lane, free, now, lease))
        try:
            return await asyncio.shield(claim)
        except asyncio.CancelledError:
            with contextlib.suppress(*AWAY):
                await claim
                await self.outbox.give_back({lease}, self.clock.now())
            raise
        except AWAY:
            self.outbox.lost[lease] = now + LEASE
            raise

    async def _claim(
        self, lane: str, free: int, now: datetime, lease: uuid.UUID
    ) -> tuple[list[Row], datetime | None]:
        line = self.settling.circuits.choose(self.switchboard.lines(lane))
        if line is None or lane not in PACED:
            provider = line.provider if line else None
            return await self.outbox.claim(lane, free, now, lease, provider), None
        terms = self._terms(lane, line)
        if lane == "sms" and not terms.limits:
            most = min(free, terms.rows)
            return await self.outbox.claim(lane, most, now, lease, line.provider), None
        free_at = self._free_at.get(lane)
        if lane == "sms" and free_at is not None and now < free_at:
            return [], free_at
        rows, wait = await self.claims.take(terms, free, now, lease)
        self._free_at[lane] = wait or now
        return rows, wait

    def _terms(self, lane: str, line: Line) -> Terms:
        pace, account = self.pace.get(lane, 0), self.account_pace.get(lane, 0)
        limits: tuple[Limit, ...] = tuple(
            limits_of(lane, line.notifier.sender, line.provider, pace, account)
        )
        if limits:
            self.settling.paced[f"{lane} {line.provider}"] = limits[0].key
        trial = self.settling.circuits.of(line).on_trial
        return Terms(lane, line.provider, limits, 1 if trial else None)

    def _start(self, row: Row, chime: Chime) -> None:
        task = asyncio.create_task(self._one(row))
        self._flying[task] = row
        self.settling.resting.remove(row)

        def landed(done: asyncio.Task[None]) -> None:
            self._flying.pop(done, None)
            lane = lane_of(row.kind, row.channel)
            if lane in self._full or row.kind == "write":  # its case's next write has waited for it
                self._full.discard(lane)
                chime.ring({lane})
            self.settling.resting.ring(chime)

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
                await self.settling.later(row, "stopped before it was answered", None, unclear=True)

    async def close(self) -> None:
        await self.switchboard.close()
        await self.writer.close()

    async def _one(self, row: Row) -> None:
        try:
            if row.kind == "write":
                await self.writer.write(row)
            else:
                await self._send(row)
        except UNSETTLED as error:
            log.warning("unsettled", key=row.key, error=describe(error))
            with contextlib.suppress(*UNSETTLED):
                await self.settling.unsettled(row)
        except Exception:
            log.exception("send_failed", key=row.key)
            with contextlib.suppress(*AWAY):
                await self._ours(row)

    async def _ours(self, row: Row) -> None:
        """A defect of ours must not be tried for ever."""
        if self._too_late(row):
            await self.outbox.dead(row, "an error of ours, again and again", self.clock.now())
        else:
            said = "an error of ours; it is tried again"
            await self.settling.later(row, said, None, unclear=True)

    async def _send(self, row: Row) -> None:
        line = self.switchboard.line(row.channel, row.provider)
        if line is None:
            said = Refused(f"{row.channel} is not set up", fault=Fault.OURS)
            await self.settling.refused(row, said)
        elif row.kind == "cancel":
            await self._cancel(row, line)
        else:
            await self._try(row, line)

    async def _cancel(self, row: Row, line: Line) -> None:
        ref = ref_of(row)
        outcome = await line.notifier.cancel(ref)
        now = self.clock.now()
        if outcome is None or now >= row.give_up_at:
            await self.outbox.done(row, "hung up", now)
        else:
            await self.outbox.again(row, outcome.reason, now + FIRST_PAUSE, None, unclear=False)

    async def _try(self, row: Row, line: Line) -> None:
        message = await self._message(row)
        if row.unclear and await self._look(row, line, message):
            return
        if self._too_late(row):
            over = Refused("Its time is over; others are asked.", fault=Fault.OURS)
            await self.settling.refused(row, over)
            return
        chosen = await self.settling.whose(row, line, self.switchboard)
        if chosen is None:
            return
        begun = self.clock.now()
        self._began(row, begun)
        outcome = await self.settling.soon(chosen, chosen.notifier.send(message))
        await self.settling.settle(row, chosen, self.switchboard, outcome, begun)

    async def _look(self, row: Row, line: Line, message: Message) -> bool:
        """Whether an earlier try got through; asked before anything is repeated.

        A provider that cannot be asked is not waited for once its circuit is open: the page goes
        another way, and may come twice.
        """
        found = await self.settling.soon(line, line.notifier.find(message))
        if isinstance(found, Accepted):
            begun = row.begun_at or row.created_at
            await self.settling.settle(row, line, self.switchboard, found, begun)
            return True
        if isinstance(found, Unclear):
            name = (line.provider, line.channel)
            await self.settling.circuits.failed(name, found.reason)
            elsewhere = await self.settling.elsewhere(row, line, self.switchboard)
            if self.clock.now() < row.give_up_at and not elsewhere:
                await self.settling.rest(row, line, found.reason, row.begun_at)
                return True
            return False
        if row.bundle is not None:  # it certainly did not leave: what waits by now is bundled anew
            said = "the provider does not have it"
            await self.outbox.again(row, said, self.clock.now(), row.begun_at, unclear=False)
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
        for page in row.together:
            accepted = (
                facts_of(page.payload).accepted_at if page.kind == "page" and page.person else None
            )
            if accepted is not None and page.tries == 1:
                latency = (begun - datetime.fromisoformat(accepted)).total_seconds()
                self.measures.page_latency.observe(max(0.0, latency))
