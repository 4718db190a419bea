"""The worker: wakes cases, drains the outbox, decides what was stored, watches itself.

Theory of operation. Four kinds of loops, each of which survives what PostgreSQL or Redis do: the
alarm ticks the cases that are due and sleeps until the next is (a second at most), a lane for each
channel sends, the porter hears the bell and wakes whoever has something to do, the watchdog looks
at what the others leave behind. Any number of workers may run; none of them is the leader.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
import uvloop

from service import bell, watchdog
from service.attach import inherit
from service.chime import Chime
from service.clock import monotonic
from service.hints import Hints
from service.hotline import ticking as hotline
from service.hotline.recordings import Recordings
from service.logs import announce, configure
from service.metrics import flush
from service.outbox import LANES
from service.porter import Porter
from service.resting import EVERY
from service.sender import Sender
from service.settings import SERVING, Settings, SettingsError, read_settings
from service.store.pool import AWAY, describe
from service.store.sql import query
from service.stored import decide_stored
from service.tuning import settle
from service.wiring import Service, account_of, open_service, sender_of

SWEEP = 1.0
"""Seconds between sweeps when nothing is due and nothing rings."""
PATIENCE = 20.0
"""Seconds a stopping worker gives what it is sending."""
log = structlog.get_logger(__name__)


async def alarm(service: Service, sender: Sender, chime: Chime) -> None:
    """Tick what is due, then sleep until the next case is.

    The lanes wait for the first tick, at the start and after an absence of PostgreSQL: what was due
    meanwhile decides what of the queue is still wanted.
    """
    heard, swept = chime.listener("cases"), 0.0
    while True:
        sweeping = monotonic() - swept >= SWEEP
        swept = monotonic() if sweeping else swept
        await heard.wait(await _look(service, sender, chime, sweeping=sweeping))


async def _look(service: Service, sender: Sender, chime: Chime, *, sweeping: bool = True) -> float:
    """Do all there is to do; the seconds until it is worth looking again.

    A ring asks for what is due; only a sweep looks for what was left behind. Each step stands
    alone: a webhook that nobody can decide must not keep a case from being woken.
    """
    pause, looked = SWEEP, service.clock.now()

    async def wake() -> None:
        nonlocal looked
        looked = await _tick(service)

    async def sleep() -> None:
        nonlocal pause
        pause = await _until_next(service, looked)

    steps: dict[str, Callable[[], Awaitable[object]]] = {
        "clock": lambda: _follow(service, chime),
        "wakes": wake,
        "pause": sleep,
    }
    if sweeping:
        steps |= {
            "leases": lambda: sender.outbox.lapse(service.clock.now()),
            "hotline": lambda: hotline.tick(service),
        }
    for name, step in steps.items():
        try:
            await step()
        except AWAY as error:
            log.warning("database_away", loop="alarm", step=name, error=describe(error))
            sender.ready.clear()
            return pause
        except Exception:
            log.exception("alarm_failed", step=name)
        if name == "wakes":
            sender.ready.set()
    return pause


async def deciding(service: Service, chime: Chime) -> None:
    """Decide what a burst has only stored, beside the alarm: neither waits for the other."""
    heard = chime.listener("stored")
    while True:
        try:
            await decide_stored(service)
        except AWAY as error:
            log.warning("database_away", loop="deciding", error=describe(error))
        except Exception:
            log.exception("deciding_failed")
        await heard.wait(SWEEP)


async def watching(sender: Sender) -> None:
    """Know which providers fail, and try again those that have rested."""
    while True:
        try:
            await sender.settling.circuits.look(sender.switchboard)
        except AWAY as error:
            log.warning("database_away", loop="watching", error=describe(error))
        except Exception:
            log.exception("watching_failed")
        await asyncio.sleep(SWEEP)


async def retrying(sender: Sender, chime: Chime) -> None:
    """Find out that a provider works again, by what waits for it."""
    while True:
        await asyncio.sleep(EVERY)
        try:
            await sender.settling.resting.one()
        except AWAY as error:
            log.warning("database_away", loop="retrying", error=describe(error))
        except Exception:
            log.exception("retrying_failed")
        sender.settling.resting.ring(chime)


async def _follow(service: Service, chime: Chime) -> None:
    """Where somebody moved the clock, every lane has something to look for."""
    before = service.clock.offset
    await service.follow_clock()
    if service.clock.offset != before:
        chime.ring()


async def _tick(service: Service) -> datetime:
    """Wake all that are due; the instant of the last look, which found none left."""
    while True:
        looked = service.clock.now()
        woken = await service.desk.wake()
        for due_at, done_at in woken:
            lateness = (done_at - due_at).total_seconds()
            service.measures.wake_lateness.observe(max(0.0, lateness))
        if not woken:
            return looked


async def _until_next(service: Service, looked: datetime) -> float:
    """Seconds. What was due at that look is in another's hands, or cannot be woken."""
    async with service.pool.acquire() as conn:
        due_at = await conn.fetchval(query("next_wake_after"), looked)
    if due_at is None:
        return SWEEP
    wait: float = (due_at - service.clock.now()).total_seconds()
    return min(SWEEP, max(0.0, wait))


async def work(service: Service, redis_url: str, stopping: asyncio.Event) -> None:
    """Work until `stopping`, then finish what is being sent and close the service."""
    sender, hints, chime = sender_of(service), Hints(service), Chime()
    porter = Porter(service, chime)
    service.desk.ring = _own(porter)
    loops: list[asyncio.Task[object]] = [
        asyncio.create_task(loop)
        for loop in (
            _until(stopping),
            alarm(service, sender, chime),
            deciding(service, chime),
            bell.listen(redis_url, porter.ring),
            porter.run(),
            watchdog.watch(service, sender),
            watching(sender),
            retrying(sender, chime),
            flush(service),
            inherit(),
            hints.run(chime),
            _recordings(service),
            *(sender.run(lane, chime) for lane in LANES),
        )
    ]
    settle()
    log.info("worker_started", process=service.process)
    try:
        await asyncio.wait(loops, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for loop in loops:
            loop.cancel()
        ends = await asyncio.gather(*loops, return_exceptions=True)
        await sender.stop(PATIENCE)
        await sender.close()
        await hints.close()
        await service.close()
    for end in ends:
        if isinstance(end, Exception):
            raise end
    log.info("worker_stopped")


async def _recordings(service: Service) -> None:
    """Delete messages that were kept for long enough, where there can be any."""
    if service.settings.twilio is None:
        await asyncio.Event().wait()
    twilio = account_of(service.settings)
    try:
        await Recordings(service, twilio).run()
    finally:
        await twilio.close()


async def _until(stopping: asyncio.Event) -> None:
    await stopping.wait()


async def run(settings: Settings, database_url: str, redis_url: str) -> None:
    """Work until SIGTERM or SIGINT."""
    service = await open_service(settings, database_url, redis_url, name="worker", size=20)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    await work(service, redis_url, stopping)


def _own(porter: Porter) -> Callable[[], Awaitable[None]]:
    """What a worker leaves to do it does itself; it need not be told through Redis."""

    async def ring() -> None:
        porter.ring()

    return ring


def main(settings: Settings | None = None) -> None:
    """Run a worker with the settings of the environment."""
    settings = settings or read_settings(require=SERVING)
    if settings.database_url is None or settings.redis_url is None:
        raise SettingsError(
            ["HELIOGRAPH_DATABASE_URL and HELIOGRAPH_REDIS_URL are not set. Set them."]
        )
    configure(settings)
    announce(settings)
    uvloop.run(run(settings, settings.database_url, settings.redis_url))
