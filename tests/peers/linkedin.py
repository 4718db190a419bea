"""linkedin/oncall (BSD-2): weekly epochs filled ahead of time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from routing.rotation import Rotation
from routing.turns import turns
from routing.wall import from_ticks, instant_of, to_ticks, wall_at, zone_of
from tests.peers.verdict import AGREES, Verdict, choice, clock_changes, compared
from tests.routing.times import utc

WEEK = timedelta(days=7)


def future_epochs(case: Mapping[str, Any]) -> Verdict:
    """An epoch is a period of weeks from Sunday 00:00 local; its events are turns of ours."""
    facts = case["definition"]
    ours = [epoch(facts, sunday) for sunday in sundays(facts, utc(case["now"]))]
    theirs = [
        [(utc(event["start"]), utc(event["end"])) for event in one]
        for one in case["queries"][0]["answer"]
    ]
    if ours == theirs:
        return AGREES
    edges = [edge for one in theirs for event in one for edge in event]
    skipped = [
        at
        for at, by in clock_changes(facts["schedule_time_zone"], min(edges) - WEEK, max(edges))
        if by > timedelta(0) and any(abs(at - edge) <= by for edge in edges)
    ]
    return choice("end of gap") if skipped else compared(ours, theirs)


def sundays(facts: Mapping[str, Any], now: datetime) -> list[datetime]:
    """The local Sundays at which the epochs to be filled begin (wall time)."""
    zone, period = zone_of(facts["schedule_time_zone"]), period_of(facts)
    today = wall_at(zone, now)
    midnight = datetime.combine(today.date(), time())
    sunday = midnight - timedelta(days=(midnight.weekday() + 1) % 7)
    if facts["last_epoch"]:
        sunday = wall_at(zone, utc(facts["last_epoch"])) + period
    end = today + timedelta(days=facts["populate_ahead_days"])
    found = []
    while sunday <= end:
        found.append(sunday)
        sunday += period
    return found


def period_of(facts: Mapping[str, Any]) -> timedelta:
    starts = [event["start_s_from_sunday_0000_local"] for event in facts["events"]]
    ends = [e["start_s_from_sunday_0000_local"] + e["duration_s"] for e in facts["events"]]
    return -(-timedelta(seconds=max(ends) - min(starts)) // WEEK) * WEEK


def epoch(facts: Mapping[str, Any], sunday: datetime) -> list[tuple[datetime, datetime]]:
    zone = facts["schedule_time_zone"]
    found = []
    for event in facts["events"]:
        offset = timedelta(seconds=event["start_s_from_sunday_0000_local"])
        start = instant_of(zone_of(zone), sunday + offset)
        length = timedelta(seconds=event["duration_s"])
        rotation = Rotation("weeks", 1, start, (("someone",),), zone, length=length)
        tick = to_ticks(start)
        begin, end, _ = next(t for t in turns(rotation, tick, tick + 1) if t[0] == tick)
        first, last = from_ticks(begin), from_ticks(end)
        assert first is not None
        assert last is not None
        found.append((first, last))
    return found
