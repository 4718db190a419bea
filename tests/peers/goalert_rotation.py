"""target/goalert (Apache-2.0): rotations and clock arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from routing.rotation import Rotation
from routing.schedule import Layer, Schedule, on_call
from routing.turns import turns
from routing.wall import from_ticks, instant_of, to_ticks, wall_at, zone_of
from tests.peers.verdict import AGREES, Verdict, choice, clock_changes, compared, outside
from tests.routing.times import utc

Case = Mapping[str, Any]
DAY = timedelta(days=1)
UNITS = {"hourly": "hours", "daily": "days", "weekly": "weeks", "monthly": "months"}


def rotation_of(facts: Case, groups: tuple[tuple[str, ...], ...] = (("a",), ("b",))) -> Rotation:
    """The peer keeps starts to the minute, reads a length of nothing as one, and reaches back."""
    start = utc(facts["start"]).replace(second=0, microsecond=0)
    every = max(facts.get("shift_length", 1), 1)
    return Rotation(UNITS[facts["type"]], every, start, groups, facts["tz"], backwards=True)


def turn_at(rotation: Rotation, at: datetime) -> tuple[datetime, datetime]:
    tick = to_ticks(at.replace(second=0, microsecond=0))
    [(start, end, _)] = turns(rotation, tick, tick + 1)
    first, last = from_ticks(start), from_ticks(end)
    assert first is not None
    assert last is not None
    return first, last


def start_end(case: Case) -> Verdict:
    query = utc(case["query"])
    ours = turn_at(rotation_of(case), query)
    start = utc(case.get("expected_start") or case["expected"])
    theirs = (start, utc(case["expected_end"])) if "expected_end" in case else (start, ours[1])
    return AGREES if ours == theirs else _excused(case, ours, theirs)


def end_time(case: Case) -> Verdict:
    ours = turn_at(rotation_of(case), utc(case["query"]))
    theirs = (ours[0], utc(case["expected"]))
    return AGREES if ours == theirs else _excused(case, ours, theirs)


def _excused(case: Case, *answers: tuple[datetime, datetime]) -> Verdict:
    local = utc(case["start"]).astimezone(zone_of(case["tz"]))
    if case["type"] == "monthly" and local.day > 28:
        return choice("month end")
    edges = [edge for answer in answers for edge in answer]
    for at, by in clock_changes(case["tz"], min(edges) - DAY, max(edges) + DAY):
        after = at.astimezone(zone_of(case["tz"])).replace(tzinfo=None)
        if time() in (after.time(), (after - by).time()):
            return choice("midnight change")
    return compared(*answers)


def handoff_walk(case: Case) -> Verdict:
    """Handoffs seen at every minute of a walk: the peer walks by half minutes."""
    rotation, end = rotation_of(case), utc(case["walk_to"])
    at, seen = utc(case["walk_from"]), set[datetime]()
    while at <= end:
        start, until = turn_at(rotation, at)
        seen |= {start, until}
        at = max(at + timedelta(minutes=1), min(until, end))
    theirs = [utc(text) for text in case["expected_handoffs"]]
    ours = sorted(seen)
    if ours == theirs:
        return AGREES
    return _excused(case, (ours[0], ours[-1]), (theirs[0], theirs[-1]))


def first_of_day(case: Case) -> Verdict:
    zone = zone_of(case["tz"])
    day = utc(case["day"]).astimezone(zone).date()
    wall = datetime.combine(day, time.fromisoformat(case["clock"]))
    return compared(instant_of(zone, wall), utc(case["expected"]))


def last_of_day(case: Case) -> Verdict:
    found = first_of_day(case)
    zone = zone_of(case["tz"])
    twice = utc(case["expected"]).astimezone(zone).fold == 1
    return choice("first of two") if found != AGREES and twice else found


def add_clock_minutes(case: Case) -> Verdict:
    zone = zone_of(case["tz"])
    wall = wall_at(zone, utc(case["query"])) + timedelta(minutes=case["add_minutes"])
    return compared(instant_of(zone, wall), utc(case["expected"]))


def clock_hours_between(case: Case) -> Verdict:
    zone = zone_of(case["tz"])
    between = wall_at(zone, utc(case["b"])) - wall_at(zone, utc(case["a"]))
    return compared(between // timedelta(hours=1), case["expected"])


def dst_change(case: Case) -> Verdict:
    query, zone = utc(case["query"]), zone_of(case["tz"])
    changes = clock_changes(case["tz"], query, query + DAY)
    if not changes:
        return compared(False, case["expected"])
    at, by = changes[0]
    before = wall_at(zone, at) - by
    clock = (before - datetime.combine(before.date(), time())) // timedelta(minutes=1)
    ours = (True, clock, by // timedelta(minutes=1))
    facts = ("expected", "expected_change_at_clock_minutes", "expected_change_minutes")
    return compared(ours, tuple(case[fact] for fact in facts))


def clock_days(case: Case) -> Verdict:
    days, rest = divmod(case["clock_minutes"], 1440)
    clock = f"{rest // 60:02}:{rest % 60:02}"
    return compared((days, clock), (case["expected_days"], case["expected_clock"]))


def valid(case: Case) -> Verdict:
    unit: str = UNITS.get(case["type"]) or str(case["type"])
    rotation = Rotation(unit, case["shift_length"], utc("2020-01-01"), (("a",), ("b",)), "UTC")
    try:
        turns(rotation, 0, 1)
    except ValueError:
        return compared(False, case["expected"])
    return AGREES if case["expected"] else outside("names and descriptions of the peer's rows")


def system_rotation(case: Case) -> Verdict:
    if "steps" in case:
        return outside("editing a rotation in the console")
    base = utc("2024-05-14 17:00")
    rotation = rotation_of({**case, "start": base.isoformat()}, tuple((u,) for u in case["users"]))
    schedule = Schedule("s", case["tz"], (Layer("l", rotation),))
    ours = [
        [shift.person for shift in on_call(schedule, relative(base, step["at"]))]
        for step in case["expected"]
    ]
    return compared(ours, [step["on_call"] for step in case["expected"]])


def relative(base: datetime, text: str) -> datetime:
    """`T0+3d`, `T0-5m`."""
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
    rest = text.removeprefix("T0")
    return base + timedelta(seconds=int(rest[:-1]) * units[rest[-1]]) if rest else base


FUNCTIONS: Mapping[str, Callable[[Case], Verdict]] = {
    "start_end": start_end,
    "start_time": start_end,
    "end_time": end_time,
    "handoff_walk": handoff_walk,
    "clock_first_of_day": first_of_day,
    "clock_last_of_day": last_of_day,
    "add_clock_minutes": add_clock_minutes,
    "clock_hours_between": clock_hours_between,
    "dst_change_within_24h": dst_change,
    "clock_days": clock_days,
    "normalize_valid": valid,
    "system_rotation": system_rotation,
}
