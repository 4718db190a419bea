"""Effects for the customer who rang or texted: the ticket made for him, and what he is texted."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from routing.case import Case
from routing.event import OpenTicket, TellCustomer
from routing.hotline_prompt import Prompt
from routing.hotline_telling import worded
from service.library import Shelf
from service.store import codec
from service.tickets.marker import TAG

TICKET = "ticket"
"""The method of the row that creates a ticket, and the end of its key."""
A_DAY, TEXT = timedelta(hours=24), timedelta(minutes=5)
Row = tuple[Any, ...]


def row(
    case: Case, effect: OpenTicket | TellCustomer, shelf: Shelf, rank: int, now: datetime
) -> Row | None:
    """The row of the outbox, where there is anything to do."""
    if isinstance(effect, OpenTicket):
        return _ticket(case, effect, shelf, rank, now)
    return _text(case, effect, shelf, rank, now)


def _ticket(case: Case, effect: OpenTicket, shelf: Shelf, rank: int, now: datetime) -> Row | None:
    """The row that creates the case's ticket; None where the policy wants none, or none can be.

    Everything it says is fixed here: a repetition must ask for the very same ticket.
    """
    policy = shelf.book(case.policy).policy
    system = policy.hotline.tickets
    if system == "any":
        system = next(iter(shelf.systems), "none")
    if system == "none":
        return None
    severity, about = policy.severity(case.severity), case.ticket
    told = severity.priorities if severity else {}
    words = (*told.get(system, ()), *told.get("*", ()))
    wanted = {
        "key": f"{case.id}/{TICKET}/{secrets.token_hex(8)}",  # cases can be counted, this not
        "subject": f"{about.subject} ({case.id})",
        "text": f"{about.description}\n\nCase {case.id} of {case.account_name}.",
        "name": about.requester_name,
        "email": about.requester_email,
        "phone": about.requester_phone,
        "customer": case.account_name,
        "organization": effect.organizations.get(system),
        "words": [word.lower() for word in words] if case.emergency else [],
        "tags": [f"{TAG}_emergency" if case.emergency else f"{TAG}_message"],
    }
    return (
        f"{case.id}/{TICKET}", case.id, "systems", "write", system, None, None, TICKET, None, rank,
        codec.encode(wanted), now, now, now + A_DAY,
    )  # fmt: skip


def _text(case: Case, told: TellCustomer, shelf: Shelf, rank: int, now: datetime) -> Row | None:
    """A text to the telephone the case was begun from; None where none is known."""
    to = case.ticket.requester_phone
    if to is None:
        return None
    rules = shelf.current.hotline
    language = case.ticket.requester_language or ""
    payload = codec.encode(
        {"to": to, "text": worded(rules, Prompt(told.key, told.facts), language)}
    )
    return (
        f"{case.id}/customer/{told.key}", case.id, "sms", "announce", "sms", None, None, None,
        None, rank, payload, now, now, now + TEXT,
    )  # fmt: skip
