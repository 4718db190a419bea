"""Absences from a person's iCalendar (RFC 5545): each is an override that takes them off call."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo

from icalendar import Calendar, Event

from routing.schedule import Override
from routing.wall import instant_of, wall_at, zone_of
from service.feeds.recurrence import repeats

LARGEST = 1 << 20
"""Bytes of a calendar that is read."""
MOST = 5000
"""Absences of one calendar; more is a mistake, or an attack."""
EARLIEST = 1970
_DAY = timedelta(days=1)
_NO_TIME = timedelta(0)


def absences(
    text: bytes, person: str, zone: str, start: datetime, end: datetime
) -> tuple[Override, ...]:
    """When `person` is away between two instants (UTC), by the calendar `text`.

    Whole days, and times without a zone, are read in `zone`, the person's own. Events that are
    cancelled or leave the person free are no absences. Raises ValueError with a sentence for a
    calendar that cannot be read, is too large, or repeats in a way that is not understood.
    """
    if len(text) > LARGEST:
        raise ValueError("This calendar is larger than 1 MiB; export the absences alone.")
    home, found = zone_of(zone), dict[tuple[str, datetime], Override]()
    series, moved = _events(text, home)
    for event in [*series, *moved.values()]:
        name = str(event.uid)
        for begin, until, wall in _understood(event, home, start, end):
            if event.RECURRENCE_ID is None and (name, wall) in moved:
                continue
            reason = f"absence {person} {name} {wall:%Y-%m-%dT%H:%M}"
            found[name, wall] = Override(reason, "remove", begin, until, person)
        if len(found) > MOST:
            raise ValueError(f"This calendar has more than {MOST} absences; export fewer.")
    return tuple(sorted(found.values(), key=lambda override: (override.start, override.id)))


def _events(text: bytes, home: tzinfo) -> tuple[list[Event], dict[tuple[str, datetime], Event]]:
    """The events, and those that stand in for one occurrence of another, by what they replace."""
    series, moved = [], {}
    try:
        for event in Calendar.from_ical(text).walk("VEVENT"):
            if not isinstance(event, Event) or event.DTSTART is None:
                continue
            if event.RECURRENCE_ID is None:
                series.append(event)
            else:
                moved[str(event.uid), _wall(event.RECURRENCE_ID, home)[0]] = event
    except (ValueError, LookupError, TypeError) as error:
        raise ValueError(f"This is no iCalendar that can be read: {error}") from error
    return series, moved


def _understood(
    event: Event, home: tzinfo, start: datetime, end: datetime
) -> list[tuple[datetime, datetime, datetime]]:
    """Raises ValueError also for what the parser lets through: a length where a date belongs."""
    try:
        return list(_occurrences(event, home, start, end))
    except (ArithmeticError, LookupError, TypeError) as wrong:
        name = str(event.get("SUMMARY", "") or event.uid)[:80]
        sentence = f"The event {name!r} has a date, length or rule that means nothing: mend it."
        raise ValueError(sentence) from wrong


def _occurrences(
    event: Event, home: tzinfo, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime, datetime]]:
    """Start and end (UTC) and wall time of an event's absences that touch a span."""
    first, zone = _wall(event.DTSTART, home)
    length = _length(event, first, zone, home)
    if _is_none(event) or length <= _NO_TIME:
        return
    if first.year < EARLIEST:
        raise ValueError(f"An event begins in {first.year}: absences are read from {EARLIEST} on.")
    without = {_wall(at, home)[0] for at in event.exdates}
    begin, until = wall_at(zone, start) - length - _DAY, wall_at(zone, end) + _DAY
    for wall in _starts(event, begin, until, home):
        span = instant_of(zone, wall), instant_of(zone, wall + length)
        if wall not in without and span[0] < span[1] and span[0] < end and start < span[1]:
            yield (*span, wall)


def _is_none(event: Event) -> bool:
    off: bool = event.transparency == "TRANSPARENT" or event.status == "CANCELLED"
    return off


def _starts(event: Event, begin: datetime, end: datetime, home: tzinfo) -> list[datetime]:
    """Its wall times, once each: the first, those listed, and those of its rules."""
    first, zone = _wall(event.DTSTART, home)
    listed = {first} | {_wall(at, home)[0] for at, _ in event.rdates}
    for rule in event.rrules:
        parts = dict(rule)
        if "UNTIL" in parts:
            parts["UNTIL"] = [_until(parts["UNTIL"][0], zone)]
        listed |= set(repeats(parts, first, begin, end))
    return sorted(wall for wall in listed if begin <= wall < end)


def _until(value: date, zone: tzinfo) -> datetime:
    """On the wall of the event; a date means all of it."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time.max)
    return value if value.tzinfo is None else wall_at(zone, value)


def _length(event: Event, first: datetime, zone: tzinfo, home: tzinfo) -> timedelta:
    """How long it lasts on the wall."""
    if event.DTEND is not None:
        end, other = _wall(event.DTEND, home)
        return (end if other is zone else wall_at(zone, instant_of(other, end))) - first
    whole_day = not isinstance(event.DTSTART, datetime)
    length: timedelta | None = event.DURATION
    return (_DAY if whole_day else _NO_TIME) if length is None else length


def _wall(value: date | None, home: tzinfo) -> tuple[datetime, tzinfo]:
    """A date or time as it stands on a wall (naive), and on whose."""
    if value is None:
        raise ValueError("An event says neither when it starts nor what it replaces.")
    if not isinstance(value, datetime):
        return datetime.combine(value, time()), home
    if value.tzinfo is None:
        return value, home
    return value.replace(tzinfo=None), value.tzinfo
