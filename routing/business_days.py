"""Targets in business days: the named rules by which organisations count them.

A business day is a local date (in the calendar's zone) that has any coverage. The coverage of a
date is what lies between its two midnights: a window that runs on into the next date ends, for this
purpose, with its own date, and gives the next date coverage too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from routing.calendar import Calendar, spans
from routing.wall import instant_of, require_instant, wall_at, zone_of

HORIZON = 30
"""Years ahead that business days are counted: beyond, there is no due time."""
_LAST_YEAR = 9997
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Days:
    """The business days of one local year."""

    ordinals: Sequence[int]
    opens: Sequence[datetime]
    closes: Sequence[datetime]


@dataclass(frozen=True, slots=True)
class _Day:
    date: date
    opens: datetime
    closes: datetime


def _end_after_receipt(cal: Calendar, start: datetime, n: int) -> datetime | None:
    day = _nth_after(cal, _local_date(cal, start), n)
    return None if day is None else day.closes


def _end_counting_receipt(cal: Calendar, start: datetime, n: int) -> datetime | None:
    receipt = _local_date(cal, start)
    today = _nth_after(cal, receipt - _DAY, 1)
    if today and today.date == receipt and start < today.closes:
        n -= 1
    return today.closes if today and n == 0 else _end_after_receipt(cal, start, n)


def _same_time_after_receipt(cal: Calendar, start: datetime, n: int) -> datetime | None:
    zone = zone_of(cal.zone)
    received = wall_at(zone, start)
    day = _nth_after(cal, received.date(), n)
    if day is None:
        return None
    due = instant_of(zone, datetime.combine(day.date, received.time()))
    return min(max(due, day.opens), day.closes)


RULES: Mapping[str, Callable[[Calendar, datetime, int], datetime | None]] = {
    "end_of_coverage_on_nth_covered_local_date_after_receipt_date": _end_after_receipt,
    "end_of_coverage_on_nth_covered_local_date_counting_receipt_date": _end_counting_receipt,
    "same_time_on_nth_covered_local_date_after_receipt_date": _same_time_after_receipt,
}
"""The three readings of "n business days".

* `end_of_coverage_on_nth_covered_local_date_after_receipt_date`: by the close of the n-th business
  day after the date of receipt.
* `end_of_coverage_on_nth_covered_local_date_counting_receipt_date`: the date of receipt is the
  first, if the receipt came before its close.
* `same_time_on_nth_covered_local_date_after_receipt_date`: at the wall time of receipt, on the n-th
  business day after; before its opening that is the opening, after its close the close.
"""


def business_day_due(cal: Calendar, start: datetime, n: int, rule: str) -> datetime | None:
    """When `n` business days after `start` are over, by a named rule (see RULES).

    None if there are not that many business days within thirty years. Raises ValueError for an
    unknown rule, or fewer than one day.
    """
    if n < 1:
        raise ValueError(f"A target of {n} business days cannot be kept: use 1 or more.")
    try:
        due = RULES[rule]
    except KeyError as error:
        known = ", ".join(RULES)
        raise ValueError(f"Business-day rule {rule!r} is not known: use one of {known}.") from error
    return due(cal, require_instant(start), n)


def _local_date(cal: Calendar, at: datetime) -> date:
    return wall_at(zone_of(cal.zone), at).date()


def _nth_after(cal: Calendar, day: date, n: int) -> _Day | None:
    for year in range(max(day.year, 3), min(day.year + HORIZON, _LAST_YEAR) + 1):
        days = _days(cal, year)
        index = bisect_right(days.ordinals, day.toordinal()) + n - 1
        if index < len(days.ordinals):
            found = date.fromordinal(days.ordinals[index])
            return _Day(found, days.opens[index], days.closes[index])
        n = index - len(days.ordinals) + 1
    return None


@lru_cache(maxsize=1024)
def _days(cal: Calendar, year: int) -> _Days:
    zone = zone_of(cal.zone)
    first = datetime(year, 1, 1)  # noqa: DTZ001 - wall time
    count = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    midnights = [instant_of(zone, first + number * _DAY) for number in range(count + 1)]
    opens: dict[int, datetime] = {}
    closes: dict[int, datetime] = {}
    for begin, end in spans(cal, midnights[0], midnights[-1]):
        number = bisect_right(midnights, begin) - 1
        while number < count and midnights[number] < end:
            if midnights[number] < midnights[number + 1]:
                opens.setdefault(number, max(begin, midnights[number]))
                closes[number] = min(end, midnights[number + 1])
            number += 1
    return _Days(
        [first.toordinal() + number for number in opens],
        list(opens.values()),
        list(closes.values()),
    )
