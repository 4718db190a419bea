"""`heliograph policy backtest`."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import click

from routing.tools.course import Habits
from routing.tools.tally import Verdict
from service.backtesting import Matter, NotRecorded, Replay, lines_of
from service.cli_database import DOCUMENT, with_database
from service.cli_failure import Failed
from service.cli_policy_asking import stands, told
from service.cli_words import Duration, Progress
from service.clock import SystemClock
from service.intake_records import replay
from service.policy_sources import policy_of
from service.store.pool import Pool

SHOWN_EVERY = 500


@click.command()
@click.argument("file", type=DOCUMENT)
@click.option("--tickets", type=DOCUMENT, help="JSON lines of source `standard`; else the intake.")
@click.option("--current", type=DOCUMENT, help="A policy to compare with; else the one in force.")
@click.option("--directory", type=DOCUMENT, help="People and accounts; else those there.")
@click.option("--days", type=click.IntRange(1, 1100), default=365, show_default=True)
@click.option("--answer", type=Duration(), default="3m", show_default=True, help="To acknowledge.")
@click.option("--reply", type=Duration(), default="15m", show_default=True, help="Then to reply.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def backtest(
    file: Path,
    tickets: Path | None,
    current: Path | None,
    directory: Path | None,
    days: int,
    answer: timedelta,
    reply: timedelta,
    *,
    as_json: bool,
) -> int:
    """Replays recorded tickets under FILE, beside the current policy.

    Pages and nights broken for each person, promises newly broken and newly kept. Whoever is
    reached first is taken to acknowledge after --answer, and to reply after --reply where no reply
    is on record. --days counts back from now and is for the intake. Exit 1 if a promise is newly
    broken.
    """
    asked = stands(current, directory)
    matter = Matter(asked.policy, policy_of(file), asked.directory, Habits(answer, reply))
    with Progress("replaying") as progress:
        if tickets is None:
            since = asked.now - timedelta(days=days)
            found = _from_intake(matter, since, progress)
        else:
            found = _from_file(matter, tickets, progress)
    told(found, found.as_json(), as_json=as_json)
    return 0 if found.better else 1


def _from_file(matter: Matter, tickets: Path, progress: Progress) -> Verdict:
    size, read = tickets.stat().st_size, 0
    try:
        with tickets.open("rb") as lines, Replay(matter) as replay:
            for number, (ticket, raw) in enumerate(lines_of(lines)):
                replay.take(ticket, raw)
                read += len(raw.body)
                if number % SHOWN_EVERY == 0:
                    progress(read >> 10, max(size >> 10, 1))
            return replay.finish()
    except NotRecorded as wrong:
        raise Failed(f"{tickets}, {wrong}", 1) from None


def _from_intake(matter: Matter, since: datetime, progress: Progress) -> Verdict:
    async def work(pool: Pool, _: SystemClock) -> Verdict:
        return await replay(pool, matter, since, progress)

    return with_database(work)
