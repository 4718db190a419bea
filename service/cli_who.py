"""`heliograph who`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from service import rota
from service.cli_database import with_database
from service.cli_failure import Failed
from service.cli_words import Instant, utc
from service.clock import SystemClock
from service.library import Library
from service.store.pool import Pool


@click.command()
@click.option("--at", type=Instant(), help="At this instant; now unless said.")
@click.option("--schedule", help="In this schedule alone; exit 1 if nobody is on call.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def who(at: datetime | None, schedule: str | None, *, as_json: bool) -> int:
    """Shows who is on call, until when, and why."""

    async def read(pool: Pool, clock: SystemClock) -> rota.Roster:
        now = clock.now()
        async with pool.acquire() as conn:
            shelf = await rota.shelf_at(Library(), conn, at or now, now)
        if schedule is not None and schedule not in shelf.schedules:
            known = ", ".join(sorted(shelf.schedules)) or "none"
            raise Failed(f"there is no schedule {schedule}; there are: {known}.", 2)
        return rota.roster(shelf, at or now, schedule)

    found = with_database(read, loaded=True)
    if as_json:
        click.echo(json.dumps(_json(found)))
    else:
        click.echo("\n".join(_lines(found)))
    return 1 if schedule is not None and found.empty else 0


def _json(found: rota.Roster) -> dict[str, Any]:
    return {
        "at": utc(found.at),
        "acting_region": found.acting_region,
        "items": [
            {
                "person": one.shift.person,
                "name": one.name,
                "schedule": one.duty.schedule,
                "role": one.duty.role,
                "region": one.duty.region,
                "has_sun": one.duty.has_sun,
                "start": utc(one.shift.start),
                "end": utc(one.shift.end),
                "why": one.shift.why,
            }
            for one in found.people
        ],
        "empty": list(found.empty),
        "absent": list(found.absent),
    }


def _lines(found: rota.Roster) -> Iterator[str]:
    sun = f"the sun is over {found.acting_region}" if found.acting_region else "no region has sun"
    yield f"{found.at:%Y-%m-%d %H:%M} UTC, {sun}"
    for one in found.people:
        place = " ".join(filter(None, (one.duty.region, one.duty.role)))
        until = f"until {one.shift.end:%Y-%m-%d %H:%M} UTC"
        mark = "*" if one.duty.has_sun and one.duty.role == "primary" else " "
        yield (f"{mark} {one.duty.schedule:<22}{place:<18}{one.name:<20}{until}  ({one.shift.why})")
    for schedule in found.empty:
        yield f"  {schedule:<22}{'':<18}nobody is on call"
    if found.absent:
        yield f"  away: {', '.join(found.absent)}"
