"""Watches the others: open cases are woken in time, what is due leaves, someone outside knows.

It shouts past the outbox: straight to the log, and by text to the duty manager, because a stuck
outbox could not tell of itself. An outside monitor is called only while all is well.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx
import structlog

from notifiers.notifier import Accepted, Message
from service.library import NothingLoaded, Shelf
from service.losing import duty_managers
from service.pacing import passed_by, sentence
from service.sender import Sender
from service.store.pool import AWAY, describe
from service.store.sql import query
from service.trust import trusted
from service.wiring import Service

EVERY = 15.0
"""Seconds."""
LATE_WAKE = timedelta(seconds=60)
LATE_SEND = timedelta(seconds=120)
QUIET = timedelta(minutes=30)
"""How long the duty manager is not told again of the same."""
SINCE = re.compile(" for | is (?:passed by|on trial) since ")
"""What follows it in the sentence of a trouble changes while the trouble stays the same."""
ABSENT = "PostgreSQL is away for {} s, nothing is taken in and nobody is paged"
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Health:
    """What is late, and since when it has been due (service time, UTC)."""

    oldest_wake: datetime | None
    oldest_send: datetime | None
    oldest_stored: datetime | None
    failing: tuple[str, ...] = ()
    """A sentence for each provider that is passed by."""

    def troubles(self, now: datetime) -> list[str]:
        """Sentences, one for each thing that is wrong."""
        found = []
        for since, limit, what in (
            (self.oldest_wake, LATE_WAKE, "a case has not been woken"),
            (self.oldest_send, LATE_SEND, "a page or note has not left"),
            (self.oldest_stored, LATE_SEND, "a webhook has not been decided"),
        ):
            if since is not None and now - since > limit:
                found.append(f"{what} for {int((now - since).total_seconds())} s")
        return [*found, *self.failing]


async def examine(service: Service, now: datetime) -> Health:
    async with service.pool.acquire() as conn:
        wake = await conn.fetchval(query("next_wake"))
        outbox = await conn.fetchrow(query("outbox_health"), now)
        stored = await conn.fetchval(query("oldest_stored"))
        failing = tuple(map(sentence, await passed_by(conn)))
    oldest = outbox["oldest"] if outbox else None
    return Health(wake if wake and wake <= now else None, oldest, stored, failing)


async def watch(service: Service, sender: Sender) -> None:
    """Until cancelled."""
    away, told = Away(), Told()
    async with httpx.AsyncClient(verify=trusted(), timeout=10) as client:
        while True:
            await asyncio.sleep(EVERY)
            try:
                with suppress(*AWAY):  # nothing is late by a clock that was moved meanwhile
                    await service.follow_clock()
                now = service.clock.now()
                troubles = await away.look(service, now)
                if troubles is None:
                    continue
                if not troubles:
                    await _alive(service, client)
                elif told.news(troubles, now):
                    await _shout(service, sender, troubles)
            except Exception:
                log.exception("watchdog_failed")


@dataclass(slots=True)
class Away:
    """Since when PostgreSQL is away (service time, UTC); None while it is there."""

    since: datetime | None = None

    async def look(self, service: Service, now: datetime) -> list[str] | None:
        """The troubles there are; None while PostgreSQL has not been away for long."""
        try:
            health = await examine(service, now)
        except AWAY as error:
            log.warning("database_away", loop="watchdog", error=describe(error))
            self.since = self.since or now
            gone = now - self.since
            return [ABSENT.format(int(gone.total_seconds()))] if gone > LATE_WAKE else None
        self.since = None
        return health.troubles(now)


@dataclass(slots=True)
class Told:
    """What the duty manager has been told of, and when (service time, UTC)."""

    at: dict[str, datetime] = field(default_factory=dict)

    def news(self, troubles: list[str], now: datetime) -> bool:
        """Whether anything of it has not been told lately; all of it is told now, then."""
        kinds = [SINCE.split(trouble)[0] for trouble in troubles]
        new = any(kind not in self.at or now - self.at[kind] > QUIET for kind in kinds)
        if new:
            self.at |= dict.fromkeys(kinds, now)
        return new


async def _alive(service: Service, client: httpx.AsyncClient) -> None:
    url = service.settings.heartbeat_url
    if url is None:
        return
    try:
        await client.get(url)
    except httpx.HTTPError as error:
        log.warning("heartbeat_failed", error=type(error).__name__)


async def _shout(service: Service, sender: Sender, troubles: list[str]) -> None:
    said = "; ".join(trouble.rstrip(".") for trouble in troubles)
    sentence = f"Heliograph needs help: {said}. Look at /readyz and the logs."
    log.critical("stuck", said=sentence)
    line = sender.settling.circuits.choose(sender.switchboard.lines("sms"))
    if line is None:
        return
    for number in await _duty_numbers(service):
        now = service.clock.now()
        message = Message(key=f"watchdog/{now}", channel="sms", to=number, text=sentence, since=now)
        outcome = await line.notifier.send(message)
        if not isinstance(outcome, Accepted):
            log.error("duty_manager_not_told", reason=outcome.reason)


async def _duty_numbers(service: Service) -> list[str]:
    """Texting numbers of the people the policy names as duty managers, as far as is known."""
    shelf = await _known(service)
    if shelf is None:
        return []
    now = service.clock.now()
    methods = (m for person in duty_managers(shelf, now) for m in person.contact_methods)
    return list(dict.fromkeys(m.address for m in methods if m.type == "sms" and m.usable))


async def _known(service: Service) -> Shelf | None:
    """What is loaded, or was when PostgreSQL was there; None if nothing is."""
    try:
        return await service.desk.shelf()
    except NothingLoaded:
        return None
    except AWAY:
        return service.library.last
