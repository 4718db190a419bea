"""A past case and its whole timeline, for `routing.tools.past` to explain."""

from __future__ import annotations

from datetime import datetime

from routing.tools.past import Moment, Past, past
from service.library import Library
from service.store import codec
from service.store.pool import Pool
from service.store.sql import query

MOST = 10_000
"""Lines of a timeline that are read."""


class NoSuchCase(Exception):
    """There is no case of this id."""


async def past_of(pool: Pool, now: datetime, case_id: str, person: str | None = None) -> Past:
    """Why people were paged for a case; `person`: one of them. Raises NoSuchCase."""
    async with pool.acquire() as conn:
        row = await conn.fetchrow(query("case_by_id"), case_id)
        if row is None:
            raise NoSuchCase(f"There is no case {case_id[:80]}.")
        lines = await conn.fetch(query("timeline_of"), case_id, 0, MOST)
        shelf = await Library().shelf(conn, now)
    case = codec.decode_case(row["body"])
    moments = (
        Moment(
            line["at"],
            line["kind"],
            line["text"],
            line["person"],
            line["due_at"],
            codec.decode(line["data"]) if line["data"] else {},
        )
        for line in lines
    )
    return past(case, shelf.book(case.policy), moments, person)
