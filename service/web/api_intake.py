"""`/api/v1/intake`: dead letters, to look at and to replay."""

from __future__ import annotations

from datetime import datetime

import asyncpg
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from msgspec import Struct

from service.replay import NoSuchLetter, NotDead, Replayed, replay
from service.store.sql import query
from service.web.asking import Number, from_cursor, limit_of, to_cursor
from service.web.problems import Problem
from service.web.security import MANAGE, Asking, only
from service.wiring import Service

MOST_SHOWN = 20_000
"""Characters of a body."""
MOST_NUMBER = 2**63 - 1


class LetterView(Struct, frozen=True, kw_only=True):
    """An authentic webhook that nobody could read. `said` is why; `body` is cut if it is long."""

    id: int
    source: str
    event_key: str
    received_at: datetime
    said: str | None
    body: str


class LetterPage(Struct, frozen=True, kw_only=True):
    items: list[LetterView]
    next: str | None


class ReplayView(Struct, frozen=True, kw_only=True):
    """`case` is the case it became part of. While it is `dead` still, `said` is why."""

    id: int
    case: str | None
    dead: bool
    said: str | None


@get("/intake/dead", summary="Dead letters, the newest first", opt=only(MANAGE))
async def dead(
    service: NamedDependency[Service],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> LetterPage:
    before, many = from_cursor(cursor, Number), limit_of(limit)
    async with service.pool.acquire() as conn:
        rows = await conn.fetch(query("dead_letters"), before, many + 1)
    items = [_letter(row) for row in rows[:many]]
    return LetterPage(items=items, next=to_cursor(items[-1].id) if len(rows) > many else None)


def _letter(row: asyncpg.Record) -> LetterView:
    return LetterView(
        id=row["id"],
        source=row["source"],
        event_key=row["event_key"],
        received_at=row["received_at"],
        said=row["said"],
        body=row["body"][: 4 * MOST_SHOWN].decode(errors="replace")[:MOST_SHOWN],
    )


@post(
    "/intake/{number:int}/replay",
    status_code=200,
    summary="Read a dead letter again, once what was wrong is mended",
    opt=only(MANAGE),
)
async def replay_letter(
    request: Asking, service: NamedDependency[Service], number: FromPath[int]
) -> ReplayView:
    if not 0 < number <= MOST_NUMBER:
        raise Problem(404, f"There is no stored webhook {str(number)[:40]}.")
    try:
        done: Replayed = await replay(service, number, request.auth.signature)
    except NoSuchLetter as missing:
        raise Problem(404, str(missing)) from None
    except NotDead as decided:
        raise Problem(409, str(decided)) from None
    return ReplayView(id=number, case=done.case, dead=done.dead, said=done.said)


HANDLERS = [dead, replay_letter]
