"""grafana/oncall: its public API's schedules and on-call shifts, put into one document.

{"schedules": [...], "on_call_shifts": [...]}, each also as the API's page with `results`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from routing.rotation import Rotation
from routing.schedule import Layer, Override, Schedule
from routing.wall import instant_of, zone_of
from service.importers.imported import (
    Found,
    decoded,
    distinct,
    layer,
    slug,
    zone_or_utc,
)

UNITS = {"hourly": "hours", "daily": "days", "weekly": "weeks", "monthly": "months"}
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
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
    week_start: str | None = None
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
            continue
        what = f"{schedule.name}, {shift.name or shift.id}"
        own = zone_or_utc(found, shift.time_zone or zone, what)
        with found.leaving_out(what):
            if shift.type == "override":
                overrides += _overrides(shift, own, found)
            else:
                layers.append(_layer(shift, own, found))
    found.add(Schedule(slug(schedule.name), zone, distinct(layers), tuple(overrides)))


def _start(shift: _Shift, zone: str) -> datetime:
    return instant_of(zone_of(zone), shift.start.replace(tzinfo=None))


def _end(shift: _Shift, zone: str) -> datetime:
    wall = shift.start.replace(tzinfo=None) + timedelta(seconds=shift.duration)
    return instant_of(zone_of(zone), wall)


def _overrides(shift: _Shift, zone: str, found: Found) -> list[Override]:
    """An override beats every level; all who are in it are on call together."""
    begin, end = _start(shift, zone), _end(shift, zone)
    people = [user for group in [*(shift.rolling_users or ()), shift.users or []] for user in group]
    named = enumerate(dict.fromkeys(found.person(user) for user in people), 1)
    name = shift.name or shift.id
    return [
        Override(slug(f"{name} {number}"), "take_over", begin, end, by=who) for number, who in named
    ]


def _layer(shift: _Shift, zone: str, found: Found) -> Layer:
    """Raises ValueError with the sentence of why there is no equal here.

    A single event is one turn, of those who are in it first, however many days it lasts.
    """
    begin, until = _span(shift, zone)
    if shift.type == "single_event":
        until = min(_end(shift, zone), until or _end(shift, zone))
        rotation = Rotation("days", 1, begin, _people(shift, found)[:1], zone)
    else:
        rotation = _rotation(shift, zone, _people(shift, found))
    name, level = shift.name or shift.id, shift.level or 0
    return layer(name, rotation, priority=level, start=begin, until=until)


def _rotation(shift: _Shift, zone: str, people: tuple[tuple[str, ...], ...]) -> Rotation:
    unit = _unit(shift)
    return Rotation(
        unit,
        shift.interval or 1,
        _start(shift, zone),
        people,
        zone,
        length=_length(shift, unit),
        weekdays=frozenset(_weekday(day) for day in shift.by_day or ()),
        month_days=frozenset(shift.by_monthday or ()),
        months=frozenset(shift.by_month or ()),
        week_start=_weekday(shift.week_start or "MO"),
    )


def _unit(shift: _Shift) -> str:
    unit = UNITS.get(shift.frequency or "")
    if unit is None:
        raise ValueError(f"turns that are {shift.frequency!r} have no equal here")
    if shift.by_monthday and unit != "months":
        raise ValueError("days of the month have an equal only in turns of months")
    return unit


def _length(shift: _Shift, unit: str) -> timedelta | None:
    """How long a turn lasts; None where that is until the next one."""
    length = timedelta(seconds=shift.duration)
    chosen = shift.by_day or shift.by_month or shift.by_monthday
    whole = not chosen and length == (shift.interval or 1) * LENGTHS.get(unit, NEVER)
    return None if whole else length


def _weekday(day: str) -> int:
    if day not in DAYS:
        raise ValueError(f"{day!r} is no day of the week here")
    return DAYS.index(day)


def _people(shift: _Shift, found: Found) -> tuple[tuple[str, ...], ...]:
    """In turn, whoever is first in front. Raises ValueError where there is nobody."""
    groups = [group for group in shift.rolling_users or [shift.users or []] if group]
    if not groups:
        raise ValueError("nobody is in it")
    first = (shift.start_rotation_from_user_index or 0) % len(groups)
    turned = (*groups[first:], *groups[:first])
    return tuple(tuple(dict.fromkeys(found.person(user) for user in group)) for group in turned)


def _span(shift: _Shift, zone: str) -> tuple[datetime, datetime | None]:
    """From when and until when it holds; `until` is in UTC there."""
    begin, since = _start(shift, zone), shift.rotation_start
    if since is not None:
        begin = max(begin, instant_of(zone_of(zone), since.replace(tzinfo=None)))
    if shift.until is None:
        return begin, None
    return begin, instant_of(zone_of("UTC"), shift.until.replace(tzinfo=None))
