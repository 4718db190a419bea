"""SLA targets and clocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Metric(StrEnum):
    FIRST_REPLY = "first_reply"
    NEXT_REPLY = "next_reply"
    UPDATE = "update"
    RESOLUTION = "resolution"


class ClockState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"


@dataclass(frozen=True, slots=True)
class Target:
    """`minutes` of covered, unpaused physical time, or `business_days` by a named `rule`."""

    minutes: int | None = None
    business_days: int | None = None
    rule: str = "end_of_coverage_on_nth_covered_local_date_after_receipt_date"


@dataclass(frozen=True, slots=True)
class Clock:
    """One promise of one case. All instants UTC. `due_at` is None while it cannot be told (paused)."""

    metric: Metric
    state: ClockState
    started_at: datetime
    calendar: str
    target: Target
    due_at: datetime | None = None
    paused_at: datetime | None = None
    pauses: tuple[tuple[datetime, datetime], ...] = ()
    met_at: datetime | None = None
    breached_at: datetime | None = None
    """Stays recorded whatever follows."""
