"""Ticks the cases that are due, and lets none that cannot be ticked keep the others asleep."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import ParamSpec, TypeVar

import structlog

from routing.case import Case
from routing.decide import decide
from routing.escalation import OUTAGE
from routing.event import Tick
from service.clock import monotonic
from service.library import Library, Shelf
from service.saving import Change, save
from service.store import codec
from service.store.pool import AnyConnection, Pool, is_away
from service.store.sql import query

PASSED_OVER = 60.0
"""Seconds."""
Woken = tuple[Change, datetime]
"""What became of a case, and when."""
Again = Callable[[Callable[[], Awaitable[list[Woken]]]], Awaitable[list[Woken]]]
P = ParamSpec("P")
T = TypeVar("T")
log = structlog.get_logger(__name__)


class Waking:
    """`passed_over` are the cases that could not be ticked, and when each is tried again.

    In monotonic seconds, and of this process alone: another one may be luckier.
    """

    def __init__(self, pool: Pool, library: Library, now: Callable[[], datetime]) -> None:
        self.pool, self.library, self.now = pool, library, now
        self.passed_over: dict[str, float] = {}

    async def together(self, limit: int) -> list[Woken]:
        """One transaction for all that are due, at most `limit`, the longest due first."""
        async with self.pool.acquire() as conn, conn.transaction():
            now = self.now()
            rows = await conn.fetch(query("lock_due_cases"), now, limit, self._not_again_yet())
            return await self._tick(conn, {r["id"]: r["body"] for r in rows}, now)

    async def each(self, limit: int, again: Again) -> list[Woken]:
        """A transaction for each: one that cannot even be saved is found and passed over."""
        async with self.pool.acquire() as conn:
            now = self.now()
            due = await conn.fetch(query("due_cases"), now, limit, self._not_again_yet())
        woken = []
        for row in due:
            try:
                woken += await again(partial(self._one, row["id"]))
            except Exception as error:
                if is_away(error):
                    raise
                self._pass_over(row["id"], error)
        return woken

    async def _one(self, name: str) -> list[Woken]:
        async with self.pool.acquire() as conn, conn.transaction():
            now = self.now()
            row = await conn.fetchrow(query("lock_due_case"), name, now)
            return await self._tick(conn, {name: row["body"]} if row else {}, now)

    async def _tick(
        self, conn: AnyConnection, bodies: Mapping[str, str], now: datetime
    ) -> list[Woken]:
        if not bodies:
            return []
        shelf = await self.library.shelf(conn, now)
        read = {name: self._attempt(name, codec.decode_case, body) for name, body in bodies.items()}
        cases = [case for case in read.values() if case is not None]
        unsent = await unsent_ones(conn, cases, now)
        ticked = (self._attempt(c.id, ticked_once, c, shelf, now, c.id in unsent) for c in cases)
        changes = [change for change in ticked if change is not None]
        await save(conn, changes, shelf, now)
        return [(change, now) for change in changes]

    def _attempt(
        self, name: str, work: Callable[P, T], *args: P.args, **more: P.kwargs
    ) -> T | None:
        try:
            return work(*args, **more)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            self._pass_over(name, error)
            return None

    def _pass_over(self, name: str, error: Exception) -> None:
        again = f"in {PASSED_OVER:g} s"
        log.error("cannot_be_woken", case=name, again=again, exc_info=error)
        self.passed_over[name] = monotonic() + PASSED_OVER

    def _not_again_yet(self) -> list[str]:
        if self.passed_over:
            moment = monotonic()
            self.passed_over = {n: t for n, t in self.passed_over.items() if t > moment}
        return list(self.passed_over)


def ticked_once(case: Case, shelf: Shelf, now: datetime, unsent: bool) -> Change:
    """The tick of one case. Raises RuntimeError for one that would be due again at once."""
    decision = decide(case, Tick(unsent), shelf.book(case.policy), now)
    if decision.case.wake_at is not None and decision.case.wake_at <= now:
        raise RuntimeError(f"{case.id} would have to be woken again at once, for ever")
    return Change(case, decision)


async def unsent_ones(conn: AnyConnection, cases: Iterable[Case], now: datetime) -> set[str]:
    """Cases whose step would end now, and of whose latest turn nothing has left yet."""
    over = [
        (c.id, c.turn, now - ends > OUTAGE)
        for c in cases
        for ends in (c.round.due_at if c.round else c.remind_at,)
        if ends is not None and ends <= now and c.open_pages
    ]
    if not over:
        return set()
    columns = [list(column) for column in zip(*over, strict=True)]
    return {row["case_id"] for row in await conn.fetch(query("unsent_turns"), *columns, now)}
