"""Creating Zammad tickets: POST /api/v1/tickets (docs.zammad.org, "Tickets").

The first article ends in our marker. Zammad's search may be an index that is seconds behind, so a
try whose outcome is unclear is made again only after that.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from urllib.parse import quote

from service.tickets.creating import Creator, Known, first_of, listed, name_in, over
from service.tickets.marker import TAG, signed
from service.tickets.members import Members, read_object
from service.tickets.ticketsystem import Access, Answer, Opened, Opening, Request

_MAY = frozenset({"full", "create"})


class ZammadCreator(Creator):
    """The creating half of Zammad. A ticket wants a group, and a customer."""

    wants = ("group",)
    lag = timedelta(minutes=1)

    def look(self, opening: Opening, access: Access, page: int) -> Request:  # noqa: ARG002 - one page
        """By the case's id, which is in the title."""
        wanted = "limit=50&expand=true&sort_by=created_at&order_by=desc"
        path = f"/api/v1/tickets/search?query={quote(opening.case, safe='')}&{wanted}"
        return Request("GET", path, access.headers)

    def there(self, opening: Opening, access: Access) -> Generator[Request, Answer, Opened | None]:
        """Of the tickets with our title, the one whose article has our marker."""
        rows = yield from self.rows(self.look(opening, access, 1))
        for row in rows:
            if row.get("title") != opening.subject:
                continue
            found = self.named(Members(row), opening, access)
            path = f"/api/v1/ticket_articles/by_ticket/{quote(found.ticket, safe='')}"
            articles = yield from self.rows(Request("GET", path, access.headers))
            if any(self.is_mine(article, opening) for article in articles):
                return found
        return None

    def known(self, opening: Opening, access: Access) -> Generator[Request, Answer, Known]:
        """Who we are, the customer where there is no other; and what the priority is called."""
        answer = yield self.permit(access)
        self.stop_unless_done(answer)
        told = {"me": read_object(answer.body).raw("id")}
        if opening.words:
            asked = Request("GET", "/api/v1/ticket_priorities", access.headers)
            listed = yield from self.asked(asked)
            names = (str(one.get("name")) for one in listed if one.get("active") is not False)
            known = {without_number(name): name for name in names}
            told["priority"] = known.get(first_of(opening.words, known) or "")
        return told

    def draft(self, opening: Opening, access: Access, known: Known) -> Request:
        """A call of the customer's, or a note that he does not see where nobody is known."""
        asks, wished = opening.email is not None, self.wished(access)
        ticket: dict[str, object] = {
            "title": opening.subject,
            "customer_id": f"guess:{opening.email}" if asks else known["me"],
            "tags": listed(wished.get("tags"), (TAG, *opening.tags)),
            "article": {
                "subject": opening.subject,
                "body": signed(opening.text, opening.key),
                "content_type": "text/plain",
                "type": "phone" if asks else "note",
                "sender": "Customer" if asks else "Agent",
                "internal": not asks,
            },
        }
        if opening.words and known.get("priority"):
            ticket["priority"] = known["priority"]
        if opening.organization and opening.organization.isdecimal():
            ticket["organization_id"] = int(opening.organization)
        body = over(wished, ticket)
        return Request("POST", "/api/v1/tickets?expand=true", access.headers, body)

    def named(self, row: Members, opening: Opening, access: Access) -> Opened:  # noqa: ARG002 - all is in the row
        """By its id; people know its number."""
        ticket = name_in(row, "id")
        url = f"{access.url}/#ticket/zoom/{quote(ticket, safe='')}"
        said = row.word("priority")
        told = None if said is None else without_number(said)
        return Opened(ticket, url, priority=told, number=row.identifier("number"))

    def permit(self, access: Access) -> Request:
        """Who we are there, and what we may do in which group."""
        return Request("GET", "/api/v1/users/me", access.headers)

    def lacking(self, found: Members, access: Access) -> str:
        """Agents have rights group by group; which of them is ours is told by number alone."""
        rights = (set(given) for given in found.nested("group_ids").values() if type(given) is list)
        if any(right & _MAY for right in rights):
            return ""
        group = self.wished(access).get("group")
        return f"The token's owner may create tickets in no group of Zammad; ours is {group}."


def without_number(word: str) -> str:
    """Zammad numbers its words: "3 high" is high."""
    number, blank, rest = word.partition(" ")
    return rest if blank and number.isdecimal() else word
