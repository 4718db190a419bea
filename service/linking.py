"""A caller's case and its ticket are brought together, whichever way they are heard of first.

Theory of operation. Two things tell that a ticket is the one created for a case: the answer to our
creating it, and its own first webhook, which may be quicker. Both come here, in the transaction of
whoever heard first; the other then finds it done. A webhook that did not tell what it is about may
have opened a case of its own meanwhile: that one ends, and gives its ticket to the caller's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from routing.case import Case
from routing.decide import decide
from routing.event import Linked, Refusal, Superseded, Unticketed
from service.desk import Desk
from service.library import Shelf
from service.saving import Change, save
from service.store import codec
from service.store.pool import AnyConnection
from service.store.sql import query

log = structlog.get_logger(__name__)


Answered = Linked | Unticketed


async def tell(
    desk: Desk, case: str, event: Answered, settle: Callable[[AnyConnection], Awaitable[bool]]
) -> bool:
    """The answer to creating it. False where it was settled by another."""
    done = await desk.again(lambda: _tell(desk, case, event, settle))
    await desk.ring()
    return done


async def _tell(
    desk: Desk, name: str, event: Answered, settle: Callable[[AnyConnection], Awaitable[bool]]
) -> bool:
    ticket = event.ticket if isinstance(event, Linked) else None
    async with desk.pool.acquire() as conn, conn.transaction():
        rows = await conn.fetch(query("lock_case_and_twin"), name, event.source, ticket)
        if not await settle(conn):
            return False
        cases = {row["id"]: codec.decode_case(row["body"]) for row in rows}
        mine = cases.pop(name)
        now = desk.clock.now()
        shelf = await desk.library.shelf(conn, now)
        changed = _decided(mine, event, shelf, now)
        if changed is None:
            return True
        for twin in cases.values():  # first: two cases may not have one ticket for a moment
            log.warning("case_superseded", case=twin.id, by=name)
            await save(conn, [_superseded(twin, name, shelf, now)], shelf, now)
        await save(conn, [changed], shelf, now)
    return True


def _decided(case: Case, event: Answered, shelf: Shelf, now: datetime) -> Change | None:
    try:
        return Change(case, decide(case, event, shelf.book(case.policy), now))
    except Refusal as refusal:
        log.critical("two_tickets", case=case.id, source=event.source, said=str(refusal))
        return None


def _superseded(twin: Case, by: str, shelf: Shelf, now: datetime) -> Change:
    return Change(twin, decide(twin, Superseded(by), shelf.book(twin.policy), now))
