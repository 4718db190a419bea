"""Page latency: a webhook sent to the provider's request begun, at a steady rate."""

from __future__ import annotations

import asyncio
import time

from benchmarks.crowd import PEOPLE, prepare
from benchmarks.provider import Provider
from benchmarks.stack import Stack, free_port, servers, serving, webhook

RATES = ((50, 10, 0.020, 0.100), (200, 8, None, 0.250))
"""Webhooks a second, for how many seconds, bound of the median, bound of the 99th percentile."""


async def send(port: int, body: bytes, ticket: str, sent: dict[str, float]) -> None:
    """Post one webhook and note when, under its ticket."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    begun = time.time()
    writer.write(body)
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 202"):
        raise RuntimeError(head.decode())
    sent[ticket] = begun
    writer.close()


async def at_rate(stack: Stack, provider: Provider, rate: int, seconds: int) -> list[float]:
    """The latency of every page, in order of size."""
    bodies = [
        webhook(n, stack.web, run=f"l{rate}-", tags=[f"t{n % PEOPLE}"])
        for n in range(rate * seconds)
    ]
    sent: dict[str, float] = {}
    start, tasks = time.perf_counter(), []
    for number, body in enumerate(bodies):
        await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(send(stack.web, body, f"l{rate}-{number}", sent)))
    await asyncio.gather(*tasks)
    for _ in range(200):
        paged = provider.first_page_of_each_ticket()
        if sent.keys() <= paged.keys():
            break
        await asyncio.sleep(0.05)
    paged = provider.first_page_of_each_ticket()
    lost = sent.keys() - paged.keys()
    if lost:
        raise RuntimeError(f"{len(lost)} of {len(sent)} tickets were not paged")
    return sorted(paged[ticket] - begun for ticket, begun in sent.items())


async def measure(database_url: str, redis_url: str) -> bool:
    good = True
    stack = Stack(database_url, redis_url, free_port(), free_port())
    await prepare(database_url)
    provider = Provider(0.02)
    server = await provider.serve(stack.provider)
    async with serving(stack, HELIOGRAPH_SMS_PER_SECOND="0", HELIOGRAPH_CALLS_PER_SECOND="0"):
        await at_rate(stack, provider, 20, 3)
        for rate, seconds, median, tail in RATES:
            found = await at_rate(stack, provider, rate, seconds)
            p50, p99 = found[len(found) // 2], found[int(len(found) * 0.99)]
            print(f"  {rate:4}/s: p50 {p50 * 1e3:6.1f} ms, p99 {p99 * 1e3:6.1f} ms", end="")
            print(f" (bounds: {(median or 0) * 1e3:.0f} and {tail * 1e3:.0f} ms; 0: none)")
            good = good and p99 <= tail and (median is None or p50 <= median)
    server.close()
    return good


def main() -> bool:
    """Print the figures; True when the bounds hold."""
    print("page latency: webhook sent to provider request begun (provider answers in 20 ms)")
    with servers() as (database_url, redis_url):
        return asyncio.run(measure(database_url, redis_url))


if __name__ == "__main__":
    main()
