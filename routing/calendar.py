"""Coverage calendars: when somebody promised to be there.

Half-open and in physical time: windows and holidays are drawn on the wall clock of the calendar's
zone, their edges become instants by `routing.wall`, and from there on only instants are counted.
Each UTC year of a calendar is compiled once, into its merged spans with a running total of covered
time, so every question is a binary search. Instants must be timezone-aware and within the years 2
to 9998, otherwise ValueError says so; an answer beyond the horizon is None.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import accumulate

from routing.public_holidays import public_holidays
from routing.spans import Span, clip, union, without
from routing.wall import (
    DATE_1970,
    DAY,
    MICROSECOND,
    WEEKDAY_1970,
    clock_ticks,
    from_ticks,
    instant_tick,
    require_instant,
    to_ticks,
    zone_of,
)

Pauses = Iterable[tuple[datetime, datetime]]

HORIZON = 30
"""Years ahead that an opening or closing is looked for: beyond, it is None."""
LONGEST = 100
"""Years ahead that covered time is added up to: beyond, it is None."""
_LAST_YEAR = 9998
_WEEK = 7 * DAY


@dataclass(frozen=True, slots=True)
class Window:
    """A weekly window in local wall time, half-open; Monday is 0.

    It may span days and wrap the week; one that ends where it starts is the whole week.
    """

    start_day: int
    start: time
    end_day: int
    end: time
    """00:00 of the following day stands for 24:00."""

    @property
    def length(self) -> timedelta:
        """On the wall clock: more than nothing, at most a week."""
        days = (self.end_day - self.start_day) % 7 * DAY
        length = days + clock_ticks(self.end) - clock_ticks(self.start)
        return (length if length > 0 else length + _WEEK) * MICROSECOND


@dataclass(frozen=True, slots=True)
class Calendar:
    """Half-open, physical minutes, right across DST. A holiday closes local midnight to midnight.

    `zone` is an IANA name or a fixed offset such as `UTC-03:00`. Open in the union of `windows`, or
    at any time if `always`; closed on `holidays` and on the country's.
    """

    id: str
    zone: str = "UTC"
    windows: tuple[Window, ...] = ()
    holidays: frozenset[date] = frozenset()
    country: str | None = None
    """ISO 3166 country (or country-subdivision) whose public holidays close it as well."""
    observed: bool = True
    """Whether the country's observed rule (Saturday to Friday, Sunday to Monday) applies."""
    always: bool = False

    def __hash__(self) -> int:
        """By name: every question looks its calendar up, and a long holiday list hashes slowly."""
        return hash((self.id, self.zone))


@dataclass(frozen=True, slots=True)
class _Year:
    """One UTC year: spans in ticks, split at its ends, and the covered time before each."""

    start: int
    end: int
    starts: Sequence[int]
    ends: Sequence[int]
    before: Sequence[int]
    total: int

    def span_at(self, tick: int) -> int:
        """Index of the last span that starts at or before `tick`, or -1."""
        return bisect_right(self.starts, tick) - 1

    def covered_until(self, tick: int) -> int:
        index = self.span_at(tick)
        if index < 0:
            return 0
        return self.before[index] + min(tick, self.ends[index]) - self.starts[index]


def is_open(cal: Calendar, at: datetime) -> bool:
    """Whether the calendar is covered at an instant."""
    at = require_instant(at)
    year, tick = _year(cal, at.year), to_ticks(at)
    index = year.span_at(tick)
    return index >= 0 and tick < year.ends[index]


def next_open(cal: Calendar, at: datetime) -> datetime | None:
    """The first open instant at or after `at` (`at` itself while open), or None for never."""
    at = require_instant(at)
    if is_open(cal, at):
        return at
    if not cal.always and not cal.windows:
        return None
    tick = to_ticks(at)
    for number in _years(at.year, HORIZON):
        year = _year(cal, number)
        index = bisect_right(year.starts, tick)
        if index < len(year.starts):
            return from_ticks(year.starts[index])
        tick = year.end - 1
    return None


def next_close(cal: Calendar, at: datetime) -> datetime | None:
    """The first closed instant at or after `at` (`at` itself while closed), or None for never."""
    at = require_instant(at)
    if not is_open(cal, at):
        return at
    if _never_closes(cal):
        return None
    tick = to_ticks(at)
    for number in _years(at.year, HORIZON):
        year = _year(cal, number)
        index = year.span_at(tick)
        if index < 0 or year.ends[index] <= tick:
            return from_ticks(tick)
        tick = year.ends[index]
        if tick < year.end:
            return from_ticks(tick)
    return None


