"""Hears the bell and wakes only the loops that have something to do.

A ring says that something was committed, not what. Were every loop to look for itself, a burst
would cost ten queries a ring; one query tells whom to wake. Rings while it looks are one more look.
"""

from __future__ import annotations

from datetime import timedelta

import structlog

from service.chime import Chime, Listener
from service.outbox import LANES
from service.store.pool import AWAY, describe
from service.store.sql import query
from service.wiring import Service

SOON = timedelta(seconds=1)
"""Cases due within this have the alarm set anew; it sleeps no longer than that by itself."""
log = structlog.get_logger(__name__)


class Porter:
    def __init__(self, service: Service, chime: Chime) -> None:
        self._service, self._chime = service, chime
        self._rung = Listener()

    def ring(self) -> None:
        """Returns at once; whoever has something to do is woken soon."""
        self._rung.wake()

    async def run(self) -> None:
        """Serve for ever."""
        while True:
            await self._rung.wait(3600)
            await self.look()

    async def look(self) -> None:
        """Wake whoever has something to do now."""
        try:
            self._chime.ring(await self._busy())
        except AWAY as error:
            log.warning("database_away", loop="porter", error=describe(error))
            self._chime.ring()
        except Exception:
            log.exception("porter_failed")
            self._chime.ring()

    async def _busy(self) -> frozenset[str] | None:
        """The topics of which something is due now; None where somebody moved the clock."""
        before = self._service.clock.offset
        await self._service.follow_clock()
        if self._service.clock.offset != before:
            return None
        now = self._service.clock.now()
        async with self._service.pool.acquire() as conn:
            rows = await conn.fetch(query("busy_topics"), list(LANES), now, now + SOON)
        return frozenset(row["topic"] for row in rows)
