"""The Sustained Engineering queue in the order it is worked."""

from __future__ import annotations

from datetime import UTC, datetime

import asyncpg

from routing.case import Case
from routing.sla import ClockState
from service.library import Shelf
from service.store import codec
from service.store.pool import AnyConnection
from service.store.sql import query

MOST = 2000
"""Items that are ordered; more than this no team works on."""
NEVER = datetime.max.replace(tzinfo=UTC)
Place = tuple[int, int, datetime, datetime, str]


async def queue(
    conn: AnyConnection, shelf: Shelf, stage: str | None = None
) -> list[tuple[Place, asyncpg.Record]]:
    """Items with their place: plan, severity, the promise that is due first, age."""
    rows = await conn.fetch(query("engineering_queue"), MOST)
    found = [(place(codec.decode_case(r["body"]), shelf), r) for r in rows]
    return sorted((p, r) for p, r in found if stage is None or r["stage"] == stage)


def place(case: Case, shelf: Shelf) -> Place:
    """Where a case stands: smaller is served first, and no two are equal."""
    policy = shelf.book(case.policy).policy
    plan, severity = policy.plans.get(case.plan), policy.severity(case.severity)
    due = min(
        (c.due_at for c in case.clocks if c.due_at and _open(c.state, c.met_at)), default=NEVER
    )
    since = case.engineering.queued_at if case.engineering else case.opened_at
    return plan.rank if plan else 0, severity.rank if severity else 0, due, since, case.id


def _open(state: ClockState, met_at: datetime | None) -> bool:
    return met_at is None and state in {ClockState.RUNNING, ClockState.BREACHED}
