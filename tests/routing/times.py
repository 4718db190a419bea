"""Shorthand for instants and calendars in tests of the time engine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from routing.calendar import Calendar, Window

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
RECORDED = Path(__file__).parent.parent / "peers" / "recorded"


def utc(text: str) -> datetime:
    """An instant: `2026-03-08 09:30` is UTC unless it says otherwise."""
    at = datetime.fromisoformat(text)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def window(start_day: str, start: str, end_day: str, end: str) -> Window:
    return Window(
        DAYS.index(start_day),
        time.fromisoformat(start),
        DAYS.index(end_day),
        time.fromisoformat(end),
    )


def daily(start: str, end: str, days: tuple[str, ...] = DAYS) -> tuple[Window, ...]:
    """The same hours every day; an end that is not after the start is on the next day."""
    later = int(end <= start)
    return tuple(window(day, start, DAYS[(DAYS.index(day) + later) % 7], end) for day in days)


def calendar_of(name: str, facts: Mapping[str, Any]) -> Calendar:
    return Calendar(
        name,
        facts["timezone"],
        tuple(window(*edges) for edges in facts.get("weekly", [])),
        frozenset(date.fromisoformat(day) for day in facts.get("holidays", [])),
        always=facts.get("always", False),
    )


@cache
def recorded(name: str) -> Any:
    return json.loads((RECORDED / name).read_text())
