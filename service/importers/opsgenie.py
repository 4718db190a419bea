"""Opsgenie: what its REST API gives for `GET /v2/schedules?expand=rotation`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from msgspec import Struct

from routing.rotation import Rotation
from routing.schedule import Layer, Restriction, Schedule
from service.importers.imported import (
    Found,
    Unreadable,
    daily,
    decoded,
    distinct,
    layer,
    slug,
    weekly,
    zone_or_utc,
)

UNITS = {"hourly": "hours", "daily": "days", "weekly": "weeks"}
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class _Participant(Struct):
    type: str
    id: str | None = None
    username: str | None = None
    name: str | None = None


class _Window(Struct, rename="camel"):
    start_hour: int = 0
    start_min: int = 0
    end_hour: int = 0
    end_min: int = 0
    start_day: str | None = None
    end_day: str | None = None


class _Limit(Struct):
    type: str
    restriction: _Window | None = None
    restrictions: list[_Window] = []


class _Rotation(Struct, rename="camel"):
    start_date: datetime
    type: str
    participants: list[_Participant]
    length: int = 1
    name: str | None = None
    end_date: datetime | None = None
    time_restriction: _Limit | None = None


class _Schedule(Struct):
    name: str
    rotations: list[_Rotation] = []
    timezone: str | None = None
    enabled: bool = True


class _Export(Struct):
    data: list[_Schedule] | _Schedule


def read(text: bytes, found: Found) -> None:
    """All rotations of a schedule are on call together. Raises Unreadable."""
    data = decoded(text, _Export, "Opsgenie").data
    schedules = data if isinstance(data, list) else [data]
    if not schedules:
        raise Unreadable("This is no export from Opsgenie: its `data` holds no schedule.")
    for schedule in schedules:
        zone = zone_or_utc(found, schedule.timezone, schedule.name)
        if not schedule.enabled:
            found.left_out.append(f"{schedule.name}: it is disabled there")
            continue
        layers = _layers(schedule, zone, found)
        found.add(Schedule(slug(schedule.name), zone, distinct(layers)))
    found.left_out.append("overrides: Opsgenie exports them apart; enter those still to come")


def _layers(schedule: _Schedule, zone: str, found: Found) -> list[Layer]:
    layers: list[Layer] = []
    for number, one in enumerate(schedule.rotations, 1):
        name = one.name or f"rotation {number}"
        what = f"{schedule.name}, {name}"
        with found.leaving_out(what):
            rotation = _rotation(one, zone, tuple(_people(one, what, found)))
            until = one.end_date.astimezone(UTC) if one.end_date else None
            only = tuple(_limits(one.time_restriction, what, found))
            layers.append(layer(name, rotation, only=only, start=rotation.start, until=until))
    return layers


def _rotation(one: _Rotation, zone: str, people: tuple[tuple[str, ...], ...]) -> Rotation:
    """Raises ValueError with the sentence of why there is no equal here."""
    unit = UNITS.get(one.type)
    if unit is None:
        raise ValueError(f"the rotation type {one.type!r}")
    if not people:
        raise ValueError("it has nobody")
    return Rotation(unit, one.length, one.start_date.astimezone(UTC), people, zone)


def _people(rotation: _Rotation, what: str, found: Found) -> Iterator[tuple[str, ...]]:
    for one in rotation.participants:
        name = one.username or one.name or one.id
        if one.type == "user" and name:
            yield (found.person(name),)
        else:
            found.left_out.append(
                f"{what}: the turn of {one.type} {name or ''}".rstrip() + " (people only)"
            )


def _limits(limit: _Limit | None, what: str, found: Found) -> Iterator[Restriction]:
    windows = [] if limit is None else [*limit.restrictions, *filter(None, [limit.restriction])]
    for window in windows:
        try:
            start = time(window.start_hour, window.start_min)
            yield from _window(window, start)
        except ValueError:
            found.left_out.append(f"{what}: a restriction that names no time or day of the week")


def _window(window: _Window, start: time) -> tuple[Restriction, ...]:
    """Raises ValueError for hours and days there are not."""
    end = time(window.end_hour % 24, window.end_min)
    length = timedelta(hours=end.hour - start.hour, minutes=end.minute - start.minute)
    if window.start_day is None or window.end_day is None:
        return daily(start, length if length > timedelta() else length + timedelta(days=1))
    first, last = DAYS.index(window.start_day.lower()), DAYS.index(window.end_day.lower())
    length += timedelta(days=(last - first) % 7)
    return weekly([first], start, length if length > timedelta() else length + timedelta(days=7))
