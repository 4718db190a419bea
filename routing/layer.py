"""Layers: a rotation, the times it is limited to, and its rank among the others."""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterator, Sequence
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
    instant_tick,
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


@dataclass(frozen=True, slots=True)
class Layer:
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
    windows = [(begin, until)]
    if layer.restrictions:
        zone = zone_of(layer.zone or layer.rotation.zone)
        spans = (span for limit in layer.restrictions for span in _spans(limit, zone, begin, until))
        windows = clip(union(spans), begin, until)
    groups, why = layer.rotation.groups, f"layer {layer.id}"
    return [
        (a, b, person, why)
        for turn_start, turn_end, number in turns(layer.rotation, begin, until)
        for a, b in _within(windows, turn_start, turn_end)
        for person in dict.fromkeys(groups[number])
    ]


def _within(windows: Sequence[Span], start: int, end: int) -> Iterator[Span]:
    """What of the windows lies between `start` and `end`."""
    for index in range(max(bisect_right(windows, (start, start)) - 1, 0), len(windows)):
        a, b = windows[index]
        if a >= end:
            return
        if b > start:
            yield max(a, start), min(b, end)


def _spans(limit: Restriction, zone: tzinfo, start: int, end: int) -> Iterator[Span]:
    """The occurrences of a restriction that may touch the span between two ticks."""
    begin, length = _hours(limit)
    number = wall_tick(zone, start) // DAY - 1
    while True:
        opens = instant_tick(zone, number * DAY + begin)
        if opens >= end:
            return
        if _on_day(limit, number):
            yield opens, instant_tick(zone, number * DAY + begin + length)
        number += 1


def _hours(limit: Restriction) -> Span:
    """When the hours of a day begin on the wall, and how long they last."""
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
