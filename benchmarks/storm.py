"""A thousand cases at once on one worker, against the pace of the provider as the limit.

First all of them wait and one worker starts: when has everybody's every first page left, as against
what the limit allows for the segments that were sent; and did the most severe leave first? Then
again, with the worker killed in the middle: is anything lost or doubled?
"""

from __future__ import annotations

import asyncio
import re
import signal
import time
from collections.abc import Iterable
from contextlib import ExitStack

from benchmarks.crowd import PEOPLE, prepare
from benchmarks.latency import send
from benchmarks.provider import Provider
from benchmarks.stack import (
    WORKER,
    Stack,
    environment,
    free_port,
    process,
    servers,
    serving,
    webhook,
)
from routing.gsm import segments
from service.store.pool import connect

CASES, PACE, RATIO = 1000, 40, 1.2
"""Pages, segments per second, and the bound."""
PATIENCE = 60
SEVERITIES = ("urgent", "high", "normal", "low")
WORST = re.compile(r"(?:worst: )?LEVEL (\d)")
LEFT = "select count(*) from outbox where kind = 'page' and state in ('queued', 'sending')"
TEXTS = """
select count(*) as rows, count(ref) as refs, count(distinct coalesce(bundle, id)) as texts,
       count(distinct ref) as sids
from outbox where kind = 'page'
"""


async def _stored(stack: Stack, run: str) -> None:
    """A thousand cases, decided, with nobody to send them."""
    bodies = [
        webhook(n, stack.web, SEVERITIES[n % 4], run, [f"t{n % PEOPLE}"]) for n in range(CASES)
    ]
    sent: dict[str, float] = {}
    for begin in range(0, CASES, 20):  # in quiet: each is decided as it comes
        some = bodies[begin : begin + 20]
        await asyncio.gather(
            *(send(stack.web, body, f"{run}{begin + n}", sent) for n, body in enumerate(some))
        )


async def _until_left(url: str, share: float = 0.0) -> None:
    """Until no more than this share of the pages waits."""
    conn = await connect(url)
    begun = time.monotonic()
    while await conn.fetchval(LEFT) > share * CASES:
        if time.monotonic() - begun > PATIENCE:
            raise TimeoutError("the pages do not leave")
        await asyncio.sleep(0.05)
    await conn.close()


async def _storm(stack: Stack, provider: Provider, run: str, *, kill: bool) -> float:
    """Seconds from the first text to the last."""
    await prepare(stack.database_url)
    provider.seen.clear()
    pace = {"HELIOGRAPH_SMS_PER_SECOND": str(PACE)}
    async with serving(stack, worker=False, **pace):
        await _stored(stack, run)
        with ExitStack() as workers:
            worker = workers.enter_context(process(*WORKER, **environment(stack, **pace)))
            if kill:
                await _until_left(stack.database_url, 0.5)
                worker.send_signal(signal.SIGKILL)
                worker.wait()
                conn = await connect(stack.database_url)
                lapsed = "update outbox set lease_until = created_at where state = 'sending'"
                await conn.execute(lapsed)
                await conn.close()
                workers.enter_context(process(*WORKER, **environment(stack, **pace)))
            await _until_left(stack.database_url)
    return provider.seen[-1][0] - provider.seen[0][0]


def _in_order(texts: Iterable[str]) -> bool:
    """Whether no text is worse than one before it."""
    ranks = [int(found[1]) for text in texts if (found := WORST.search(text))]
    return ranks == sorted(ranks)


async def _kept(url: str, provider: Provider) -> bool:
    """Every page left, in exactly as many texts as the provider was given."""
    conn = await connect(url)
    row = await conn.fetchrow(TEXTS)
    await conn.close()
    texts = [form for _, form in provider.seen if "Body" in form]
    if row is None:
        return False
    print(f"  {row['rows']} pages in {row['texts']} texts; the provider was given {len(texts)}")
    return row["rows"] == row["refs"] == CASES and row["texts"] == row["sids"] == len(texts)


async def measure(database_url: str, redis_url: str) -> bool:
    stack = Stack(database_url, redis_url, free_port(), free_port())
    provider = Provider(0.05)
    server = await provider.serve(stack.provider)
    took = await _storm(stack, provider, "s", kill=False)
    texts = [form["Body"] for _, form in provider.seen]
    limit = sum(map(segments, texts[:-1])) / PACE
    ordered, kept = _in_order(texts), await _kept(database_url, provider)
    print(f"  every first page after {took:.2f} s; the limit is {limit:.2f} s")
    print(f"  ratio {took / limit:.3f} (bound: {RATIO}); most severe first: {ordered}")
    await _storm(stack, provider, "k", kill=True)
    survived = await _kept(database_url, provider)
    print(f"  nothing lost or doubled: {kept}; with the worker killed in the middle: {survived}")
    server.close()
    return took / limit <= RATIO and ordered and kept and survived


def main() -> bool:
    """Print the figures; True when the bounds hold."""
    print(f"storm: {CASES} cases for {PEOPLE} people at once, {PACE} segments per second")
    with servers() as (database_url, redis_url):
        return asyncio.run(measure(database_url, redis_url))


if __name__ == "__main__":
    main()
