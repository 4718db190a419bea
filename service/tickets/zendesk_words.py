"""What event and trigger webhooks of Zendesk have in common: their words and their delivery."""

from __future__ import annotations

import re

from routing.report import TicketStatus
from service.tickets import signature
from service.tickets.ticketsystem import Envelope

_STATUSES = {
    "new": TicketStatus.NEW,
    "open": TicketStatus.OPEN,
    "pending": TicketStatus.PENDING,
    "hold": TicketStatus.ON_HOLD,
    "onhold": TicketStatus.ON_HOLD,
    "solved": TicketStatus.SOLVED,
    "closed": TicketStatus.CLOSED,
    "deleted": TicketStatus.CLOSED,
    "archived": TicketStatus.CLOSED,
    "scrubbed": TicketStatus.CLOSED,
}
_NOT_LETTERS = re.compile(r"[^a-z]+")


def status(word: str | None) -> TicketStatus | None:
    """The status a word stands for ("Hold", "On-hold"), or None when we do not know it (R103)."""
    return None if word is None else _STATUSES.get(_NOT_LETTERS.sub("", word.lower()))


def delivery(envelope: Envelope) -> str:
    """The identity of a delivery whose body has none; Zendesk repeats it when it retries."""
    invocation = signature.delivery(envelope, "x-zendesk-webhook-invocation-id")
    signed = envelope.headers.get("x-zendesk-webhook-signature-timestamp", "")
    return invocation or signature.content_key(envelope.body, signed)
