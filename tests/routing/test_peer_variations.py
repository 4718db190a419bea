"""Recorded schedules moved elsewhere: by weeks, and to other clocks, their answers move along."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any

import pytest

from routing.schedule import Schedule, on_call, shifts
from routing.wall import instant_of, zone_of
from tests.peers.grafana import Facts, schedule_of
from tests.peers.grafana_cases import events, judge
from tests.routing.times import recorded, utc

STEADY = ("Asia/Tokyo", "Asia/Kolkata", "America/Phoenix", "Pacific/Kiritimati", "UTC")
"""Zones whose clocks have not changed for decades, and will not."""
MOMENT = timedelta(microseconds=1)
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z?")


def movable(case: Facts) -> bool:
    """On UTC alone, by no day of a month, and agreed about outright."""
    facts = case["definition"]
    parts = [*facts.get("shifts", ()), *facts.get("overrides", ())]
    parts += [part for query in case["queries"] for part in query.get("preview_shift", ())]
    zones = {facts.get("schedule_time_zone"), *(part["time_zone"] for part in parts)}
    monthly = any(
        part.get("frequency") == "monthly" or part.get("by_month") or part.get("by_monthday")
        for part in parts
    )
    by_day = any(query["op"] == "start_days" for query in case["queries"])
    steady = zones <= {"UTC", None} and not monthly and not by_day
    return steady and "ical_primary" not in facts and judge(case).kind == "agrees"


@cache
def cases() -> Sequence[Facts]:
    recordings = recorded("schedule_cases.json")["cases"]
    return [case for case in recordings if "definition" in case and movable(case)]


def moved(found: Any, weeks: int, zone: str) -> Any:
    """The same on the wall of `zone`, so many weeks later."""
    if isinstance(found, dict):
        return {
            key: zone if key.endswith("time_zone") else moved(value, weeks, zone)
            for key, value in found.items()
        }
    if isinstance(found, list):
        return [moved(one, weeks, zone) for one in found]
    if not isinstance(found, str) or not _STAMP.fullmatch(found):
        return found
    wall = datetime.fromisoformat(found.removesuffix("Z")) + timedelta(weeks=weeks)
    return instant_of(zone_of(zone), wall).isoformat() if found.endswith("Z") else wall.isoformat()


def test_enough_can_be_moved() -> None:
    assert len(cases()) > 30


@pytest.mark.parametrize("zone", STEADY)
def test_a_recorded_schedule_moves_as_a_whole(zone: str) -> None:
    for case in cases():
        random = Random(case["id"] + zone)  # noqa: S311 - no secret
        weeks = random.randrange(-500, 500)
        found = judge(moved(case, weeks, zone))
        assert found.kind == "agrees", f"{case['id']}, {weeks} weeks later: {found.why}"


def finals() -> Iterator[tuple[str, Facts, Schedule]]:
    for case in cases():
        for number, query in enumerate(case["queries"]):
            if query["op"] == "final_events" and not query.get("answer_truncated"):
                yield f"{case['id']}-{number}", query, schedule_of(case["definition"])


def test_every_instant_of_a_recorded_answer_has_its_people() -> None:
    """Asked instant by instant, and in two halves, the answer is the one recorded as a whole."""
    for name, query, schedule in finals():
        start, end = utc(query["start"]), utc(query["end"])
        known = events(query["answer"])
        edges = sorted({start, *(edge for s in known for edge in (s.start, s.end, s.end - MOMENT))})
        for at in (edge for edge in edges if start <= edge < end):
            wanted = {s.person for s in known if s.start <= at < s.end}
            assert {s.person for s in on_call(schedule, at)} == wanted, (name, at)
            halves = (*shifts(schedule, start, at), *shifts(schedule, at, end))
            whole = {s.person for s in shifts(schedule, start, end)}
            assert {s.person for s in halves} == whole, (name, at)
