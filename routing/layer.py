"""Layers: a rotation, the times it is limited to, and its rank among the others."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from routing.rotation import Rotation
from routing.spans import Piece, Span, clip, union
from routing.turns import turns
from routing.wall import (
    DATE_1970,
    DAY,
    WEEKDAY_1970,
    clock_ticks,
    instant_ticks,
    to_ticks,
    wall_tick,
    zone_of,
)


@dataclass(frozen=True, slots=True)
class Restriction:
    """Limits a layer: weekdays (Monday 0), days of month, and local hours, as far as given.

    Half-open; hours may pass midnight, and belong to the day they start on. The same start and end
    is 24 hours.
    """

    weekdays: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    """-1 is the last day of the month."""
    start: time | None = None
    end: time | None = None


class _Lined:
    """Keeps its line beside a layer: what is derived is no part of its value."""

    __slots__ = ("line",)
    line: object
    """See `routing.line`; it is of no use here."""


@dataclass(frozen=True, slots=True)
class Layer(_Lined):
    id: str
    rotation: Rotation
    priority: int = 0
    """The highest number wins; equals are on call together; lower ones fill what is left."""
    restrictions: tuple[Restriction, ...] = ()
    """On call within any of them; without one, always."""
    start: datetime | None = None
    until: datetime | None = None
    """An instant; it cuts a running turn."""
    zone: str | None = None
    """Whose wall clock the restrictions are read on; None is the rotation's."""


def pieces(layer: Layer, start: int, end: int) -> list[Piece]:
    """Who is on call by this layer alone between two ticks, cut to them."""
    begin = start if layer.start is None else max(start, to_ticks(layer.start))
    until = end if layer.until is None else min(end, to_ticks(layer.until))
    if begin >= until:
        return []
    groups, why = _once_each(layer.rotation), f"layer {layer.id}"
    found = turns(layer.rotation, begin, until)
    if not layer.restrictions:
        return [
            (max(a, begin), min(b, until), person, why)
            for a, b, number in found
            for person in groups[number]
        ]
    windows = _windows(layer, begin, until)
    return [
        (x, y, person, why)
        for a, b, number in found
        for x, y in _within(windows, a, b)
        for person in groups[number]
    ]


def _once_each(rotation: Rotation) -> list[tuple[str, ...]]:
    return [tuple(dict.fromkeys(group)) for group in rotation.groups]


def _windows(layer: Layer, start: int, end: int) -> list[Span]:
    """The spans between two ticks that its restrictions leave."""
    zone = zone_of(layer.zone or layer.rotation.zone)
    found = [span for limit in layer.restrictions for span in _spans(limit, zone, start, end)]
    return clip(union(found), start, end)


def _within(windows: Sequence[Span], start: int, end: int) -> list[Span]:
    """What of the windows lies between `start` and `end`."""
    first = max(bisect_right(windows, (start, end)) - 1, 0)
    last = bisect_left(windows, (end,), first)
    if last - first == 1:
        a, b = windows[first]
        return [(max(a, start), min(b, end))] if b > start else []
    return clip(windows[first:last], start, end)


def _spans(limit: Restriction, zone: tzinfo, start: int, end: int) -> Iterable[Span]:
    """The occurrences of a restriction that may touch the span between two ticks."""
    begin, length = hours(limit)
    days = range(wall_tick(zone, start) // DAY - 1, wall_tick(zone, end) // DAY + 3)
    walls = [day * DAY + begin for day in days if _on_day(limit, day)]
    ends = instant_ticks(zone, [wall + length for wall in walls])
    return zip(instant_ticks(zone, walls), ends, strict=True)


def hours(limit: Restriction) -> Span:
    """When the hours of a day begin on the wall, and how long they last: a day at most."""
    start, end = clock_ticks(limit.start or time()), clock_ticks(limit.end or time())
    return start, end - start if end > start else end - start + DAY


def _on_day(limit: Restriction, number: int) -> bool:
    """Whether the day (counted from 1970) is one of those listed."""
    if limit.weekdays and (number + WEEKDAY_1970) % 7 not in limit.weekdays:
        return False
    if not limit.month_days:
        return True
    ordinal = number + DATE_1970.toordinal()
    if not 1 <= ordinal <= date.max.toordinal():
        return False
    day = date.fromordinal(ordinal)
    from_end = day.day - monthrange(day.year, day.month)[1] - 1
    return day.day in limit.month_days or from_end in limit.month_days
