"""A Freshdesk, as developers.freshdesk.com has it: "Tickets", "Agents"; its automation rules."""

import base64
from typing import Any

from tests.service.desks.standin import Answered, Asked, Json, Seen, StandIn, Wrong, is_text

KEY = "freshdesk-key"
LISTED = {"include", "per_page", "page", "updated_since", "order_by", "order_type"}
MEMBERS: dict[str, Any] = {
    "subject": lambda v: is_text(v, 255),
    "description": lambda v: is_text(v, 65_000),
    "status": lambda v: v in {2, 3, 4, 5},
    "priority": lambda v: v in {1, 2, 3, 4} and not isinstance(v, bool),
    "source": lambda v: v in {1, 2, 3, 7, 9, 10},
    "tags": lambda v: isinstance(v, list) and all(is_text(tag, 32) for tag in v),
    "email": lambda v: is_text(v, 254) and "@" in v,
    "phone": lambda v: is_text(v, 30),
    "name": lambda v: is_text(v, 255),
    "requester_id": lambda v: type(v) is int,
    "company_id": lambda v: type(v) is int,
    "type": lambda v: v in {"Question", "Incident"},
}


class Freshdesk(StandIn):
    source, customer, number = "freshdesk", "77", "101"

    def __post_init__(self) -> None:
        super().__post_init__()
        proof = base64.b64encode(f"{KEY}:X".encode()).decode()
        self.headers = {"authorization": f"Basic {proof}"}

    @property
    def settings(self) -> dict[str, str]:
        return {
            "FRESHDESK_URL": self.url,
            "FRESHDESK_API_KEY": KEY,
            "FRESHDESK_ACTOR": "bot@support.example",
            "FRESHDESK_NEW_TICKET": '{"type": "Incident", "tags": ["by-phone"]}',
        }

    def routes(self) -> list[tuple[str, str, Any]]:
        one = r"/api/v2/tickets/(\d+)"
        return [
            ("GET", "/api/v2/agents/me", lambda _: (200, {"id": 900, "type": "support_agent"})),
            ("GET", "/api/v2/tickets", self.listed),
            ("POST", "/api/v2/tickets", self.create),
            ("GET", one, lambda _, name: (200, self.tickets[name])),
            ("PUT", one, self.change),
            ("GET", f"{one}/conversations", lambda _, name: (200, self.tickets[name]["said"])),
            ("POST", f"{one}/notes", self.note),
        ]

    def listed(self, asked: Asked) -> Answered:
        if asked.query.keys() - LISTED or not 0 < int(asked.query["per_page"]) <= 100:
            raise Wrong(400, {"description": "Validation failed"})
        since = asked.query.get("updated_since", "")
        found = [t for t in self.tickets.values() if t["updated_at"] >= since]
        start = (int(asked.query["page"]) - 1) * int(asked.query["per_page"])
        newest = found[::-1][start : start + int(asked.query["per_page"])]
        kept = {"description"} if asked.query.get("include") != "description" else set()
        return 200, [{k: v for k, v in t.items() if k not in kept | {"said"}} for t in newest]

    def create(self, asked: Asked) -> Answered:
        wanted: Json = asked.body
        wrong = [n for n, v in wanted.items() if n not in MEMBERS or not MEMBERS[n](v)]
        who = wanted.keys() & {"email", "phone", "requester_id"}
        if not who or ("phone" in who and "email" not in who and "name" not in wanted):
            wrong.append("requester_id")
        if "requester" in self.bans and "requester_id" not in who:
            wrong.append("email")
        if "organization" in self.bans and "company_id" in wanted:
            wrong.append("company_id")
        wrong += [name for name in ("subject", "description", "type") if name not in wanted]
        if wrong:
            errors = [{"field": name, "code": "invalid_value"} for name in wrong]
            raise Wrong(400, {"description": "Validation failed", "errors": errors})
        number, at = 101 + len(self.tickets), self.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        ticket = {"priority": 1, **wanted, "id": number, "updated_at": at, "said": []}
        self.tickets[str(number)] = ticket
        return 201, {k: v for k, v in ticket.items() if k != "said"}

    def change(self, asked: Asked, name: str) -> Answered:
        if asked.body.keys() - {"tags", "status", "priority"}:
            raise Wrong(400, {"description": "Validation failed"})
        self.tickets[name].update(asked.body)
        return 200, self.tickets[name]

    def note(self, asked: Asked, name: str) -> Answered:
        if asked.body.keys() != {"body", "private"}:
            raise Wrong(400, {"description": "Validation failed"})
        self.tickets[name]["said"].append({"id": 1, **asked.body})
        return 201, asked.body

    def seen(self, ticket: Json) -> Seen:
        words = {1: "low", 2: "medium", 3: "high", 4: "urgent"}
        return Seen(
            ticket["subject"],
            ticket["description"],
            ticket.get("email") or ticket.get("phone"),
            str(ticket["company_id"]) if "company_id" in ticket else None,
            words[ticket["priority"]],
            frozenset(ticket["tags"]) - {"by-phone"},
        )

    def notes(self, ticket: Json) -> list[str]:
        return [said["body"] for said in ticket["said"]]

    def webhook(self, ticket: Json) -> Json:
        """By the rule of our page; what a placeholder stands for is escaped there."""
        told = {
            "triggered_event": "{ticket_action:created}",
            "ticket_id": str(ticket["id"]),
            "ticket_subject": ticket["subject"].replace("&", "&amp;"),
            "ticket_description": f"<div>{ticket['description']}</div>",
            "ticket_status": "Open",
            "ticket_priority": self.seen(ticket).priority.title(),  # type: ignore[union-attr]
            "ticket_tags": ", ".join(ticket["tags"]),
            "requester_email": ticket.get("email", ""),
            "event_performer_email": "bot@support.example",
        }
        return {"freshdesk_webhook": told}
