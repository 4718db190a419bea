"""The real clock, for a simulator that stands alone. Mounted, it is given the service's."""

from datetime import UTC, datetime, timedelta


class RealClock:
    """Real time, plus what it was moved forward."""

    def __init__(self) -> None:
        self._moved = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._moved

    async def advance(self, seconds: float) -> None:
        self._moved += timedelta(seconds=seconds)
