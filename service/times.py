"""Instants and lengths of time as people read them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from routing.wall import zone_of

MINUTE, HOUR, DAY = 60, 3600, 86400
NEAR = timedelta(days=180)
"""A day this near needs no year."""
SHORT = 10 * MINUTE
"""Below this a count down shows its seconds."""


def length(span: timedelta) -> str:
    """`3 d 4 h`, `4 h 12 min`, `42 min`, `4:31`; of the amount, whichever its sign."""
    seconds = abs(int(span.total_seconds()))
    if seconds >= 2 * DAY:
        return f"{seconds // DAY} d {seconds % DAY // HOUR} h"
    if seconds >= HOUR:
        return f"{seconds // HOUR} h {seconds % HOUR // MINUTE} min"
    if seconds >= SHORT:
        return f"{seconds // MINUTE} min"
    return f"{seconds // MINUTE}:{seconds % MINUTE:02}"


def minutes(span: timedelta) -> str:
    """`2 min`, `90 s`: a length somebody has set."""
    seconds = int(span.total_seconds())
    return f"{seconds // MINUTE} min" if seconds % MINUTE == 0 else f"{seconds} s"


def due(at: datetime, now: datetime) -> str:
    """`in 42 min`, or `12 min late`."""
    left = at - now
    return f"in {length(left)}" if left >= timedelta() else f"{length(left)} late"


def urgency(at: datetime, now: datetime) -> str:
    """How a promise is shown: late, soon (half an hour), or calm."""
    if at <= now:
        return "late"
    return "soon" if at - now <= timedelta(minutes=30) else "calm"


def clock(at: datetime, zone: str = "UTC") -> str:
    """`14:05` on a wall in that zone."""
    return f"{at.astimezone(zone_of(zone)):%H:%M}"


def stamp(at: datetime, now: datetime, zone: str = "UTC") -> str:
    """`14:05`, with the day when it is not today's there."""
    there, today = at.astimezone(zone_of(zone)), now.astimezone(zone_of(zone))
    if there.date() == today.date():
        return f"{there:%H:%M}"
    return f"{there:%a} {there.day} {there:%b} {there:%H:%M}"


def zone_name(at: datetime, zone: str) -> str:
    """`CET`, or the offset where the zone has no letters."""
    name = at.astimezone(zone_of(zone)).tzname() or zone
    return name if name[:1].isalpha() else f"UTC{name}"


def span(start: datetime, end: datetime, now: datetime, zone: str) -> str:
    """`Mon 9 Mar 09:00 - 17:00`, with both days where they differ."""
    there, until = start.astimezone(zone_of(zone)), end.astimezone(zone_of(zone))
    first = f"{there:%a} {there.day} {there:%b} {there:%H:%M}"
    if abs(start - now) > NEAR:
        first = f"{first} {there.year}"
    if until.date() == there.date():
        return f"{first} - {until:%H:%M}"
    return f"{first} - {until:%a} {until.day} {until:%b} {until:%H:%M}"


def iso(at: datetime) -> str:
    """For `<time datetime>`, and for the script."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def local(at: datetime, zone: str) -> str:
    """For `<input type="datetime-local">`."""
    return f"{at.astimezone(zone_of(zone)):%Y-%m-%dT%H:%M}"


def plain(word: str) -> str:
    """`offering_callback` as people say it."""
    return word.replace("_", " ").replace("-", " ")


FILTERS: dict[str, Callable[..., Any]] = {
    "lasting": length,
    "minutes": minutes,
    "due": due,
    "urgency": urgency,
    "clock": clock,
    "stamp": stamp,
    "zone_name": zone_name,
    "span": span,
    "iso": iso,
    "local": local,
    "plain": plain,
}
"""For templates."""
