"""What commands share that read or change the database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TypeVar

import click

from service import schema
from service.attach import attached
from service.cli_failure import Failed
from service.clock import SystemClock
from service.policies import load_at_start
from service.policyfile.load import decoded
from service.settings import Settings, read_settings
from service.store.pool import Pool, open_pool
from service.store.sql import query

T = TypeVar("T")
BY = "command line"
"""Who did it, in audits."""
MOST_BYTES = 50_000_000
PATIENCE = 10.0
"""Seconds that somebody at a terminal waits for PostgreSQL."""


def with_database(work: Callable[[Pool, SystemClock], Awaitable[T]], *, loaded: bool = False) -> T:
    """Run `work` on the database of the settings, embedded or not, on the service's clock.

    Where `loaded`, what `web` and `worker` load at their start is there first.
    """
    settings = read_settings(require=frozenset({"DATABASE_URL"}))
    given = settings.database_url is not None
    # Redis has nothing to do with it, so a given database is enough.
    stack: AbstractContextManager[Settings] = nullcontext(settings) if given else attached(settings)
    with stack as complete:
        return asyncio.run(_run(complete, work, loaded=loaded))


async def _run(
    settings: Settings, work: Callable[[Pool, SystemClock], Awaitable[T]], *, loaded: bool
) -> T:
    await schema.ensure(settings, patience=PATIENCE)
    url = settings.database_url or ""
    pool = await open_pool(url, name="heliograph cli", size=2, patience=PATIENCE)
    try:
        clock = SystemClock()
        if not settings.production:
            async with pool.acquire() as conn:
                clock.offset = await conn.fetchval(query("read_clock"))
        if loaded:
            await load_at_start(pool, clock, settings)
        return await work(pool, clock)
    finally:
        await pool.close()


def text_of(file: Path) -> str:
    """The text of a document. Raises Failed, and DocumentErrors for what is no text."""
    if file.stat().st_size > MOST_BYTES:
        raise Failed(f"{file} is larger than {MOST_BYTES // 10**6} MB. Nothing was changed.")
    return decoded(file.read_bytes(), str(file))


DOCUMENT = click.Path(exists=True, dir_okay=False, path_type=Path)
