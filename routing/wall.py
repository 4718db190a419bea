"""Wall time and instants: the only place where one becomes the other.

One reading, everywhere (docs/adr/0010): the instant of a wall time is the first instant at which
the local clock shows it or a later one. So a wall time that exists twice is its first, and a
skipped one is the first instant after the gap, be the gap half an hour (Lord Howe), an hour at
midnight (Cairo) or a whole day (Samoa, 2011-12-30). The instant never runs backwards as the wall
time advances, which is what lets two windows that touch on the wall touch in time.

Instants are timezone-aware UTC datetimes and wall times naive ones. Inside the engine both are
ticks: microseconds since 1970, on the UTC clock or on the local one. A zone is read once for a
year or so at a time, into the few edges where its offset changes; a conversion is a binary search.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
DAY = 86_400 * SECOND
DATE_1970 = date(1970, 1, 1)
WEEKDAY_1970 = DATE_1970.weekday()
_WALL_EPOCH = EPOCH.replace(tzinfo=None)
_BLOCK = 400 * DAY
_SLACK = 3 * DAY
_OFFSET = re.compile(r"(?:UTC|GMT)([+-])(\d{1,2})(?::?([0-5]\d))?")
_FIRST_YEAR, _LAST_YEAR = 2, 9998
EARLIEST = (datetime(2, 1, 1, tzinfo=UTC) - EPOCH) // MICROSECOND
LATEST = (datetime(9998, 12, 31, tzinfo=UTC) - EPOCH) // MICROSECOND
"""The ticks of instants that are kept here."""
_FIRST_TICK = (datetime(1, 1, 3, tzinfo=UTC) - EPOCH) // MICROSECOND
_LAST_TICK = (datetime(9999, 12, 29, tzinfo=UTC) - EPOCH) // MICROSECOND


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
    if at.tzinfo is UTC and _FIRST_YEAR <= at.year <= _LAST_YEAR:
        return at
    if at.utcoffset() is None:
        raise ValueError(f"{at.isoformat()} has no time zone: instants are timezone-aware, in UTC.")
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise ValueError(f"{at.isoformat()} is outside the years 2 to 9998 that are kept here.")
    return at.astimezone(UTC)


def wall_at(zone: tzinfo, at: datetime) -> datetime:
    """What the local clock shows at an instant (naive)."""
    return at.astimezone(zone).replace(tzinfo=None)


def instant_of(zone: tzinfo, wall: datetime) -> datetime:
    """The first instant (UTC) at which the local clock shows `wall` (naive) or a later time."""
    tick = (wall - _WALL_EPOCH) // MICROSECOND
    return EPOCH + timedelta(microseconds=instant_tick(zone, tick))


def to_ticks(at: datetime) -> int:
    """Microseconds since 1970, exact."""
    return (at - EPOCH) // MICROSECOND


def from_ticks(ticks: int) -> datetime | None:
    """The instant (UTC), or None where the calendar of the Python datetime ends."""
    try:
        return EPOCH + timedelta(microseconds=ticks)
    except OverflowError:
        return None


def wall_ticks(wall: datetime) -> int:
    """A naive wall time in ticks of the local clock."""
    return (wall - _WALL_EPOCH) // MICROSECOND


def clock_ticks(clock: time) -> int:
    """Ticks since midnight."""
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * SECOND + clock.microsecond


def wall_tick(zone: tzinfo, tick: int) -> int:
    """What the local clock shows at an instant, both in ticks."""
    if zone is UTC:
        return tick
    block = _block(zone, tick // _BLOCK)
    return tick + block.offsets[bisect_right(block.changes, tick)]


def instant_tick(zone: tzinfo, wall: int) -> int:
    """The first instant at which the local clock shows `wall` or a later time, both in ticks."""
    if zone is UTC:
        return wall
    block = _block(zone, wall // _BLOCK)
    skipped, offset = block.readings[bisect_right(block.walls, wall)]
    return wall - offset if skipped is None else skipped


def instant_ticks(zone: tzinfo, walls: Sequence[int]) -> list[int]:
    """`instant_tick` of many, in order: what lies between two changes of the offset, together."""
    if zone is UTC:
        return list(walls)
    found: list[int] = []
    while len(found) < len(walls):
        first = walls[len(found)]
        number = first // _BLOCK
        block = _block(zone, number)
        place = bisect_right(block.walls, first)
        limit = (number + 1) * _BLOCK
        if place < len(block.walls):
            limit = min(limit, block.walls[place])
        together = walls[len(found) : bisect_left(walls, limit, len(found))]
        skipped, offset = block.readings[place]
        found += [wall - offset if skipped is None else skipped for wall in together]
    return found


@dataclass(frozen=True, slots=True)
class _Block:
    """A zone over a stretch of time: its offset changes, seen from UTC and from the wall."""

    changes: Sequence[int]
    offsets: Sequence[int]
    """Offset before the first change, then from each change on."""
    walls: Sequence[int]
    readings: Sequence[tuple[int | None, int]]
    """Before the first of `walls`, then from each on: the instant that ends a gap, or an offset."""


@lru_cache(maxsize=4096)
def _block(zone: tzinfo, number: int) -> _Block:
    low = max(number * _BLOCK - _SLACK, _FIRST_TICK)
    high = min((number + 1) * _BLOCK + _SLACK, _LAST_TICK)
    if low >= high:
        return _Block((), (0,), (), ((None, 0),))
    offset = _ticks(_offset(zone, low // SECOND))
    changes, offsets, walls = [], [offset], []
    readings: list[tuple[int | None, int]] = [(None, offset)]
    for change, after in _changes(zone, low, high):
        if after > offset:
            walls += [change + offset, change + after]
            readings += [(change, after), (None, after)]
        else:
            walls.append(change + offset)
            readings.append((None, after))
        changes.append(change)
        offsets.append(after)
        offset = after
    return _Block(changes, offsets, walls, readings)


def _changes(zone: tzinfo, low: int, high: int) -> Iterator[tuple[int, int]]:
    """Where the offset changes, to the second, and to what. No zone changes twice in a day."""
    day = DAY // SECOND
    before = _offset(zone, low // SECOND)
    for late in range(low // SECOND + day, high // SECOND + day, day):
        after = _offset(zone, late)
        if after == before:
            continue
        early = late - day
        while late - early > 1:
            middle = (early + late) // 2
            if _offset(zone, middle) == before:
                early = middle
            else:
                late = middle  # noqa: PLW2901 - the search ends at the change
        yield late * SECOND, _ticks(after)
        before = after


def _offset(zone: tzinfo, second: int) -> timedelta | None:
    return datetime.fromtimestamp(second, zone).utcoffset()


def _ticks(offset: timedelta | None) -> int:
    return 0 if offset is None else offset // MICROSECOND
