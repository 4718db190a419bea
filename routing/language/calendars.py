"""Calendars and regions: when somebody promised to be there, and who has the sun."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import holidays

from routing.calendar import Calendar, Window
from routing.language.cursor import Cursor, Members
from routing.language.problems import nearest
from routing.language.tree import Listing, Scalar
from routing.language.windows import DAYS, WEEK, parse_windows
from routing.language.words import parse_date, parse_flag, parse_zone
from routing.region import Region

DAY_MINUTES = 24 * 60
MOST_WINDOWS = 200


def read_calendar(name: str, at: Cursor) -> Calendar:
    """`always`, a list of windows (in UTC), or a table: zone, open, holidays."""
    if isinstance(at.node, Scalar) and at.node.text.casefold() == "always":
        return Calendar(name, always=True)
    if isinstance(at.node, Listing | Scalar):
        return Calendar(name, windows=_windows(at))
    members = at.members("zone", "open", "holidays")
    zone = members.read("zone", parse_zone, "UTC")
    opened = members.need("open")
    if opened is None:
        return Calendar(name, zone)
    if isinstance(opened.node, Scalar) and opened.node.text.casefold() == "always":
        return _closed_on_holidays(Calendar(name, zone, always=True), members)
    return _closed_on_holidays(Calendar(name, zone, _windows(opened)), members)


def _windows(at: Cursor) -> tuple[Window, ...]:
    windows: list[Window] = []
    for item in at.items():
        if len(windows) > MOST_WINDOWS:
            item.wrong(f"a week needs no more than {MOST_WINDOWS} windows.")
            break
        for window in item.read(parse_windows, ()):
            clash = next((known for known in windows if _overlap(known, window)), None)
            if clash is not None:
                day = f"{DAYS[clash.start_day]} {clash.start:%H:%M}"
                item.wrong(f"this overlaps the window that opens {day}.")
            windows.append(window)
    if not windows:
        at.wrong("it never opens; name at least one window, or `always`.")
    return tuple(windows)


def _overlap(one: Window, other: Window) -> bool:
    spans = [_span(window) for window in (one, other)]
    (begin, end), (other_begin, other_end) = spans
    week = WEEK * DAY_MINUTES
    return any(
        begin < other_end + shift and other_begin + shift < end for shift in (-week, 0, week)
    )


def _span(window: Window) -> tuple[int, int]:
    begin = window.start_day * DAY_MINUTES + window.start.hour * 60 + window.start.minute
    end = window.end_day * DAY_MINUTES + window.end.hour * 60 + window.end.minute
    return begin, end if end > begin else end + WEEK * DAY_MINUTES


def _closed_on_holidays(calendar: Calendar, members: Members) -> Calendar:
    at = members.get("holidays")
    if at is None or (isinstance(at.node, Scalar) and at.node.text.casefold() == "none"):
        return calendar
    if isinstance(at.node, Listing):
        return replace(calendar, holidays=_dates(at))
    if isinstance(at.node, Scalar):
        return replace(calendar, country=_country(at))
    parts = at.members("country", "observed", "dates")
    country, dates = parts.get("country"), parts.get("dates")
    return replace(
        calendar,
        country=_country(country) if country else None,
        observed=parts.read("observed", parse_flag, default=True),
        holidays=_dates(dates) if dates else frozenset(),
    )


def _dates(at: Cursor) -> frozenset[date]:
    found = {item.read(parse_date, None) for item in at.items()}
    return frozenset(day for day in found if day is not None)


def _country(at: Cursor) -> str | None:
    return at.read(parse_country, None)


def parse_country(text: str) -> str:
    """`US`, or a part of it: `US-CA`."""
    known = holidays.list_supported_countries(include_aliases=False)
    country, _, part = text.partition("-")
    if country not in known:
        raise ValueError(f"no holidays are known of {text!r}; {nearest(country, sorted(known))}")
    if part and part not in known[country]:
        raise ValueError(f"{country} has no part {part!r}; {nearest(part, sorted(known[country]))}")
    return text


@dataclass(frozen=True, slots=True)
class Sun:
    """Regions in the order they were written, and the calendars some bring along."""

    regions: dict[str, Region]
    hours: dict[str, Calendar]


def read_regions(of: Members) -> Sun:
    sun = Sun({}, {})
    for name, at in of.named("regions"):
        members = at.members("name", "zone", "hours", "schedule", "backup")
        zone = members.read("zone", parse_zone, "UTC")
        if members.need("zone") is None or members.need("schedule") is None:
            continue
        sun.regions[name] = Region(
            name,
            zone,
            _hours(sun, name, zone, members),
            members.refer("schedule", "schedule"),
            members.text("name"),
            members.refer("backup", "schedule"),
        )
    return sun


def _hours(sun: Sun, region: str, zone: str, members: Members) -> str:
    """The calendar a region names, or the windows it writes in its own zone."""
    at = members.need("hours")
    if at is None:
        return ""
    if isinstance(at.node, Scalar) and at.node.text != "always" and " " not in at.node.text:
        return at.refer("calendar")
    calendar = read_calendar(f"{region}-hours", at)
    if isinstance(at.node, Listing | Scalar):
        calendar = replace(calendar, zone=zone)
    sun.hours[calendar.id] = calendar
    return calendar.id
