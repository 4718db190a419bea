"""The one file that reads a clock. Everything else is handed an instant."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Two readings: what the service lives by, and what the world's clocks say."""

    def now(self) -> datetime:
        """Service time, UTC. Every decision, deadline and row is written in it."""
        ...

    def wall(self) -> datetime:
        """True time, UTC. For what an outside party stamped: signatures, provider dates."""
        ...


class SystemClock:
    """The machine's clock, with service time moved ahead by `offset` (zero in production)."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self.offset = offset

    def now(self) -> datetime:
        return self.wall() + self.offset

    def wall(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """Stands still until told otherwise; for rehearsals and tests. `at` must be aware."""

    def __init__(self, at: datetime) -> None:
        self.at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self.at

    def wall(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        self.at += by


def monotonic() -> float:
    """Seconds since some fixed moment, never going back: for time-outs and measurements only."""
    return time.monotonic()
