"""Rotations as values: whose turn it is is in `routing.turns`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


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
    length: timedelta | None = None
    """How long a turn lasts on the wall clock; None until the next one starts. Longer than the
    distance of two turns, they overlap and both are on call."""
    weekdays: frozenset[int] = frozenset()
    """Turns start on these weekdays only (Monday 0). In days, a group is handed on after `every`
    of them; in weeks and months it keeps all that fall into its week or month."""
    month_days: frozenset[int] = frozenset()
    """Monthly rotations only: turns start on these days; -1 is the last of the month."""
    months: frozenset[int] = frozenset()
    """Turns start in these months only (January 1)."""
    week_start: int = 0
    """The weekday on which the weeks of a weekly rotation with `weekdays` begin."""

    def __hash__(self) -> int:
        """What tells rotations apart is enough: every question looks its rotation up."""
        return hash((self.unit, self.every, self.start, self.zone, self.groups))
