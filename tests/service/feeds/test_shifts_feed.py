"""Feeds of shifts, read back by the library that calendar programmes' authors use."""

from __future__ import annotations

from icalendar import Calendar, Event

from routing.schedule import Layer, Rotation, Schedule, shifts
from service.feeds.shifts import feed
from tests.routing.times import utc

NOW = utc("2026-03-01 12:00")
ROTATION = Rotation("days", 1, utc("2026-03-02 08:00"), (("ann",), ("ben",)), "Europe/Berlin")
SCHEDULE = Schedule("primary", "Europe/Berlin", (Layer("base", ROTATION),))
FOUND = [("primary", s) for s in shifts(SCHEDULE, utc("2026-03-02"), utc("2026-03-04 08:00"))]


def read(text: bytes) -> list[Event]:
    found = Calendar.from_ical(text).walk("VEVENT")
    return [event for event in found if isinstance(event, Event)]


def test_every_shift_is_an_event_in_utc_that_says_who_and_why() -> None:
    events = read(feed("On call", FOUND, {"ann": "Ann Lee"}, NOW))
    assert [(event.summary, event.start, event.end) for event in events] == [
        ("Ann Lee on call: primary", utc("2026-03-02 08:00"), utc("2026-03-03 08:00")),
        ("ben on call: primary", utc("2026-03-03 08:00"), utc("2026-03-04 08:00")),
    ]
    assert events[0].description == "Ann Lee is on call in schedule primary (layer base)."
    assert {event.stamp for event in events} == {NOW}


def test_a_shift_keeps_its_uid_and_no_two_share_one() -> None:
    first = read(feed("On call", FOUND, {}, NOW))
    later = read(feed("On call", FOUND, {}, utc("2026-03-02")))
    assert [event.uid for event in first] == [event.uid for event in later]
    assert len({event.uid for event in first}) == len(FOUND)


def test_names_cannot_break_out_of_their_line() -> None:
    text = feed("On call", FOUND, {"ann": "Ann\r\nATTENDEE:mailto:x@example.com"}, NOW)
    assert b"\r\nATTENDEE" not in text


def test_nobody_on_call_is_an_empty_calendar() -> None:
    text = feed("On call", [], {}, NOW)
    assert read(text) == []
    assert b"\r\nX-WR-CALNAME:On call\r\n" in text
