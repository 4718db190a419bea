"""Creating Zendesk tickets: POST /api/v2/tickets.json (developer.zendesk.com, "Tickets").

Our mark is the ticket's external id. It is looked for before anything is created, and Zendesk is
given an `Idempotency-Key`, by which it answers a repetition within two hours with the first ticket.
"""

from __future__ import annotations

from urllib.parse import quote

from service.tickets.creating import Creator, Known, first_of, name_in, over
from service.tickets.marker import TAG, external_id, marker, signed
from service.tickets.members import Members
from service.tickets.ticketsystem import Access, Opened, Opening, Request

_PRIORITIES = ("urgent", "high", "normal", "low")


class ZendeskCreator(Creator):
    """The creating half of Zendesk. A new requester is of no organisation, so none is named."""

    rows_in = "tickets"
    row_in = "ticket"

    def look(self, opening: Opening, access: Access, page: int) -> Request:  # noqa: ARG002 - one page
        """By the external id."""
        path = f"/api/v2/tickets.json?external_id={quote(external_id(opening.case), safe='')}"
        return Request("GET", path, access.headers)

    def is_mine(self, row: dict[str, object], opening: Opening) -> bool:
        """An external id is not unique, and another installation may count its cases as we do."""
        described = row.get("description")
        return not isinstance(described, str) or marker(opening.key) in described

    def named(self, row: Members, opening: Opening, access: Access) -> Opened:  # noqa: ARG002 - all is in the row
        """By its id; priorities are words."""
        ticket = name_in(row, "id")
        url = f"{access.url}/agent/tickets/{quote(ticket, safe='')}"
        return Opened(ticket, url, priority=row.word("priority"))

    def draft(self, opening: Opening, access: Access, known: Known) -> Request:  # noqa: ARG002 - nothing is asked
        """Public where somebody asks. With less in it, it is another request with another key."""
        ticket: dict[str, object] = {
            "subject": opening.subject,
            "comment": {
                "body": signed(opening.text, opening.key),
                "public": opening.email is not None,
            },
            "external_id": external_id(opening.case),
            "tags": [TAG, *opening.tags],
        }
        if opening.email:
            ticket["requester"] = {"name": opening.name or opening.email, "email": opening.email}
        if priority := first_of(opening.words, _PRIORITIES):
            ticket["priority"] = priority
        said = "".join(name[0] for name in ("requester", "priority") if name in ticket)
        key = f"{marker(opening.key).strip('[]')}-{said}"
        headers = {**access.headers, "idempotency-key": key}
        whole = over(self.wished(access), ticket)
        return Request("POST", "/api/v2/tickets.json", headers, {"ticket": whole})

    def permit(self, access: Access) -> Request:
        """Who we are there."""
        return Request("GET", "/api/v2/users/me.json", access.headers)

    def lacking(self, found: Members, access: Access) -> str:  # noqa: ARG002 - all is in the answer
        """An end user creates requests of his own alone; nobody is who has no id."""
        user = found.nested("user")
        if user.identifier("id") is None:
            return "Zendesk does not know who we are; correct the e-mail address and the token."
        agent = user.word("role") in {"agent", "admin"}
        return "" if agent else "We are no agent in Zendesk, and may create no tickets for others."
