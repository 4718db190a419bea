"""grafana/oncall: its public API's schedules and on-call shifts, put into one document.

{"schedules": [...], "on_call_shifts": [...]}, each also as the API's page with `results`.
"""

from __future__ import annotations

from collections.abc import Iterator
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
        zone = zone_or_utc(found, schedule.time_zone, schedule.name)
        wanted = [known[name] for name in schedule.shifts or () if name in known]
        missing = [name for name in schedule.shifts or () if name not in known]
        found.left_out += [
            f"{schedule.name}: the shift {name} is not in the file" for name in missing
        ]
        if schedule.type == "ical":
            found.left_out.append(f"{schedule.name}: it is an iCalendar; import that with `ical`")
        layers, overrides = [], []
        for shift in wanted:
            what = f"{schedule.name}, {shift.name or shift.id}"
            if shift.type in {"override", "single_event"}:
                overrides += list(_overrides(shift, zone, found))
            else:
                layers += list(_layer(shift, zone, what, found))
        found.add(Schedule(slug(schedule.name), zone, distinct(layers), tuple(overrides)))
    found.left_out.append("swaps: grafana/oncall exports them apart; enter those still to come")


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
    groups = [group for group in shift.rolling_users or [shift.users or []] if group]
    if unit is None or not groups or shift.by_month or (unit == "months" and shift.by_day):
        found.left_out.append(f"{what}: its recurrence has no equal here, or nobody is in it")
        return
    first = (shift.start_rotation_from_user_index or 0) % len(groups)
    people = tuple(
        tuple(found.person(user) for user in group) for group in (*groups[first:], *groups[:first])
    )
    only = _limits(shift, unit, every)
    if only is None:
        found.left_out.append(f"{what}: turns of {timedelta(seconds=shift.duration)} do not fit")
        return
    begin, own = _start(shift, zone), shift.time_zone or zone
    if own != zone:
        found.left_out.append(f"{what}: its zone is {own}; the schedule's, {zone}, is written")
    rotation = Rotation(unit, every, begin, people, zone)
    since = shift.rotation_start
    start = max(begin, instant_of(zone_of(own), since.replace(tzinfo=None))) if since else begin
    until = instant_of(zone_of("UTC"), shift.until.replace(tzinfo=None)) if shift.until else None
    yield layer(
        shift.name or shift.id,
        rotation,
        priority=shift.level or 0,
        only=only,
        start=start,
        until=until,
    )


def _limits(shift: _Shift, unit: str, every: int) -> tuple[Restriction, ...] | None:
    """The hours a turn is cut to: none where it fills its time, None where it cannot be said."""
    length = timedelta(seconds=shift.duration)
    if shift.by_monthday:
        return None
    if shift.by_day:
        days = [DAYS.index(day) for day in shift.by_day if day in DAYS]
        return weekly(days, shift.start.time(), length) if length <= timedelta(days=7) else None
    if unit in LENGTHS and length == every * LENGTHS[unit]:
        return ()
    if unit == "days" and length < timedelta(days=1):
        return daily(shift.start.time(), length)
    if unit == "weeks" and every == 1 and length < timedelta(days=7):
        return weekly([shift.start.weekday()], shift.start.time(), length)
    return None
