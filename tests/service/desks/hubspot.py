"""A HubSpot, as developers.hubspot.com has it: "Tickets", "Search the CRM", "Notes"."""

from datetime import timedelta
from typing import Any

from tests.service.desks.standin import Answered, Asked, Json, Seen, StandIn, Wrong, is_text

TOKEN, ADA = "hubspot-token", "501"
INDEXED = timedelta(seconds=40)
"""How far the search is behind."""
PROPERTIES = {
    "subject", "content", "source_type", "hs_ticket_priority", "hs_pipeline", "hs_pipeline_stage",
}  # fmt: skip
KINDS = {16: ADA, 339: "9001"}
"""Of an association with a contact, and with a company, to whom it leads."""


class HubSpot(StandIn):
    source, customer, number = "hubspot", "9001", "1001"
    tells = frozenset({"requester", "organization"})

    def __post_init__(self) -> None:
        super().__post_init__()
        self.headers = {"authorization": f"Bearer {TOKEN}"}

    @property
    def settings(self) -> dict[str, str]:
        return {"HUBSPOT_URL": self.url, "HUBSPOT_ACCESS_TOKEN": TOKEN, "HUBSPOT_ACTOR": "33"}

    def routes(self) -> list[tuple[str, str, Any]]:
        tickets, scopes = "/crm/v3/objects/tickets", {"scopes": ["oauth", "tickets"]}
        info = "/oauth/v2/private-apps/get/access-token-info"
        return [
            ("POST", info, lambda a: (200, scopes) if a.body == {"tokenKey": TOKEN} else (404, {})),
            ("POST", f"{tickets}/search", self.search),
            ("POST", "/crm/v3/objects/contacts/search", self.contacts),
            ("POST", tickets, self.create),
            ("GET", rf"{tickets}/(\d+)", lambda _, n: (200, _shown(self.tickets[n]))),
            ("POST", "/crm/v3/objects/notes/search", lambda _: (200, {"results": []})),
            ("POST", "/crm/v3/objects/notes", self.note),
        ]

    def search(self, asked: Asked) -> Answered:
        value = _filter(asked, "subject")
        known = [t for t in self.tickets.values() if t["created"] + INDEXED <= self.now()]
        found = [_shown(t) for t in known if t["properties"]["subject"] == value]
        return 200, {"total": len(found), "results": found}

    def contacts(self, asked: Asked) -> Answered:
        known = _filter(asked, "email") == "ada@acme.example"
        return 200, {"results": [{"id": ADA, "properties": {}}] if known else []}

    def create(self, asked: Asked) -> Answered:
        wanted, to = asked.body["properties"], asked.body["associations"]
        right = (
            not wanted.keys() - PROPERTIES,
            is_text(wanted.get("subject"), 65_000),
            wanted["hs_pipeline_stage"] in {"1", "2", "3", "4"},
            wanted.get("hs_ticket_priority", "LOW") in {"LOW", "MEDIUM", "HIGH", "URGENT"},
            wanted["source_type"] in {"CHAT", "EMAIL", "FORM", "PHONE"},
            all(KINDS[one["types"][0]["associationTypeId"]] == one["to"]["id"] for one in to),
            "requester" not in self.bans or not any(one["to"]["id"] == ADA for one in to),
        )
        if not all(right):
            raise Wrong(400, {"status": "error", "message": f"Property values: {right}"})
        name = str(1001 + len(self.tickets))
        to_whom = [one["to"]["id"] for one in to]
        told = {"id": name, "properties": wanted, "created": self.now(), "to": to_whom, "said": []}
        self.tickets[name] = told
        return 201, _shown(told)

    def note(self, asked: Asked) -> Answered:
        (about,) = asked.body["associations"]
        if "hs_timestamp" not in asked.body["properties"]:
            raise Wrong(400, {"message": "hs_timestamp is required"})
        said = self.tickets[about["to"]["id"]]["said"]
        said.append(asked.body["properties"]["hs_note_body"])
        return 201, {"id": "1"}

    def seen(self, ticket: Json) -> Seen:
        told = ticket["properties"]
        return Seen(
            told["subject"],
            told["content"],
            "ada@acme.example" if ADA in ticket["to"] else None,
            self.customer if self.customer in ticket["to"] else None,
            told.get("hs_ticket_priority", "").lower() or None,
        )

    def notes(self, ticket: Json) -> list[str]:
        return list(ticket["said"])

    def webhook(self, ticket: Json) -> Any:
        event = {
            "eventId": 3816279340,
            "occurredAt": int(self.now().timestamp() * 1000),
            "subscriptionType": "ticket.creation",
            "objectId": int(ticket["id"]),
            "sourceId": "33",
        }
        return [event]


def _shown(ticket: Json) -> Json:
    return {"id": ticket["id"], "properties": ticket["properties"]}


def _filter(asked: Asked, name: str) -> str:
    (group,) = asked.body["filterGroups"]
    (one,) = group["filters"]
    if one["propertyName"] != name or one["operator"] != "EQ" or asked.body["limit"] > 200:
        raise Wrong(400, {"message": "There was a problem with the request."})
    return str(one["value"])
