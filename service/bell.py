"""The bell: Redis and arq make the worker look now instead of at its next sweep.

A ring is a word on a channel, which every worker that listens hears at once, and one arq job,
`ring`, which waits for a worker that did not. There is never more than one job, so rings that
nobody answers pile up nowhere, and where words are heard not every one brings a job. Nothing is
lost when a ring is: the worker sweeps PostgreSQL every second anyway. Rings are coalesced, so a
burst of webhooks is a handful of them.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import msgspec
import structlog
from arq.connections import ArqRedis
from arq.worker import Function, Worker
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from service.clock import monotonic

CHANNEL = "heliograph:bell"
QUEUE = "heliograph:queue"
BREATH = 0.008
"""Seconds between two rings of one process: a burst of webhooks is a handful of jobs."""
OFTEN = 0.25
"""Seconds between two jobs while somebody hears the words: who listens may be about to die."""
HEARD = 1.0
"""Seconds after a word in which the job that came with it has nothing to add."""
CONNECTING = 2.0
"""Seconds until a connection stands."""
SILENCE = 15.0
"""Seconds Redis may take to answer before the connection is taken for dead."""
LOST = (RedisError, OSError, TimeoutError, asyncio.TimeoutError)
log = structlog.get_logger(__name__)


def _write(job: dict[str, Any]) -> bytes:
    return msgspec.msgpack.encode({k: list(v) if k == "a" else v for k, v in job.items()})


async def _connect(url: str) -> ArqRedis:
    """Quick to give up, since somebody may be waiting; and nothing is left open then."""
    pool = ArqRedis(
        ConnectionPool.from_url(url, socket_connect_timeout=CONNECTING),
        job_serializer=_write,
        job_deserializer=msgspec.msgpack.decode,
        default_queue_name=QUEUE,
    )
    try:
        async with asyncio.timeout(CONNECTING):  # it may take the connection and say nothing
            await pool.ping()
    except BaseException:
        with contextlib.suppress(*LOST):
            await pool.aclose(close_connection_pool=True)
        raise
    return pool


class Bell:
    """Rings for the worker. `ring` returns at once and never raises."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: ArqRedis | None = None
        self._task: asyncio.Task[None] | None = None
        self._again = False
        self.lost = False
        """Whether the last ring did not get through."""
        self._left = -OFTEN

    async def ring(self) -> None:
        self._again = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._ring())

    async def _ring(self) -> None:
        while self._again:
            self._again = False
            try:
                async with asyncio.timeout(2):
                    if self._pool is None:
                        self._pool = await _connect(self._url)
                    heard = await self._pool.publish(CHANNEL, b"1")
                    if not heard or monotonic() - self._left >= OFTEN:
                        await self._pool.enqueue_job("ring", _job_id="ring")
                        self._left = monotonic()
                self.lost = False
                await asyncio.sleep(BREATH)
            except LOST as error:
                await self._let_go()
                if not self.lost:
                    self.lost = True
                    log.warning("redis_away", error=type(error).__name__, then="sweeping goes on")

    async def _let_go(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            with contextlib.suppress(*LOST):
                await pool.aclose(close_connection_pool=True)

    async def close(self) -> None:
        if self._task is not None:
            with contextlib.suppress(Exception):
                await self._task
        await self._let_go()


class _Ringer(Worker):
    """The worker of arq, polling when its channel says so and not only when its delay is over.

    Overrides `Worker.main` of arq 0.28.0 exactly, which is pinned for it.
    """

    heard: Callable[[], None]
    nudged: asyncio.Event
    heard_at = 0.0

    async def main(self) -> None:
        self.nudged = asyncio.Event()
        self.ctx["redis"] = self.pool
        listening = asyncio.create_task(self._listen())
        try:
            while True:
                self.nudged.clear()
                async with asyncio.timeout(SILENCE):
                    await self._poll_iteration()
                if listening.done():
                    listening.result()
                # Not `wait_for`: before Python 3.12 it may swallow the cancellation that ends us.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self.poll_delay_s):
                        await self.nudged.wait()
        finally:
            ends = [listening, *self.tasks.values()]
            for task in ends:
                task.cancel()
            await asyncio.gather(*ends, return_exceptions=True)

    async def _listen(self) -> None:
        async with self.pool.pubsub() as channel:
            await channel.subscribe(CHANNEL)
            async for message in channel.listen():
                # Also when the subscription stands: what was said before it was not heard.
                self.heard_at = monotonic()
                self.heard()
                if message["type"] == "message":
                    self.nudged.set()


def _ringer(pool: ArqRedis, heard: Callable[[], None]) -> _Ringer:
    async def ring(ctx: dict[Any, Any], *args: Any, **kwargs: Any) -> None:  # noqa: ANN401, ARG001 - arq's own protocol
        if monotonic() - worker.heard_at > HEARD:
            heard()

    worker = _Ringer(
        [Function("ring", ring, 10, 0, False, 5)],
        queue_name=QUEUE,
        redis_pool=pool,
        handle_signals=False,
        poll_delay=0.5,
        max_jobs=100,
        queue_read_limit=1000,
        keep_result=0,
        health_check_interval=10,
        job_serializer=_write,
        job_deserializer=msgspec.msgpack.decode,
        log_results=False,
    )
    worker.heard = heard
    return worker


async def listen(url: str, heard: Callable[[], None]) -> None:
    """Call `heard` for every ring, for ever; a Redis that is away is waited for."""
    lost = False
    while True:
        pool = None
        try:
            pool = await _connect(url)
            lost = False
            await _ringer(pool, heard).async_run()
        except LOST as error:
            if not lost:
                lost = True
                log.warning("redis_away", error=type(error).__name__, then="sweeping goes on")
        except Exception:
            log.exception("bell_failed", then="sweeping goes on")
        finally:
            if pool is not None:
                with contextlib.suppress(*LOST):
                    await pool.aclose(close_connection_pool=True)
        await asyncio.sleep(0.5)
