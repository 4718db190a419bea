"""The worker: wakes cases, drains the outbox, decides what was stored, watches itself.

Theory of operation. Four kinds of loops, each of which survives what PostgreSQL or Redis do: the
alarm ticks the cases that are due and sleeps until the next is (a second at most), a lane for each
channel sends, the bell's listener wakes them all, the watchdog looks at what the others leave
behind. Any number of workers may run; none of them is the leader.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
import uvloop

from service import bell, watchdog
from service.chime import Chime
from service.clock import monotonic
from service.logs import configure
from service.metrics import flush
from service.sender import LANES, Sender
from service.settings import SERVING, Settings, SettingsError, read_settings
from service.store.pool import AWAY
from service.store.sql import query
from service.stored import decide_stored
from service.wiring import Service, open_service, sender_of

SWEEP = 1.0
"""Seconds between sweeps when nothing is due and nothing rings."""
PATIENCE = 20.0
"""Seconds a stopping worker gives what it is sending."""
log = structlog.get_logger(__name__)


async def alarm(service: Service, sender: Sender, chime: Chime) -> None:
    """Tick what is due, then sleep until the next case is."""
    heard, swept = chime.listener(), 0.0
    while True:
        pause = SWEEP
        try:
            await service.follow_clock()
            if monotonic() - swept >= SWEEP:
                swept = monotonic()
                await sender.outbox.lapse(service.clock.now())
                await decide_stored(service)
            await _tick(service)
            pause = await _until_next(service)
        except AWAY as error:
            log.warning("database_away", loop="alarm", error=type(error).__name__)
        except Exception:
            log.exception("alarm_failed")
        await heard.wait(pause)


async def _tick(service: Service) -> None:
    while True:
        woken = await service.desk.wake()
        for due_at, done_at in woken:
            lateness = (done_at - due_at).total_seconds()
            service.measures.wake_lateness.observe(max(0.0, lateness))
        if not woken:
            return


async def _until_next(service: Service) -> float:
    async with service.pool.acquire() as conn:
        due_at = await conn.fetchval(query("next_wake"))
    if due_at is None:
        return SWEEP
    wait: float = (due_at - service.clock.now()).total_seconds()
    return min(SWEEP, max(0.0, wait))


async def run(settings: Settings, database_url: str, redis_url: str) -> None:
    """Work until SIGTERM or SIGINT, then finish what is being sent."""
    service = await open_service(settings, database_url, redis_url, name="worker", size=20)
    sender, chime, stopping = sender_of(service), Chime(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    service.desk.ring = _both(service.desk.ring, chime)
    tasks = [
        asyncio.create_task(alarm(service, sender, chime)),
        asyncio.create_task(bell.listen(redis_url, chime.ring)),
        asyncio.create_task(watchdog.watch(service, sender)),
        asyncio.create_task(flush(service)),
        *(asyncio.create_task(sender.run(lane, chime)) for lane in LANES),
    ]
    log.info("worker_started", process=service.process)
    failed = asyncio.gather(*tasks)
    waiting = asyncio.create_task(stopping.wait())
    both: list[asyncio.Future[Any]] = [waiting, failed]
    await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    for task in (*tasks, waiting):
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await failed
    await sender.stop(PATIENCE)
    await sender.close()
    await service.close()
    log.info("worker_stopped")


def _both(ring: Callable[[], Awaitable[None]], chime: Chime) -> Callable[[], Awaitable[None]]:
    async def both() -> None:
        chime.ring()
        await ring()

    return both


def main(settings: Settings | None = None) -> None:
    """Run a worker with the settings of the environment."""
    settings = settings or read_settings(require=SERVING)
    if settings.database_url is None or settings.redis_url is None:
        raise SettingsError(
            ["HELIOGRAPH_DATABASE_URL and HELIOGRAPH_REDIS_URL are not set. Set them."]
        )
    configure(settings)
    uvloop.run(run(settings, settings.database_url, settings.redis_url))
