"""A hundred cases for a hundred people at once: when the last first page has left."""

from __future__ import annotations

import asyncio
import time

from benchmarks.crowd import PEOPLE, prepare
from benchmarks.latency import send
from benchmarks.provider import Provider
from benchmarks.stack import Stack, free_port, servers, serving, webhook

LIMIT = 2.0
"""Seconds."""
PATIENCE = 30


async def measure(database_url: str, redis_url: str) -> float:
    stack = Stack(database_url, redis_url, free_port(), free_port())
    await prepare(database_url)
    provider = Provider(0.05)
    sent: dict[str, float] = {}
    server = await provider.serve(stack.provider)
    async with serving(stack, HELIOGRAPH_SMS_PER_SECOND="0"):
        warm: dict[str, float] = {}
        await send(stack.web, webhook(0, stack.web, run="warm", tags=["t0"]), "warm0", warm)
        await asyncio.sleep(1)
        bodies = [
            webhook(n, stack.web, "normal" if n % 2 else "urgent", "b", [f"t{n}"])
            for n in range(PEOPLE)
        ]
        start = time.time()
        await asyncio.gather(
            *(send(stack.web, body, f"b{n}", sent) for n, body in enumerate(bodies))
        )
        while time.time() - start < PATIENCE:
            if sent.keys() <= provider.first_page_of_each_ticket().keys():
                break
            await asyncio.sleep(0.02)
        paged = provider.first_page_of_each_ticket()
    server.close()
    return max(paged[ticket] for ticket in sent) - start


def main() -> bool:
    """Print the figure; True when the bound holds."""
    print("burst: a hundred cases for a hundred people, provider answers in 50 ms")
    with servers() as (database_url, redis_url):
        last = asyncio.run(measure(database_url, redis_url))
    print(f"  last first page after {last:.2f} s (bound: {LIMIT:.0f} s)")
    return last <= LIMIT


if __name__ == "__main__":
    main()