def spans(cal: Calendar, start: datetime, end: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """The covered spans between two instants, clipped to them, merged and in order."""
    start, end = require_instant(start), require_instant(end)
    found: list[Span] = []
    for number in range(start.year, end.year + 1):
        year = _year(cal, number)
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
    if _never_closes(cal):
        return from_ticks(tick + left)
    left += _year(cal, at.year).covered_until(tick)
    number, last = at.year, min(at.year + LONGEST, _LAST_YEAR)
    while number <= last:
        year = _year(cal, number)
        if number % 10 == 0 and left > 12 * year.total and left > _decade(cal, number):
            left -= _decade(cal, number)
            number += 10
            continue
        if left <= year.total:
            index = bisect_right(year.before, left - 1) - 1
            return from_ticks(year.starts[index] + left - year.before[index])
        left -= year.total
        number += 1
    return None


@lru_cache(maxsize=1024)
def _decade(cal: Calendar, first: int) -> int:
    """Covered ticks of ten years, so that what is far away is no slower to reach."""
    return sum(_year(cal, number).total for number in range(first, min(first + 10, _LAST_YEAR + 1)))


def _covered(cal: Calendar, start: int, end: int) -> int:
    """Covered ticks between two ticks; nothing if `end` is not after `start`."""
    if start >= end:
        return 0
    if _never_closes(cal):
        return end - start
    first, last = _instant(start).year, _instant(end).year
    covered = _year(cal, last).covered_until(end) - _year(cal, first).covered_until(start)
    return covered + sum(_year(cal, number).total for number in range(first, last))


def _merged(pauses: Pauses) -> list[Span]:
    return union((to_ticks(a), to_ticks(b)) for a, b in pauses) if pauses else []


def _instant(tick: int) -> datetime:
    """For ticks that are known to lie in the years kept here."""
    at = from_ticks(tick)
    if at is None or at.year > _LAST_YEAR:
        raise ValueError("This instant is outside the years 2 to 9998 that are kept here.")
    return at


def _years(first: int, count: int) -> range:
    return range(first, min(first + count, _LAST_YEAR) + 1)


@lru_cache(maxsize=1024)
def _never_closes(cal: Calendar) -> bool:
    """Whether the windows tile the week and nothing closes them."""
    if cal.holidays or cal.country:
        return False
    if cal.always:
        return True
    ring = []
    for window in cal.windows:
        begin, length = (
            window.start_day * DAY + clock_ticks(window.start),
            window.length // MICROSECOND,
        )
        ring += [(begin, begin + length), (begin - _WEEK, begin - _WEEK + length)]
    return clip(union(ring), 0, _WEEK) == [(0, _WEEK)]


@lru_cache(maxsize=4096)
def _year(cal: Calendar, number: int) -> _Year:
    start = to_ticks(datetime(number, 1, 1, tzinfo=UTC))
    end = to_ticks(datetime(number + 1, 1, 1, tzinfo=UTC))
    zone = zone_of(cal.zone)
    weekly = [(start, end)] if cal.always else union(_weekly(cal.windows, zone, start, end))
    closed = union(_closed(cal, zone, number))
    open_spans = clip(without(weekly, closed), start, end)
    *before, total = accumulate((b - a for a, b in open_spans), initial=0)
    return _Year(start, end, [a for a, _ in open_spans], [b for _, b in open_spans], before, total)


def _weekly(windows: Iterable[Window], zone: tzinfo, start: int, end: int) -> Iterable[Span]:
    """Every occurrence of the windows that may touch a span: a week long at most, a zone apart."""
    early = start // DAY - 10
    for window in windows:
        day = early + (window.start_day - early - WEEKDAY_1970) % 7
        first, length = day * DAY + clock_ticks(window.start), window.length // MICROSECOND
        for begin in range(first, end + 2 * DAY, 7 * DAY):
            yield instant_tick(zone, begin), instant_tick(zone, begin + length)


def _closed(cal: Calendar, zone: tzinfo, number: int) -> Iterable[Span]:
    """The closed local dates that may touch a UTC year, midnight to midnight."""
    near = (date(number - 1, 12, 30), date(number + 1, 1, 2))
    dates = {day for day in cal.holidays if near[0] <= day <= near[1]}
    if cal.country:
        for year in (number - 1, number, number + 1):
            public = public_holidays(cal.country, year, observed=cal.observed)
            dates |= {day for day in public if near[0] <= day <= near[1]}
    for day in dates:
        midnight = (day - DATE_1970).days * DAY
        yield instant_tick(zone, midnight), instant_tick(zone, midnight + DAY)
