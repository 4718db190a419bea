"""The bell rings, and nothing depends on it: Redis may be slow, empty, restarted or gone."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from redis.asyncio import Redis

from service import bell
from service.bell import QUEUE, Bell, listen
from service.embedded.binaries import redis_server
from service.embedded.redis import Redis as Server


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bell")


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    """A Redis that may be stopped, frozen and emptied."""
    running = Server(redis_server(), folder / "redis", "secret", folder / "log", durable=False)
    running.start()
    yield running
    running.stop()


class Ear:
    def __init__(self) -> None:
        self.rings = 0
        self._news = asyncio.Event()

    def heard(self) -> None:
        self.rings += 1
        self._news.set()

    async def hears(self) -> None:
        """Wait for a ring after the last one that was waited for."""
        async with asyncio.timeout(60):
            await self._news.wait()
        self._news.clear()


@asynccontextmanager
async def listening(url: str) -> AsyncIterator[Ear]:
    ear = Ear()
    task = asyncio.create_task(listen(url, ear.heard))
    await ear.hears()  # the subscription stands
    try:
        yield ear
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_every_listener_hears_a_ring(redis_url: str) -> None:
    ringer = Bell(redis_url)
    async with listening(redis_url) as one, listening(redis_url) as other:
        await ringer.ring()
        await asyncio.gather(one.hears(), other.hears())
    await ringer.close()


async def test_who_was_not_listening_finds_the_ring_when_he_comes(redis_url: str) -> None:
    ringer = Bell(redis_url)
    await ringer.ring()
    await ringer.close()
    async with listening(redis_url), Redis.from_url(redis_url) as client:
        async with asyncio.timeout(60):
            while await client.zcard(QUEUE):  # noqa: ASYNC110 - arq takes the job
                await asyncio.sleep(0.01)


async def test_rings_that_nobody_answers_pile_up_nowhere(redis_url: str) -> None:
    """Broken once: each was a job of its own, hours of them, and a worker that came heard all."""
    ringer = Bell(redis_url)
    for _ in range(20):
        await ringer.ring()
        await asyncio.sleep(bell.BREATH * 1.5)
    await ringer.close()
    async with Redis.from_url(redis_url) as client:
        assert await client.zcard(QUEUE) == 1


async def test_the_job_is_heard_where_the_word_is_not(redis_url: str) -> None:
    async with listening(redis_url) as ear:
        heard = ear.rings
        await asyncio.sleep(bell.HEARD)
        pool = await bell._connect(redis_url)
        await pool.enqueue_job("ring", _job_id="ring")
        await ear.hears()
        assert ear.rings == heard + 1
        await pool.aclose(close_connection_pool=True)


async def test_redis_may_be_restarted(server: Server) -> None:
    ringer = Bell(server.url)
    async with listening(server.url) as ear:
        server.stop()
        await ringer.ring()  # returns at once, and raises nothing
        await asyncio.sleep(0.1)
        server.start()
        await ear.hears()  # it listens again
        await ringer.ring()
        await ear.hears()
    await ringer.close()


async def test_redis_may_be_emptied(server: Server) -> None:
    ringer = Bell(server.url)
    async with listening(server.url) as ear, Redis.from_url(server.url) as client:
        for _ in range(3):
            await ringer.ring()
            await client.flushall()
            await ear.hears()
    await ringer.close()


async def test_a_redis_that_hangs_holds_nobody_up(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken once: the listener waited for ever for an answer that never came."""
    monkeypatch.setattr(bell, "SILENCE", 0.3)
    ringer = Bell(server.url)
    async with listening(server.url) as ear:
        assert server.pid
        os.kill(server.pid, signal.SIGSTOP)
        await asyncio.sleep(1)
        os.kill(server.pid, signal.SIGCONT)
        await ear.hears()  # it has given the connection up, and listens on a new one
        await ringer.ring()
        await ear.hears()
    await ringer.close()


async def test_a_redis_that_greets_nobody_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken once: whoever had connected waited for its first word for ever."""
    monkeypatch.setattr(bell, "CONNECTING", 0.1)
    asked = asyncio.Semaphore(0)

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.release()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as mute:
        port = mute.sockets[0].getsockname()[1]
        task = asyncio.create_task(listen(f"redis://127.0.0.1:{port}", Ear().heard))
        async with asyncio.timeout(60):
            await asked.acquire()
            await asked.acquire()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_rubbish_in_the_queue_is_not_obeyed(redis_url: str) -> None:
    async with listening(redis_url) as ear, Redis.from_url(redis_url) as client:
        await client.set("arq:job:rubbish", b"\x80\x04cos\nsystem\n")
        await client.set("arq:job:strange", bell._write({"f": "unknown", "a": [], "k": {}, "t": 1}))
        await client.zadd(QUEUE, {"rubbish": 1, "strange": 2, "nothing": 3})
        async with asyncio.timeout(60):
            while await client.zcard(QUEUE):  # noqa: ASYNC110 - arq takes them away
                await asyncio.sleep(0.01)
        heard = ear.rings
        ringer = Bell(redis_url)
        await ringer.ring()
        await ear.hears()
        assert ear.rings > heard
        await ringer.close()
