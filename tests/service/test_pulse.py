"""A PostgreSQL that hangs: it is there, takes connections, and answers nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import asyncpg
import pytest

from service.store import pulse
from service.store.pool import open_pool
from service.store.pulse import Pulse


class Road:
    """Leads to a server; while it is not `free` nothing gets through, either way."""

    def __init__(self, url: str) -> None:
        self.url, self.free = url, asyncio.Event()
        self.free.set()
        self._moves: set[asyncio.Task[None]] = set()

    async def taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to = urlsplit(self.url)
        there = await asyncio.open_connection(to.hostname, to.port)
        for source, sink in ((reader, there[1]), (there[0], writer)):
            task = asyncio.create_task(self._move(source, sink))
            self._moves.add(task)
            task.add_done_callback(self._moves.discard)

    async def _move(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while some := await source.read(1 << 16):
                await self.free.wait()
                sink.write(some)
        except ConnectionError:
            pass
        finally:
            sink.close()


@asynccontextmanager
async def road_to(url: str) -> AsyncIterator[tuple[Road, str]]:
    road = Road(url)
    server = await asyncio.start_server(road.taken, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    to = urlsplit(url)
    yield road, to._replace(netloc=f"{to.username}:{to.password}@{host}:{port}").geturl()
    road.free.set()
    server.close()


async def test_a_server_that_hangs_keeps_nobody_waiting(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken once: whoever had asked waited for the 30 s of his own time-out."""
    async with road_to(database_url) as (road, url):
        watched = Pulse(url, "test")
        pool = await open_pool(url, by=watched.connect)
        await watched.beat()
        assert await pool.fetchval("select 1") == 1
        monkeypatch.setattr(pulse, "PATIENCE", 0.1)
        road.free.clear()
        asked = asyncio.create_task(pool.fetchval("select 2"))
        for _ in range(pulse.MISSED - 1):
            await watched.beat()
            assert not watched.silent  # a few may be our own
        await watched.beat()
        with pytest.raises(asyncpg.ConnectionDoesNotExistError):
            await asked
        with pytest.raises(asyncpg.CannotConnectNowError, match="does not answer"):
            await pool.fetchval("select 3")
        monkeypatch.undo()
        road.free.set()
        await watched.beat()
        assert await pool.fetchval("select 4") == 4
        pool.terminate()


async def test_a_server_that_refuses_is_not_taken_for_one_that_hangs() -> None:
    watched = Pulse("postgresql://postgres@127.0.0.1:1/none", "test")
    for _ in range(3):
        await watched.beat()
    assert not watched.silent
