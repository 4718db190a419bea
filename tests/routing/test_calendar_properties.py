"""Calendars against an independent stepper that only ever looks at the local clock."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.calendar import Calendar, add, elapsed, is_open, next_close, next_open, spans
from tests.routing.times import DAYS, utc, window

STEP, DAY = timedelta(minutes=5), timedelta(days=1)
ZONES = (
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Asia/Kathmandu",
)
CHANGES = (
    "2026-03-08 00:00",
    "2026-11-01 00:00",
    "2026-03-28 12:00",
    "2026-10-24 12:00",
    "2026-04-23 12:00",
    "2026-10-29 12:00",
    "2026-04-04 06:00",
    "2026-10-03 06:00",
    "2018-11-03 12:00",
    "2018-02-17 12:00",
    "2026-12-31 00:00",
)


clocks = st.builds(
    lambda step: (utc("2026-01-01") + step * STEP).strftime("%H:%M"), st.integers(0, 287)
)
windows = st.builds(window, st.sampled_from(DAYS), clocks, st.sampled_from(DAYS), clocks)
moments = st.builds(
    lambda base, steps: utc(base) + steps * STEP, st.sampled_from(CHANGES), st.integers(0, 3 * 288)
)
calendars = st.builds(
    lambda zone, windows, closed: Calendar(
        f"{zone} {windows} {closed}", zone, tuple(windows), frozenset(closed)
    ),
    st.sampled_from(ZONES),
    st.lists(windows, min_size=1, max_size=3),
    st.lists(st.dates(date(2026, 3, 7), date(2026, 3, 10)), max_size=1),
)


Edge = tuple[datetime, int, int]
"""A wall time, and how many windows and holidays begin there (end, if less than nothing)."""


def edges(cal: Calendar, first: date, days: int) -> list[Edge]:
    found: list[Edge] = []
    for day in (first + number * DAY for number in range(days)):
        for own in cal.windows:
            if own.start_day == day.weekday():
                begin = datetime.combine(day, own.start)
                found += [(begin, 1, 0), (begin + own.length, -1, 0)]
        if day in cal.holidays:
            midnight = datetime.combine(day, time())
            found += [(midnight, 0, 1), (midnight + DAY, 0, -1)]
    return sorted(found)


def open_steps(cal: Calendar, start: datetime, end: datetime) -> list[datetime]:
    """Walks from a day before `start`; an edge is passed when the clock shows it or more."""
    zone, at = ZoneInfo(cal.zone), start - DAY
    first = at.astimezone(zone).date() - 9 * DAY
    coming = edges(cal, first, (end - at).days + 12)
    latest, index, windows_open, holidays_on, found = wall(at, zone), 0, 0, 0, []
    while at < end:
        latest = max(latest, wall(at, zone))
        while index < len(coming) and coming[index][0] <= latest:
            windows_open += coming[index][1]
            holidays_on += coming[index][2]
            index += 1
        if at >= start and windows_open > 0 and holidays_on == 0:
            found.append(at)
        at += STEP
    return found


def wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


@settings(max_examples=40)
@given(calendars, moments, st.integers(1, 2 * 288))
def test_open_closed_and_elapsed_agree_with_the_stepper(
    cal: Calendar, start: datetime, steps: int
) -> None:
    end = start + steps * STEP
    walked = open_steps(cal, start, end)
    assert [a for a in walked if not is_open(cal, a)] == []
    assert elapsed(cal, start, end) == len(walked) * STEP
    assert sum((b - a for a, b in spans(cal, start, end)), timedelta(0)) == len(walked) * STEP
    opens = next_open(cal, start)
    if walked:
        assert opens == walked[0]
        closes = next_close(cal, walked[0])
        unbroken = next((n for n, at in enumerate(walked) if at != walked[0] + n * STEP), None)
        if unbroken is not None:
            assert closes == walked[0] + unbroken * STEP
    else:
        assert opens is None or opens >= end


@settings(max_examples=40)
@given(
    calendars,
    moments,
    st.integers(0, 180),
    st.lists(st.tuples(st.integers(-120, 400), st.integers(0, 180)), max_size=3),
)
def test_due_times_agree_with_the_stepper_and_pauses_stand_still(
    cal: Calendar, start: datetime, target: int, stops: list[tuple[int, int]]
) -> None:
    pauses = [(start + a * STEP, start + (a + b) * STEP) for a, b in stops]
    due = add(cal, start, target * STEP, pauses)
    end = start + 3 * DAY
    running = [at for at in open_steps(cal, start, end) if not any(a <= at < b for a, b in pauses)]
    if target == 0:
        assert due == start
    elif target <= len(running):
        assert due == running[target - 1] + STEP
        assert elapsed(cal, start, due, pauses) == target * STEP
    else:
        assert due is None or due > end


@settings(max_examples=40)
@given(calendars, moments, st.integers(0, 10**6), st.integers(0, 10**6))
def test_adding_in_two_steps_is_adding_at_once(
    cal: Calendar, start: datetime, first: int, second: int
) -> None:
    both = add(cal, start, timedelta(seconds=first + second))
    part = add(cal, start, timedelta(seconds=first))
    assert part is not None
    assert add(cal, part, timedelta(seconds=second)) == both
    assert both is None or elapsed(cal, start, both) == timedelta(seconds=first + second)
