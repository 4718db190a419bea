"""The grid of a rotation: where turns start, in wall ticks of its zone.

Slots lie in cycles that are counted from the one that holds the first handoff. An even grid repeats
after a fixed time on the wall clock; a monthly one is drawn month by month, and a month without the
day of the first handoff has its slot on its last day.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from functools import lru_cache

from routing.rotation import Rotation
from routing.wall import (
    DATE_1970,
    DAY,
    MICROSECOND,
    WEEKDAY_1970,
    require_instant,
    to_ticks,
    wall_tick,
    zone_of,
)

_HOUR = DAY // 24
_WEEK = 7 * DAY
_UNITS = {"hours": _HOUR, "days": DAY, "weeks": _WEEK, "months": 0}
_EIGHT_YEARS = 8
"""The longest time between two 29 Februaries, for a rotation by the year."""
_ORDINAL_1970 = DATE_1970.toordinal()


Slot = tuple[int, int]
"""Where a turn starts on the wall, and the number of the turn it belongs to.

The next turn is the next group's; slots of one turn are the same group's.
"""


@dataclass(frozen=True, slots=True)
class Grid:
    zone: tzinfo
    first: int
    """The first handoff."""
    earliest: int | None
    """The first slot that counts: None if the rotation reaches back."""
    length: int | None
    """How long a turn lasts; None until the next slot."""
    slack: int
    """Cycles to look at before and after the one in question to be sure of meeting a slot."""
    cycle_of: Callable[[int], int]
    slots: Callable[[int], Sequence[Slot]]
    takes: Callable[[int], bool] | None
    """Which slots start a turn; None if every one does."""


@lru_cache(maxsize=8192)
def grid_of(rotation: Rotation) -> Grid:
    """Raises ValueError for a unit that is not known, or less than one of it."""
    if rotation.unit not in _UNITS:
        known = ", ".join(_UNITS)
        raise ValueError(f"A rotation in {rotation.unit!r} is not known: use one of {known}.")
    if rotation.every < 1:
        raise ValueError(f"A rotation every {rotation.every} {rotation.unit} never turns: use 1.")
    zone = zone_of(rotation.zone)
    first = wall_tick(zone, to_ticks(require_instant(rotation.start)))
    length = None if rotation.length is None else rotation.length // MICROSECOND
    monthly = rotation.unit == "months"
    cycle_of, slots = (_monthly if monthly else _even)(rotation, first)
    return Grid(
        zone,
        first,
        None if rotation.backwards else first,
        length,
        _EIGHT_YEARS if rotation.month_days else 1,
        cycle_of,
        slots,
        _taken(rotation),
    )


_Drawn = tuple[Callable[[int], int], Callable[[int], Sequence[Slot]]]


def _even(rotation: Rotation, first: int) -> _Drawn:
    """Hours, days and weeks."""
    origin, step, keep = first, rotation.every * _UNITS[rotation.unit], 1
    offsets = [0]
    start_day = _weekday(first)
    if rotation.unit == "days" and rotation.weekdays:
        step, keep = _WEEK, rotation.every
        offsets = _days_after(start_day, rotation.weekdays)
    elif rotation.unit == "weeks" and rotation.weekdays:
        origin = first - (start_day - rotation.week_start) % 7 * DAY
        offsets = _days_after(rotation.week_start, rotation.weekdays)
        keep = len(offsets)
    elif rotation.unit == "weeks":
        offsets = _days_after(start_day, rotation.handoff_days | {start_day})

    def cycle_of(wall: int) -> int:
        return (wall - origin) // step

    def single(cycle: int) -> Sequence[Slot]:
        return ((origin + cycle * step, cycle),)

    def several(cycle: int) -> Sequence[Slot]:
        begin, number = origin + cycle * step, cycle * len(offsets)
        return [(begin + offset, (number + n) // keep) for n, offset in enumerate(offsets)]

    return cycle_of, single if offsets == [0] and keep == 1 else several


def _days_after(day: int, weekdays: frozenset[int]) -> list[int]:
    return sorted((weekday - day) % 7 * DAY for weekday in weekdays)


def _monthly(rotation: Rotation, first: int) -> _Drawn:
    day_one = _date(first)
    origin = day_one.year * 12 + day_one.month - 1
    clock = first % DAY
    chosen = bool(rotation.weekdays or rotation.month_days)

    def cycle_of(wall: int) -> int:
        day = _date(wall)
        return (day.year * 12 + day.month - 1 - origin) // rotation.every

    def slots(cycle: int) -> Sequence[Slot]:
        year, month = divmod(origin + cycle * rotation.every, 12)
        if not date.min.year <= year <= date.max.year:
            return []
        last = monthrange(year, month + 1)[1]
        days = _days_of(rotation, year, month + 1, last) if chosen else [min(day_one.day, last)]
        start = (date(year, month + 1, 1).toordinal() - 1 - _ORDINAL_1970) * DAY + clock
        return [(start + day * DAY, cycle) for day in days]

    return cycle_of, slots


def _days_of(rotation: Rotation, year: int, month: int, last: int) -> list[int]:
    """The days of a month that are listed by number, by weekday, or by both."""
    listed = {day if day > 0 else last + 1 + day for day in rotation.month_days}
    days = [day for day in range(1, last + 1) if not listed or day in listed]
    weekdays = rotation.weekdays
    return [day for day in days if not weekdays or date(year, month, day).weekday() in weekdays]


def _taken(rotation: Rotation) -> Callable[[int], bool] | None:
    by_hour = rotation.weekdays if rotation.unit == "hours" else frozenset()
    months = rotation.months
    if not by_hour and not months:
        return None

    def takes(wall: int) -> bool:
        in_month = not months or _date(wall).month in months
        return in_month and (not by_hour or _weekday(wall) in by_hour)

    return takes


def _weekday(wall: int) -> int:
    return (wall // DAY + WEEKDAY_1970) % 7


def _date(wall: int) -> date:
    ordinal = wall // DAY + _ORDINAL_1970
    return date.fromordinal(min(max(ordinal, 1), date.max.toordinal()))
