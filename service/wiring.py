"""The composition root: what a process is made of."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from notifiers.circuit import Limits
from notifiers.email.account import SmtpAccount
from notifiers.email.mail import Email
from notifiers.notifier import Notifier
from notifiers.switchboard import Switchboard
from notifiers.twilio.client import TWILIO_API, Credentials, Twilio
from notifiers.twilio.sms import TwilioSms
from notifiers.twilio.voice import TwilioVoice
from service.bell import Bell
from service.channels import channels_of
from service.circuits import Circuits
from service.clock import SystemClock
from service.contacts import Contacts
from service.desk import Desk
from service.library import Library
from service.links import Signer
from service.measures import Measures
from service.messages import Urls
from service.outbox import Outbox
from service.sender import Sender
from service.settings import Settings, TwilioSettings
from service.store.pool import AWAY, Pool, open_pool
from service.store.pulse import Pulse
from service.store.sql import query
from service.tickets.systems import SYSTEMS, creating
from service.tickets.ticketsystem import NOBODY, Access
from service.writer import Writer

SIMULATOR = "/simulator/twilio"
"""Where the simulator serves Twilio's REST API, below our own address."""
TURNS = 6
"""Without a limit a request with many steps waits for all others at every one of them: opening a
case took twice as long at the 99th percentile of 20 calls."""
GOODBYE = 5.0
"""Seconds PostgreSQL is given to say goodbye; it may be away for good."""
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Service:
    """What web and worker share. Made by `open_service`, given back by `close`."""

    settings: Settings
    pool: Pool
    clock: SystemClock
    bell: Bell
    library: Library
    desk: Desk
    contacts: Contacts
    measures: Measures
    access: Mapping[str, Access]
    """The ticket systems that can be written to, by source."""
    process: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(TURNS))
    """Telephones that are answered at once; the others in the order in which they asked."""

    watching: asyncio.Task[None] | None = None
    """Of a PostgreSQL that may hang."""

    @property
    def signer(self) -> Signer:
        """Of signed links."""
        return Signer(self.settings.secret_keys)

    def own(self, source: str) -> frozenset[str]:
        """Our ids and addresses in a ticket system, to know our own echo by."""
        access = self.access.get(source)
        return access.own if access else NOBODY

    async def follow_clock(self) -> None:
        """In development and test the clock may have been moved by another process."""
        if self.settings.production:
            return
        async with self.pool.acquire() as conn:
            self.clock.offset = await conn.fetchval(query("read_clock"))

    async def close(self) -> None:
        if self.watching is not None:
            self.watching.cancel()
        await self.bell.close()
        try:
            async with asyncio.timeout(GOODBYE):
                await self.pool.close()
        except AWAY:
            self.pool.terminate()


async def open_service(
    settings: Settings, database_url: str, redis_url: str, *, name: str, size: int = 12
) -> Service:
    """Connect. Waits for a PostgreSQL that is away; Redis may be away for as long as it likes."""
    name = f"heliograph {name}"
    pulse = Pulse(database_url, name)
    pool = await open_pool(database_url, name=name, size=size, by=pulse.connect)
    clock = SystemClock()
    bell = Bell(redis_url)
    access = access_of(settings)
    library = Library(creators_of(access))
    measures = Measures()
    desk = Desk(pool, library, clock, bell.ring, measures)
    contacts = contacts_of(desk, settings)
    service = Service(settings, pool, clock, bell, library, desk, contacts, measures, access)
    await service.follow_clock()
    service.watching = asyncio.create_task(pulse.watch())
    return service


def contacts_of(desk: Desk, settings: Settings) -> Contacts:
    """With the circuits of the settings."""
    of = settings.breaker
    window, pause = timedelta(seconds=of.window), timedelta(seconds=of.pause)
    return Contacts(desk, Circuits(desk.pool, desk.clock, Limits(of.failures, window, pause)))


def twilio_api(settings: Settings, twilio: TwilioSettings) -> str:
    """The base of the REST API we speak to: the simulator's where nothing else is set."""
    if twilio.api_url:
        return twilio.api_url
    return f"http://{settings.host}:{settings.port}{SIMULATOR}" if twilio.simulated else TWILIO_API


def account_of(settings: Settings, twilio: TwilioSettings | None = None) -> Twilio:
    """An account, the first unless another is given. To be closed by whoever asked.

    Raises LookupError where the settings connect none.
    """
    twilio = twilio or settings.twilio
    if twilio is None:
        raise LookupError("Twilio is not set up.")
    login = Credentials(twilio.account_sid, twilio.auth_tokens)
    return Twilio(login, api_url=twilio_api(settings, twilio))


def notifiers_of(settings: Settings) -> list[Notifier]:
    """The channels the settings connect."""
    return [*phones_of(settings, settings.twilio), *_by_mail(settings), *channels_of(settings)]


def _by_mail(settings: Settings) -> list[Notifier]:
    url = settings.channels.get("smtp")
    return [Email(SmtpAccount.parse(url))] if url else []


def phones_of(settings: Settings, twilio: TwilioSettings | None) -> list[Notifier]:
    """Texts and calls through one account."""
    if twilio is None:
        return []
    account = account_of(settings, twilio)
    found: list[Notifier] = []
    if twilio.from_number or twilio.messaging_service_sid:
        found.append(TwilioSms(account, twilio.from_number, twilio.messaging_service_sid))
    caller = twilio.from_number or twilio.hotline_number
    if caller:
        found.append(TwilioVoice(account, caller))
    return found


def access_of(settings: Settings) -> dict[str, Access]:
    """The ticket systems that can be written to."""
    found: dict[str, Access] = {}
    for source, values in settings.write_back.items():
        names = {f"{source.upper().replace('-', '_')}_{k.upper()}": v for k, v in values.items()}
        system = SYSTEMS.get(source)
        access = system.access(names) if system else None
        if access is not None:
            found[source] = access
        else:
            log.info("no_write_back", system=source)
    return found


def creators_of(access: Mapping[str, Access]) -> tuple[str, ...]:
    """The ticket systems that are set up to create tickets in, the one to take first."""
    able = ((name, creating(name)) for name in SYSTEMS if name in access)
    return tuple(name for name, system in able if system and not system.wanting(access[name]))


def sender_of(service: Service) -> Sender:
    settings = service.settings
    outbox = Outbox(service.pool)
    return Sender(
        outbox,
        service.clock,
        service.contacts,
        Switchboard(notifiers_of(settings), phones_of(settings, settings.twilio2)),
        Writer(outbox, service.desk, service.access),
        service.measures,
        Urls(settings.public_url, service.signer),
        {"sms": settings.sms_per_second, "voice": settings.calls_per_second},
        {"sms": settings.account_sms_per_second, "voice": settings.account_calls_per_second},
    )
