"""grafana/oncall: its public API's schedules and on-call shifts, put into one document.

{"schedules": [...], "on_call_shifts": [...]}, each also as the API's page with `results`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from routing.rotation import Rotation
from routing.schedule import Layer, Override, Restriction, Schedule
from routing.wall import instant_of, zone_of
from service.importers.imported import (
    Found,
    daily,
    decoded,
    distinct,
    layer,
    slug,
    weekly,
    zone_or_utc,
)

UNITS = {"hourly": "hours", "daily": "days", "weekly": "weeks", "monthly": "months"}
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
SINGLE = frozenset({"override", "single_event"})
NEVER = timedelta(0)
LENGTHS = {"hours": timedelta(hours=1), "days": timedelta(days=1), "weeks": timedelta(weeks=1)}


class _Shift(Struct):
    id: str
    type: str
    start: datetime
    duration: int
    """Seconds."""
    name: str | None = None
    rotation_start: datetime | None = None
    until: datetime | None = None
    frequency: str | None = None
    interval: int | None = None
    by_day: list[str] | None = None
    by_month: list[int] | None = None
    by_monthday: list[int] | None = None
    users: list[str] | None = None
    rolling_users: list[list[str]] | None = None
    start_rotation_from_user_index: int | None = None
    time_zone: str | None = None
    level: int | None = None


class _Schedule(Struct):
    name: str
    id: str = ""
    type: str = ""
    time_zone: str | None = None
    shifts: list[str] | None = None


class _Schedules(Struct):
    results: list[_Schedule]


class _Shifts(Struct):
    results: list[_Shift]


class _Export(Struct):
    schedules: list[_Schedule] | _Schedules
    on_call_shifts: list[_Shift] | _Shifts


def read(text: bytes, found: Found) -> None:
    """Shifts of higher levels win. Raises Unreadable."""
    export = decoded(text, _Export, "grafana/oncall")
    schedules = export.schedules
    listed = schedules.results if isinstance(schedules, _Schedules) else schedules
    shifts = export.on_call_shifts
    known = {s.id: s for s in (shifts.results if isinstance(shifts, _Shifts) else shifts)}
    for schedule in listed:
        _schedule(schedule, known, found)
    found.left_out.append("swaps: grafana/oncall exports them apart; enter those still to come")


def _schedule(schedule: _Schedule, known: Mapping[str, _Shift], found: Found) -> None:
    zone = zone_or_utc(found, schedule.time_zone, schedule.name)
    if schedule.type == "ical":
        found.left_out.append(f"{schedule.name}: it is an iCalendar; import that with `ical`")
    layers: list[Layer] = []
    overrides: list[Override] = []
    for name in schedule.shifts or ():
        shift = known.get(name)
        if shift is None:
            found.left_out.append(f"{schedule.name}: the shift {name} is not in the file")
        elif shift.type in SINGLE:
            overrides += _overrides(shift, zone, found)
        else:
            layers += _layer(shift, zone, f"{schedule.name}, {shift.name or shift.id}", found)
    found.add(Schedule(slug(schedule.name), zone, distinct(layers), tuple(overrides)))


def _start(shift: _Shift, zone: str) -> datetime:
    wall = shift.start.replace(tzinfo=None)
    return instant_of(zone_of(shift.time_zone or zone), wall)


def _overrides(shift: _Shift, zone: str, found: Found) -> Iterator[Override]:
    begin = _start(shift, zone)
    kind = "take_over" if shift.type == "override" else "add"
    groups = [*(shift.rolling_users or ()), shift.users or []]
    for number, user in enumerate(user for group in groups for user in group):
        name = slug(f"{shift.name or shift.id} {number + 1}")
        end = begin + timedelta(seconds=shift.duration)
        person = found.person(user)
        by = {"by": person} if kind == "take_over" else {"person": person}
        yield Override(name, kind, begin, end, **by)


def _layer(shift: _Shift, zone: str, what: str, found: Found) -> Iterator[Layer]:
    unit, every = UNITS.get(shift.frequency or ""), shift.interval or 1
    people = _people(shift, found)
    if unit is None or not people or shift.by_month:
        found.left_out.append(f"{what}: its recurrence has no equal here, or nobody is in it")
        return
    only = _limits(shift, unit, every)
    if only is None:
        found.left_out.append(f"{what}: turns of {timedelta(seconds=shift.duration)} do not fit")
        return
    start, until = _span(shift, _own_zone(shift, zone, what, found))
    rotation = Rotation(unit, every, _start(shift, zone), people, zone)
    rank = shift.level or 0
    yield layer(
        shift.name or shift.id, rotation, priority=rank, only=only, start=start, until=until
    )


def _own_zone(shift: _Shift, zone: str, what: str, found: Found) -> str:
    own = shift.time_zone or zone
    if own != zone:
        found.left_out.append(f"{what}: its zone is {own}; the schedule's, {zone}, is written")
    return own


def _people(shift: _Shift, found: Found) -> tuple[tuple[str, ...], ...]:
    """In turn, whoever is first in front."""
    groups = [group for group in shift.rolling_users or [shift.users or []] if group]
    first = (shift.start_rotation_from_user_index or 0) % max(len(groups), 1)
    turned = (*groups[first:], *groups[:first])
    return tuple(tuple(found.person(user) for user in group) for group in turned)


def _span(shift: _Shift, zone: str) -> tuple[datetime, datetime | None]:
    """From when and until when it holds; `until` is in UTC there."""
    begin, since = _start(shift, zone), shift.rotation_start
    if since is not None:
        begin = max(begin, instant_of(zone_of(zone), since.replace(tzinfo=None)))
    if shift.until is None:
        return begin, None
    return begin, instant_of(zone_of("UTC"), shift.until.replace(tzinfo=None))


def _limits(shift: _Shift, unit: str, every: int) -> tuple[Restriction, ...] | None:
    """The hours a turn is cut to: none where it fills its time, None where it cannot be said."""
    length, start = timedelta(seconds=shift.duration), shift.start.time()
    if shift.by_monthday or unit == "months" or length > timedelta(days=7):
        return () if length == every * LENGTHS.get(unit, NEVER) else None
    if shift.by_day:
        return weekly([DAYS.index(day) for day in shift.by_day if day in DAYS], start, length)
    if length == every * LENGTHS[unit]:
        return ()
    return _hours(shift, unit, every)


def _hours(shift: _Shift, unit: str, every: int) -> tuple[Restriction, ...] | None:
    """Of a turn that is shorter than its time, and says no days."""
    length, start = timedelta(seconds=shift.duration), shift.start.time()
    if unit == "days" and length < timedelta(days=1):
        return daily(start, length)
    return weekly([shift.start.weekday()], start, length) if (unit, every) == ("weeks", 1) else None
