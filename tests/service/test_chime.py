"""Waiting for a ring, and being ended while one rings."""

import asyncio

from service.chime import Chime


async def test_a_ring_wakes_everybody_and_is_heard_once() -> None:
    chime = Chime()
    listeners = [chime.listener(topic) for topic in ("sms", "voice", "cases")]
    chime.ring()
    async with asyncio.timeout(60):
        await asyncio.gather(*(one.wait(60) for one in listeners))
    await listeners[0].wait(0.001)  # nothing rings any more


async def test_a_loop_that_is_ended_as_it_is_rung_for_does_end() -> None:
    """Broken once: `wait_for` of Python 3.11 forgot the cancellation; the worker never ended."""
    chime = Chime()
    heard = chime.listener("cases")

    async def loop() -> None:
        while True:
            await heard.wait(60)

    task = asyncio.create_task(loop())
    await asyncio.sleep(0.01)
    chime.ring()
    await asyncio.sleep(0)
    task.cancel()
    ended, _ = await asyncio.wait({task}, timeout=60)
    task.cancel()
    assert ended
