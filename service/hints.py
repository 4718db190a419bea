"""Webhooks that are hints: the ticket is read from its system before anything is decided.

Theory of operation. Where a system is `Hinting` and can be asked, its webhooks are stored first and
followed by the worker, beside everything else. A system that does not answer costs nobody a page:
the webhook is decided as it stands, under a key of its own so that this happens once, and the
stored one stays, to be followed when the system is back. Its own version then puts the facts right.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import httpx
import structlog
from asyncpg import Record

from routing.report import Report
from service.arrivals import Arrival
from service.chime import Chime
from service.conversing import Line
from service.library import NothingLoaded
from service.reading import read
from service.store import codec
from service.store.pool import describe, is_away
from service.store.sql import query
from service.tickets.systems import SYSTEMS
from service.tickets.ticketsystem import Access, Hinting, Judgement, Refused, Retry
from service.wiring import Service

SWEEP = 1.0
BATCH = 16
LATER = 9
"""The urgency of what was decided by the hint and is followed later."""
TIMEOUT = 5.0
"""Seconds: a page may be waiting."""
AGAIN = 0.5
"""Seconds until the second try; after it the hint must do."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=1)
PATIENCE = timedelta(hours=6)
"""How long a ticket is asked about before the hint is all there will be."""
log = structlog.get_logger(__name__)


def hinted(service: Service) -> list[str]:
    """The sources whose tickets are asked for."""
    return [source for source in service.access if isinstance(SYSTEMS[source], Hinting)]


@dataclass(slots=True)
class Hints:
    """`look` follows what is stored now; `run` does so until cancelled."""

    service: Service
    line: Line = field(default_factory=lambda: Line(TIMEOUT))
    _away: dict[str, tuple[datetime, timedelta]] = field(default_factory=dict)
    """Source to when it is asked again (service time, UTC), and the pause before."""

    async def run(self, chime: Chime) -> None:
        heard = chime.listener("stored")
        while hinted(self.service):
            try:
                await self.look()
            except NothingLoaded as nothing:
                log.warning("nothing_loaded", said=str(nothing))
            except Exception as error:
                if is_away(error):
                    log.warning("database_away", loop="hints", error=describe(error))
                else:
                    log.exception("hints_failed")
            await heard.wait(SWEEP)
        await asyncio.Event().wait()

    async def look(self) -> int:
        """How many were decided. Raises NothingLoaded."""
        done = 0
        while rows := await self._waiting():
            settled = [await self._one(row) for row in rows]
            done += sum(settled)
            if not all(settled):
                break
        return done

    async def _waiting(self) -> list[Record]:
        now, found = self.service.clock.now(), list[Record]()
        async with self.service.pool.acquire() as conn:
            for source in hinted(self.service):
                away = source in self._away and now < self._away[source][0]
                most = LATER - 1 if away else LATER
                found += await conn.fetch(query("stored_hints"), BATCH, [source], most)
        return found

    async def _one(self, row: Record) -> bool:
        """Whether it was settled, and not put off."""
        source, service = row["source"], self.service
        arrival = read(
            source,
            codec.decode(row["headers"]),
            row["body"],
            row["received_at"],
            service.own(source),
            stored=(row["id"], row["event_key"]),
        )
        full = await self._follow(arrival)
        if isinstance(full, Arrival):
            await service.desk.report_alone(full)
            return True
        if service.clock.now() - arrival.received_at > PATIENCE:
            log.error("hint_not_followed", source=source, key=arrival.event_key, said=full)
            await service.desk.report_alone(arrival)
            return True
        if row["urgency"] < LATER:
            copy = replace(arrival, stored=None, event_key=f"{arrival.event_key}/hint")
            await service.desk.report_alone(copy)
            async with service.pool.acquire() as conn:
                await conn.execute(query("put_off"), row["id"], LATER)
        return False

    async def _follow(self, arrival: Arrival) -> Arrival | str:
        """The webhook as the tickets themselves tell it, or why they could not be asked."""
        access = self.service.access[arrival.source]
        reports: list[Report] = []
        for report in arrival.reports:
            said = await self._asked(report, access)
            if isinstance(said, Retry):
                return said.sentence
            if not isinstance(said, Report):
                sentence = said.sentence if isinstance(said, Refused) else "it changed meanwhile"
                log.error("hint_refused", source=arrival.source, said=sentence)
            reports.append(said if isinstance(said, Report) else report)
        return replace(arrival, reports=tuple(reports))

    async def _asked(self, report: Report, access: Access) -> Report | Judgement:
        now = self.service.clock.now()
        resting, pause = self._away.get(report.source, (now, FIRST_PAUSE / 2))
        if now < resting:
            return Retry(resting - now, f"{report.source} did not answer a moment ago")
        said = await self._ask(report, access)
        if isinstance(said, Retry):
            await asyncio.sleep(AGAIN)
            said = await self._ask(report, access)
        if not isinstance(said, Retry):
            self._away.pop(report.source, None)
            return said
        pause = min(pause * 2, LONGEST_PAUSE)
        self._away[report.source] = (now + pause, pause)
        log.warning("hint_put_off", source=report.source, said=said.sentence)
        return said

    async def _ask(self, report: Report, access: Access) -> Report | Judgement:
        system = SYSTEMS[report.source]
        if not isinstance(system, Hinting):
            return report
        try:
            return await self.line.hold(system.follow(report, access), access)
        except httpx.HTTPError as error:
            return Retry(FIRST_PAUSE, f"{report.source} did not answer ({type(error).__name__})")

    async def close(self) -> None:
        await self.line.close()
