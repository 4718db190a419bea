"""`heliograph intake`."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import Any

import click

from service import schema
from service.attach import attached
from service.cli_database import BY, PATIENCE, with_database
from service.cli_failure import Failed
from service.clock import SystemClock
from service.replay import NoSuchLetter, NotDead, Replayed
from service.replay import replay as replay_letter
from service.settings import Settings, read_settings
from service.store.pool import Pool
from service.store.sql import query
from service.wiring import open_service

MOST = 200
"""Letters that are listed."""


@click.group()
def intake() -> None:
    """Webhooks as they came; dead letters are authentic ones that nobody could read."""


@intake.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_letters(*, as_json: bool) -> int:
    """Shows the newest dead letters and why they are dead. Exit 1 if there are any."""

    async def read(pool: Pool, _: SystemClock) -> list[dict[str, Any]]:
        async with pool.acquire() as conn:
            rows = await conn.fetch(query("dead_letters"), None, MOST)
        return [
            {
                "id": row["id"],
                "source": row["source"],
                "received_at": row["received_at"].isoformat().replace("+00:00", "Z"),
                "said": row["said"],
            }
            for row in rows
        ]

    letters = with_database(read)
    if as_json:
        click.echo(json.dumps({"items": letters}))
    elif not letters:
        click.echo("There is no dead letter: every authentic webhook was read.")
    for letter in [] if as_json else letters:
        click.echo("{id:>8}  {received_at:<27}  {source:<12}  {said}".format(**letter))
    return 1 if letters else 0


@intake.command()
@click.argument("number", metavar="ID", type=click.IntRange(1, 2**63 - 1))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def replay(number: int, *, as_json: bool) -> int:
    """Reads a dead letter again, once what was wrong is mended. Exit 1 if it stays dead."""
    required = frozenset({"DATABASE_URL", "REDIS_URL"})
    try:
        with attached(read_settings(require=required)) as settings:
            done = asyncio.run(_replay(settings, number))
    except (NoSuchLetter, NotDead) as refused:
        raise Failed(str(refused), 2 if isinstance(refused, NoSuchLetter) else 1) from None
    if as_json:
        click.echo(json.dumps({"id": number, **asdict(done)}))
    elif done.dead:
        click.echo(f"The letter {number} is dead still: {done.said}")
    else:
        click.echo(f"The letter {number} is replayed: {done.case or done.said}")
    return 1 if done.dead else 0


async def _replay(settings: Settings, number: int) -> Replayed:
    await schema.ensure(settings, patience=PATIENCE)
    urls = settings.database_url or "", settings.redis_url or ""
    service = await open_service(settings, *urls, name="cli", size=2)
    try:
        return await replay_letter(service, number, BY)
    finally:
        await service.close()
