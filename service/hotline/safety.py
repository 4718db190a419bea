"""A telephone is answered in time, whatever is broken or slow here.

Twilio waits fifteen seconds. Well before that a request is given up and the line is led on without
us. Work that was given up may still be written: whatever asks again finds it done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from service.store.pool import ride_out
from service.wiring import Service

T = TypeVar("T")
DEADLINE = 6.0
"""Seconds. Long enough for a PostgreSQL that is only restarted, short enough for a caller."""
_given_up: set[asyncio.Task[Any]] = set()


class TooSlow(Exception):
    """There was no answer in time."""


async def in_time(service: Service, work: Callable[[], Awaitable[T]]) -> T:
    """What `work` answers; it is asked again while PostgreSQL is away, so it may happen twice.

    Raises TooSlow, and what `work` raises. What hangs is not waited for: undoing a transaction on a
    connection that is dead takes longer than a caller has.
    """

    async def in_turn() -> T:
        async with service.turns:
            return await ride_out(work, patience=DEADLINE)

    task = asyncio.ensure_future(in_turn())
    done, _ = await asyncio.wait({task}, timeout=DEADLINE)
    if done:
        return task.result()
    task.cancel()
    _given_up.add(task)
    task.add_done_callback(_given_up.discard)
    raise TooSlow(f"There was no answer in {DEADLINE:g} s.")
