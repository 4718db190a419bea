"""Trigger webhooks of Zendesk: the body is the administrator's own (see `written`)."""

from __future__ import annotations

from datetime import datetime

from routing.report import Report, TicketStatus
from service.tickets import authored
from service.tickets.members import Members
from service.tickets.moment import moment
from service.tickets.text import lower
from service.tickets.ticketsystem import Envelope
from service.tickets.written import Written
from service.tickets.zendesk_words import delivery, status


def _status(written: Written) -> TicketStatus | None:
    return status(written.line("status"))


def _key(envelope: Envelope, _: Written) -> str:
    return delivery(envelope)


def _signed(envelope: Envelope) -> datetime | None:
    return moment(envelope.headers.get("x-zendesk-webhook-signature-timestamp", ""))


_DIALECT = authored.Dialect(
    source="zendesk",
    advice='Add "ticket_id": "{{ticket.id}}" to the trigger\'s body.',
    status=_status,
    priority=lower,
    key=_key,
    signed=_signed,
)


def read(envelope: Envelope, document: Members, own: frozenset[str]) -> Report:
    """The report of one trigger webhook. Raises Unreadable."""
    return authored.read(_DIALECT, envelope, Written(document, "ticket"), own)
