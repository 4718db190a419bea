"""`/api/v1/cases`: cases and their timelines, to read."""

from __future__ import annotations

from typing import Annotated

import asyncpg
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from routing.case import State
from service.desk import NoSuchCase
from service.store import codec
from service.store.pool import AnyConnection
from service.store.sql import query
from service.web.asking import Aware, Number, from_cursor, limit_of, optional_instant, to_cursor
from service.web.case_reading import Telling, tell, written
from service.web.case_view import CasePage, CaseView, LineView, TimelinePage
from service.web.problems import invalid
from service.web.security import ACT, READ, Asking, Caller, only, own_accounts, refuse_foreign
from service.wiring import Service

Cursor = Annotated[str | None, QueryParameter(description="`next` of the page before this one.")]
Limit = Annotated[int | None, QueryParameter(description="1 to 200; 50 unless said.")]


@get("/cases", summary="Cases, the newest first", opt=only(READ))
async def list_cases(
    request: Asking,
    service: NamedDependency[Service],
    states: Annotated[
        str | None,
        QueryParameter(name="state", description="One or more states, separated by commas."),
    ] = None,
    severity: FromQuery[str | None] = None,
    account: FromQuery[str | None] = None,
    since: Annotated[
        str | None, QueryParameter(description="Opened at or after this instant (RFC 3339).")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = None,
) -> CasePage:
    """A customer success manager sees the cases of his own accounts alone."""
    wanted, many = _states(states), limit_of(limit)
    opened = optional_instant("since", since)
    after = from_cursor(cursor, tuple[Aware, str]) or (None, None)
    async with service.pool.acquire() as conn:
        own = await own_accounts(conn, request.auth)
        rows = await conn.fetch(
            query("list_cases"), wanted, severity, account, opened, *after, many + 1, own
        )
        items = await tell(conn, rows[:many], await telling(conn, service, request.auth))
    last = rows[many - 1] if len(rows) > many else None
    return CasePage(items=items, next=to_cursor((last["opened_at"], last["id"])) if last else None)


def _states(text: str | None) -> list[str] | None:
    if text is None:
        return None
    wanted = [word.strip() for word in text.split(",")]
    for word in wanted:
        if word not in set(State):
            known = ", ".join(State)
            raise invalid("state", f"there is no state {word[:40]!r}; there are {known}.")
    return wanted


async def telling(conn: AnyConnection, service: Service, caller: Caller) -> Telling:
    """What this caller is told, as of now."""
    now = service.clock.now()
    shelf = await service.library.shelf(conn, now)
    return Telling(shelf, now, phones=caller.role in ACT)


async def one_case(conn: AnyConnection, service: Service, caller: Caller, case: str) -> CaseView:
    """Raises NoSuchCase, and Problem where the case is none of the caller's."""
    row = await _row(conn, caller, case)
    return (await tell(conn, [row], await telling(conn, service, caller)))[0]


async def _row(conn: AnyConnection, caller: Caller, case: str) -> asyncpg.Record:
    row = await conn.fetchrow(query("case_by_id"), case)
    if row is None:
        raise NoSuchCase(case)
    refuse_foreign(row["account"], await own_accounts(conn, caller))
    return row


@get("/cases/{case:str}", summary="One case", opt=only(READ))
async def read_case(
    request: Asking, service: NamedDependency[Service], case: FromPath[str]
) -> CaseView:
    async with service.pool.acquire() as conn:
        return await one_case(conn, service, request.auth, case)


@get(
    "/cases/{case:str}/timeline",
    summary="What happened to a case, and why: every page, try, receipt and answer",
    opt=only(READ),
)
async def read_timeline(
    request: Asking,
    service: NamedDependency[Service],
    case: FromPath[str],
    cursor: Cursor = None,
    limit: Limit = None,
) -> TimelinePage:
    """The oldest first."""
    many, after = limit_of(limit), from_cursor(cursor, Number) or 0
    async with service.pool.acquire() as conn:
        await _row(conn, request.auth, case)
        rows = await conn.fetch(query("timeline_of"), case, after, many + 1)
    phones = request.auth.role in ACT
    lines = [_line(row, phones=phones) for row in rows[:many]]
    return TimelinePage(items=lines, next=to_cursor(lines[-1].id) if len(rows) > many else None)


def _line(row: asyncpg.Record, *, phones: bool) -> LineView:
    return LineView(
        id=row["id"],
        at=row["at"],
        kind=row["kind"],
        text=written(row["text"], phones=phones),
        person=row["person"],
        due_at=row["due_at"],
        data=codec.decode(row["data"]) if row["data"] else {},
    )


HANDLERS = [list_cases, read_case, read_timeline]
