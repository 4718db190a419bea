"""Circuit breakers that all workers share, through PostgreSQL.

A provider that works is never written down: only failures, and what follows them, cost a
statement. What is known of the others is read once a second, and at every change of our own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import asyncpg
import structlog

from notifiers.circuit import Circuit, Limits, failed, opened, probed, succeeded
from notifiers.switchboard import Line, Switchboard
from service.clock import Clock
from service.store.pool import AnyConnection, Pool
from service.store.sql import query

MOST_WORDS = 300
PROBE = timedelta(seconds=20)
"""How long one worker looks at a provider before another may."""
Name = tuple[str, str]
"""Provider and channel."""
log = structlog.get_logger(__name__)


class Circuits:
    def __init__(self, pool: Pool, clock: Clock, limits: Limits | None = None) -> None:
        self.pool, self.clock, self.limits = pool, clock, limits or Limits()
        self.known: Mapping[Name, Circuit] = {}

    def of(self, line: Line) -> Circuit:
        return self.known.get((line.provider, line.channel), Circuit())

    def usable(self, line: Line) -> bool:
        return not self.of(line).open

    def choose(self, lines: Sequence[Line]) -> Line | None:
        """Whom to give a page to now: the first that works; with none that does, the first."""
        return next((line for line in lines if self.usable(line)), lines[0] if lines else None)

    def after(self, line: Line, lines: Sequence[Line]) -> Line | None:
        """Who takes over from a line: one further on that works."""
        begin = next((n for n, one in enumerate(lines, 1) if one.provider == line.provider), 0)
        return next((one for one in lines[begin:] if self.usable(one)), None)

    async def refresh(self) -> None:
        async with self.pool.acquire() as conn:
            self.known = await read(conn)

    async def failed(self, name: Name, why: str) -> None:
        """An outage: so many in a row open the circuit."""
        now, words = self.clock.now(), why[:MOST_WORDS]
        await self._change(name, lambda c: failed(c, words, self.limits, now))

    async def rest(self, name: Name, why: str, pause: timedelta) -> None:
        """It says itself that it will not work for so long."""
        now, words = self.clock.now(), why[:MOST_WORDS]
        await self._change(name, lambda c: opened(c, words, pause, now))

    async def succeeded(self, line: Line) -> None:
        if self.of(line) != Circuit():
            await self._change((line.provider, line.channel), succeeded)

    async def look(self, switchboard: Switchboard) -> None:
        """Read what others know, and put on trial whatever has rested long enough."""
        await self.refresh()
        now = self.clock.now()
        for line in switchboard.all:
            probe_at = self.of(line).probe_at
            if probe_at is not None and probe_at <= now:
                await self._probe(line, now)

    async def _probe(self, line: Line, now: datetime) -> None:
        name = (line.provider, line.channel)
        async with self.pool.acquire() as conn:
            if await conn.fetchval(query("take_probe"), *name, now, now + PROBE) is None:
                return
        check = getattr(line.notifier, "check", None)
        well = check is None or await check()
        await self._change(
            name, lambda c: probed(c, self.limits, self.clock.now(), well=well) if c.open else c
        )

    async def _change(self, name: Name, become: Callable[[Circuit], Circuit]) -> None:
        async with self.pool.acquire() as conn, conn.transaction():
            (row,) = await conn.fetch(query("lock_circuit"), *name)
            before = _circuit(row)
            after = become(before)
            if after != before:
                await conn.execute(query("put_circuit"), *name, *_columns(after))
            # Under the lock: afterwards whoever came later may have been quicker.
            self.known = {**self.known, name: after}
        _tell(name, before, after)


def _tell(name: Name, before: Circuit, after: Circuit) -> None:
    """Loud when it opens, and a word when it is well again."""
    known = {"provider": name[0], "channel": name[1]}
    if after.open and not before.open:
        log.critical(
            "provider_failing", **known, why=after.why, then="other ways are used", **_until(after)
        )
    elif before.state != after.state:
        log.warning("provider_circuit", **known, was=before.state, now=after.state)


def _until(circuit: Circuit) -> dict[str, str]:
    return {"tried_again_at": circuit.probe_at.isoformat()} if circuit.probe_at else {}


async def read(conn: AnyConnection) -> dict[Name, Circuit]:
    rows = await conn.fetch(query("all_circuits"))
    return {(r["provider"], r["channel"]): _circuit(r) for r in rows}


def _circuit(row: asyncpg.Record) -> Circuit:
    return Circuit(
        row["failures"], row["failed_at"], row["opened_at"], row["probe_at"],
        timedelta(seconds=row["pause"]), row["why"],
    )  # fmt: skip


def _columns(circuit: Circuit) -> tuple[object, ...]:
    return (
        circuit.failures, circuit.failed_at, circuit.opened_at, circuit.probe_at,
        circuit.pause.total_seconds(), circuit.why,
    )  # fmt: skip
