"""`/api/v1/hotline`: live and past calls, promised call backs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct

from notifiers.mask import mask
from routing.hotline_call import Call
from routing.hotline_callback import Callback
from routing.hotline_report import Numbers
from service.hotline import keeping, reporting
from service.store.sql import query
from service.web.asking import Aware, from_cursor, limit_of, optional_instant, to_cursor
from service.web.security import ACT, READ, Asking, only, own_accounts
from service.wiring import Service

MONTH = timedelta(days=30)


class CallView(Struct, frozen=True, kw_only=True):
    """`number` is masked for roles that answer nobody; null where the caller hides it.

    `language` is what he is spoken to in, a tag of the policy's; empty for the policy's own.
    `place` in line (1 is first) and `waiting_seconds` are of callers who wait for an engineer.
    """

    id: str
    state: str
    outcome: str | None
    number: str | None
    account: str | None
    known_by: str
    language: str
    case: str | None
    responder: str | None
    waiting_since: datetime | None
    waiting_seconds: int | None
    place: int | None
    met_at: datetime | None
    recording: str | None
    started_at: datetime
    ended_at: datetime | None


class CallPage(Struct, frozen=True, kw_only=True):
    items: list[CallView]
    next: str | None


class CallbackView(Struct, frozen=True, kw_only=True):
    """A promise to call by `deadline`; `remaining_seconds` is below zero once it has passed."""

    id: str
    case: str
    account: str | None
    number: str | None
    state: str
    outcome: str | None
    person: str | None
    promised_at: datetime
    deadline: datetime
    remaining_seconds: int | None
    misses: int
    broken_at: datetime | None
    reached_at: datetime | None


class CallbackPage(Struct, frozen=True, kw_only=True):
    items: list[CallbackView]
    next: str | None


@get("/hotline/calls", summary="Live and past calls, the newest first", opt=only(READ))
async def list_calls(
    request: Asking,
    service: NamedDependency[Service],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
    live: FromQuery[bool] = False,
) -> CallPage:
    """A customer success manager sees the calls of his own accounts alone. `live`: no past ones."""
    many, after = limit_of(limit), from_cursor(cursor, tuple[Aware, str]) or (None, None)
    async with service.pool.acquire() as conn:
        own = await own_accounts(conn, request.auth)
        rows = await conn.fetch(query("list_hotline_calls"), *after, own, many + 1, live)
        line = [row["id"] for row in await conn.fetch(query("hotline_line"))]
    calls = [keeping.decode(row["body"]) for row in rows]
    full, now = request.auth.role in ACT, service.clock.now()
    last = calls[many - 1] if len(calls) > many else None
    return CallPage(
        items=[_call(call, line, now, full=full) for call in calls[:many]],
        next=to_cursor((last.started_at, last.id)) if last else None,
    )


def _call(call: Call, line: list[str], now: datetime, *, full: bool) -> CallView:
    waits = call.waiting_since if call.id in line else None
    return CallView(
        id=call.id,
        state=call.state,
        outcome=call.outcome,
        number=_number(call.number, full=full),
        account=call.account,
        known_by=call.known_by,
        language=call.language,
        case=call.case,
        responder=call.responder,
        waiting_since=call.waiting_since,
        waiting_seconds=int((now - waits).total_seconds()) if waits else None,
        place=line.index(call.id) + 1 if call.id in line else None,
        met_at=call.met_at,
        recording=call.recording if full else None,
        started_at=call.started_at,
        ended_at=call.ended_at,
    )


def _number(number: str | None, *, full: bool) -> str | None:
    return number if full or number is None else mask(number)


@get("/hotline/callbacks", summary="Promised call backs, the newest first", opt=only(READ))
async def list_callbacks(
    request: Asking,
    service: NamedDependency[Service],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> CallbackPage:
    """Those that wait, are under way, were kept, or were not."""
    many, after = limit_of(limit), from_cursor(cursor, tuple[Aware, str]) or (None, None)
    async with service.pool.acquire() as conn:
        own = await own_accounts(conn, request.auth)
        rows = await conn.fetch(query("list_hotline_callbacks"), *after, own, many + 1)
    found = [keeping.decode_callback(row["body"]) for row in rows]
    now, full = service.clock.now(), request.auth.role in ACT
    last = found[many - 1] if len(found) > many else None
    return CallbackPage(
        items=[_callback(each, now, full=full) for each in found[:many]],
        next=to_cursor((last.promised_at, last.id)) if last else None,
    )


def _callback(callback: Callback, now: datetime, *, full: bool) -> CallbackView:
    left = None
    if callback.outcome is None and callback.reached_at is None:
        left = int((callback.deadline - now).total_seconds())
    return CallbackView(
        id=callback.id,
        case=callback.case,
        account=callback.account,
        number=_number(callback.number, full=full),
        state=callback.state,
        outcome=callback.outcome,
        person=callback.person,
        promised_at=callback.promised_at,
        deadline=callback.deadline,
        remaining_seconds=left,
        misses=callback.misses,
        broken_at=callback.broken_at,
        reached_at=callback.reached_at,
    )


class ReportView(Struct, frozen=True, kw_only=True):
    """`accounts` by id; callers nobody could place are under the empty name."""

    since: datetime
    until: datetime
    total: Numbers
    accounts: dict[str, Numbers]


@get("/hotline/report", summary="Time to a human, callers lost, promises kept", opt=only(READ))
async def hotline_report(
    request: Asking,
    service: NamedDependency[Service],
    from_: Annotated[
        str | None, QueryParameter(name="from", description="A month ago unless said.")
    ] = None,
    to: Annotated[str | None, QueryParameter(description="Now unless said.")] = None,
    account: FromQuery[str | None] = None,
) -> ReportView:
    """Of the calls that began between two instants; a CSM's are of his own accounts."""
    until = optional_instant("to", to) or service.clock.now()
    since = optional_instant("from", from_) or until - MONTH
    async with service.pool.acquire() as conn:
        own = await own_accounts(conn, request.auth)
        wanted = own if account is None else [a for a in [account] if own is None or a in own]
        total, accounts = await reporting.of_period(conn, since, until, wanted)
    return ReportView(since=since, until=until, total=total, accounts=dict(accounts))


HANDLERS = [list_calls, list_callbacks, hotline_report]
