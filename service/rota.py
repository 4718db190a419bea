"""Who is on call: now, at another instant, over weeks; and what people change about it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from routing import region as regions
from routing.calendar import is_open
from routing.override import ABSENT, KINDS
from routing.schedule import Override, Schedule, Shift, on_call, shifts
from service.audit import note
from service.clock import Clock
from service.library import Library, Shelf
from service.store import codec
from service.store.pool import AnyConnection, Pool
from service.store.sql import query


class OverrideRefused(Exception):
    """The override makes no sense; nothing was changed. `member` is what is wrong with it."""

    def __init__(self, member: str, sentence: str) -> None:
        self.member = member
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class Duty:
    """What a schedule is for: `primary` or `backup` of a region, `engineering`, or nothing told."""

    schedule: str
    role: str = ""
    region: str | None = None
    has_sun: bool = False
    sun_until: datetime | None = None
    """Until when the region has the sun (UTC); None without it, and where it never sets."""


@dataclass(frozen=True, slots=True)
class OnCall:
    duty: Duty
    shift: Shift
    name: str


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is on call at `at` in every schedule.

    `empty` are schedules with nobody; `absent` is who is away by his calendar (ids).
    """

    at: datetime
    acting_region: str | None
    people: tuple[OnCall, ...]
    empty: tuple[str, ...]
    absent: tuple[str, ...] = ()


async def shelf_at(library: Library, conn: AnyConnection, at: datetime, now: datetime) -> Shelf:
    """What holds at another instant: the policy of that day, overrides that were or will be."""
    if at == now:
        return await library.shelf(conn, now)
    return await library.read(conn, at)


def roster(shelf: Shelf, at: datetime, schedule: str | None = None) -> Roster:
    """Everybody on call at `at` (UTC), or in one schedule alone."""
    policy = shelf.current
    wanted = {k: v for k, v in shelf.schedules.items() if schedule is None or k == schedule}
    people, empty = [], []
    for name, found in wanted.items():
        on = on_call(found, at)
        if not on:
            empty.append(name)
        for duty in _duties(shelf, name, at):
            people += [OnCall(duty, s, shelf.book().name(s.person)) for s in on]
    acting = regions.with_sun(policy.regions, policy.calendars, at)
    absent = tuple(sorted({p for s in wanted.values() for p in _absent(s, at)}))
    return Roster(at, acting.id if acting else None, tuple(people), tuple(empty), absent)


def _absent(schedule: Schedule, at: datetime) -> Iterator[str]:
    for change in schedule.overrides:
        if change.kind == ABSENT and change.person and change.start <= at < change.end:
            yield change.person


def _duties(shelf: Shelf, schedule: str, at: datetime) -> list[Duty]:
    return list(_regional(shelf, schedule, at)) or [_other(shelf, schedule)]


def _regional(shelf: Shelf, schedule: str, at: datetime) -> Iterator[Duty]:
    calendars = shelf.current.calendars
    for region in shelf.current.regions.values():
        sun = is_open(calendars[region.calendar], at)
        until = regions.sunset(region, calendars, at) if sun else None
        for role, own in (("primary", region.schedule), ("backup", region.backup)):
            if own == schedule:
                yield Duty(schedule, role, region.id, sun, until)


def _other(shelf: Shelf, schedule: str) -> Duty:
    engineering = shelf.current.engineering.schedule == schedule
    return Duty(schedule, "engineering" if engineering else "")


def shifts_of(schedule: Schedule, start: datetime, end: datetime) -> tuple[Shift, ...]:
    return shifts(schedule, start, end)


async def change(
    pool: Pool, library: Library, clock: Clock, schedule: str, wanted: Override, by: str
) -> Override:
    """Keep an override; it holds from the next look at the schedule on. Raises OverrideRefused."""
    now = clock.now()
    async with pool.acquire() as conn:
        shelf = await library.shelf(conn, now)
    _check(wanted, shelf, now)
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute(query("bump_generation"))
        return await keep(conn, schedule, replace(wanted, id=uuid.uuid4().hex[:12]), by, now)


async def keep(
    conn: AnyConnection, schedule: str, wanted: Override, by: str, now: datetime
) -> Override:
    """Write it, in a transaction that has bumped the generation. It was checked before."""
    await conn.execute(
        query("insert_override"), wanted.id, schedule, codec.encode(wanted), wanted.end, by, now
    )
    await note(conn, now, by, "overrode a schedule", {"schedule": schedule, "override": wanted})
    return wanted


def _check(wanted: Override, shelf: Shelf, now: datetime) -> None:
    if wanted.kind not in KINDS:
        known = ", ".join(sorted(KINDS))
        raise OverrideRefused("kind", f"there is no kind {wanted.kind[:40]!r}; there are {known}.")
    if wanted.end <= wanted.start:
        raise OverrideRefused("end", "is not after start.")
    if wanted.end <= now:
        raise OverrideRefused("end", "is past; an override cannot change what was.")
    _check_people(wanted, shelf)


def _check_people(wanted: Override, shelf: Shelf) -> None:
    """Everybody the kind asks for is named, and everybody named is known."""
    if wanted.kind == "replace" and wanted.by is None:
        raise OverrideRefused("by", "is missing: who stands in for person?")
    if wanted.person is None and (wanted.by is None or wanted.kind in {"replace", "remove"}):
        raise OverrideRefused("person", "is missing: whom is this about?")
    for member, person in (("person", wanted.person), ("by", wanted.by)):
        if person is not None and person not in shelf.people:
            said = f"there is no person {person[:80]!r} in the directory."
            raise OverrideRefused(member, said)


async def withdraw(pool: Pool, clock: Clock, schedule: str, override: str, by: str) -> bool:
    """Take an override back. False when there is none of this id on the schedule."""
    now = clock.now()
    async with pool.acquire() as conn, conn.transaction():
        gone = await conn.fetchval(query("delete_override"), override, schedule)
        if gone is not None:
            await conn.execute(query("bump_generation"))
            detail = {"schedule": schedule, "override": codec.decode(gone)}
            await note(conn, now, by, "withdrew an override", detail)
    return gone is not None
