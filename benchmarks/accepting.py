"""Durable webhooks a second through the whole path, against a bare handler with one insert.

Under this flood most are stored first and decided after, so it also says how many a second are
decided, counted until the last of them is.
"""

from __future__ import annotations

import asyncio
import statistics
import time

import asyncpg

from benchmarks.crowd import PEOPLE, prepare
from benchmarks.load import drive
from benchmarks.stack import (
    Stack,
    free_port,
    process,
    servers,
    serving,
    wait_for,
    webhook,
)

REQUESTS = 4000
CONNECTIONS = 64
PAIRS = 5
LIMIT = 0.5


async def measure(database_url: str, redis_url: str) -> float:
    """Ours to bare: the median of pairs, each taken one right after the other."""
    ratios: list[float] = []
    stack = Stack(database_url, redis_url, free_port(), free_port())
    await prepare(database_url)
    port = free_port()
    bare_server = ("-m", "uvicorn", "benchmarks.bare:app", "--port", str(port),
                   "--log-level", "warning", "--no-access-log")  # fmt: skip
    with process(*bare_server, BARE_URL=database_url):
        await wait_for(port)
        async with serving(stack):
            for run in range(1 + PAIRS):
                there = [webhook(n, port, run=f"b{run}-") for n in range(REQUESTS)]
                result = await drive(port, there, CONNECTIONS, wanted=202)
                here = [
                    webhook(n, stack.web, run=f"o{run}-", tags=[f"t{n % PEOPLE}"])
                    for n in range(REQUESTS)
                ]
                own = await drive(stack.web, here, CONNECTIONS, wanted=202)
                decided = await until_decided(database_url, own.seconds)
                if result.failures or own.failures:
                    raise RuntimeError(f"answers: {result.failures} {own.failures}")
                if run:  # the first warms up
                    ratios.append(own.per_second / result.per_second)
                print(
                    f"  bare {result.per_second:7.0f}/s p99 {result.at(0.99) * 1e3:5.1f} ms"
                    f"   whole path {own.per_second:7.0f}/s p99 {own.at(0.99) * 1e3:5.1f} ms"
                    f"   decided {REQUESTS / decided:5.0f}/s"
                )
    return statistics.median(ratios)


async def until_decided(database_url: str, seconds: float) -> float:
    """`seconds`, and those until nothing waits for its decision any more."""
    begun, conn = time.perf_counter(), await asyncpg.connect(database_url)
    waiting = "select exists (select from intake where state = 'stored')"
    while await conn.fetchval(waiting):  # noqa: ASYNC110 - another process decides
        await asyncio.sleep(0.01)
    await conn.close()
    return seconds + time.perf_counter() - begun


def main() -> bool:
    """Print the figures; True when the bound holds."""
    print("accepting: durable webhooks through verify, match, decide, commit")
    with servers() as (database_url, redis_url):
        ratio = asyncio.run(measure(database_url, redis_url))
    print(f"  ratio {ratio:.2f} (bound: at least {LIMIT})")
    return ratio >= LIMIT


if __name__ == "__main__":
    main()
