"""Wall time and instants: the only place where one becomes the other.

One reading, everywhere (docs/adr/0010): the instant of a wall time is the first instant at which
the local clock shows it or a later one. So a wall time that exists twice is its first, and a
skipped one is the first instant after the gap, be the gap half an hour (Lord Howe), an hour at
midnight (Cairo) or a whole day (Samoa, 2011-12-30). The instant never runs backwards as the wall
time advances, which is what lets two windows that touch on the wall touch in time.

Instants are timezone-aware UTC datetimes; wall times are naive.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND_TICKS = 1_000_000
_OFFSET = re.compile(r"(?:UTC|GMT)([+-])(\d{1,2})(?::?([0-5]\d))?")
_FIRST_YEAR, _LAST_YEAR = 2, 9998


@lru_cache(maxsize=512)
def zone_of(name: str) -> tzinfo:
    """The zone of an IANA name, or of a fixed offset such as `UTC-03:00`.

    Raises ValueError with a sentence for an unknown one.
    """
    fixed = _OFFSET.fullmatch(name)
    if fixed:
        return _fixed(name, fixed[1], int(fixed[2]), int(fixed[3] or 0))
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(
            f"Time zone {name!r} is not known: use an IANA name such as 'Europe/Stockholm', "
            "or a fixed offset such as 'UTC-03:00'."
        ) from error


def _fixed(name: str, sign: str, hours: int, minutes: int) -> tzinfo:
    if hours * 60 + minutes >= 24 * 60:
        raise ValueError(f"Time zone {name!r} is a day or more away from UTC: stay below 24:00.")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if sign == "-" else offset, name)


def require_instant(at: datetime) -> datetime:
    """`at` in UTC. Raises ValueError for one without a zone, or outside the years 2 to 9998."""
    offset = at.utcoffset()
    if offset is None:
        raise ValueError(f"{at.isoformat()} has no time zone: instants are timezone-aware, in UTC.")
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise ValueError(f"{at.isoformat()} is outside the years 2 to 9998 that are kept here.")
    return at if at.tzinfo is UTC else at.astimezone(UTC)


def wall_at(zone: tzinfo, at: datetime) -> datetime:
    """What the local clock shows at an instant (naive)."""
    return at.astimezone(zone).replace(tzinfo=None)


def instant_of(zone: tzinfo, wall: datetime) -> datetime:
    """The first instant (UTC) at which the local clock shows `wall` (naive) or a later time."""
    local = wall.replace(tzinfo=zone, fold=0)
    early = local.utcoffset()
    late = local.replace(fold=1).utcoffset()
    if early is None or late is None or early >= late:
        return local.astimezone(UTC)
    return _end_of_gap(zone, wall, early, late)


def _end_of_gap(zone: tzinfo, wall: datetime, before: timedelta, after: timedelta) -> datetime:
    """The transition that skipped `wall`: the offset is `before` until it, `after` from it on."""
    low = to_ticks((wall - after).replace(tzinfo=UTC)) // SECOND_TICKS
    high = to_ticks((wall - before).replace(tzinfo=UTC)) // SECOND_TICKS
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def to_ticks(at: datetime) -> int:
    """Microseconds since 1970, exact."""
    return (at - EPOCH) // MICROSECOND


def from_ticks(ticks: int) -> datetime | None:
    """The instant (UTC), or None where the calendar of the Python datetime ends."""
    try:
        return EPOCH + timedelta(microseconds=ticks)
    except OverflowError:
        return None
