"""Changes of cases as rows: written in a handful of statements, however many cases there are."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from notifiers.facts import page_facts
from routing.case import Case
from routing.decide import Decision
from routing.event import (
    Announce,
    Contact,
    Effect,
    OpenTicket,
    Post,
    StandDown,
    TellCustomer,
    WriteBack,
)
from routing.page import PageState
from service import customers
from service.library import Shelf
from service.news import news_row
from service.outbox import lane_of
from service.posts import post_row
from service.store import codec
from service.store.pool import AnyConnection
from service.store.sql import query

PATIENCE = timedelta(minutes=5)
"""How long a contact that fails for a passing reason is tried, where no step says."""
WRITE_PATIENCE = timedelta(hours=24)
CANDIDATES = 24
"""Codes tried for a page before giving up; from the third on they are longer."""


@dataclass(frozen=True, slots=True)
class Change:
    before: Case | None
    decision: Decision
    accepted_at: datetime | None = None
    """When the webhook was accepted, for the latency of the page."""


async def save(conn: AnyConnection, changes: Sequence[Change], shelf: Shelf, now: datetime) -> None:
    """Write what was decided; several changes of one case are written as its last state."""
    if not changes:
        return
    await _cases(conn, changes, shelf, now)
    codes = await _pages(conn, changes)
    await _timeline(conn, changes, now)
    await _outbox(conn, changes, shelf, codes, now)


def _folded(changes: Sequence[Change]) -> dict[str, tuple[Case | None, Case]]:
    """Case id to (as it was at first, as it is at last)."""
    folded: dict[str, tuple[Case | None, Case]] = {}
    for change in changes:
        after = change.decision.case
        folded[after.id] = (folded.get(after.id, (change.before, after))[0], after)
    return folded


async def _cases(
    conn: AnyConnection, changes: Sequence[Change], shelf: Shelf, now: datetime
) -> None:
    folded = _folded(changes)
    new = [after for before, after in folded.values() if before is None]
    old = [after for before, after in folded.values() if before is not None]
    if new:
        rows = await conn.fetch(
            query("insert_cases"),
            *_columns(
                (c.id, c.source, c.ticket_id, c.account, c.plan, c.severity, _rank(c, shelf),
                 c.state.value, c.owner, _stage(c), c.policy, c.opened_at, now, c.wake_at,
                 codec.encode(c)) for c in new
            ),
        )  # fmt: skip
        if len(rows) < len(new):
            raise asyncpg.UniqueViolationError("another process opened the same ticket")
    if old:
        await conn.execute(
            query("update_cases"),
            *_columns(
                (c.id, c.account, c.plan, c.severity, _rank(c, shelf), c.state.value, c.owner,
                 _stage(c), now, c.wake_at, codec.encode(c), c.source, c.ticket_id) for c in old
            ),
        )  # fmt: skip


def _columns(rows: Any) -> list[list[Any]]:  # noqa: ANN401 - rows of mixed types become columns
    return [list(column) for column in zip(*rows, strict=True)]


def _rank(case: Case, shelf: Shelf) -> int:
    severity = shelf.book(case.policy).policy.severity(case.severity)
    return severity.rank if severity else 0


def _stage(case: Case) -> str | None:
    return case.engineering.stage.value if case.engineering else None


PageKey = tuple[str, int, str]
NewPage = tuple[PageKey, str, datetime]
"""Its key, its state, and when it was opened (UTC)."""


async def _pages(conn: AnyConnection, changes: Sequence[Change]) -> dict[PageKey, str]:
    """Insert new pages with a code each, update changed ones; the codes of the pages contacted."""
    folded = _folded(changes)
    new, changed = _new_and_changed(folded.values())
    codes = await _insert(conn, new)
    if changed:
        await conn.execute(
            query("update_pages"), *_columns((*key, state, True) for key, state in changed)
        )
    over = [
        after.id
        for before, after in folded.values()
        if not after.live and (before is None or before.live)
    ]
    if over:
        await conn.execute(query("release_codes"), over)
    return await _with_older(conn, changes, codes)


def _new_and_changed(
    folded: Iterable[tuple[Case | None, Case]],
) -> tuple[list[NewPage], list[tuple[PageKey, str]]]:
    """The pages that were not there before, and those whose state is another one now."""
    new: list[NewPage] = []
    changed: list[tuple[PageKey, str]] = []
    for before, after in folded:
        known = {(p.turn, p.person): p.state for p in before.pages} if before else {}
        for page in after.pages:
            was = known.get((page.turn, page.person))
            key = (after.id, page.turn, page.person)
            if was is None:
                new.append((key, page.state.value, page.opened_at))
            elif was is not page.state:
                changed.append((key, page.state.value))
    return new, changed


async def _insert(conn: AnyConnection, pages: Sequence[NewPage]) -> dict[PageKey, str]:
    """Insert new pages, each with a code that no other live page of the person has.

    The unique index says whether a code is free; whoever met another's tries the next.
    """
    drawn: dict[PageKey, str] = {}
    left = list(pages)
    for attempt in range(CANDIDATES):
        if not left:
            return drawn
        codes = {key: _candidate(key, attempt) for key, *_ in left}
        rows = await conn.fetch(
            query("insert_pages"),
            *_columns((*key, codes[key], state, at) for key, state, at in left),
        )
        done = {(r["case_id"], r["turn"], r["person"]) for r in rows}
        drawn |= {key: codes[key] for key in done}
        left = [page for page in left if page[0] not in done]
    raise RuntimeError("no code is free for a page; the phone has a million of them")


def _candidate(key: PageKey, attempt: int) -> str:
    """Looks drawn at random and is the same for the same page; longer on a crowded phone."""
    digits = min(4 + (attempt + 2) // 4, 6)
    low = 10 ** (digits - 1)
    drawn = zlib.crc32("/".join(map(str, key)).encode()) + attempt * 7919
    return str(low + drawn % (9 * low))


async def _with_older(
    conn: AnyConnection, changes: Sequence[Change], codes: dict[PageKey, str]
) -> dict[PageKey, str]:
    wanted = {
        (c.decision.case.id, e.turn, e.person)
        for c in changes
        for e in c.decision.effects
        if isinstance(e, Contact)
    } - codes.keys()
    if wanted:
        rows = await conn.fetch(query("codes_of_pages"), *_columns(wanted))
        codes = codes | {(r["case_id"], r["turn"], r["person"]): r["code"] for r in rows}
    return codes


async def _timeline(conn: AnyConnection, changes: Sequence[Change], now: datetime) -> None:
    rows = [
        (c.decision.case.id, now, e.kind, e.text, e.person, e.due_at, codec.optional(e.data))
        for c in changes
        for e in c.decision.entries
    ]
    if rows:
        await conn.execute(query("insert_timeline"), *_columns(rows))


async def _outbox(
    conn: AnyConnection,
    changes: Sequence[Change],
    shelf: Shelf,
    codes: Mapping[PageKey, str],
    now: datetime,
) -> None:
    rows: list[tuple[Any, ...]] = []
    for change in changes:
        case = change.decision.case
        for effect in change.decision.effects:
            if isinstance(effect, StandDown):
                # What this very batch queued for the case before is wanted no more either.
                rows = [r for r in rows if not _stood_down(r, case.id, effect.person)]
                await conn.execute(query("cancel_queued"), case.id, effect.person, now)
                await conn.execute(query("cancel_ringing"), case.id, effect.person, now)
        rows += filter(None, (_row(change, e, shelf, codes, now) for e in change.decision.effects))
    if rows:
        await conn.execute(query("insert_outbox"), *_columns(rows))


def _stood_down(row: tuple[Any, ...], case: str, person: str | None) -> bool:
    return (row[1], row[3]) == (case, "page") and person in (None, row[5])


def _row(
    change: Change, effect: Effect, shelf: Shelf, codes: Mapping[PageKey, str], now: datetime
) -> tuple[Any, ...] | None:
    case = change.decision.case
    rank = _rank(case, shelf)
    match effect:
        case Contact():
            return _contact(change, effect, shelf, codes, now)
        case WriteBack():
            payload = codec.encode(
                {
                    "ticket": case.ticket_id,
                    "text": effect.text,
                    "public": effect.public,
                    "status": effect.status,
                    "stamp": case.ticket.updated_stamp,
                    "tags": effect.tags,
                }
            )
            key = f"{case.id}/write/{effect.number}"
            return (
                key, case.id, "systems", "write", case.source, None, None, None, None, rank,
                payload, now, now, now + WRITE_PATIENCE,
            )  # fmt: skip
        case Post() | OpenTicket() | TellCustomer():
            return _beside(case, effect, shelf, rank, now)
        case Announce():
            return news_row(case, effect, shelf, rank, now)
    return None


def _beside(
    case: Case,
    effect: Post | OpenTicket | TellCustomer,
    shelf: Shelf,
    rank: int,
    now: datetime,
) -> tuple[Any, ...] | None:
    """What goes to a chat channel, to the ticket system or to the customer, and to none of us."""
    if isinstance(effect, Post):
        return post_row(case, effect, shelf.book(case.policy).policy, rank, now)
    return customers.row(case, effect, shelf, rank, now)


def _contact(
    change: Change, effect: Contact, shelf: Shelf, codes: Mapping[PageKey, str], now: datetime
) -> tuple[Any, ...] | None:
    case, person = change.decision.case, shelf.people[effect.person]
    method = next(m for m in person.contact_methods if m.id == effect.method)
    page = next(p for p in case.pages if (p.turn, p.person) == (effect.turn, effect.person))
    if page.state is not PageState.OPEN:
        return None
    facts = page_facts(
        shelf.book(case.policy).policy,
        case,
        person,
        now,
        to=method.address,
        code=codes[case.id, effect.turn, effect.person],
        purpose=effect.purpose,
        why=page.why,
        accepted_at=change.accepted_at.isoformat() if change.accepted_at else None,
    )
    until = case.round.due_at if case.round else case.remind_at or now + PATIENCE
    key = f"{case.id}/{effect.turn}/{effect.person}/{effect.method}/{effect.attempt}"
    return (
        key, case.id, lane_of("page", method.type), "page", method.type, effect.person,
        effect.turn, effect.method, effect.attempt, _rank(case, shelf), codec.encode(facts), now,
        now, until,
    )  # fmt: skip
