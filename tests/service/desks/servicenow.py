"""A ServiceNow, as its Table API has it, with the shipped matrix of impact and urgency."""

import base64
from typing import Any

from tests.service.desks.standin import Answered, Asked, Json, Seen, StandIn, Wrong, is_text

USER, PASSWORD = "heliograph", "servicenow-password"
COMPANY, CALLER = "31bea3d53790200044e0bfc8bcbe5dec", "5137153cc611227c000bbd1bd8cd2005"
MATRIX = {
    ("1", "1"): "1", ("1", "2"): "2", ("1", "3"): "3", ("2", "1"): "2", ("2", "2"): "3",
    ("2", "3"): "4", ("3", "1"): "3", ("3", "2"): "4", ("3", "3"): "5",
}  # fmt: skip
COLUMNS = {
    "short_description", "description", "correlation_id", "correlation_display", "contact_type",
    "impact", "urgency", "caller_id", "company", "assignment_group",
}  # fmt: skip


class ServiceNow(StandIn):
    source, customer, number = "servicenow", COMPANY, "INC0010001"

    def __post_init__(self) -> None:
        super().__post_init__()
        proof = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        self.headers = {"authorization": f"Basic {proof}"}

    @property
    def settings(self) -> dict[str, str]:
        return {
            "SERVICENOW_URL": self.url,
            "SERVICENOW_USERNAME": USER,
            "SERVICENOW_PASSWORD": PASSWORD,
            "SERVICENOW_NEW_TICKET": '{"assignment_group": "d625dccec0a8016700a222a0f7900d06"}',
        }

    def routes(self) -> list[tuple[str, str, Any]]:
        return [
            ("GET", "/api/now/table/incident", self.query),
            ("POST", "/api/now/table/incident", self.create),
            ("PATCH", r"/api/now/table/incident/([0-9a-f]{32})", self.change),
            ("GET", "/api/now/table/sys_user", self.users),
        ]

    def query(self, asked: Asked) -> Answered:
        asked_for = filter(None, asked.query.get("sysparm_query", "").split("^"))
        terms = dict(term.split("=", 1) for term in asked_for)
        rows = [t for t in self.tickets.values() if all(t.get(k) == v for k, v in terms.items())]
        names = asked.query["sysparm_fields"].split(",")
        plain = asked.query.get("sysparm_display_value") != "all"
        shown = [
            {n: row.get(n, "") if plain else {"value": row.get(n, "")} for n in names}
            for row in rows
        ]
        return 200, {"result": shown}

    def users(self, asked: Asked) -> Answered:
        known = "email=ada@acme.example^active=true"
        found = asked.query["sysparm_query"] == known and "requester" not in self.bans
        return 200, {"result": [{"sys_id": CALLER}] if found else []}

    def create(self, asked: Asked) -> Answered:
        row: Json = asked.body
        wrong = [name for name, value in row.items() if not isinstance(value, str)]
        wrong += [name for name in row if name not in COLUMNS]
        if wrong or not is_text(row.get("short_description"), 160) or "priority" in row:
            raise Wrong(400, {"error": {"message": f"Invalid columns: {wrong}"}})
        if "assignment_group" not in row:
            raise Wrong(403, {"error": {"message": "Operation Failed: Data Policy Exception"}})
        number = len(self.tickets) + 1
        judged = MATRIX[row.get("impact", "3"), row.get("urgency", "3")]
        ticket = {
            **row,
            "number": f"INC{10000 + number:07}",
            "sys_id": f"{number:032x}",
            "priority": judged,
            "state": "1",
            "notes": [],
        }
        self.tickets[ticket["number"]] = ticket
        return 201, {"result": {**ticket, "company": {"value": row.get("company", "")}}}

    def change(self, asked: Asked, name: str) -> Answered:
        ticket = next(t for t in self.tickets.values() if t["sys_id"] == name)
        if asked.body.keys() - {"work_notes", "comments", "state", "hold_reason"}:
            raise Wrong(400, {"error": {"message": "Invalid columns"}})
        ticket["notes"].append(asked.body.get("work_notes", ""))
        return 200, {"result": ticket}

    def name(self, ticket: Json) -> str:
        return str(ticket["number"])

    def seen(self, ticket: Json) -> Seen:
        return Seen(
            ticket["short_description"],
            ticket["description"],
            "ada@acme.example" if ticket.get("caller_id") == CALLER else None,
            ticket.get("company"),
            {"1": "urgent"}.get(ticket["priority"], ticket["priority"]),
            frozenset(ticket["correlation_display"].split()),
        )

    def notes(self, ticket: Json) -> list[str]:
        return list(ticket["notes"])

    def webhook(self, ticket: Json) -> Json:
        """By the business rule of our page."""
        names = ("number", "sys_id", "short_description", "description", "priority", "state")
        told = {name: ticket[name] for name in (*names, "correlation_id")}
        return {"event": "insert", **told, "sys_updated_by": USER, "sys_mod_count": "0"}
