"""Creating Freshdesk tickets: POST /api/v2/tickets (developers.freshdesk.com, "Create a Ticket").

Freshdesk has no external id for tickets and indexes its search late, so an earlier try is looked
for in the list of what was created since the case began. It takes no ticket without a requester.
"""

from __future__ import annotations

from collections.abc import Generator
from urllib.parse import quote

from service.tickets.creating import Creator, Known, first_of, name_in, not_before, over
from service.tickets.html import as_html
from service.tickets.marker import TAG, signed
from service.tickets.members import Members, read_object
from service.tickets.ticketsystem import Access, Answer, Opened, Opening, Request

PRIORITIES = {"1": "low", "2": "medium", "3": "high", "4": "urgent"}
_NUMBERS = {word: int(number) for number, word in PRIORITIES.items()}
_OPEN, _BY_PHONE = 2, 3


class FreshdeskCreator(Creator):
    """The creating half of Freshdesk."""

    full = 100

    def look(self, opening: Opening, access: Access, page: int) -> Request:
        """The newest first, with what they say."""
        wanted = f"include=description&per_page={self.full}&page={page}"
        if since := not_before(opening):
            wanted += f"&updated_since={since}"
        path = f"/api/v2/tickets?order_by=created_at&order_type=desc&{wanted}"
        return Request("GET", path, access.headers)

    def known(self, opening: Opening, access: Access) -> Generator[Request, Answer, Known]:  # noqa: ARG002 - the same for all
        """Who we are: the requester where nobody else can be."""
        answer = yield self.permit(access)
        self.stop_unless_done(answer)
        return {"me": read_object(answer.body).raw("id")}

    def draft(self, opening: Opening, access: Access, known: Known) -> Request:
        """The company only where the requester is one of its contacts, or Freshdesk refuses it."""
        ticket: dict[str, object] = {
            "subject": opening.subject,
            "description": as_html(signed(opening.text, opening.key)),
            "status": _OPEN,
            "source": _BY_PHONE,
            "tags": [TAG, *opening.tags],
            **_requester(opening, known),
        }
        if priority := first_of(opening.words, _NUMBERS):
            ticket["priority"] = _NUMBERS[priority]
        if opening.organization and opening.organization.isdecimal():
            ticket["company_id"] = int(opening.organization)
        body = over(self.wished(access), ticket)
        return Request("POST", "/api/v2/tickets", access.headers, body)

    def named(self, row: Members, opening: Opening, access: Access) -> Opened:  # noqa: ARG002 - all is in the row
        """By its number; priorities are numbers."""
        ticket = name_in(row, "id")
        url = f"{access.url}/a/tickets/{quote(ticket, safe='')}"
        return Opened(ticket, url, priority=PRIORITIES.get(row.line("priority") or ""))

    def permit(self, access: Access) -> Request:
        """Who we are there."""
        return Request("GET", "/api/v2/agents/me", access.headers)

    def lacking(self, found: Members, access: Access) -> str:  # noqa: ARG002 - all is in the answer
        """Collaborators answer tickets and create none."""
        able = found.identifier("id") is not None and found.word("type") != "collaborator"
        return "" if able else "The key's owner is no agent of Freshdesk who may create tickets."


def _requester(opening: Opening, known: Known) -> dict[str, object]:
    """The contact; else the telephone, which Freshdesk makes a contact of; else ourselves."""
    name = opening.name or opening.customer or opening.phone
    if opening.email:
        return {"email": opening.email, "name": opening.name or opening.email}
    if opening.phone:
        return {"phone": opening.phone, "name": name}
    return {"requester_id": known["me"]}
