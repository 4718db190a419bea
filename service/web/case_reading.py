"""From the rows of cases to what the API tells of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from notifiers.mask import mask, mask_numbers, mask_written
from routing import sla
from routing.case import Case, Item, Round
from routing.sla import Clock
from service.library import Shelf
from service.store import codec
from service.store.pool import AnyConnection
from service.store.sql import query
from service.web.case_view import (
    CaseView,
    ClockView,
    DeliveryView,
    EngineeringView,
    EscalationView,
    PageView,
    RequesterView,
    TicketView,
)

Key = tuple[str, int, str]
"""Case, turn, person."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told, as of `now` (UTC). `phones`: the customer's telephone number in full."""

    shelf: Shelf
    now: datetime
    phones: bool = False


async def tell(
    conn: AnyConnection, rows: Sequence[asyncpg.Record], telling: Telling
) -> list[CaseView]:
    """Cases as the API tells them, with every page and what became of each of its contacts."""
    ids = [row["id"] for row in rows]
    deliveries: dict[Key, list[DeliveryView]] = {}
    for row in await conn.fetch(query("deliveries_of_cases"), ids):
        deliveries.setdefault((row["case_id"], row["turn"], row["person"]), []).append(
            _delivery(row)
        )
    pages: dict[str, list[asyncpg.Record]] = {}
    for row in await conn.fetch(query("pages_of_cases"), ids):
        pages.setdefault(row["case_id"], []).append(row)
    told = []
    for row in rows:
        case = codec.decode_case(row["body"])
        views = _pages(case, pages.get(case.id, ()), deliveries, telling.shelf)
        told.append(_case(case, row["updated_at"], views, telling))
    return told


def _delivery(row: asyncpg.Record) -> DeliveryView:
    return DeliveryView(
        channel=row["channel"],
        method=row["method"],
        to=mask(row["address"]) if row["address"] else None,
        attempt=row["attempt"],
        state=row["state"],
        at=row["settled_at"] or row["begun_at"] or row["created_at"],
        receipt=row["receipt"],
        said=mask_numbers(row["said"]) if row["said"] else None,
    )


def _pages(
    case: Case,
    rows: Iterable[asyncpg.Record],
    deliveries: Mapping[Key, list[DeliveryView]],
    shelf: Shelf,
) -> list[PageView]:
    known = {(p.turn, p.person): p for p in case.pages}
    views = []
    for row in rows:
        page = known.get((row["turn"], row["person"]))
        person = shelf.people.get(row["person"])
        views.append(
            PageView(
                person=row["person"],
                name=person.name if person else row["person"],
                turn=row["turn"],
                code=row["code"],
                state=row["state"],
                why=page.why if page else None,
                opened_at=row["opened_at"],
                closed_at=page.closed_at if page else None,
                deliveries=deliveries.get((case.id, row["turn"], row["person"]), []),
            )
        )
    return views


def _case(case: Case, updated_at: datetime, pages: list[PageView], telling: Telling) -> CaseView:
    owner = telling.shelf.people.get(case.owner or "")
    return CaseView(
        id=case.id,
        source=case.source,
        ticket=case.ticket_id,
        ticket_details=_ticket(case, phones=telling.phones),
        subject=case.ticket.subject,
        url=case.ticket.url,
        account=case.account,
        account_name=case.account_name,
        plan=case.plan,
        severity=case.severity,
        production=case.production,
        state=case.state,
        owner=case.owner,
        owner_name=owner.name if owner else case.owner,
        owner_since=case.owner_since,
        responders=list(case.responders),
        home_region=case.home_region,
        acting_region=case.acting_region,
        route=case.route,
        clocks=[_clock(c, case, telling) for c in case.clocks],
        pages=pages,
        escalation=_escalation(case.round),
        wake_at=case.wake_at,
        policy_version=case.policy,
        engineering=_engineering(case.engineering),
        engineering_at=case.engineering_at,
        snooze_until=case.snooze_until,
        close_at=case.close_at,
        opened_at=case.opened_at,
        updated_at=updated_at,
    )


def _clock(clock: Clock, case: Case, telling: Telling) -> ClockView:
    calendars = telling.shelf.book(case.policy).policy.calendars
    known = {clock.calendar, *(leg.calendar for leg in clock.legs)} <= calendars.keys()
    left = sla.remaining(clock, calendars, telling.now) if known else None
    return ClockView(
        metric=clock.metric,
        state=clock.state,
        due_at=clock.due_at,
        remaining_seconds=None if left is None else math.floor(left / timedelta(seconds=1)),
        started_at=clock.started_at,
        met_at=clock.met_at,
        breached_at=clock.breached_at,
    )


def _escalation(now: Round | None) -> EscalationView | None:
    if now is None:
        return None
    return EscalationView(
        policy=now.policy,
        purpose=now.purpose,
        step=now.step + 1,
        round=now.number,
        step_ends_at=now.due_at,
    )


def _engineering(item: Item | None) -> EngineeringView | None:
    if item is None:
        return None
    return EngineeringView(
        stage=item.stage,
        stage_at=item.stage_at,
        queued_at=item.queued_at,
        reason=item.reason,
        engineer=item.engineer,
        pull_request=item.pull_request,
        plan=item.plan,
        version=item.version,
        returned=item.returned,
    )


def written(text: str, *, phones: bool) -> str:
    """What the hotline wrote down has callers' numbers in it, which not everybody is told."""
    return text if phones else mask_written(text)


def _ticket(case: Case, *, phones: bool) -> TicketView:
    ticket = case.ticket
    phone = ticket.requester_phone
    return TicketView(
        id=case.ticket_id,
        number=ticket.number,
        url=ticket.url,
        subject=ticket.subject,
        description=written(ticket.description, phones=phones),
        status=ticket.status,
        priority=ticket.priority,
        channel=ticket.channel,
        environment=ticket.environment,
        category=ticket.category,
        product=ticket.product,
        language=ticket.language,
        tags=list(ticket.tags),
        requester=RequesterView(
            name=ticket.requester_name,
            email=ticket.requester_email,
            phone=phone if phones or phone is None else mask(phone),
        ),
        assignee_email=ticket.assignee_email,
        fields=dict(ticket.fields),
    )
