"""On-call schedules: layers of rotations, overrides, temporary schedules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time


@dataclass(frozen=True, slots=True)
class Restriction:
    """Limits a layer: any of weekdays (Monday 0), days of month, and local hours (half-open, may pass midnight)."""

    weekdays: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    start: time | None = None
    end: time | None = None


@dataclass(frozen=True, slots=True)
class Rotation:
    """Turns handed off at wall-clock time. `every` counts units: hours, days, weeks, months."""

    unit: str
    every: int
    start: datetime
    """First handoff, as an instant (UTC)."""
    groups: tuple[tuple[str, ...], ...]
    """Person ids taken in turn; all of a group are on call together."""
    zone: str
    handoff_days: frozenset[int] = frozenset()
    """Weekly rotations only: extra handoff weekdays, if any."""
    backwards: bool = False
    """Whether the rotation reaches back before its first handoff."""


@dataclass(frozen=True, slots=True)
class Layer:
    id: str
    rotation: Rotation
    priority: int = 0
    """The highest number wins; equals are on call together; lower ones fill what is left."""
    restrictions: tuple[Restriction, ...] = ()
    start: datetime | None = None
    until: datetime | None = None
    """An instant; it cuts a running turn."""


@dataclass(frozen=True, slots=True)
class Override:
    """`kind` is add, replace (person -> by), take_over (from everybody) or remove."""

    id: str
    kind: str
    start: datetime
    end: datetime
    person: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Temporary:
    """A range that replaces everything with fixed shifts (person, start, end)."""

    id: str
    start: datetime
    end: datetime
    shifts: tuple[tuple[str, datetime, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class Schedule:
    id: str
    zone: str
    layers: tuple[Layer, ...] = ()
    overrides: tuple[Override, ...] = ()
    temporary: tuple[Temporary, ...] = ()


@dataclass(frozen=True, slots=True)
class Shift:
    """One person on call from `start` (inclusive) to `end` (exclusive), and why."""

    person: str
    start: datetime
    end: datetime
    why: str
    """`layer <id>`, `override <id>` or `temporary <id>`."""
