"""Follow the sun: a region has it while its hours are open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from routing.calendar import Calendar, is_open, next_close, next_open

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Region:
    id: str
    zone: str
    calendar: str
    """Id of the calendar that holds its hours."""
    schedule: str
    """Id of the schedule that says who is on call there."""
    name: str = ""
    backup: str = ""
    """Id of the schedule of whoever stands behind the one on call; empty for nobody."""


def with_sun(
    regions: Mapping[str, Region],
    calendars: Mapping[str, Calendar],
    at: datetime,
    home: str | None = None,
) -> Region | None:
    """The region that acts: `home` (an id) if it has the sun, else the one that keeps it longest.

    The order of `regions` breaks ties. None if no region has the sun.
    """
    lit = [region for region in regions.values() if is_open(calendars[region.calendar], at)]
    at_home = next((region for region in lit if region.id == home), None)
    if at_home is not None or len(lit) <= 1:
        return at_home or next(iter(lit), None)
    return max(lit, key=lambda region: sunset(region, calendars, at) or _NEVER)


def sunset(region: Region, calendars: Mapping[str, Calendar], at: datetime) -> datetime | None:
    """When the region's hours close next: `at` itself without the sun, None if it never sets."""
    return next_close(calendars[region.calendar], at)


def next_sunrise(
    regions: Mapping[str, Region], calendars: Mapping[str, Calendar], at: datetime
) -> tuple[Region, datetime] | None:
    """The region that has the sun first, from `at` on, and since when; policy order breaks ties."""
    rises = [(region, next_open(calendars[region.calendar], at)) for region in regions.values()]
    known = [(region, rise) for region, rise in rises if rise is not None]
    return min(known, key=lambda pair: pair[1], default=None)
