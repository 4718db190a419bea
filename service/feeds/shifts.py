"""Shifts as an iCalendar feed (RFC 5545), for a calendar programme to subscribe to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from routing.schedule import Shift

REFRESH = timedelta(hours=1)


def feed(
    title: str, shifts: Iterable[tuple[str, Shift]], names: Mapping[str, str], now: datetime
) -> bytes:
    """A calendar of shifts, each with the id of its schedule.

    `names` says what people are called; who is not in it is shown by id. `now` is written as the
    time of the answer. Instants are given in UTC, so any programme shows them in its own zone. The
    same shift keeps its UID from answer to answer.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Heliograph//shifts//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", title)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for schedule, shift in shifts:
        calendar.add_component(_event(schedule, shift, names.get(shift.person, shift.person), now))
    text: bytes = calendar.to_ical()
    return text


def _event(schedule: str, shift: Shift, name: str, now: datetime) -> Event:
    event = Event()
    reason = shift.why.replace(" ", "-")
    event.add("uid", f"{schedule}/{reason}/{shift.person}/{shift.start:%Y%m%dT%H%M%SZ}@heliograph")
    event.add("dtstamp", now)
    event.add("dtstart", shift.start)
    event.add("dtend", shift.end)
    event.add("summary", f"{name} on call: {schedule}")
    event.add("description", f"{name} is on call in schedule {schedule} ({shift.why}).")
    event.add("transp", "TRANSPARENT")
    return event
