"""Recorded iCalendar schedules, brought in by our own importer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from routing.schedule import Schedule, Shift, shifts
from service.importers import ical
from service.importers.imported import Found
from tests.peers.goalert_oncall import clipped, spans
from tests.peers.verdict import AGREES, Verdict, choice, compared, outside, worst
from tests.routing.times import utc

Facts = Any
SECOND = timedelta(seconds=1)


def text_of(events: Sequence[Facts]) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//recorded//EN"]
    for event in events:
        lines += ["BEGIN:VEVENT", f"UID:{event['uid']}", f"SUMMARY:{event['summary']}"]
        lines += [_time(event, name) for name in ("dtstart", "dtend", "recurrence-id")]
        lines += [f"RRULE:{event['rrule']}"] if "rrule" in event else []
        lines += ["END:VEVENT"]
    return "\r\n".join([*filter(None, lines), "END:VCALENDAR", ""]).encode()


def _time(event: Facts, name: str) -> str:
    if name not in event:
        return ""
    value = event[name].replace("-", "").replace(":", "")
    if "T" not in value:
        return f"{name.upper()};VALUE=DATE:{value}"
    zone = event.get(f"{name}_tz", "UTC")
    return f"{name.upper()}:{value}Z" if zone == "UTC" else f"{name.upper()};TZID={zone}:{value}"


def judge(events: Sequence[Facts], queries: Sequence[Facts]) -> Verdict:
    found = Found()
    ical.read(text_of(events), found)
    if found.left_out:
        return Verdict("differs", "; ".join(found.left_out))
    return worst(judged(found.schedules[0], found.names, query) for query in queries)


def judged(schedule: Schedule, names: dict[str, str], query: Facts) -> Verdict:
    if query["op"] != "final_events":
        return outside(f"the peer's {query['op']}")
    start, end = utc(query["start"]), utc(query["end"])
    if query.get("answer_truncated"):
        end = utc(query["answer"][-1]["start"])
    told = [event for event in query["answer"] if event["users"]]
    users = {user for event in told for user in event["users"]}
    ours = [replace(s, person=_known(names[s.person], users)) for s in shifts(schedule, start, end)]
    whole = any(event.get("all_day") for event in told)
    theirs = [Shift(user, utc(e["start"]), _end(e), "") for e in told for user in e["users"]]
    kept = [shift for shift in ours if shift.person]
    answer = compared(spans(kept), spans(clipped(theirs, start, end)))
    return choice("all day") if whole and answer == AGREES else answer


def _end(event: Facts) -> datetime:
    """A peer that ends a whole day a second early means the day."""
    return utc(event["end"]) + (SECOND if event.get("all_day") else timedelta(0))


def _known(name: str, users: set[str]) -> str:
    """Whom the peer takes somebody for: by name, or by the address without its domain."""
    short = name.partition("@")[0] or name
    return name if name in users else short if short in users else ""
