"""What waits because its provider fails does not wait long once the provider works again.

A page that failed rests for longer after each try, up to half a minute; so long at once if nobody
knows whether it left and its provider is given up. Meanwhile one of those that rest is tried every
other second; the first that gets through brings two along, each of them two more, and so on: what
an outage has left behind leaves at the pace the provider takes it, and nobody rests while others
get through. Whom the provider told how long to wait waits that long.

It is remembered by the process that tried, and holds until another has tried. Should that one die,
or PostgreSQL be away, the pause of the row is still its limit.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from service.chime import Chime
from service.clock import Clock
from service.outbox import Outbox, Row, lane_of

EVERY = 2.0
"""Seconds between two tries of what rests."""
ALONG = 2
"""How many get their turn when one gets through."""


@dataclass(slots=True)
class Resting:
    outbox: Outbox
    clock: Clock
    _woken: set[str] = field(default_factory=set)
    """Lanes that have something to do again."""
    _rows: dict[str, dict[int, Row]] = field(default_factory=dict)
    """By channel and id, whoever was tried last at the end."""

    def add(self, row: Row) -> None:
        self._rows.setdefault(row.channel, {})[row.id] = row

    def remove(self, row: Row) -> None:
        """It is being tried."""
        self._rows.get(row.channel, {}).pop(row.id, None)

    async def works(self, channel: str) -> None:
        """Something got through: the most severe of those that rest are next."""
        rows, along = self._rows.get(channel, {}), 0
        while rows and along < ALONG:
            along += await self._wake(min(rows.values(), key=lambda row: (row.rank, row.id)))

    async def one(self) -> None:
        """Whoever was tried longest ago is tried again, one of each channel."""
        for rows in list(self._rows.values()):
            while rows and not await self._wake(next(iter(rows.values()))):
                pass  # it was stood down, or tried by another

    def ring(self, chime: Chime) -> None:
        """Tell the lanes that have something to do again."""
        if self._woken:
            chime.ring(self._woken)
            self._woken.clear()

    async def _wake(self, row: Row) -> bool:
        """Whether it still rested."""
        self.remove(row)  # before anything is awaited: who gets through meanwhile brings others
        rested = await self.outbox.forward(row, self.clock.now())
        if rested:
            self._woken.add(lane_of(row.kind, row.channel))
        return rested
