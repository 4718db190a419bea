"""A Zoho Desk, as desk.zoho.com/DeskAPIDocument has it, with its accounts server beside it."""

from typing import Any

from tests.service.desks.standin import Answered, Asked, Json, Seen, StandIn, Wrong, is_text

ORG, DEPARTMENT, BOT = "60022843030", "231057000000006907", "231057000000001111"
GRANT = {
    "client_id": "1000.X",
    "client_secret": "zoho-secret",
    "refresh_token": "zoho-refresh",
    "grant_type": "refresh_token",
}
MEMBERS = {"subject", "departmentId", "description", "channel", "contact", "priority", "category"}
CONTACT = {"lastName", "email", "phone"}


class ZohoDesk(StandIn):
    source, customer, number = "zoho-desk", "231057000000042001", "101"
    tells = frozenset({"requester", "tags", "url"})

    def __post_init__(self) -> None:
        super().__post_init__()
        self.headers = {"authorization": "Zoho-oauthtoken t0ken", "orgid": ORG}
        self.open = frozenset({"/oauth/v2/token"})

    @property
    def settings(self) -> dict[str, str]:
        return {
            "ZOHO_DESK_URL": self.url,
            "ZOHO_DESK_ORG_ID": ORG,
            "ZOHO_DESK_CLIENT_ID": GRANT["client_id"],
            "ZOHO_DESK_CLIENT_SECRET": GRANT["client_secret"],
            "ZOHO_DESK_REFRESH_TOKEN": GRANT["refresh_token"],
            "ZOHO_DESK_ACTOR_ID": BOT,
            "ZOHO_DESK_NEW_TICKET": f'{{"departmentId": "{DEPARTMENT}"}}',
        }

    def routes(self) -> list[tuple[str, str, Any]]:
        one = r"/api/v1/tickets/(\d+)"
        token = {"access_token": "t0ken", "expires_in": 3600}
        return [
            ("POST", "/oauth/v2/token", lambda a: (200, token) if a.body == GRANT else (400, {})),
            ("GET", "/api/v1/tickets", self.listed),
            ("POST", "/api/v1/tickets", self.create),
            ("GET", one, lambda _, name: (200, _shown(self.tickets[name]))),
            ("POST", f"{one}/associateTag", self.tag),
            ("GET", f"{one}/comments", lambda *_: (200, {"data": []})),
            ("POST", f"{one}/comments", self.comment),
        ]

    def listed(self, asked: Asked) -> Answered:
        if int(asked.query["limit"]) > 100:
            raise Wrong(422, {"errorCode": "UNPROCESSABLE_ENTITY"})
        kept = {"description", "said", "tags", "contact"}
        rows = [{k: v for k, v in t.items() if k not in kept} for t in self.tickets.values()]
        return 200, {"data": rows[::-1]}

    def create(self, asked: Asked) -> Answered:
        wanted: Json = asked.body
        contact = wanted.get("contact", {})
        right = (
            not wanted.keys() - MEMBERS,
            not contact.keys() - CONTACT,
            "lastName" in contact,
            is_text(wanted.get("subject"), 255),
            wanted.get("departmentId") == DEPARTMENT,
            wanted.get("priority", "High") in {"High", "Medium", "Low"},
            "requester" not in self.bans or "email" not in contact,
        )
        if not all(right):
            raise Wrong(422, {"errorCode": "UNPROCESSABLE_ENTITY", "message": str(right)})
        count = len(self.tickets)
        ticket = {
            "priority": None,
            **wanted,
            "id": str(231057000000341092 + count),
            "ticketNumber": str(101 + count),
            "webUrl": f"{self.url}/support/x/ShowHomePage.do#Cases/dv/{count}",
            "createdTime": self.now().strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "modifiedTime": self.now().strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "status": "Open",
            "statusType": "Open",
            "tags": [],
            "said": [],
        }
        self.tickets[ticket["id"]] = ticket
        return 200, _shown(ticket)

    def tag(self, asked: Asked, name: str) -> Answered:
        self.tickets[name]["tags"] += [one["name"] for one in asked.body["tags"]]
        return 200, {}

    def comment(self, asked: Asked, name: str) -> Answered:
        self.tickets[name]["said"].append(asked.body["content"])
        return 200, {"id": "1"}

    def seen(self, ticket: Json) -> Seen:
        return Seen(
            ticket["subject"],
            ticket["description"],
            ticket["contact"].get("email"),
            None,
            {"High": "urgent"}.get(ticket["priority"], ticket["priority"]),
            frozenset(ticket["tags"]),
        )

    def notes(self, ticket: Json) -> list[str]:
        return list(ticket["said"])

    def webhook(self, ticket: Json) -> Any:
        stamp = str(int(self.now().timestamp() * 1000))
        told = {**_shown(ticket), "modifiedBy": BOT}
        return [{"eventType": "Ticket_Add", "orgId": ORG, "eventTime": stamp, "payload": told}]


def _shown(ticket: Json) -> Json:
    return {k: v for k, v in ticket.items() if k not in {"said", "tags"}}
