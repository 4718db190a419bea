"""Recurrence rules (RFC 5545, 3.3.10) on the wall clock, drawn by the engine's own rotations.

The engine looks only at the span it is asked about, so a rule that repeats for ever, or never,
costs no more than that span. What it cannot draw is refused by name, not read wrongly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from routing.rotation import Rotation
from routing.turns import turns
from routing.wall import from_ticks, wall_ticks

Rule = Mapping[str, Sequence[Any]]
"""As icalendar reads it: every part is a list."""
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
UNITS = {
    "DAILY": ("days", 1),
    "WEEKLY": ("weeks", 1),
    "MONTHLY": ("months", 1),
    "YEARLY": ("months", 12),
}
PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "WKST"})
_MOMENT = timedelta(microseconds=1)


def repeats(rule: Rule, first: datetime, begin: datetime, end: datetime) -> list[datetime]:
    """The wall times (naive) at which a rule that starts at `first` falls, from `begin` to `end`.

    An UNTIL with a zone must have been brought to the wall before. Raises ValueError for a part, or
    a combination, that is not understood.
    """
    count, until = (rule.get(part, [None])[0] for part in ("COUNT", "UNTIL"))
    last = end if until is None else min(end, until + _MOMENT)
    low = first if count is not None else max(begin, first)
    if low >= last:
        return []
    rotation, weekdays = _rotation(rule, first)
    ticks = [turn[0] for turn in turns(rotation, wall_ticks(low), wall_ticks(last))]
    walls = [at.replace(tzinfo=None) for at in map(from_ticks, ticks) if at is not None]
    walls = [wall for wall in walls if not weekdays or wall.weekday() in weekdays]
    return [wall for wall in walls[:count] if begin <= wall < last]


def _rotation(rule: Rule, first: datetime) -> tuple[Rotation, frozenset[int]]:
    """The rotation that draws a rule, and the weekdays left to filter by."""
    frequency = _frequency(rule)
    unit, size = UNITS[frequency]
    interval = int(rule.get("INTERVAL", [1])[0])
    every = interval * size
    weekdays = frozenset(_weekday(str(day)) for day in rule.get("BYDAY", ()))
    filtered = weekdays if unit == "days" else frozenset()
    month_days = _month_days(rule, first, unit, by_weekday=bool(weekdays))
    months = _numbers(rule, "BYMONTH")
    if frequency == "YEARLY" and (weekdays or months - {first.month}):
        if interval > 1:
            raise ValueError("An event repeats by BYMONTH every few years: list its dates.")
        every = 1
        months = months or frozenset(range(1, 13))
    rotation = Rotation(
        unit,
        every,
        first.replace(tzinfo=UTC),
        (("away",),),
        "UTC",
        length=_MOMENT,
        weekdays=weekdays - filtered,
        month_days=month_days,
        months=months,
        week_start=DAYS.index(str(rule.get("WKST", ["MO"])[0])),
    )
    return rotation, filtered


def _frequency(rule: Rule) -> str:
    """How it repeats, one of UNITS. Raises ValueError for that, or for a part, not read here."""
    frequency = str(rule["FREQ"][0])
    unknown = sorted(set(rule) - PARTS)
    if frequency not in UNITS or unknown:
        odd = frequency if frequency not in UNITS else unknown[0]
        raise ValueError(f"An event repeats by {odd}, which is not read here: list its dates.")
    return frequency


def _month_days(rule: Rule, first: datetime, unit: str, *, by_weekday: bool) -> frozenset[int]:
    """A rule that names no day of the month, nor of the week, falls on that of its first time."""
    named = _numbers(rule, "BYMONTHDAY")
    if unit != "months":
        return frozenset()
    return named if named or by_weekday else frozenset({first.day})


def _numbers(rule: Rule, part: str) -> frozenset[int]:
    return frozenset(int(number) for number in rule.get(part, ()))


def _weekday(text: str) -> int:
    if text not in DAYS:
        raise ValueError(
            f"An event repeats by BYDAY={text}, which is not read here: list its dates."
        )
    return DAYS.index(text)
