"""Due times, who is on call, a year of shifts, in processor time.

Due times are told in conversions as well: what the standard library takes, in the same run, to turn
one local time into UTC.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import partial
from time import process_time
from zoneinfo import ZoneInfo

from routing.calendar import Calendar, Window, add
from routing.schedule import Layer, Restriction, Rotation, Schedule, on_call, shifts

AT = datetime(2026, 6, 17, 13, tzinfo=UTC)
DUE_LIMIT = 60
ON_CALL_LIMIT = 20.0
"""Milliseconds for a thousand schedules at an instant that none was asked about before."""
YEAR_LIMIT = 10.0
"""Milliseconds."""
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Sydney",
    "America/Sao_Paulo",
    "Asia/Tokyo",
    "Africa/Cairo",
)
GROWTH_LIMIT = 20
FAR_LIMIT = 6


def best(action: Callable[[], object], *, runs: int = 7, times: int = 1) -> float:
    """Processor seconds of one action, the best of several runs: neighbours do not count."""
    found = []
    for _ in range(runs):
        begin = process_time()
        for _ in range(times):
            action()
        found.append((process_time() - begin) / times)
    return min(found)


def conversion() -> float:
    """One local time to UTC by the standard library, in seconds."""
    local = datetime(2026, 6, 17, 13, tzinfo=ZoneInfo("America/Los_Angeles"))
    return best(lambda: local.astimezone(UTC), times=20_000)


def nine_to_five() -> Calendar:
    windows = tuple(Window(day, time(9), day, time(17)) for day in range(5))
    return Calendar("nine to five", "America/Los_Angeles", windows, country="US")


def schedule(number: int) -> Schedule:
    """Primary by the week, a day shift on weekdays, weekends in halves: three layers.

    Zones, handoffs and hours differ from one schedule to the next.
    """
    zone, first = ZONES[number % len(ZONES)], number * 7 % 24

    def rotation(unit: str, every: int, people: int, zone: str) -> Rotation:
        groups = tuple((f"person-{number}-{who}",) for who in range(people))
        return Rotation(unit, every, datetime(2026, 1, 5, first, tzinfo=UTC), groups, zone)

    office = Restriction(frozenset(range(5)), start=time(7 + number % 4), end=time(17))
    weekend = Restriction(frozenset({5, 6}))
    layers = (
        Layer("primary", rotation("weeks", 1, 5, zone)),
        Layer("day", rotation("days", 1, 4, zone), 1, (office,)),
        Layer("weekend", rotation("hours", 12, 4, ZONES[number // 7 % 7]), 2, (weekend,)),
    )
    return Schedule(f"schedule-{number}", zone, layers)


def due_times(unit: float) -> bool:
    cal = nine_to_five()
    spans = {"a day": 8, "ten days": 80, "half a year": 800, "four years": 8000}
    found = []
    for name, hours in {**spans, "forty years": 80_000}.items():
        found.append(best(partial(add, cal, AT, timedelta(hours=hours)), times=2000))
        print(f"  due in {name:12} {found[-1] * 1e6:8.1f} us {found[-1] / unit:9.1f} conversions")
    print(f"  forty years in days: {found[-1] / found[0]:.1f} times (bound {FAR_LIMIT})")
    return found[-1] / unit <= DUE_LIMIT and found[-1] / found[0] <= FAR_LIMIT


def everybody(schedules: Sequence[Schedule], at: datetime) -> None:
    for one in schedules:
        on_call(one, at)


def who_is_on_call() -> bool:
    """The first question ever, and at an instant a day on; then another, minutes later."""
    found, names = {}, itertools.count()
    for count in (100, 1000):
        fresh = [[schedule(next(names)) for _ in range(count)] for _ in range(5)]
        first = min(best(partial(everybody, s, AT), runs=1) for s in fresh)
        days = (AT + timedelta(days=n) for n in range(1, 6))
        found[count] = min(best(partial(everybody, fresh[0], day), runs=1) for day in days)
        again = best(partial(everybody, fresh[0], AT + timedelta(days=5, minutes=3)))
        print(
            f"  on call, {count:5} schedules of 3 layers {first * 1e3:6.2f} ms the first time,"
            f" {found[count] * 1e3:6.2f} ms a day later, {again * 1e3:6.2f} ms minutes after"
        )
        found[count] = max(first, found[count])
    growth = found[1000] / found[100]
    print(f"  ten times the schedules: {growth:.1f} times (bound {GROWTH_LIMIT})")
    print(f"  1,000 of them: {found[1000] * 1e3:.1f} ms (bound {ON_CALL_LIMIT:.0f} ms)")
    return found[1000] * 1e3 <= ON_CALL_LIMIT and growth <= GROWTH_LIMIT


def a_year_of_shifts() -> bool:
    one, found = schedule(-1), {}
    for days in (36.5, 365):
        end = AT + timedelta(days=days)
        count = len(shifts(one, AT, end))
        found[days] = best(partial(shifts, one, AT, end))
        print(f"  {count:5} shifts of {days:5} days {found[days] * 1e3:8.2f} ms")
    growth = found[365] / found[36.5]
    print(f"  ten times the days: {growth:.1f} times (bound {GROWTH_LIMIT})")
    print(f"  a year of them: {found[365] * 1e3:.1f} ms (bound {YEAR_LIMIT:.0f} ms)")
    return found[365] * 1e3 <= YEAR_LIMIT and growth <= GROWTH_LIMIT


def main() -> bool:
    """Print the figures; True when the bounds hold."""
    unit = conversion()
    print(f"time engine: one conversion by zoneinfo takes {unit * 1e6:.2f} us")
    return all([due_times(unit), who_is_on_call(), a_year_of_shifts()])


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
