"""A Zammad, as docs.zammad.org has it: "Tickets", "Articles", "Ticket Priorities"."""

from datetime import timedelta
from typing import Any

from tests.service.desks.standin import Answered, Asked, Json, Seen, StandIn, Wrong, is_text

TOKEN = "zammad-token"
INDEXED = timedelta(seconds=40)
"""How far the search is behind."""
PRIORITIES = [
    {"id": n, "name": name, "active": n != 5}  # an admin has switched it off
    for n, name in enumerate(("1 low", "2 normal", "3 high", "4 urgent", "0 critical"), 1)
]
MEMBERS = {"title", "group", "customer_id", "organization_id", "priority", "tags", "article"}
ARTICLE = {"subject", "body", "content_type", "type", "sender", "internal"}
ME = 900


class Zammad(StandIn):
    source, customer, number = "zammad", "3", "22001"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.headers = {"authorization": f"Token token={TOKEN}"}
        self.priorities = PRIORITIES

    @property
    def settings(self) -> dict[str, str]:
        return {
            "ZAMMAD_URL": self.url,
            "ZAMMAD_API_TOKEN": TOKEN,
            "ZAMMAD_LOGIN": "bot@support.example",
            "ZAMMAD_NEW_TICKET": '{"group": "Service Desk"}',
        }

    def routes(self) -> list[tuple[str, str, Any]]:
        articles = r"/api/v1/ticket_articles/by_ticket/(\d+)"
        me = {"id": ME, "login": "bot@support.example", "group_ids": {"1": ["read", "create"]}}
        return [
            ("GET", "/api/v1/users/me", lambda _: (200, me)),
            ("GET", "/api/v1/ticket_priorities", lambda _: (200, self.priorities)),
            ("GET", "/api/v1/tickets/search", self.search),
            ("POST", "/api/v1/tickets", self.create),
            ("GET", r"/api/v1/tickets/(\d+)", lambda _, n: (200, self._shown(self.tickets[n]))),
            ("GET", articles, lambda _, name: (200, self.tickets[name]["articles"])),
            ("POST", "/api/v1/tags/add", lambda _: (201, True)),
            ("POST", "/api/v1/ticket_articles", self.note),
        ]

    def search(self, asked: Asked) -> Answered:
        if asked.query.get("expand") != "true" or int(asked.query["limit"]) > 200:
            raise Wrong(422, {"error": "limit"})
        known = [t for t in self.tickets.values() if t["created"] + INDEXED <= self.now()]
        found = [t for t in known if asked.query["query"] in t["title"]]
        return 200, [self._shown(t) for t in found[::-1]]

    def _shown(self, ticket: Json) -> Json:
        return {k: v for k, v in ticket.items() if k not in {"created", "articles"}}

    def create(self, asked: Asked) -> Answered:
        wanted: Json = asked.body
        article = wanted.get("article", {})
        right = (
            asked.query == {"expand": "true"},
            not wanted.keys() - MEMBERS,
            not article.keys() - ARTICLE,
            is_text(wanted.get("title"), 250),
            wanted.get("group") == "Service Desk",
            is_text(article.get("body"), 60_000),
            article.get("type") in {"note", "phone"},
            article.get("sender") in {"Agent", "Customer"},
            isinstance(wanted.get("tags"), str),
            wanted.get("priority", "2 normal") in {one["name"] for one in self.priorities},
            type(wanted.get("organization_id", 3)) is int,
        )
        if not all(right):
            raise Wrong(422, {"error": f"Of {wanted} something is wrong: {right}"})
        number = len(self.tickets) + 1
        ticket = {
            "id": number,
            "number": str(22000 + number),
            "priority": "2 normal",
            "state": "new",
            **wanted,
            "customer": self._customer(wanted["customer_id"]),
            "articles": [{"id": 1, **article}],
            "created": self.now(),
        }
        self.tickets[str(number)] = ticket
        return 201, self._shown(ticket)

    def _customer(self, wanted: object) -> str | None:
        if wanted == ME:
            return None
        guess, _, email = str(wanted).partition(":")
        if guess != "guess" or "@" not in email or "requester" in self.bans:
            raise Wrong(422, {"error": f"Invalid email '{email}' of customer"})
        return email

    def note(self, asked: Asked) -> Answered:
        if asked.body["type"] != "note" or type(asked.body["ticket_id"]) is not int:
            raise Wrong(422, {"error": "article"})
        self.tickets[str(asked.body["ticket_id"])]["articles"].append(asked.body)
        return 201, {"id": 7}

    def seen(self, ticket: Json) -> Seen:
        return Seen(
            ticket["title"],
            ticket["articles"][0]["body"],
            ticket["customer"],
            str(ticket["organization_id"]) if "organization_id" in ticket else None,
            ticket["priority"].partition(" ")[2],
            frozenset(ticket["tags"].split(",")),
        )

    def notes(self, ticket: Json) -> list[str]:
        return [article["body"] for article in ticket["articles"][1:]]

    def webhook(self, ticket: Json) -> Json:
        told = {
            **{k: v for k, v in self._shown(ticket).items() if k not in {"customer", "tags"}},
            "article_count": 1,
            "create_article_type": "phone",
            "priority": {"name": ticket["priority"]},
            "updated_by": {"login": "bot@support.example"},
            "customer": {"email": ticket["customer"]},
            "updated_at": self.now().isoformat(),
        }
        article = {"id": 1, "sender": "Customer", "body": ticket["articles"][0]["body"]}
        return {"ticket": told, "article": article}
