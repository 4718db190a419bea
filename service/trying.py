"""A test page: a person sees for himself that what would wake him at night does reach him.

It goes the whole way of a page (outbox, pacing, provider, receipt) to every method that works, is
marked as a test in its first word, belongs to no case and wants no answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from notifiers.mask import mask_numbers
from routing.event import Refusal
from service import personal
from service.audit import note
from service.personal import Letter
from service.store.pool import AnyConnection
from service.store.sql import query
from service.wiring import Service

KEY = "test"
PAUSE = timedelta(minutes=1)
"""Between two tests: each rings every phone of a person."""
MOST = 10
TEXT = (
    "TEST by Heliograph for {name}: this is how a page reaches you. There is no case and nothing "
    "to answer."
)


@dataclass(frozen=True, slots=True)
class Trial:
    """One message of the latest test. `good`: it arrived; None while that is open."""

    channel: str
    method: str
    state: str
    good: bool | None
    said: str
    at: datetime


async def begin(service: Service, person: str) -> int:
    """Send one to every method that works; how many. Raises Refusal."""
    now, shelf = service.clock.now(), await service.desk.shelf()
    found = shelf.people.get(person)
    methods = [m for m in found.contact_methods if m.usable] if found else []
    if found is None or not methods:
        raise Refusal("None of your methods works, so there is nothing to test.")
    letter = Letter(TEXT.format(name=found.name), key=KEY)
    async with service.pool.acquire() as conn, conn.transaction():
        await conn.fetchval(query("lock_person"), person)
        before = await conn.fetch(query("trials_of_person"), person, 1)
        if before and before[0]["created_at"] + PAUSE > now:
            raise Refusal("A test was sent within the last minute. Nothing was sent.")
        for method in methods:
            await personal.send(conn, person, method, letter, now)
        await note(conn, now, person, "sent a test page", {"methods": [m.id for m in methods]})
    await service.bell.ring()
    return len(methods)


async def latest(conn: AnyConnection, person: str) -> list[Trial]:
    """What became of the latest test, message by message."""
    rows: Sequence[asyncpg.Record] = await conn.fetch(query("trials_of_person"), person, MOST)
    newest = rows[0]["created_at"] if rows else None
    return [_trial(row) for row in _in_order(r for r in rows if r["created_at"] == newest)]


def _in_order(rows: Iterable[asyncpg.Record]) -> list[asyncpg.Record]:
    return sorted(rows, key=lambda row: str(row["method"]))


def _trial(row: asyncpg.Record) -> Trial:
    good = {"delivered": True, "dead": False, "cancelled": False}.get(row["state"])
    said = mask_numbers(row["said"]) if row["said"] else ""
    state = row["receipt"] or row["state"]
    return Trial(row["channel"], row["method"], state, good, said, row["created_at"])
