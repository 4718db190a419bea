"""Coverage calendars: when somebody promised to be there.

Half-open and in physical time: windows and holidays are drawn on the wall clock of the calendar's
zone, their edges become instants by `routing.wall`, and from there on only instants are counted.
Each UTC year of a calendar is compiled once, into its merged spans with a running total of covered
time, so every question is a binary search. Instants must be timezone-aware and within the years 2
to 9998, otherwise ValueError says so; an answer beyond the horizon is None.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from routing.calendar_year import (
    LAST_YEAR,
    Calendar,
    Window,
    decade,
    never_closes,
    year_of,
)
from routing.spans import Span, clip, union
from routing.wall import EPOCH, MICROSECOND, from_ticks, require_instant, to_ticks

__all__ = [
    "Calendar",
    "Window",
    "add",
    "elapsed",
    "holds",
    "is_open",
    "next_close",
    "next_open",
    "spans",
]

Pauses = Iterable[tuple[datetime, datetime]]

HORIZON = 30
"""Years ahead that an opening or closing is looked for: beyond, it is None."""
LONGEST = 100
"""Years ahead that covered time is added up to: beyond, it is None."""


Stretch = tuple[bool, int, int]
"""Whether it is covered, and since and until which ticks at least that is so."""


def stretch(cal: Calendar, tick: int) -> Stretch:
    """What holds at a tick, as far as the ends of its UTC year."""
    try:
        since, until, covered = cal.last
    except AttributeError:
        since, until, covered = 0, 0, False
    if since <= tick < until:
        return covered, since, until
    at = from_ticks(tick)
    year = year_of(cal, 1 if at is None else at.year)
    index = year.span_at(tick)
    if index >= 0 and tick < year.ends[index]:
        found = year.starts[index], year.ends[index], True
    else:
        since = year.ends[index] if index >= 0 else year.start
        later = index + 1 < len(year.starts)
        found = since, year.starts[index + 1] if later else year.end, False
    object.__setattr__(cal, "last", found)
    return found[2], found[0], found[1]


def is_open(cal: Calendar, at: datetime) -> bool:
    """Whether the calendar is covered at an instant."""
    return stretch(cal, to_ticks(require_instant(at)))[0]


def holds(cal: Calendar, at: datetime) -> tuple[datetime, datetime]:
    """Since and until when (UTC) it is open, or closed, as at an instant: within the UTC year."""
    _, since, until = stretch(cal, to_ticks(require_instant(at)))
    return EPOCH + since * MICROSECOND, EPOCH + until * MICROSECOND


def next_open(cal: Calendar, at: datetime) -> datetime | None:
    """The first open instant at or after `at` (`at` itself while open), or None for never."""
    at = require_instant(at)
    return at if is_open(cal, at) else _next(cal, at, covered=True)


def next_close(cal: Calendar, at: datetime) -> datetime | None:
    """The first closed instant at or after `at` (`at` itself while closed), or None for never."""
    at = require_instant(at)
    return _next(cal, at, covered=False) if is_open(cal, at) else at


def _next(cal: Calendar, at: datetime, *, covered: bool) -> datetime | None:
    """The first instant after `at` that is covered, or is not; None beyond the horizon."""
    if _never_changes(cal):
        return None
    tick, last = to_ticks(at), min(at.year + HORIZON - 1, LAST_YEAR)
    beyond = to_ticks(datetime(last + 1, 1, 1, tzinfo=UTC))
    while True:
        tick = stretch(cal, tick)[2]
        if tick >= beyond:
            return None
        if stretch(cal, tick)[0] is covered:
            return from_ticks(tick)


def spans(cal: Calendar, start: datetime, end: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """The covered spans between two instants, clipped to them, merged and in order."""
    start, end = require_instant(start), require_instant(end)
    found: list[Span] = []
    for number in range(start.year, end.year + 1):
        year = year_of(cal, number)
        found += zip(year.starts, year.ends, strict=True)
    pairs = clip(union(found), to_ticks(start), to_ticks(end))
    return tuple((_instant(a), _instant(b)) for a, b in pairs)


def elapsed(cal: Calendar, start: datetime, end: datetime, pauses: Pauses = ()) -> timedelta:
    """Covered physical time between two instants, without what lies in a pause.

    Nothing if `end` is not after `start`. Pauses may overlap and come in any order.
    """
    a, b = to_ticks(require_instant(start)), to_ticks(require_instant(end))
    covered = _covered(cal, a, b)
    for begin, until in _merged(pauses):
        covered -= _covered(cal, max(a, begin), min(b, until))
    return covered * MICROSECOND


def add(cal: Calendar, start: datetime, covered: timedelta, pauses: Pauses = ()) -> datetime | None:
    """The earliest instant at which the covered, unpaused time since `start` reaches `covered`.

    `start` itself if that is nothing or less; None if a hundred years do not reach it.
    """
    left = covered // MICROSECOND
    tick = to_ticks(require_instant(start))
    for begin, until in _merged(pauses):
        if until <= tick:
            continue
        available = _covered(cal, tick, begin)
        if left <= available:
            break
        left -= available
        tick = until
    return _reach(cal, tick, left)


def _reach(cal: Calendar, tick: int, left: int) -> datetime | None:
    """The earliest instant with `left` ticks of covered time since `tick`."""
    at = from_ticks(tick)
    if left <= 0 or at is None:
        return at
    if never_closes(cal):
        return from_ticks(tick + left)
    left += year_of(cal, at.year).covered_until(tick)
    number, last = at.year, min(at.year + LONGEST, LAST_YEAR)
    while number <= last:
        year = year_of(cal, number)
        if number % 10 == 0 and left > 12 * year.total and left > decade(cal, number):
            left -= decade(cal, number)
            number += 10
            continue
        if left <= year.total:
            index = bisect_right(year.before, left - 1) - 1
            return from_ticks(year.starts[index] + left - year.before[index])
        left -= year.total
        number += 1
    return None


def _covered(cal: Calendar, start: int, end: int) -> int:
    """Covered ticks between two ticks; nothing if `end` is not after `start`."""
    if start >= end:
        return 0
    if never_closes(cal):
        return end - start
    first = _instant(start).year
    year = year_of(cal, first)
    if end < year.end:
        return year.covered_until(end) - year.covered_until(start)
    last = _instant(end).year
    covered = year_of(cal, last).covered_until(end) - year.covered_until(start)
    return covered + sum(year_of(cal, number).total for number in range(first, last))


def _merged(pauses: Pauses) -> list[Span]:
    return union((to_ticks(a), to_ticks(b)) for a, b in pauses) if pauses else []


def _instant(tick: int) -> datetime:
    """For ticks that are known to lie in the years kept here."""
    at = from_ticks(tick)
    if at is None or at.year > LAST_YEAR:
        raise ValueError("This instant is outside the years 2 to 9998 that are kept here.")
    return at


def _never_changes(cal: Calendar) -> bool:
    return never_closes(cal) or not (cal.always or cal.windows)
