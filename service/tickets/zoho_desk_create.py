"""Creating Zoho Desk tickets: POST /api/v1/tickets (desk.zoho.com/DeskAPIDocument, "Tickets").

A ticket wants a department and a contact, which Zoho Desk finds by the address or makes. Whose
account it is it takes from the contact. An earlier try is looked for among the newest tickets.
"""

from __future__ import annotations

from collections.abc import Generator
from urllib.parse import quote

from service.tickets.creating import Creator, Known, first_of, name_in, not_before, over
from service.tickets.html import as_html
from service.tickets.marker import TAG, contains_marker, signed
from service.tickets.members import Members, read_object
from service.tickets.text import web_address
from service.tickets.ticketsystem import (
    Access,
    Answer,
    Conversation,
    Creation,
    Opened,
    Opening,
    Request,
)
from service.tickets.writing import PAGES
from service.tickets.zoho_desk_write import ZohoDeskWriter

_PRIORITIES = ("high", "medium", "low")
_PAGE = 100


class ZohoDeskCreator(Creator, ZohoDeskWriter):
    """The creating half of Zoho Desk."""

    wants = ("departmentId",)
    rows_in = "data"

    def create(self, opening: Opening, access: Access) -> Creation:
        """As elsewhere, under a token that is renewed once if it must be."""
        return self.bearing(super().create(opening, access), access)

    def may_create(self, access: Access) -> Conversation:
        """As elsewhere, under a token that is renewed once if it must be."""
        return self.bearing(super().may_create(access), access)

    def look(self, opening: Opening, access: Access, page: int) -> Request:  # noqa: ARG002 - all that is new
        """The newest first."""
        start = _PAGE * (page - 1) + 1
        path = f"/api/v1/tickets?sortBy=-createdTime&limit={_PAGE}&from={start}"
        return Request("GET", path, access.headers)

    def there(self, opening: Opening, access: Access) -> Generator[Request, Answer, Opened | None]:
        """Lists tell no description, so the tickets with our subject are read one by one."""
        since = not_before(opening)
        for page in range(1, PAGES + 1):
            rows = yield from self.rows(self.look(opening, access, page))
            for row in (row for row in rows if row.get("subject") == opening.subject):
                path = f"/api/v1/tickets/{quote(str(row.get('id')), safe='')}"
                answer = yield Request("GET", path, access.headers)
                self.stop_unless_done(answer)
                if contains_marker(answer.body, opening.key):
                    return self.named(read_object(answer.body), opening, access)
            if len(rows) < _PAGE or str(rows[-1].get("createdTime")) < since:
                return None
        return None

    def draft(self, opening: Opening, access: Access, known: Known) -> Request:  # noqa: ARG002 - nothing is asked
        """The contact; else the customer's name with the telephone."""
        ticket: dict[str, object] = {
            "subject": opening.subject,
            "description": as_html(signed(opening.text, opening.key)),
            "channel": "Phone",
            "contact": _contact(opening),
        }
        if priority := first_of(opening.words, _PRIORITIES):
            ticket["priority"] = priority.capitalize()
        body = over(self.wished(access), ticket)
        return Request("POST", "/api/v1/tickets", access.headers, body)

    def furnish(self, made: Opened, opening: Opening, access: Access) -> Creation:
        """Tags, which a new ticket cannot have."""
        tagged = {"tags": [{"name": tag} for tag in (TAG, *opening.tags)]}
        path = f"/api/v1/tickets/{quote(made.ticket, safe='')}/associateTag"
        yield Request("POST", path, access.headers, tagged)
        return made

    def named(self, row: Members, opening: Opening, access: Access) -> Opened:  # noqa: ARG002 - all is in the row
        """By its id; people know its number."""
        ticket = name_in(row, "id")
        url = web_address(row.line("webUrl", 2000))
        number = row.identifier("ticketNumber")
        return Opened(ticket, url, priority=row.word("priority"), number=number)

    def permit(self, access: Access) -> Request:
        """A ticket of the department: whether we may create one is told only when we do."""
        department = quote(str(self.wished(access).get("departmentId")), safe="")
        path = f"/api/v1/tickets?limit=1&departmentIds={department}"
        return Request("GET", path, access.headers)

    def lacking(self, found: Members, access: Access) -> str:  # noqa: ARG002 - all is in the status
        """Zoho Desk refuses the question where we may not even read."""
        return ""


def _contact(opening: Opening) -> dict[str, object]:
    name = opening.name or opening.customer or "Caller"
    contact: dict[str, object] = {"lastName": name}
    if opening.email:
        contact["email"] = opening.email
    if opening.phone:
        contact["phone"] = opening.phone
    return contact
