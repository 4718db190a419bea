"""`heliograph hotline`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import click

from routing.hotline_report import Numbers
from routing.policy import HotlineRules
from service.cli_database import with_database
from service.cli_words import Instant, utc
from service.clock import SystemClock
from service.hotline.reporting import of_period
from service.hotline.rescue import last_resort
from service.library import Library
from service.settings import read_settings
from service.store.pool import Pool

MONTH = timedelta(days=30)
HOSTED = (
    "Put this where nothing of ours stands (a TwiML Bin in Twilio's console will do), and set its\n"
    "address as the Voice Fallback URL of {number}. Then heliograph doctor looks it up and says\n"
    "whether it dials who the policy names. Do so again when hotline.fallback_numbers changes."
)


@click.group()
def hotline() -> None:
    """The emergency hotline: its static fallback, and what it has kept of its promises."""


@hotline.command()
@click.option("--out", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="File.")
def fallback(out: Path | None) -> int:
    """Writes the TwiML that answers while all of us is away. Exit 1 if it could dial nobody."""
    rules = with_database(rules_of)
    document = last_resort(read_settings().public_url, rules).decode()
    if out is None:
        click.echo(document)
    else:
        out.write_text(document + "\n", "utf-8")
    click.echo(HOSTED.format(number=rules.number or "the hotline's number"), err=True)
    if not rules.fallback_numbers:
        click.echo("It dials nobody: name people in hotline.fallback_numbers.", err=True)
    return 0 if rules.fallback_numbers else 1


async def rules_of(pool: Pool, clock: SystemClock) -> HotlineRules:
    """Of the policy in force. Raises NothingLoaded."""
    async with pool.acquire() as conn:
        return (await Library().shelf(conn, clock.now())).current.hotline


@hotline.command()
@click.option("--since", type=Instant(), help="30 days before the end unless said.")
@click.option("--until", type=Instant(), help="Now unless said.")
@click.option("--account", metavar="ID", help="Of this account alone.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def report(
    since: datetime | None, until: datetime | None, account: str | None, *, as_json: bool
) -> int:
    """Shows time to a human, callers lost, and call backs kept, per account. Exit 1 on no calls."""

    async def read(pool: Pool, clock: SystemClock) -> tuple[datetime, datetime, Numbers, _Parts]:
        end = until or clock.now()
        begin = since or end - MONTH
        async with pool.acquire() as conn:
            total, parts = await of_period(conn, begin, end, [account] if account else None)
        return begin, end, total, parts

    begin, end, total, parts = with_database(read)
    if as_json:
        accounts = {name: asdict(of) for name, of in parts.items()}
        found = {"since": utc(begin), "until": utc(end), "total": asdict(total)}
        click.echo(json.dumps({**found, "accounts": accounts}))
    else:
        click.echo(f"{begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC")
        click.echo("\n".join(_table({**parts, "all": total})))
    return 0 if total.calls else 1


_Parts = Mapping[str, Numbers]
HEAD = ("account", "calls", "urgent", "human", "p50 s", "p95 s", "lost", "backs", "kept", "broken")


def _table(parts: _Parts) -> Iterator[str]:
    rows = [HEAD, *((name or "unknown", *_row(of)) for name, of in parts.items())]
    wide = max(len(row[0]) for row in rows)
    for row in rows:
        yield f"{row[0]:<{wide}}" + "".join(f"{cell:>8}" for cell in row[1:])


def _row(of: Numbers) -> tuple[str, ...]:
    times = ("-" if t is None else f"{t:.0f}" for t in (of.human_p50, of.human_p95))
    counts = (of.lost, of.callbacks, of.kept, of.broken)
    before = (of.calls, of.emergencies, of.reached)
    return (*(str(n) for n in before), *times, *(str(n) for n in counts))
