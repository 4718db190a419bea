"""Notices a PostgreSQL that hangs: one that takes connections, or keeps them, and answers nothing.

A server that is down refuses, and whoever asks knows at once. One that hangs (a frozen machine, a
lost network) keeps everybody waiting until his own time-out. So it is asked once a second, on a
connection of its own. When it stays silent, every connection is let go and no new one is tried but
ours: whoever asks is told so without waiting, until it answers again.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any
from weakref import WeakSet

import asyncpg
import structlog

from service.store.pool import AWAY, Connection, connect_once
from service.store.sql import query

EVERY = 1.0
"""Seconds between two beats."""
PATIENCE = 2.0
"""Seconds a beat may take; it asks for nothing that has to be computed or read from a disk."""
MISSED = 3
"""Beats one after another: a single one may be our own, on a machine that was busy."""
SAID = "PostgreSQL does not answer"
log = structlog.get_logger(__name__)


class Pulse:
    """`connect` is for a pool (see `open_pool`); `silent` while PostgreSQL hangs."""

    def __init__(self, url: str, name: str) -> None:
        self._url, self._name = url, name
        self._lent: WeakSet[Connection] = WeakSet()
        self._trying: set[asyncio.Task[Connection]] = set()
        self._given_up: set[asyncio.Task[Connection]] = set()
        self._own: Connection | None = None
        self._missed = 0
        self.silent = False

    async def connect(self, *given: Any, **more: Any) -> Connection:  # noqa: ANN401 - asyncpg's own
        """As `asyncpg.connect`. Raises CannotConnectNowError while PostgreSQL hangs."""
        if self.silent:
            raise asyncpg.CannotConnectNowError(SAID)
        trying: asyncio.Task[Connection] = asyncio.ensure_future(asyncpg.connect(*given, **more))
        self._trying.add(trying)
        try:
            made = await trying
        except asyncio.CancelledError:
            if trying in self._given_up:
                raise asyncpg.CannotConnectNowError(SAID) from None
            raise
        finally:
            self._trying.discard(trying)
            self._given_up.discard(trying)
        self._lent.add(made)
        return made

    async def watch(self) -> None:
        """Until cancelled."""
        try:
            while True:
                if not self._missed:
                    await asyncio.sleep(EVERY)
                try:
                    await self.beat()
                except Exception:
                    log.exception("pulse_failed")
                    await asyncio.sleep(EVERY)
        finally:
            self._let_go()

    async def beat(self) -> None:
        """Ask once, and draw the conclusions."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._ask()
        except TimeoutError:
            self._let_go()
            self._missed += 1
            if self._missed == MISSED:
                self._fall_silent()
        except AWAY:  # it is down: whoever asks is refused, and finds out first when it is back
            self._let_go()
            self._hears()
        else:
            self._hears()

    async def _ask(self) -> None:
        if self._own is None or self._own.is_closed():
            self._own = await connect_once(self._url, f"{self._name} pulse", PATIENCE)
        await self._own.fetchval(query("read_clock"))

    def _fall_silent(self) -> None:
        self.silent = True
        log.error("database_hangs", then="every connection to it is let go until it answers")
        for connection in list(self._lent):
            connection.terminate()
        self._given_up |= self._trying
        for trying in list(self._trying):
            trying.cancel()

    def _hears(self) -> None:
        if self.silent:
            log.warning("database_answers")
        self.silent, self._missed = False, 0

    def _let_go(self) -> None:
        own, self._own = self._own, None
        if own is not None:
            with contextlib.suppress(*AWAY):
                own.terminate()
