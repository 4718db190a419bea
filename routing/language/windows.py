"""Windows of the week and what limits a layer: `mon-fri 09:00-17:00`, `fri 17:00 - mon 09:00`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import time
from itertools import groupby

from routing.calendar import Window
from routing.language.problems import nearest
from routing.schedule import Restriction

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = r"(\d{1,2}:\d{2})"
_HOURS = re.compile(rf"{_CLOCK}\s*-\s*{_CLOCK}")
_SPAN = re.compile(rf"([a-z]+)\s+{_CLOCK}\s*-\s*([a-z]+)\s+{_CLOCK}")
_DAILY = re.compile(rf"([a-z][a-z,\s-]*?)(?:\s+{_CLOCK}\s*-\s*{_CLOCK})?")
_HINT = "write mon-fri 09:00-17:00, daily 08:00-16:00 or fri 17:00 - mon 09:00."
MIDNIGHT = time(0)
WEEK = 7
LAST_HOUR = 24


def parse_windows(text: str) -> tuple[Window, ...]:
    """One line of opening hours. An end at or before its start is on the next day."""
    line = text.casefold().strip()
    span = _SPAN.fullmatch(line)
    if span:
        return (_span(text, *span.groups()),)
    daily = _DAILY.fullmatch(line)
    if not daily:
        raise ValueError(f"{text!r} is no window of the week; {_HINT}")
    begin, after_begin = _clock(daily[2] or "00:00")
    end, after_end = _clock(daily[3] or "24:00")
    if after_begin:
        raise ValueError(f"{text!r} begins where its day ends; a whole day is 00:00-24:00.")
    later = int(after_end or end <= begin)
    days = parse_days(daily[1])
    return tuple(Window(day, begin, (day + later) % WEEK, end) for day in days)


def _span(text: str, first: str, begin: str, last: str, end: str) -> Window:
    opens, late = _clock(begin)
    closes, next_day = _clock(end)
    start_day, end_day = _day(first), (_day(last) + next_day) % WEEK
    if late or (start_day, opens) == (end_day, closes):
        raise ValueError(f"{text!r} has no length; round the clock is `always`.")
    return Window(start_day, opens, end_day, closes)


def _clock(text: str) -> tuple[time, int]:
    """A time of day, and 1 where it is the midnight that ends the day."""
    hour, minute = (int(part) for part in text.split(":"))
    if (hour, minute) == (LAST_HOUR, 0):
        return MIDNIGHT, 1
    try:
        return time(hour, minute), 0
    except ValueError as wrong:
        raise ValueError(f"{text!r} is no time of day; they go from 00:00 to 24:00.") from wrong


def _day(word: str) -> int:
    if word[:3] not in DAYS or not "monday tuesday wednesday thursday friday saturday sunday".count(
        word
    ):
        raise ValueError(f"{word!r} is no day of the week; {nearest(word, DAYS)}")
    return DAYS.index(word[:3])


def parse_days(text: str) -> tuple[int, ...]:
    """`daily`, `mon-fri`, `sat,sun`; a range may wrap the week. Monday is 0."""
    if text.strip() == "daily":
        return tuple(range(WEEK))
    days: list[int] = []
    for part in text.split(","):
        first, dash, last = (word.strip() for word in part.partition("-"))
        length = (_day(last) - _day(first)) % WEEK if dash else 0
        days.extend((_day(first) + step) % WEEK for step in range(length + 1))
    if len(days) != len(set(days)):
        raise ValueError(f"{text!r} names a day twice.")
    return tuple(days)


def days_text(days: Sequence[int]) -> str:
    """The inverse of `parse_days`, with runs as ranges."""
    if tuple(days) == tuple(range(WEEK)):
        return "daily"
    runs = [[day for _, day in run] for _, run in groupby(enumerate(days), lambda p: p[1] - p[0])]
    names = [DAYS[r[0]] if len(r) == 1 else f"{DAYS[r[0]]}-{DAYS[r[-1]]}" for r in runs]
    return ",".join(names)


def windows_text(windows: Sequence[Window]) -> list[str]:
    """The inverse of `parse_windows`: windows of equal hours share a line."""
    lines: list[str] = []
    for (begin, end, nights), run in groupby(windows, _shape):
        together = list(run)
        if nights > 1 or (nights == 1 and end >= begin and end != MIDNIGHT):
            lines += [
                f"{DAYS[w.start_day]} {begin:%H:%M} - {DAYS[w.end_day]} {end:%H:%M}"
                for w in together
            ]
        else:
            lines.append(f"{days_text([w.start_day for w in together])} {hours_text(begin, end)}")
    return lines


def _shape(window: Window) -> tuple[time, time, int]:
    nights = (window.end_day - window.start_day) % WEEK
    wraps = nights == 0 and window.end <= window.start
    return window.start, window.end, WEEK if wraps else nights


def hours_text(begin: time, end: time) -> str:
    return f"{begin:%H:%M}-{'24:00' if end == MIDNIGHT else f'{end:%H:%M}'}"


def parse_hours(text: str) -> tuple[time | None, time | None]:
    """`22:00-06:00`, `08:00-08:00` for 24 hours; a day from midnight on is (None, None)."""
    found = _HOURS.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} are no hours; write 09:00-17:00.")
    begin, late = _clock(found[1])
    end, _ = _clock(found[2])
    if late:
        raise ValueError(f"{text!r} begins where its day ends; a whole day is 00:00-24:00.")
    return (None, None) if begin == end == MIDNIGHT else (begin, end)


def parse_restriction(text: str) -> Restriction:
    """`mon-fri 09:00-17:00`, `sat,sun` or `22:00-06:00`."""
    line = text.casefold().strip()
    days, _, hours = line.rpartition(" ") if ":" in line else (line, "", "")
    begin, end = parse_hours(hours) if hours else (None, None)
    weekdays = frozenset(parse_days(days)) if days and days != "daily" else frozenset[int]()
    return Restriction(weekdays, start=begin, end=end)


def restriction_text(restriction: Restriction) -> str | None:
    """The inverse, or None where it needs a table (days of the month)."""
    if restriction.month_days:
        return None
    days = days_text(sorted(restriction.weekdays)) if restriction.weekdays else ""
    if restriction.start is None or restriction.end is None:
        return days or "daily"
    return f"{days} {hours_text(restriction.start, restriction.end)}".strip()
