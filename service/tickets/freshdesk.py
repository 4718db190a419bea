"""Freshdesk: webhooks of automation rules, whose body the administrator writes, and its API.

Freshdesk signs nothing: the secret travels in a header of the rule (Basic or a custom one) or in
the webhook's URL as `?token=`. Nor does it date or number what it sends, so the same body again
counts as a new event; a state told twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from routing.report import TicketStatus
from service.tickets import authored, signature
from service.tickets.fields import tags as tags_in
from service.tickets.freshdesk_create import PRIORITIES, FreshdeskCreator
from service.tickets.html import as_html
from service.tickets.marker import signed
from service.tickets.members import Members, read_object
from service.tickets.ticketsystem import (
    NOBODY,
    Access,
    Change,
    Conversation,
    Done,
    Envelope,
    Reading,
    Request,
)
from service.tickets.writing import and_then, basic, still, tags
from service.tickets.written import Written

_STATUSES = {
    "2": TicketStatus.OPEN,
    "3": TicketStatus.PENDING,
    "4": TicketStatus.SOLVED,
    "5": TicketStatus.CLOSED,
    "6": TicketStatus.PENDING,
    "7": TicketStatus.ON_HOLD,
    "new": TicketStatus.NEW,
    "open": TicketStatus.OPEN,
    "reopened": TicketStatus.OPEN,
    "pending": TicketStatus.PENDING,
    "waiting on customer": TicketStatus.PENDING,
    "waiting on third party": TicketStatus.ON_HOLD,
    "on hold": TicketStatus.ON_HOLD,
    "on-hold": TicketStatus.ON_HOLD,
    "resolved": TicketStatus.SOLVED,
    "closed": TicketStatus.CLOSED,
}
_NUMBERS = {
    TicketStatus.NEW: 2,
    TicketStatus.OPEN: 2,
    TicketStatus.PENDING: 3,
    TicketStatus.SOLVED: 4,
    TicketStatus.CLOSED: 5,
}
_ENDED = frozenset({"4", "5"})


def _status(written: Written) -> TicketStatus | None:
    return _STATUSES.get((written.line("status") or "").lower())


def _priority(word: str | None) -> str | None:
    return None if word is None else PRIORITIES.get(word, word.lower())


def _key(envelope: Envelope, _: Written) -> str:
    return signature.content_key(envelope.body, envelope.received_at.isoformat())


_DIALECT = authored.Dialect(
    source="freshdesk",
    advice='Add "ticket_id": "{{ticket.id}}" to the rule\'s content.',
    status=_status,
    priority=_priority,
    key=_key,
)


class Freshdesk(FreshdeskCreator):
    """Freshdesk. FRESHDESK_ON_HOLD is the number of your status for on hold."""

    source = "freshdesk"
    name = "Freshdesk"
    settings = ("FRESHDESK_URL", "FRESHDESK_API_KEY")
    optional = ("FRESHDESK_ACTOR", "FRESHDESK_ON_HOLD", "FRESHDESK_NEW_TICKET")
    own_from = ("FRESHDESK_ACTOR",)
    per_page = 100

    def verify(self, envelope: Envelope, secrets: Sequence[str], now: Sequence[datetime]) -> None:  # noqa: ARG002 - nothing is dated
        """The secret in a header or in the URL. Raises Forged."""
        signature.shared_token(envelope, secrets)

    def read(self, envelope: Envelope, own: frozenset[str] = NOBODY) -> Reading:
        """The body of an automation rule. Raises Unreadable."""
        document = read_object(envelope.body)
        wrapped = document.nested("freshdesk_webhook") or document
        return Reading((authored.read(_DIALECT, envelope, Written(wrapped, "ticket"), own),))

    def credentials(self, values: Sequence[str]) -> Mapping[str, str]:
        """The API key of an agent, as user; the password is any."""
        (key,) = values
        return {"authorization": basic(key, "X")}

    def search(self, change: Change, access: Access, page: int = 1) -> Request:
        """The conversations, oldest first."""
        path = f"{_path(change)}/conversations?per_page={self.per_page}&page={page}"
        return Request("GET", path, access.headers)

    def steps(self, change: Change, access: Access) -> Conversation:
        """Tags and status, then the note or the reply."""
        verdict, ticket = yield from self.seen(Request("GET", _path(change), access.headers))
        if not isinstance(verdict, Done):
            return verdict
        told = still(change, ticket.line("status") in _ENDED)
        requests, shortfall = _requests(told, access, ticket)
        return and_then((yield from self.in_turn(requests)), shortfall)


def _path(change: Change) -> str:
    return f"/api/v2/tickets/{quote(change.ticket, safe='')}"


def _requests(change: Change, access: Access, ticket: Members) -> tuple[list[Request], str | None]:
    number, shortfall = _number(change, access)
    kept = tags_in(ticket, "tags") or ()
    update: dict[str, object] = {"tags": list(dict.fromkeys([*kept, *tags(change)]))}
    if number is not None:
        update["status"] = number
    requests = [Request("PUT", _path(change), access.headers, update)]
    if change.note is not None:
        body = as_html(signed(change.note, change.key))
        kind = {"body": body} if change.public else {"body": body, "private": True}
        path = f"{_path(change)}/{'reply' if change.public else 'notes'}"
        requests.append(Request("POST", path, access.headers, kind))
    return requests, shortfall


def _number(change: Change, access: Access) -> tuple[int | None, str | None]:
    if change.status is None:
        return None, None
    if change.status is not TicketStatus.ON_HOLD:
        return _NUMBERS[change.status], None
    own = access.options.get("FRESHDESK_ON_HOLD", "")
    if own.isdecimal():
        return int(own), None
    return None, "Freshdesk has no on hold until HELIOGRAPH_FRESHDESK_ON_HOLD is its number."
