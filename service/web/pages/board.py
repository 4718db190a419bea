"""What is now: gathered from the same stores that the API reads, for one page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from notifiers.mask import mask, mask_numbers
from routing.case import State
from routing.hotline_call import Call
from routing.hotline_call import State as CallState
from routing.hotline_callback import Callback
from routing.people import Person
from service import rota
from service.engineering_queue import queue
from service.hotline import keeping
from service.library import Shelf
from service.rota import OnCall
from service.store import codec
from service.store.pool import AnyConnection
from service.store.sql import query
from service.web.pages.sky import Sky, sky
from service.web.pages.telling import Promise, doing, promise_of, severity_name
from service.web.security import ACT, Caller, own_accounts

MOST_CASES, MOST_ITEMS, MOST_CALLS = 200, 12, 12
TROUBLED = timedelta(hours=1)
"""How long a refusal is shown as trouble."""
CALLER = {
    CallState.GREETING: "is greeted",
    CallState.IDENTIFYING: "is asked for the PIN",
    CallState.ENTITLING: "is looked up",
    CallState.CONFIRMING: "is asked whether it is an emergency",
    CallState.CONNECTING: "waits for {engineer}",
    CallState.BRIDGED: "speaks with {engineer}",
    CallState.OFFERING_CALLBACK: "is offered a call back",
    CallState.RECORDING: "leaves a message",
    CallState.ENDED: "has hung up",
}
PAGING = frozenset({State.PAGING, State.EXHAUSTED})
RESTING = frozenset({State.HELD, State.SNOOZED, State.WAITING})
"""Live, and nothing to be done about them now."""


@dataclass(frozen=True, slots=True)
class Burning:
    """A live case. `doing` is its state in words."""

    id: str
    subject: str
    account: str
    plan: str
    severity: str
    rank: int
    state: State
    doing: str
    alarming: bool
    """Nobody has it."""
    promise: Promise | None
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Queued:
    """An item of the Sustained Engineering queue."""

    id: str
    subject: str
    account: str
    severity: str
    stage: str
    engineer: str | None
    since: datetime
    promise: Promise | None


@dataclass(frozen=True, slots=True)
class Calling:
    """Somebody on the hotline now. The number is masked for those who do not act."""

    who: str
    at: str
    """What the caller is at, in words."""
    since: datetime
    case: str | None


@dataclass(frozen=True, slots=True)
class Promised:
    who: str
    case: str
    state: str
    deadline: datetime
    broken: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    channel: str
    dead: int
    waiting: int
    said: str


@dataclass(frozen=True, slots=True)
class Health:
    dead_letters: int
    waiting: int
    """Rows of the outbox that have not left."""
    waiting_since: datetime | None
    troubles: tuple[Trouble, ...]
    silenced: tuple[tuple[str, str, str], ...]
    """Who cannot be reached on a method any more: name, type, why."""


@dataclass(frozen=True, slots=True)
class Board:
    now: datetime
    sky: Sky
    on_call: tuple[OnCall, ...]
    """Who has the sun first."""
    empty: tuple[str, ...]
    burning: tuple[Burning, ...]
    resting: tuple[Burning, ...]
    queue: tuple[Queued, ...]
    queued: int
    calls: tuple[Calling, ...]
    callbacks: tuple[Promised, ...]
    health: Health


async def gather(conn: AnyConnection, shelf: Shelf, caller: Caller, now: datetime) -> Board:
    """As of `now` (UTC); a customer success manager sees what is of his own accounts."""
    own = await own_accounts(conn, caller)
    cases = await _cases(conn, shelf, own, now)
    items = [row for _, row in await queue(conn, shelf) if own is None or row["account"] in own]
    calls = await conn.fetch(query("live_hotline_calls"), own, MOST_CALLS)
    callbacks = await conn.fetch(query("open_hotline_callbacks"), own, MOST_CALLS)
    roster, full = rota.roster(shelf, now), caller.role in ACT
    return Board(
        now=now,
        sky=sky(shelf, now),
        on_call=tuple(sorted(roster.people, key=_sunniest)),
        empty=roster.empty,
        burning=tuple(c for c in cases if c.state not in RESTING),
        resting=tuple(c for c in cases if c.state in RESTING),
        queue=tuple(_queued(row, shelf, now) for row in items[:MOST_ITEMS]),
        queued=len(items),
        calls=tuple(_calling(keeping.decode(r["body"]), shelf, full=full) for r in calls),
        callbacks=tuple(_promised(keeping.decode_callback(r["body"]), now) for r in callbacks),
        health=await _health(conn, shelf, now),
    )


async def _cases(
    conn: AnyConnection, shelf: Shelf, own: list[str] | None, now: datetime
) -> list[Burning]:
    rows = await conn.fetch(query("burning_cases"), own, MOST_CASES)
    return sorted((_burning(row, shelf, now) for row in rows), key=_hottest)


async def _health(conn: AnyConnection, shelf: Shelf, now: datetime) -> Health:
    troubles = await conn.fetch(query("provider_trouble"), now - TROUBLED)
    outbox = await conn.fetchrow(query("outbox_health"), now)
    return Health(
        dead_letters=await conn.fetchval(query("count_dead_letters")),
        waiting=outbox["depth"] if outbox else 0,
        waiting_since=outbox["oldest"] if outbox else None,
        troubles=tuple(_trouble(row) for row in troubles),
        silenced=tuple(_silenced(shelf.people.values())),
    )


def _sunniest(one: OnCall) -> tuple[bool, bool]:
    return not one.duty.has_sun, one.duty.role == "backup"


def _hottest(case: Burning) -> tuple[int, bool, bool, datetime, str]:
    due = case.promise.due_at if case.promise else case.opened_at
    return case.rank, not case.alarming, case.promise is None, due, case.id


def _burning(row: asyncpg.Record, shelf: Shelf, now: datetime) -> Burning:
    case = codec.decode_case(row["body"])
    return Burning(
        id=case.id,
        subject=case.ticket.subject,
        account=case.account_name,
        plan=case.plan,
        severity=severity_name(case, shelf),
        rank=row["rank"],
        state=case.state,
        doing=doing(case, shelf, now),
        alarming=case.state in PAGING,
        promise=promise_of(case),
        opened_at=case.opened_at,
    )


def _queued(row: asyncpg.Record, shelf: Shelf, now: datetime) -> Queued:
    case = codec.decode_case(row["body"])
    item, name = case.engineering, shelf.book(case.policy).name
    return Queued(
        id=case.id,
        subject=case.ticket.subject,
        account=case.account_name,
        severity=severity_name(case, shelf),
        stage=item.stage.value if item else "queued",
        engineer=name(item.engineer) if item and item.engineer else None,
        since=item.queued_at if item else now,
        promise=promise_of(case),
    )


def _calling(call: Call, shelf: Shelf, *, full: bool) -> Calling:
    number = "hidden number" if call.number is None else call.number if full else mask(call.number)
    engineer = shelf.book().name(call.responder) if call.responder else "an engineer"
    at = CALLER[call.state].format(engineer=engineer)
    return Calling(call.account_name or number, at, call.started_at, call.case)


def _promised(callback: Callback, now: datetime) -> Promised:
    return Promised(
        callback.account_name or mask(callback.number),
        callback.case,
        callback.state.value,
        callback.deadline,
        callback.reached_at is None and callback.deadline <= now,
    )


def _trouble(row: asyncpg.Record) -> Trouble:
    said = mask_numbers(row["said"]) if row["said"] else ""
    return Trouble(row["channel"], row["dead"], row["waiting"], said)


def _silenced(people: Iterable[Person]) -> Iterable[tuple[str, str, str]]:
    for person in people:
        for method in person.contact_methods:
            if method.disabled:
                yield person.name, method.type, mask_numbers(method.disabled)
