"""Writing to Zoho Desk tickets. An access token of Zoho lives for an hour.

So ZOHO_DESK_TOKEN is best given as ZOHO_DESK_TOKEN_FILE, which whatever renews it rewrites.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from routing.report import TicketStatus
from service.tickets.marker import signed
from service.tickets.ticketsystem import Access, Change, Conversation, Done, Request
from service.tickets.writing import Writer, still, tags

_WORDS = {
    TicketStatus.NEW: "Open",
    TicketStatus.OPEN: "Open",
    TicketStatus.PENDING: "On Hold",
    TicketStatus.ON_HOLD: "On Hold",
    TicketStatus.SOLVED: "Closed",
    TicketStatus.CLOSED: "Closed",
}


class ZohoDeskWriter(Writer):
    """The writing half of Zoho Desk."""

    source = "zoho-desk"
    name = "Zoho Desk"
    settings = ("ZOHO_DESK_URL", "ZOHO_DESK_ORG_ID", "ZOHO_DESK_TOKEN")
    optional = ("ZOHO_DESK_ACTOR_ID",)
    own_from = ("ZOHO_DESK_ACTOR_ID",)

    def credentials(self, values: Sequence[str]) -> Mapping[str, str]:
        """An OAuth access token with the scopes Desk.tickets.READ and Desk.tickets.UPDATE."""
        organization, token = values
        return {"authorization": f"Zoho-oauthtoken {token}", "orgid": organization}

    def search(self, change: Change, access: Access, page: int = 1) -> Request:
        """The newest hundred comments: ours, if there, is among them."""
        start = 100 * (page - 1) + 1
        path = f"{_path(change)}/comments?sortBy=-commentedTime&limit=100&from={start}"
        return Request("GET", path, access.headers)

    def steps(self, change: Change, access: Access) -> Conversation:
        """Tags, then the status, then the comment."""
        verdict, ticket = yield from self.seen(Request("GET", _path(change), access.headers))
        if not isinstance(verdict, Done):
            return verdict
        told = still(change, ticket.word("statusType") == "closed")
        return (yield from self.in_turn(_requests(told, access)))


def _path(change: Change) -> str:
    return f"/api/v1/tickets/{quote(change.ticket, safe='')}"


def _requests(change: Change, access: Access) -> list[Request]:
    path, headers = _path(change), access.headers
    tagged = {"tags": [{"name": tag} for tag in tags(change)]}
    requests = [Request("POST", f"{path}/associateTag", headers, tagged)]
    if change.status is not None:
        status = {"status": _WORDS[change.status]}
        requests.append(Request("PATCH", path, headers, status))
    if change.note is not None:
        note = {
            "content": signed(change.note, change.key),
            "contentType": "plainText",
            "isPublic": change.public,
        }
        requests.append(Request("POST", f"{path}/comments", headers, note))
    return requests
