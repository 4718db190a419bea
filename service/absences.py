"""People's absences: a calendar comes in, and takes its person off every schedule while it lasts.

A calendar replaces the one before it. What it leaves uncovered is told at once, while somebody can
still do something about it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from routing.override import ABSENT, Override
from routing.schedule import Schedule, gaps
from service.audit import note
from service.clock import Clock
from service.feeds.absences import absences
from service.library import Library, Shelf
from service.store import codec
from service.store.pool import AnyConnection, Pool
from service.store.sql import query

AHEAD = timedelta(days=366)
"""So far ahead a calendar is read; what repeats is read anew when it is sent again."""
MOST = 100
"""Spans without anybody that are told."""
_override = codec.decoder(Override)


class NobodyOfThatName(Exception):
    """There is no such person in the directory."""


class NoCalendar(Exception):
    """What was sent cannot be read. The message is a sentence."""


@dataclass(frozen=True, slots=True)
class Uncovered:
    """Nobody is on call in a schedule from `start` to `end` (UTC), and somebody was before."""

    schedule: str
    start: datetime
    end: datetime

    def __str__(self) -> str:
        return (
            f"{self.schedule}: nobody is on call from {self.start:%Y-%m-%d %H:%M} "
            f"to {self.end:%Y-%m-%d %H:%M} UTC"
        )


@dataclass(frozen=True, slots=True)
class Away:
    """When a person is away in the year to come, and what that leaves to nobody."""

    person: str
    absences: tuple[Override, ...]
    uncovered: tuple[Uncovered, ...]


async def bring_in(
    pool: Pool, library: Library, clock: Clock, person: str, text: bytes, by: str
) -> Away:
    """Read a person's calendar (iCalendar) in place of the one before.

    Whole days are days of the person's own time zone. Raises NobodyOfThatName and NoCalendar; then
    nothing was changed.
    """
    now = clock.now()
    async with pool.acquire() as conn:
        zone = await _zone(conn, person)
    try:
        found = await asyncio.to_thread(absences, text, person, zone, now, now + AHEAD)
    except ValueError as wrong:
        raise NoCalendar(str(wrong)) from None
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute(query("bump_generation"))
        await conn.execute(query("drop_absences"), person)
        before = await library.read(conn, now)
        await _keep(conn, person, found)
        after = await library.read(conn, now)
        await note(conn, now, by, "read a calendar", {"person": person, "absences": len(found)})
    return Away(person, found, tuple(_uncovered(before, after, now))[:MOST])


async def _zone(conn: AnyConnection, person: str) -> str:
    body = await conn.fetchval(query("person_by_id"), person)
    if body is None:
        raise NobodyOfThatName(f"There is no person {person[:80]} in the directory.")
    return codec.decode_person(body).time_zone


async def _keep(conn: AnyConnection, person: str, found: tuple[Override, ...]) -> None:
    kept = [replace(absence, kind=ABSENT) for absence in found]
    await conn.execute(
        query("insert_absences"),
        person,
        [absence.id for absence in kept],
        [codec.encode(absence) for absence in kept],
        [absence.end for absence in kept],
    )


async def away(pool: Pool, clock: Clock, person: str) -> Away:
    """What is kept of a person's absences from now on. Raises NobodyOfThatName."""
    now = clock.now()
    async with pool.acquire() as conn:
        await _zone(conn, person)
        rows = await conn.fetch(query("absences_of"), person, now)
    return Away(person, tuple(_override(row["body"]) for row in rows), ())


def _uncovered(before: Shelf, after: Shelf, now: datetime) -> Iterator[Uncovered]:
    for name, schedule in after.schedules.items():
        if schedule != before.schedules.get(name):
            yield from _newly(before.schedules.get(name), schedule, now)


def _newly(before: Schedule | None, after: Schedule, now: datetime) -> Iterator[Uncovered]:
    """Where nobody is on call who was, or would have been."""
    end = now + AHEAD
    known = set(gaps(before, now, end)) if before is not None else set()
    for begin, until in gaps(after, now, end):
        if (begin, until) not in known:
            yield Uncovered(after.id, begin, until)
