"""A PostgreSQL that hangs: it is there, takes connections, and answers nothing."""

import asyncio

import asyncpg
import pytest
from structlog.testing import capture_logs

from service.store import pulse
from service.store.pool import open_pool
from service.store.pulse import Pulse
from tests.service.web.cable import Cable


async def test_a_server_that_hangs_keeps_nobody_waiting(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken once: whoever had asked waited for the 30 s of his own time-out."""
    cable = Cable(database_url)
    await cable.put_in()
    watched = Pulse(cable.url, "test")
    pool = await open_pool(cable.url, by=watched.connect)
    await watched.beat()
    assert await pool.fetchval("select 1") == 1
    monkeypatch.setattr(pulse, "PATIENCE", 0.1)
    cable.free.clear()
    asked = asyncio.create_task(pool.fetchval("select 2"))
    new = asyncio.create_task(pool.fetchval("select 3"))  # on a connection yet to be made
    for _ in range(pulse.MISSED - 1):
        await watched.beat()
        assert not watched.silent  # a few may be our own
    await watched.beat()
    with pytest.raises(asyncpg.ConnectionDoesNotExistError):
        await asked
    for late in (new, pool.fetchval("select 4")):
        with pytest.raises(asyncpg.CannotConnectNowError, match="does not answer"):
            await late
    monkeypatch.undo()
    cable.free.set()
    await watched.beat()
    assert await pool.fetchval("select 5") == 5
    pool.terminate()
    await cable.pull()


async def test_a_server_that_refuses_is_not_taken_for_one_that_hangs() -> None:
    watched = Pulse("postgresql://postgres@127.0.0.1:1/none", "test")
    for _ in range(3):
        await watched.beat()
    assert not watched.silent


async def test_a_server_that_will_not_have_us_is_asked_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken once: after one such answer nobody asked any more."""
    monkeypatch.setattr(pulse, "EVERY", 0.01)
    with capture_logs() as told:
        task = asyncio.create_task(Pulse(f"{database_url}-none", "test").watch())
        async with asyncio.timeout(60):
            while len(told) < 2:  # noqa: ASYNC110 - no event for it
                await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert {line["event"] for line in told} == {"pulse_failed"}
