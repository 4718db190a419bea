"""Durable webhooks a second through the whole path, against a bare handler with one insert."""

from __future__ import annotations

import asyncio

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
LIMIT = 0.5


async def measure(database_url: str, redis_url: str) -> tuple[float, float]:
    """(bare, ours), each the best of three runs, taken in turn."""
    bare, ours = 0.0, 0.0
    stack = Stack(database_url, redis_url, free_port(), free_port())
    await prepare(database_url)
    port = free_port()
    bare_server = ("-m", "uvicorn", "benchmarks.bare:app", "--port", str(port),
                   "--log-level", "warning", "--no-access-log")  # fmt: skip
    with process(*bare_server, BARE_URL=database_url):
        await wait_for(port)
        async with serving(stack):
            for run in range(4):
                there = [webhook(n, port, run=f"b{run}-") for n in range(REQUESTS)]
                result = await drive(port, there, CONNECTIONS, wanted=202)
                here = [
                    webhook(n, stack.web, run=f"o{run}-", tags=[f"t{n % PEOPLE}"])
                    for n in range(REQUESTS)
                ]
                own = await drive(stack.web, here, CONNECTIONS, wanted=202)
                if result.failures or own.failures:
                    raise RuntimeError(f"answers: {result.failures} {own.failures}")
                if run:
                    bare, ours = max(bare, result.per_second), max(ours, own.per_second)
                print(
                    f"  bare {result.per_second:7.0f}/s p99 {result.at(0.99) * 1e3:5.1f} ms"
                    f"   whole path {own.per_second:7.0f}/s p99 {own.at(0.99) * 1e3:5.1f} ms"
                )
    return bare, ours


def main() -> bool:
    """Print the figures; True when the bound holds."""
    print("accepting: durable webhooks through verify, match, decide, commit")
    with servers() as (database_url, redis_url):
        bare, ours = asyncio.run(measure(database_url, redis_url))
    ratio = ours / bare
    print(f"  ratio {ratio:.2f} (bound: at least {LIMIT})")
    return ratio >= LIMIT


if __name__ == "__main__":
    main()
