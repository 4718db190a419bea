"""Writing to HubSpot tickets: notes that are associated with them, and their pipeline stage.

HubSpot has no public note: an update for the customer goes out by other means, and is refused here.
Its search is a few seconds behind, so a note written twice within them is possible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from routing.report import TicketStatus
from service.tickets.html import as_html
from service.tickets.marker import signed
from service.tickets.members import Members
from service.tickets.ticketsystem import Access, Change, Conversation, Done, Refused, Request
from service.tickets.writing import Writer, and_then, still

_NOTE_TO_TICKET = 228
_STAGES = {
    TicketStatus.NEW: "1",
    TicketStatus.OPEN: "3",
    TicketStatus.PENDING: "2",
    TicketStatus.SOLVED: "4",
    TicketStatus.CLOSED: "4",
}


class HubSpotWriter(Writer):
    """The writing half of HubSpot, at https://api.hubapi.com.

    HUBSPOT_ON_HOLD is the id of your stage for on hold.
    """

    source = "hubspot"
    name = "HubSpot"
    settings = ("HUBSPOT_URL", "HUBSPOT_ACCESS_TOKEN")
    optional = ("HUBSPOT_ACTOR", "HUBSPOT_ON_HOLD", "HUBSPOT_NEW_TICKET")
    own_from = ("HUBSPOT_ACTOR",)

    def credentials(self, values: Sequence[str]) -> Mapping[str, str]:
        """The access token of a private app with the scope `tickets`."""
        (token,) = values
        return {"authorization": f"Bearer {token}"}

    def search(self, change: Change, access: Access, page: int = 1) -> Request:  # noqa: ARG002 - the newest hundred are enough
        """The newest hundred notes of the ticket."""
        wanted = {
            "filterGroups": [
                {
                    "filters": [
                        {
                            "propertyName": "associations.ticket",
                            "operator": "EQ",
                            "value": change.ticket,
                        }
                    ]
                }
            ],
            "properties": ["hs_note_body"],
            "sorts": [{"propertyName": "hs_createdate", "direction": "DESCENDING"}],
            "limit": 100,
        }
        return Request("POST", "/crm/v3/objects/notes/search", access.headers, wanted)

    def steps(self, change: Change, access: Access) -> Conversation:
        """The stage, then the note."""
        if change.note is not None and change.public:
            return Refused("HubSpot has no public notes; the update stays on the case.")
        told = change
        if change.status in {TicketStatus.ON_HOLD, TicketStatus.PENDING}:
            path = f"{_path(change)}?properties=hs_pipeline_stage,closed_date"
            verdict, ticket = yield from self.seen(Request("GET", path, access.headers))
            if not isinstance(verdict, Done):
                return verdict
            told = still(change, _ended(ticket.nested("properties")))
        requests, shortfall = _requests(told, access)
        return and_then((yield from self.in_turn(requests)), shortfall)


def _path(change: Change) -> str:
    return f"/crm/v3/objects/tickets/{quote(change.ticket, safe='')}"


def _ended(properties: Members) -> bool:
    """Closed in HubSpot's own pipeline, or in any that keeps the date."""
    closed = properties.line("hs_pipeline_stage") == _STAGES[TicketStatus.CLOSED]
    return closed or properties.line("closed_date") is not None


def _requests(change: Change, access: Access) -> tuple[list[Request], str | None]:
    requests, shortfall = [], None
    stage = _STAGES.get(change.status) if change.status else None
    if change.status is TicketStatus.ON_HOLD:
        stage = access.options.get("HUBSPOT_ON_HOLD")
        if stage is None:
            shortfall = "HubSpot has no on hold until HELIOGRAPH_HUBSPOT_ON_HOLD is its stage's id."
    if stage is not None:
        properties = {"properties": {"hs_pipeline_stage": stage}}
        requests.append(Request("PATCH", _path(change), access.headers, properties))
    if change.note is not None:
        requests.append(_note(change, access))
    return requests, shortfall


def _note(change: Change, access: Access) -> Request:
    kind = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": _NOTE_TO_TICKET}
    properties = {"hs_note_body": as_html(signed(change.note or "", change.key))}
    if change.at is not None:
        properties["hs_timestamp"] = change.at.isoformat()
    note = {
        "properties": properties,
        "associations": [{"to": {"id": change.ticket}, "types": [kind]}],
    }
    return Request("POST", "/crm/v3/objects/notes", access.headers, note)
