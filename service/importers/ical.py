"""iCalendar (RFC 5545): each event is one person's turn, named by its summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from icalendar import Calendar, Event

from routing.rotation import Rotation
from routing.schedule import Layer, Override, Restriction, Schedule
from routing.wall import instant_of, wall_at, zone_of
from service.feeds.recurrence import repeats
from service.importers.imported import Found, Unreadable, distinct, layer, slug, zone_or_utc
from service.importers.imported import daily as hours_of_day
from service.importers.imported import weekly as hours_of_week

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY = timedelta(days=1)
UNITS = {"days": DAY, "weeks": timedelta(weeks=1)}
KNOWN = frozenset({"FREQ", "INTERVAL", "BYDAY", "UNTIL", "COUNT", "WKST"})
LATEST = datetime(2100, 1, 1)  # noqa: DTZ001 - a wall time


def read(text: bytes, found: Found) -> None:
    """Single events become overrides that add, weekly and daily ones layers.

    Occurrences that are left out or moved are overrides that remove, and add. Raises Unreadable.
    """
    try:
        calendar = Calendar.from_ical(text)
        events = [event for event in calendar.walk("VEVENT") if isinstance(event, Event)]
    except (ValueError, LookupError) as wrong:
        said = str(wrong).rstrip(".")
        raise Unreadable(f"This is no iCalendar that can be read: {said}.") from None
    name = str(calendar.get("X-WR-CALNAME", "") or "imported")
    zone = zone_or_utc(found, str(calendar.get("X-WR-TIMEZONE", "") or "UTC"), name)
    parts = _Read(zone, found, _series(events))
    for number, event in enumerate(events, 1):
        with found.leaving_out(f"{event.get('SUMMARY', '')} (event {number})"):
            parts.take(event, number)
    rotations = distinct(_joined(parts.layers))
    found.add(Schedule(slug(name), zone, rotations, (*parts.removed, *parts.added)))


def _series(events: Iterable[Event]) -> dict[str, Event]:
    """Those that repeat, by what others call them; the unreadable ones are listed elsewhere."""
    found = {}
    for event in events:
        with suppress(ValueError):
            if _is_series(event) and not _is_off(event):
                found[str(event.uid)] = event
    return found


def _is_series(event: Event) -> bool:
    return bool(event.rrules) and event.RECURRENCE_ID is None


def _is_off(event: Event) -> bool:
    return str(event.get("STATUS", "")) == "CANCELLED"


@dataclass(slots=True)
class _Read:
    """The parts of a schedule, as far as the events have been read."""

    zone: str
    found: Found
    series: Mapping[str, Event]
    layers: list[Layer] = field(default_factory=list)
    removed: list[Override] = field(default_factory=list)
    added: list[Override] = field(default_factory=list)

    def take(self, event: Event, number: int) -> None:
        """Raises ValueError with the sentence of why it has no equal here; then it adds nothing."""
        own = _zone_of(event, self.zone)
        if _is_series(event) and _is_off(event):
            return
        without = list(_without(event, number, self.series, self.zone, self.found))
        if _is_series(event):
            rules = [dict(rule) for rule in event.rrules]
            self.layers.append(_again(event, rules, own, self.found))
        elif not _is_off(event):
            self.added.append(_once(event, number, own, self.found))
        self.removed += without


def _zone_of(event: Event, zone: str) -> str:
    """The zone whose wall the event is on; `zone` where it says none that is known."""
    first = event.DTSTART
    name = getattr(getattr(first, "tzinfo", None), "key", None)
    return str(name) if name else zone


def _without(
    event: Event, number: int, series: Mapping[str, Event], zone: str, found: Found
) -> Iterator[Override]:
    """The occurrences of a series that do not happen, or not as the series says."""
    gone: list[date] = list(event.exdates)
    whole = event
    if event.RECURRENCE_ID is not None:
        gone, moved = [event.RECURRENCE_ID], series.get(str(event.uid))
        if moved is None:
            return
        whole = moved
    own = _zone_of(whole, zone)
    for count, at in enumerate(gone, 1):
        _, length = _span(whole, own)
        begin = _wall(at, own)
        start, end = (instant_of(zone_of(own), wall) for wall in (begin, begin + length))
        person = found.person(str(whole["SUMMARY"]))
        yield Override(f"event-{number}-without-{count}", "remove", start, end, person)


def _span(event: Event, zone: str) -> tuple[datetime, timedelta]:
    """When it begins, on the wall of `zone`, and how long it lasts there."""
    first, last = event.DTSTART, event.DTEND
    if first is None or event.get("SUMMARY") is None:
        raise ValueError("it has no beginning, or no summary to name a person")
    begin = _wall(first, zone)
    length = _wall(last, zone) - begin if last is not None else event.DURATION
    if not isinstance(length, timedelta) or length <= timedelta():
        raise ValueError("it lasts no time")
    return begin, length


def _wall(at: object, zone: str) -> datetime:
    if not isinstance(at, date):
        raise ValueError(f"{at} stands where a date belongs")  # noqa: TRY004 - what others wrote
    if not isinstance(at, datetime):
        return datetime.combine(at, time())
    return at if at.tzinfo is None else wall_at(zone_of(zone), at.astimezone(UTC))


def _once(event: Event, number: int, zone: str, found: Found) -> Override:
    begin, length = _span(event, zone)
    person = found.person(str(event["SUMMARY"]))
    start, end = (instant_of(zone_of(zone), wall) for wall in (begin, begin + length))
    return Override(f"event-{number}", "add", start, end, person)


def _again(event: Event, rules: list[dict[str, Any]], zone: str, found: Found) -> Layer:
    rule = rules[0]
    begin, length = _span(event, zone)
    every, days = int(rule.get("INTERVAL", [1])[0]), [str(day) for day in rule.get("BYDAY", [])]
    frequency = str(rule.get("FREQ", ["nothing"])[0])
    unit = {"DAILY": "days", "WEEKLY": "weeks"}.get(frequency)
    if unit is None or len(rules) > 1 or {*rule, *days} - {*KNOWN, *DAYS}:
        raise ValueError(f"it repeats by {', '.join(sorted(rule))}, {frequency}")
    whole = every * UNITS[unit]
    if length > whole:
        raise ValueError("its turns overlap")
    person = found.person(str(event["SUMMARY"]))
    start = instant_of(zone_of(zone), begin)
    end = _end(rule, begin, length, zone)
    only = _hours(unit, begin, length, days) if every == 1 and length < whole else ()
    # What lasts shorter than its turn, among turns of others, is joined with theirs.
    cut = length if every > 1 and length < whole else None
    rotation = Rotation(unit, every, start, ((person,),), zone, length=cut)
    return layer(f"{person}-{begin:%Y-%m-%d}", rotation, only=only, start=start, until=end)


def _hours(
    unit: str, begin: datetime, length: timedelta, days: list[str]
) -> tuple[Restriction, ...]:
    if unit == "days":
        return hours_of_day(begin.time(), length)
    weekdays = [DAYS.index(day) for day in days] or [begin.weekday()]
    return hours_of_week(weekdays, begin.time(), length)


def _end(rule: Mapping[str, Any], begin: datetime, length: timedelta, zone: str) -> datetime | None:
    """When the last turn ends: the last that begins by UNTIL, or the COUNTth."""
    if "UNTIL" not in rule and "COUNT" not in rule:
        return None
    until = rule["UNTIL"][0] if "UNTIL" in rule else None
    last = LATEST if until is None else _wall(until, zone)
    if until is not None and not isinstance(until, datetime):
        last += DAY - timedelta(microseconds=1)
    parts = {**rule, **({} if until is None else {"UNTIL": [last]})}
    starts = repeats(parts, begin, begin, min(last + DAY, LATEST))
    return instant_of(zone_of(zone), (starts[-1] if starts else begin) + length)


def _joined(layers: list[Layer]) -> Iterator[Layer]:
    """Turns of several people that follow each other are one rotation; others stay as they are."""
    apart: dict[tuple[str, int, timedelta, str, datetime | None], list[Layer]] = {}
    for one in layers:
        turn = one.rotation
        if turn.length is None:
            yield one
        else:
            key = turn.unit, turn.every, turn.length, turn.zone, one.until
            apart.setdefault(key, []).append(one)
    for parts in apart.values():
        joined = _rotation(sorted(parts, key=lambda one: one.rotation.start))
        if joined is None:
            yield from parts
        else:
            yield joined


def _rotation(parts: list[Layer]) -> Layer | None:
    """One rotation of layers in order of their start; None where they leave a gap or overlap."""
    first, length = parts[0], parts[0].rotation.length or DAY
    turn, zone = first.rotation, zone_of(first.rotation.zone)
    size = UNITS[turn.unit]
    if length % size or len(parts) * length != turn.every * size:
        return None
    walls = [wall_at(zone, one.rotation.start) for one in parts]
    if any(later - sooner != length for sooner, later in pairwise(walls)):
        return None
    people = tuple(group for one in parts for group in one.rotation.groups)
    rotation = Rotation(turn.unit, length // size, turn.start, people, turn.zone)
    return layer("rotation", rotation, start=first.start, until=first.until)
