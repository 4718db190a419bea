"""Creating HubSpot tickets: POST /crm/v3/objects/tickets (developers.hubspot.com, "Tickets").

HUBSPOT_NEW_TICKET holds properties; without any it is the first stage of HubSpot's own support
pipeline. HubSpot's search is seconds behind, so a try whose outcome is unclear is made again only
after that. Tickets have no tags.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta

from service.tickets.creating import Creator, Known, first_of, name_in, over
from service.tickets.marker import signed
from service.tickets.members import Members
from service.tickets.ticketsystem import Access, Answer, Opened, Opening, Request

_TO_CONTACT, _TO_COMPANY = 16, 339
_PRIORITIES = ("urgent", "high", "medium", "low")
_USUAL = {"hs_pipeline": "0", "hs_pipeline_stage": "1"}


class HubSpotCreator(Creator):
    """The creating half of HubSpot."""

    rows_in = "results"
    lag = timedelta(minutes=1)

    def look(self, opening: Opening, access: Access, page: int) -> Request:  # noqa: ARG002 - one page
        """By the subject."""
        names = ["subject", "content", "hs_ticket_priority"]
        wanted = _equal("subject", opening.subject, names)
        return Request("POST", "/crm/v3/objects/tickets/search", access.headers, wanted)

    def known(self, opening: Opening, access: Access) -> Generator[Request, Answer, Known]:
        """The contact, where there is one."""
        if not opening.email:
            return {}
        wanted = _equal("email", opening.email, ["email"])
        asked = Request("POST", "/crm/v3/objects/contacts/search", access.headers, wanted)
        found = yield from self.asked(asked)
        return {"contact": found[0].get("id")} if len(found) == 1 else {}

    def draft(self, opening: Opening, access: Access, known: Known) -> Request:
        """Associated with the contact and the company."""
        told: dict[str, object] = {
            "subject": opening.subject,
            "content": signed(opening.text, opening.key),
            "source_type": "PHONE",
        }
        if priority := first_of(opening.words, _PRIORITIES):
            told["hs_ticket_priority"] = priority.upper()
        to = []
        if opening.email and known.get("contact"):
            to.append(_association(known["contact"], _TO_CONTACT))
        if opening.organization:
            to.append(_association(opening.organization, _TO_COMPANY))
        properties = over({**_USUAL, **self.wished(access)}, told)
        body = {"properties": properties, "associations": to}
        return Request("POST", "/crm/v3/objects/tickets", access.headers, body)

    def named(self, row: Members, opening: Opening, access: Access) -> Opened:  # noqa: ARG002 - all is in the row
        """By its id. Its page's address has the number of the portal, which nobody tells us."""
        ticket = name_in(row, "id")
        return Opened(ticket, priority=row.nested("properties").word("hs_ticket_priority"))

    def permit(self, access: Access) -> Request:
        """What the token of a private app is for."""
        token = access.headers.get("authorization", "").removeprefix("Bearer ")
        path = "/oauth/v2/private-apps/get/access-token-info"
        return Request("POST", path, access.headers, {"tokenKey": token})

    def lacking(self, found: Members, access: Access) -> str:  # noqa: ARG002 - all is in the answer
        """The scope for tickets."""
        able = "tickets" in (found.many("scopes") or ())
        return "" if able else "The private app at HubSpot has no scope `tickets`."


def _equal(name: str, value: str, properties: list[str]) -> dict[str, object]:
    which = {"propertyName": name, "operator": "EQ", "value": value}
    return {
        "filterGroups": [{"filters": [which]}],
        "properties": properties,
        "sorts": [{"propertyName": "createdate", "direction": "DESCENDING"}],
        "limit": 20,
    }


def _association(to: object, kind: int) -> dict[str, object]:
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": kind}]
    return {"to": {"id": to}, "types": types}
