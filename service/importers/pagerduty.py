"""PagerDuty: what its REST API gives for `GET /schedules/{id}`, one or a list of them."""

from __future__ import annotations

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
    turn,
    weekly,
    zone_or_utc,
)


class _User(Struct):
    id: str = ""
    summary: str | None = None
    name: str | None = None
    email: str | None = None


class _Member(Struct):
    user: _User


class _Limit(Struct):
    type: str
    duration_seconds: int
    start_time_of_day: str = "00:00:00"
    start_day_of_week: int = 1
    """Monday is 1."""


class _Layer(Struct):
    start: datetime
    rotation_virtual_start: datetime
    rotation_turn_length_seconds: int
    users: list[_Member]
    id: str = ""
    name: str | None = None
    end: datetime | None = None
    restrictions: list[_Limit] = []


class _Schedule(Struct):
    name: str
    schedule_layers: list[_Layer]
    id: str = ""
    time_zone: str | None = None


class _Export(Struct):
    schedule: _Schedule | None = None
    schedules: list[_Schedule] = []


def read(text: bytes, found: Found) -> None:
    """The layer listed first wins, as its API lists them. Raises Unreadable."""
    export = decoded(text, _Export, "PagerDuty")
    schedules = [*export.schedules, *([export.schedule] if export.schedule else [])]
    if not schedules:
        raise Unreadable("This is no export from PagerDuty: it holds no `schedule` or `schedules`.")
    for schedule in schedules:
        zone = zone_or_utc(found, schedule.time_zone, schedule.name)
        layers = _layers(schedule, zone, found)
        found.add(Schedule(slug(schedule.name), zone, distinct(layers)))
        if len(layers) > 1:
            found.left_out.append(f"{schedule.name}: check that the layer listed first is to win")
    found.left_out.append("overrides: PagerDuty exports them apart; enter those still to come")


def _layers(schedule: _Schedule, zone: str, found: Found) -> list[Layer]:
    layers: list[Layer] = []
    for number, one in enumerate(schedule.schedule_layers, 1):
        name = one.name or f"layer {number}"
        what = f"{schedule.name}, {name}"
        rank = len(schedule.schedule_layers) + 1 - number
        with found.leaving_out(what):
            rotation = _rotation(one, zone, found)
            only = tuple(limit for each in one.restrictions for limit in _limits(each, what, found))
            start, until = one.start.astimezone(UTC), one.end.astimezone(UTC) if one.end else None
            layers.append(layer(name, rotation, priority=rank, only=only, start=start, until=until))
    return layers


def _rotation(one: _Layer, zone: str, found: Found) -> Rotation:
    """Raises ValueError with the sentence of why there is no equal here."""
    people = tuple((found.person(_name(member.user)),) for member in one.users)
    length = turn(timedelta(seconds=max(one.rotation_turn_length_seconds, 0)))
    if not people:
        raise ValueError("it has nobody")
    if length is None:
        raise ValueError("it has turns that are not whole hours")
    return Rotation(*length, one.rotation_virtual_start.astimezone(UTC), people, zone)


def _name(user: _User) -> str:
    return user.email or user.name or user.summary or user.id


def _limits(limit: _Limit, what: str, found: Found) -> tuple[Restriction, ...]:
    length = timedelta(seconds=limit.duration_seconds)
    try:
        start = time.fromisoformat(limit.start_time_of_day)
    except ValueError:
        found.left_out.append(f"{what}: the restriction at {limit.start_time_of_day!r}")
        return ()
    if limit.type == "daily_restriction":
        return daily(start, length)
    if limit.type == "weekly_restriction":
        return weekly([(limit.start_day_of_week - 1) % 7], start, length)
    found.left_out.append(f"{what}: the restriction {limit.type!r}")
    return ()
