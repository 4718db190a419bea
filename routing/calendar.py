"""Coverage calendars: when somebody promised to be there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time


@dataclass(frozen=True, slots=True)
class Window:
    """A weekly window in local wall time, half-open; Monday is 0. It may span days and wrap the week."""

    start_day: int
    start: time
    end_day: int
    end: time
    """00:00 of the following day stands for 24:00."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Half-open, physical minutes, right across DST. A holiday closes local midnight to midnight."""

    id: str
    zone: str = "UTC"
    windows: tuple[Window, ...] = ()
    holidays: frozenset[date] = frozenset()
    country: str | None = None
    """ISO 3166 country (or country-subdivision) whose public holidays close it as well."""
    observed: bool = True
    """Whether the country's observed rule (Saturday to Friday, Sunday to Monday) applies."""
    always: bool = False
