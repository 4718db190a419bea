"""The recorded tickets of the intake: every webhook that was read, by the case it belongs to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime

from routing.tools.tally import Verdict
from service.backtesting import Matter, Raw, Replay
from service.store import codec
from service.store.pool import Pool
from service.store.sql import query

BATCH = 500

Batch = list[tuple[str, Raw]]


async def recorded(pool: Pool, since: datetime) -> AsyncIterator[Batch]:
    """Webhooks received from `since` (UTC) on, in the order they came, a batch at a time."""
    last = 0
    while True:
        async with pool.acquire() as conn:
            rows = await conn.fetch(query("recorded_intake"), since, last, BATCH)
        if not rows:
            return
        last = rows[-1]["id"]
        yield [
            (
                row["case_id"],
                Raw(row["source"], row["body"], row["received_at"], codec.decode(row["headers"])),
            )
            for row in rows
        ]


async def replay(
    pool: Pool,
    matter: Matter,
    since: datetime,
    progress: Callable[[int], None] | None = None,
    workers: int | None = None,
) -> Verdict:
    """Play what is recorded since then under both policies; the event loop stays free."""
    with Replay(matter, workers) as replaying:
        async for batch in recorded(pool, since):
            await asyncio.to_thread(_take, replaying, batch)
            if progress is not None:
                progress(replaying.records)
        return await asyncio.to_thread(replaying.finish)


def _take(replaying: Replay, batch: Batch) -> None:
    for ticket, raw in batch:
        replaying.take(ticket, raw)
