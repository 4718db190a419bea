"""Due times, who is on call, a year of shifts: in conversions of a zoneinfo wall time each.

The measure is what the standard library takes, in the same run, to turn one local time into UTC.
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
ON_CALL_LIMIT = 25
YEAR_LIMIT = 27_000
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
    """Primary by the week, a day shift on weekdays, weekends in halves: three layers."""

    def rotation(unit: str, every: int, people: int, zone: str) -> Rotation:
        groups = tuple((f"person-{number}-{who}",) for who in range(people))
        return Rotation(unit, every, datetime(2026, 1, 5, 8, tzinfo=UTC), groups, zone)

    office = Restriction(frozenset(range(5)), start=time(9), end=time(17))
    weekend = Restriction(frozenset({5, 6}))
    layers = (
        Layer("primary", rotation("weeks", 1, 5, "Europe/Berlin")),
        Layer("day", rotation("days", 1, 4, "Europe/Berlin"), 1, (office,)),
        Layer("weekend", rotation("hours", 12, 4, "America/New_York"), 2, (weekend,)),
    )
    return Schedule(f"schedule-{number}", "Europe/Berlin", layers)


def due_times(unit: float) -> bool:
    cal = nine_to_five()
    spans = {"a day": 8, "ten days": 80, "half a year": 800, "four years": 8000}
    found = []
    for name, hours in {**spans, "forty years": 80_000}.items():
        found.append(best(partial(add, cal, AT, timedelta(hours=hours)), times=2000))
        print(f"  due in {name:12} {found[-1] * 1e6:8.1f} us {found[-1] / unit:9.1f} conversions")
    print(f"  forty years in days: {found[-1] / found[0]:.1f} times (bound {FAR_LIMIT})")
    return found[-1] / unit <= DUE_LIMIT and found[-1] / found[0] <= FAR_LIMIT


def everybody(schedules: Sequence[Schedule]) -> None:
    for one in schedules:
        on_call(one, AT)


def who_is_on_call(unit: float) -> bool:
    found, names = {}, itertools.count()
    for count in (100, 1000):
        fresh = [[schedule(next(names)) for _ in range(count)] for _ in range(3)]
        first = min(best(partial(everybody, schedules), runs=1) for schedules in fresh)
        again = best(partial(everybody, fresh[0]))
        found[count] = again
        print(
            f"  on call, {count:5} schedules {again * 1e3:8.2f} ms"
            f" {again / unit / count:9.1f} conversions each;"
            f" asked for the first time {first * 1e3:.1f} ms"
        )
    growth = found[1000] / found[100]
    print(f"  ten times the schedules: {growth:.1f} times (bound {GROWTH_LIMIT})")
    each = found[1000] / unit / 1000
    return each <= ON_CALL_LIMIT and growth <= GROWTH_LIMIT


def a_year_of_shifts(unit: float) -> bool:
    one, found = schedule(-1), {}
    for days in (36.5, 365):
        end = AT + timedelta(days=days)
        count = len(shifts(one, AT, end))
        found[days] = best(partial(shifts, one, AT, end))
        print(
            f"  {count:5} shifts of {days:5} days {found[days] * 1e3:8.2f} ms"
            f" {found[days] / unit:9.0f} conversions"
        )
    growth = found[365] / found[36.5]
    print(f"  ten times the days: {growth:.1f} times (bound {GROWTH_LIMIT})")
    return found[365] / unit <= YEAR_LIMIT and growth <= GROWTH_LIMIT


def main() -> bool:
    """Print the figures; True when the bounds hold."""
    unit = conversion()
    print(f"time engine: one conversion by zoneinfo takes {unit * 1e6:.2f} us")
    return all([due_times(unit), who_is_on_call(unit), a_year_of_shifts(unit)])


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
