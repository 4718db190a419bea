"""Absences read from iCalendar: zones, whole days, repetitions, exceptions, and what is refused."""

from __future__ import annotations

import pytest

from routing.schedule import Layer, Rotation, Schedule, on_call
from service.feeds.absences import LARGEST, absences
from tests.routing.times import utc

SPAN = (utc("2026-03-01"), utc("2026-05-01"))


def calendar(*events: str) -> bytes:
    """Events of lines divided by blanks."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN"]
    for number, event in enumerate(events):
        own = event.split()
        uid = [] if any(line.startswith("UID:") for line in own) else [f"UID:{number}"]
        lines += ["BEGIN:VEVENT", *uid, *own, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def away(*events: str, zone: str = "Europe/Berlin") -> list[str]:
    found = absences(calendar(*events), "ann", zone, *SPAN)
    assert {(o.kind, o.person) for o in found} <= {("remove", "ann")}
    assert len({o.id for o in found}) == len(found)
    return [f"{o.start:%m-%d %H:%M} {o.end:%m-%d %H:%M}" for o in found]


BERLIN = "DTSTART;TZID=Europe/Berlin:20260327T090000 DTEND;TZID=Europe/Berlin:20260327T170000"


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("DTSTART:20260305T100000Z DTEND:20260305T120000Z", ["03-05 10:00 03-05 12:00"]),
        ("DTSTART:20260305T100000 DTEND:20260305T120000", ["03-05 09:00 03-05 11:00"]),
        ("DTSTART:20260305T100000Z DURATION:PT90M", ["03-05 10:00 03-05 11:30"]),
        ("DTSTART;VALUE=DATE:20260305", ["03-04 23:00 03-05 23:00"]),
        (
            "DTSTART;VALUE=DATE:20260328 DTEND;VALUE=DATE:20260331",
            ["03-27 23:00 03-30 22:00"],
        ),
        ("DTSTART;VALUE=DATE:20260225 DTEND;VALUE=DATE:20260303", ["02-24 23:00 03-02 23:00"]),
        (f"{BERLIN}", ["03-27 08:00 03-27 16:00"]),
        (
            f"{BERLIN} RRULE:FREQ=DAILY;COUNT=3",
            ["03-27 08:00 03-27 16:00", "03-28 08:00 03-28 16:00", "03-29 07:00 03-29 15:00"],
        ),
        (
            f"{BERLIN} RRULE:FREQ=WEEKLY;UNTIL=20260411T000000Z",
            ["03-27 08:00 03-27 16:00", "04-03 07:00 04-03 15:00", "04-10 07:00 04-10 15:00"],
        ),
        (
            f"{BERLIN} RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;UNTIL=20260410",
            ["03-27 08:00 03-27 16:00", "04-06 07:00 04-06 15:00", "04-10 07:00 04-10 15:00"],
        ),
        (
            f"{BERLIN} RRULE:FREQ=DAILY;BYDAY=SA,SU;COUNT=2",
            ["03-27 08:00 03-27 16:00", "03-28 08:00 03-28 16:00", "03-29 07:00 03-29 15:00"],
        ),
        (
            f"{BERLIN} RRULE:FREQ=DAILY;COUNT=3 EXDATE;TZID=Europe/Berlin:20260328T090000",
            ["03-27 08:00 03-27 16:00", "03-29 07:00 03-29 15:00"],
        ),
        (
            f"{BERLIN} RDATE;TZID=Europe/Berlin:20260402T090000",
            ["03-27 08:00 03-27 16:00", "04-02 07:00 04-02 15:00"],
        ),
        (
            "DTSTART;VALUE=DATE:20200131 RRULE:FREQ=MONTHLY",
            ["03-30 22:00 03-31 22:00"],
        ),
        (
            "DTSTART;VALUE=DATE:20201225 RRULE:FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=-1",
            ["04-29 22:00 04-30 22:00"],
        ),
        ("DTSTART;VALUE=DATE:19990406 RRULE:FREQ=YEARLY", ["04-05 22:00 04-06 22:00"]),
        ("DTSTART;VALUE=DATE:20260228 RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", []),
        ("DTSTART;VALUE=DATE:20260305 TRANSP:TRANSPARENT", []),
        ("DTSTART;VALUE=DATE:20260305 STATUS:CANCELLED", []),
        ("DTSTART:20260305T100000Z", []),
        ("DTSTART:20260305T100000Z DTEND:20260305T090000Z", []),
        ("DTSTART;VALUE=DATE:20250305", []),
    ],
)  # fmt: skip
def test_an_event_is_the_absences_it_means(event: str, expected: list[str]) -> None:
    assert away(event) == expected


def test_an_occurrence_that_was_moved_is_where_it_was_moved_to() -> None:
    series = f"UID:x {BERLIN} RRULE:FREQ=WEEKLY;COUNT=2"
    moved = (
        "UID:x RECURRENCE-ID;TZID=Europe/Berlin:20260403T090000 "
        "DTSTART:20260404T100000Z DTEND:20260404T110000Z"
    )
    cancelled = moved.replace("DTSTART", "STATUS:CANCELLED DTSTART")
    assert away(series, moved) == ["03-27 08:00 03-27 16:00", "04-04 10:00 04-04 11:00"]
    assert away(series, cancelled) == ["03-27 08:00 03-27 16:00"]


def test_an_absence_takes_a_person_off_call() -> None:
    rotation = Rotation("days", 1, SPAN[0], (("ann", "ben"),), "UTC")
    found = absences(calendar("DTSTART;VALUE=DATE:20260305"), "ann", "UTC", *SPAN)
    schedule = Schedule("s", "UTC", (Layer("base", rotation),), found)
    assert [s.person for s in on_call(schedule, utc("2026-03-05 10:00"))] == ["ben"]
    assert [s.person for s in on_call(schedule, utc("2026-03-06 10:00"))] == ["ann", "ben"]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (b"hello", "no iCalendar that can be read"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "no iCalendar that can be read"),
        (b"\xff\xfe\x00", "no iCalendar that can be read"),
        (b"x" * (LARGEST + 1), "larger than 1 MiB"),
        (calendar("DTSTART:20260305T100000Z DURATION:PT1S RRULE:FREQ=SECONDLY"), "by SECONDLY"),
        (calendar(f"{BERLIN} RRULE:FREQ=MONTHLY;BYDAY=2MO"), "BYDAY=2MO"),
        (calendar(f"{BERLIN} RRULE:FREQ=MONTHLY;BYDAY=MO;BYSETPOS=2"), "by BYSETPOS"),
        (calendar(f"{BERLIN} RRULE:FREQ=YEARLY;INTERVAL=2;BYMONTH=1,2"), "every few years"),
        (calendar("DTSTART:00010101T000000Z DURATION:PT1H RRULE:FREQ=DAILY"), "begins in 1"),
        (calendar(*["DTSTART:20260305T100000Z DURATION:PT1H RRULE:FREQ=DAILY"] * 120), "more than"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(text: bytes, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        absences(text, "ann", "UTC", *SPAN)


@pytest.mark.parametrize(
    "event",
    [
        "DTSTART:20260305T100000Z DURATION:PT1H RRULE:INTERVAL=2",
        "DTSTART:20260305T100000Z DURATION:20260306",
        "DTSTART:20260305T100000Z DURATION:P99999999D",
    ],
)
def test_what_means_nothing_is_refused_with_its_name(event: str) -> None:
    with pytest.raises(ValueError, match=r"The event 'Holiday' has a date, length or rule"):
        away(f"{event} SUMMARY:Holiday")


def test_every_friday_is_friday() -> None:
    found = away("DTSTART;VALUE=DATE:20260306 RRULE:FREQ=WEEKLY;BYDAY=FR;COUNT=3", zone="UTC")
    assert [span.split()[0] for span in found] == ["03-06", "03-13", "03-20"]
