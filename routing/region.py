"""Follow the sun: which region has it, and until when."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Region:
    id: str
    zone: str
    calendar: str
    """Id of the calendar that holds its hours."""
    schedule: str
    """Id of the schedule that says who is on call there."""
    name: str = ""
    backup: str = ""
    """Id of the schedule of whoever stands behind the one on call; empty for nobody."""
