"""The bell: Redis and arq make the worker look now instead of at its next sweep.

A ring is one arq job, `ring`, and a word on a channel that makes arq poll at once instead of within
its poll delay. Nothing is lost when a ring is: the worker sweeps PostgreSQL every second anyway.
Rings are coalesced, so a burst of webhooks is a handful of jobs.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import msgspec
import structlog
from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.worker import Function, Worker
from redis.exceptions import RedisError

CHANNEL = "heliograph:bell"
QUEUE = "heliograph:queue"
BREATH = 0.008
"""Seconds between two rings of one process: a burst of webhooks is a handful of jobs."""
LOST = (RedisError, OSError, TimeoutError, asyncio.TimeoutError)
log = structlog.get_logger(__name__)


def redis_settings(url: str) -> RedisSettings:
    """Arq's settings for a URL: quick to give up, since somebody may be waiting."""
    settings = RedisSettings.from_dsn(url)
    settings.conn_timeout = 2
    settings.conn_retries = 0
    return settings


def _write(job: dict[str, Any]) -> bytes:
    return msgspec.msgpack.encode({k: list(v) if k == "a" else v for k, v in job.items()})


async def _connect(url: str) -> ArqRedis:
    return await create_pool(
        redis_settings(url),
        job_serializer=_write,
        job_deserializer=msgspec.msgpack.decode,
        default_queue_name=QUEUE,
    )


class Bell:
    """Rings for the worker. `ring` returns at once and never raises."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: ArqRedis | None = None
        self._task: asyncio.Task[None] | None = None
        self._again = False
        self._lost = False

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
                    await self._pool.enqueue_job("ring")
                    await self._pool.publish(CHANNEL, b"1")
                self._lost = False
                await asyncio.sleep(BREATH)
            except LOST as error:
                self._pool = None
                if not self._lost:
                    self._lost = True
                    log.warning("redis_away", error=type(error).__name__, then="sweeping goes on")

    async def close(self) -> None:
        if self._task is not None:
            with contextlib.suppress(Exception):
                await self._task
        if self._pool is not None:
            await self._pool.aclose()


class _Ringer(Worker):
    """The worker of arq, polling when its channel says so and not only when its delay is over.

    Overrides `Worker.main` of arq 0.28.0 exactly, which is pinned for it.
    """

    nudged: asyncio.Event

    async def main(self) -> None:
        self.nudged = asyncio.Event()
        self.ctx["redis"] = self.pool
        listening = asyncio.create_task(self._listen())
        try:
            while True:
                self.nudged.clear()
                await self._poll_iteration()
                if listening.done():
                    listening.result()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.nudged.wait(), self.poll_delay_s)
        finally:
            listening.cancel()

    async def _listen(self) -> None:
        async with self.pool.pubsub() as channel:
            await channel.subscribe(CHANNEL)
            async for message in channel.listen():
                if message["type"] == "message":
                    self.nudged.set()


async def listen(url: str, heard: Callable[[], None]) -> None:
    """Call `heard` for every ring, for ever; a Redis that is away is waited for."""

    async def ring(ctx: dict[Any, Any], *args: Any, **kwargs: Any) -> None:  # noqa: ANN401, ARG001 - arq's own protocol
        heard()

    lost = False
    while True:
        pool = None
        try:
            pool = await _connect(url)
            worker = _Ringer(
                [Function("ring", ring, 10, 0, False, 1)],
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
            lost = False
            await worker.async_run()
        except LOST as error:
            if not lost:
                lost = True
                log.warning("redis_away", error=type(error).__name__, then="sweeping goes on")
            await asyncio.sleep(0.5)
        finally:
            if pool is not None:
                with contextlib.suppress(*LOST):
                    await pool.aclose()
