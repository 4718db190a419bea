"""Who has the sun, for how long, and what the day looks like from region to region."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from routing import region as regions
from routing.calendar import Calendar, is_open, next_open, spans
from routing.region import Region
from service.library import Shelf

BEFORE, DAY = timedelta(hours=6), timedelta(hours=24)
"""The strip shows a day, of which so much is over."""
WIDE = 1000
"""Units the strip is wide."""
MARKS = 3
"""Hours between two marks."""


@dataclass(frozen=True, slots=True)
class Light:
    """A region: whether it has the sun, until or from when, and its hours on the strip."""

    id: str
    name: str
    zone: str
    lit: bool
    acting: bool
    until: datetime | None
    """When the sun sets; None without it, and where it never does."""
    rises: datetime | None
    bars: tuple[tuple[int, int], ...]
    """Position and width on the strip."""


@dataclass(frozen=True, slots=True)
class Sky:
    lights: tuple[Light, ...]
    acting: Light | None
    """Who has the sun, and keeps it longest."""
    next: Light | None
    """Without anybody: who has it first."""
    now: int
    """Position on the strip."""
    marks: tuple[datetime, ...]


def sky(shelf: Shelf, now: datetime) -> Sky:
    policy = shelf.current
    start = now.replace(minute=0, second=0, microsecond=0) - BEFORE
    acting = regions.with_sun(policy.regions, policy.calendars, now)
    lights = tuple(
        _light(region, policy.calendars[region.calendar], now, start, acting)
        for region in policy.regions.values()
    )
    rising = [light for light in lights if light.rises is not None]
    return Sky(
        lights,
        next((light for light in lights if light.acting), None),
        min(rising, key=lambda light: light.rises or now, default=None),
        _place(now, start),
        tuple(start + timedelta(hours=hour) for hour in range(0, 24, MARKS)),
    )


def _light(
    region: Region, calendar: Calendar, now: datetime, start: datetime, acting: Region | None
) -> Light:
    lit = is_open(calendar, now)
    return Light(
        region.id,
        region.name or region.id,
        region.zone,
        lit,
        acting is not None and acting.id == region.id,
        regions.sunset(region, {region.calendar: calendar}, now) if lit else None,
        None if lit else next_open(calendar, now),
        tuple(
            (_place(begin, start), max(1, _place(end, start) - _place(begin, start)))
            for begin, end in spans(calendar, start, start + DAY)
        ),
    )


def _place(at: datetime, start: datetime) -> int:
    return round((at - start) / DAY * WIDE)
