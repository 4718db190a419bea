"""Writing to Zendesk tickets: PUT /api/v2/tickets/{id}.json (developer.zendesk.com, "Tickets")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from urllib.parse import quote

from routing.report import TicketStatus
from service.tickets.marker import signed
from service.tickets.ticketsystem import (
    Access,
    Change,
    Conflict,
    Conversation,
    Done,
    Request,
    Retry,
)
from service.tickets.writing import Writer, basic, still, tags

_TRIES = 3
_WORDS = {
    TicketStatus.NEW: "open",
    TicketStatus.OPEN: "open",
    TicketStatus.PENDING: "pending",
    TicketStatus.ON_HOLD: "hold",
    TicketStatus.SOLVED: "solved",
    TicketStatus.CLOSED: "closed",
}
_ENDED = frozenset({"solved", "closed", "deleted"})


class ZendeskWriter(Writer):
    """The writing half of Zendesk. A closed ticket takes no update and is refused with 422."""

    source = "zendesk"
    name = "Zendesk"
    settings = ("ZENDESK_URL", "ZENDESK_EMAIL", "ZENDESK_API_TOKEN")
    optional = ("ZENDESK_ACTOR_ID", "ZENDESK_NEW_TICKET")
    own_from = ("ZENDESK_EMAIL", "ZENDESK_ACTOR_ID")

    def credentials(self, values: Sequence[str]) -> Mapping[str, str]:
        """API token authentication."""
        email, token = values
        return {"authorization": basic(f"{email}/token", token)}

    def search(self, change: Change, access: Access, page: int = 1) -> Request:
        """The newest hundred comments: ours, if there, is among them."""
        path = f"{_path(change)}/comments.json?sort_order=desc&per_page=100&page={page}"
        return Request("GET", path, access.headers)

    def steps(self, change: Change, access: Access) -> Conversation:
        """One update; a status goes on top of a known revision only, never onto an ended ticket."""
        wanted, stamp = change.status, change.seen
        for _ in range(_TRIES):
            if wanted is not None and stamp is None:
                asked = Request("GET", f"{_path(change)}.json", access.headers)
                verdict, found = yield from self.seen(asked)
                if not isinstance(verdict, Done):
                    return verdict
                ticket = found.nested("ticket")
                stamp = ticket.line("updated_at")
                wanted = still(change, ticket.word("status") in _ENDED).status
            verdict = self.judge((yield update(change, access, wanted, stamp)))
            if not isinstance(verdict, Conflict):
                return verdict
            stamp = None
        return Retry(timedelta(seconds=10), "The Zendesk ticket keeps changing under our update.")


def _path(change: Change) -> str:
    return f"/api/v2/tickets/{quote(change.ticket, safe='')}"


def update(
    change: Change, access: Access, wanted: TicketStatus | None, stamp: str | None
) -> Request:
    """The update itself. With a status and a stamp, Zendesk refuses it on a changed ticket."""
    ticket: dict[str, object] = {"additional_tags": tags(change)}
    if change.note is not None:
        ticket["comment"] = {"body": signed(change.note, change.key), "public": change.public}
    if wanted is not None:
        ticket["status"] = _WORDS[wanted]
    if wanted is not None and stamp is not None:
        ticket |= {"safe_update": True, "updated_stamp": stamp}
    return Request("PUT", f"{_path(change)}.json", access.headers, {"ticket": ticket})
