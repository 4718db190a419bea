"""The facts of a case that routes, steps and rules ask about."""

from __future__ import annotations

from datetime import datetime, timedelta

from routing.book import Book
from routing.case import Case
from routing.rule import Facts
from routing.sla import ClockState


def facts(case: Case, book: Book, now: datetime) -> Facts:
    """What is true of the case at `now` (UTC)."""
    sun = book.sun(case, now)
    ticket = case.ticket
    return Facts(
        at=now,
        source=case.source,
        severity=case.severity,
        plan=case.plan,
        channel=ticket.channel or "",
        product=ticket.product or "",
        category=ticket.category or "",
        environment=ticket.environment or "",
        production=case.production,
        region=sun.id if sun else "",
        home_region=case.home_region or "",
        language=ticket.language or "",
        tags=frozenset(ticket.tags),
        account=case.account or "",
        contact=ticket.requester_email or "",
        sla_remaining=remaining(case, now),
        fields=ticket.fields,
        status=case.account_status,
        named_contact=case.named_contact,
    )


def remaining(case: Case, now: datetime) -> timedelta | None:
    """Physical time until the first promise still open is broken; less than nothing when it is."""
    known = {ClockState.RUNNING, ClockState.BREACHED}
    due = [c.due_at for c in case.clocks if c.due_at and c.state in known and c.met_at is None]
    return min(due) - now if due else None
