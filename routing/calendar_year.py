"""Coverage calendars as values, and the UTC years they are compiled into.

A year is its merged spans with a running total of covered time, so that every question is a binary
search. Windows and holidays are drawn on the wall clock of the calendar's zone; their edges become
instants by `routing.wall`.
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
    instant_tick,
    to_ticks,
    zone_of,
)

LAST_YEAR = 9998
MOST_YEARS = 128
"""Years that a calendar remembers."""
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


class _Asked:
    """Keeps what was found of a calendar beside it, if anything: it is no part of its value."""

    __slots__ = ("last", "open_always", "years")
    last: tuple[int, int, bool]
    years: dict[int, Year]
    open_always: bool


@dataclass(frozen=True, slots=True)
class Calendar(_Asked):
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
class Year:
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


def year_of(cal: Calendar, number: int) -> Year:
    try:
        known = cal.years
    except AttributeError:
        known = {}
        object.__setattr__(cal, "years", known)
    year = known.get(number)
    if year is None:
        if len(known) >= MOST_YEARS:
            known.clear()
        year = known[number] = _year(cal, number)
    return year


@lru_cache(maxsize=4096)
def _year(cal: Calendar, number: int) -> Year:
    start = to_ticks(datetime(number, 1, 1, tzinfo=UTC))
    end = to_ticks(datetime(number + 1, 1, 1, tzinfo=UTC))
    zone = zone_of(cal.zone)
    weekly = [(start, end)] if cal.always else union(_weekly(cal.windows, zone, start, end))
    closed = union(_closed(cal, zone, number))
    open_spans = clip(without(weekly, closed), start, end)
    *before, total = accumulate((b - a for a, b in open_spans), initial=0)
    return Year(start, end, [a for a, _ in open_spans], [b for _, b in open_spans], before, total)


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


@lru_cache(maxsize=1024)
def decade(cal: Calendar, first: int) -> int:
    """Covered ticks of ten years, so that what is far away is no slower to reach."""
    return sum(
        year_of(cal, number).total for number in range(first, min(first + 10, LAST_YEAR + 1))
    )


def never_closes(cal: Calendar) -> bool:
    """Whether the windows tile the week and nothing closes them."""
    try:
        return cal.open_always
    except AttributeError:
        found = _never_closes(cal)
        object.__setattr__(cal, "open_always", found)
        return found


def _never_closes(cal: Calendar) -> bool:
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
