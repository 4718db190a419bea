"""A Zendesk: tickets that change, webhooks that tell of it, an API that changes them too.

What is written through its API comes home as a webhook, as it does with the real one. Shapes as
developer.zendesk.com gives them under "Ticket events" and "Tickets".
"""

import asyncio
import base64
import hmac
import json
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

import httpx
from litestar import Litestar, Request, Response, get, post, put
from litestar.params import FromPath

from notifiers.simulator.server import Served
from tests.stories.house import PATIENCE, wait_until

EMAIL, API_TOKEN = "bot@support.example", "zendesk-api-token"
SECRET = "zendesk-webhook-secret"
US = "900"
"""The id of the user our API token belongs to."""
AnyRequest = Request[Any, Any, Any]


@dataclass
class Ticket:
    id: str
    subject: str
    updated_at: datetime
    created_at: datetime
    status: str = "new"
    priority: str | None = None
    organization: str | None = None
    tags: list[str] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)
    description: str = "It does not work."
    external_id: str | None = None
    requester: dict[str, Any] | None = None

    def detail(self, actor: str) -> dict[str, Any]:
        return {
            "id": self.id,
            "actor_id": actor,
            "status": self.status.upper(),
            "priority": self.priority and self.priority.upper(),
            "subject": self.subject,
            "description": self.description,
            "external_id": self.external_id or "",
            "organization_id": self.organization or "",
            "requester_id": "8447388090494",
            "tags": self.tags,
            "via": {"channel": "web_form"},
            "created_at": stamp(self.created_at),
            "updated_at": stamp(self.updated_at),
        }


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


class Zendesk:
    """`now` is service time. `post` is where webhooks go; echoes are posted from a thread."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.tickets: dict[str, Ticket] = {}
        self.refusals: list[int] = []
        """Statuses that the next requests to the API are answered with."""
        self.answers = True
        """False: what is asked is done, and nobody is told."""
        self.target = ""
        self.tells = US
        """Who is named in the webhook of a ticket that was created; empty: none is posted."""
        self.refuses_requesters = False
        self.created: dict[str, dict[str, Any]] = {}
        self.made: dict[str, str] = {}
        self.echoes: list[httpx.Response] = []
        self._echoing: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._http = httpx.Client(verify=False, trust_env=False, timeout=60)  # noqa: S501 - loopback
        self._served = Served(Litestar([*self._handlers()], openapi_config=None))
        self.url = self._served.url

    def __enter__(self) -> Self:
        self._served.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._served.__exit__(None, None, None)
        self._http.close()

    def open(self, name: str, **members: Any) -> Ticket:
        now = self._now()
        ticket = Ticket(name, members.pop("subject", "Login fails for everyone"), now, now)
        self.tickets[name] = ticket
        self.change(ticket, members)
        return ticket

    def change(self, ticket: Ticket, members: dict[str, Any]) -> None:
        for member, value in members.items():
            assert hasattr(ticket, member), member
            setattr(ticket, member, value)
        ticket.updated_at = self._now()

    def comment(self, ticket: Ticket, body: str, author: str, *, public: bool) -> dict[str, Any]:
        comment = {
            "id": str(len(ticket.comments) + 1000),
            "body": body,
            "is_public": public,
            "author": {"id": author, "is_staff": author != "customer", "name": author},
        }
        ticket.comments.append(comment)
        ticket.updated_at = self._now()
        return comment

    def event(
        self, ticket: Ticket, change: str, event: dict[str, Any], actor: str = "801"
    ) -> dict[str, Any]:
        """The body of an event webhook about the ticket as it is now."""
        return {
            "type": f"zen:event-type:ticket.{change}",
            "account_id": 22129848,
            "id": str(uuid.uuid4()),
            "time": self._now().isoformat().replace("+00:00", "Z"),
            "zendesk_event_version": "2022-11-06",
            "subject": f"zen:ticket:{ticket.id}",
            "detail": ticket.detail(actor),
            "event": {"meta": {"sequence": {"id": "CE4A", "position": 1}}, **event},
        }

    def post(self, body: dict[str, Any] | bytes, **signing: Any) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = signed(content, **{"at": self._now(), **signing})
        return self._http.post(self.target, content=content, headers=headers)

    def _handlers(self) -> list[Any]:
        @get("/api/v2/tickets/{name:str}/comments.json")
        async def comments(name: FromPath[str], request: AnyRequest) -> Response[Any]:
            return self._answer(request, lambda: {"comments": self.tickets[name].comments[::-1]})

        @get("/api/v2/tickets/{name:str}")
        async def read(name: FromPath[str], request: AnyRequest) -> Response[Any]:
            ticket = self.tickets[name.removesuffix(".json")]
            return self._answer(request, lambda: {"ticket": shown(ticket)})

        @put("/api/v2/tickets/{name:str}")
        async def write(name: FromPath[str], request: AnyRequest) -> Response[Any]:
            wanted = (await request.json())["ticket"]
            ticket = self.tickets[name.removesuffix(".json")]
            done = self._answer(request, lambda: self._write(ticket, wanted))
            while not self.answers:  # noqa: ASYNC110 - another thread sets it
                await asyncio.sleep(0.01)
            return done

        @get("/api/v2/tickets.json")
        async def listed(request: AnyRequest) -> Response[Any]:
            wanted = request.query_params["external_id"]
            found = [t for t in self.tickets.values() if t.external_id == wanted]
            return self._answer(request, lambda: {"tickets": [shown(t) for t in found]})

        @post("/api/v2/tickets.json")
        async def create(request: AnyRequest) -> Response[Any]:
            wanted, key = (await request.json())["ticket"], request.headers["idempotency-key"]
            if self.refuses_requesters and "requester" in wanted:
                return Response({"error": "RecordInvalid"}, status_code=422)
            done = self._answer(request, lambda: self.create(wanted, key), 201)
            while not self.answers:  # noqa: ASYNC110 - another thread sets it
                await asyncio.sleep(0.01)
            return done

        return [comments, read, write, listed, create]

    def create(self, wanted: dict[str, Any], key: str) -> dict[str, Any]:
        """A repetition within two hours is answered with the ticket that is there."""
        self.created.setdefault(key, wanted)
        if self.created[key] is not wanted:
            return {"ticket": shown(self.tickets[self.made[key]])}
        name = self.made[key] = str(35436 + len(self.tickets))
        ticket = self.open(name, subject=wanted["subject"])
        ticket.description = wanted["comment"]["body"]
        ticket.tags, ticket.priority = wanted["tags"], wanted.get("priority")
        ticket.external_id, ticket.requester = wanted["external_id"], wanted.get("requester")
        if self.tells:
            self._tell([self.event(ticket, "created", {}, self.tells)])
        return {"ticket": shown(ticket)}

    def _tell(self, events: list[dict[str, Any]]) -> None:
        echo = threading.Thread(target=self._echo, args=(events,))
        self._echoing.append(echo)
        echo.start()

    def _answer(
        self, request: AnyRequest, work: Callable[[], Any], good: int = 200
    ) -> Response[Any]:
        login = base64.b64encode(f"{EMAIL}/token:{API_TOKEN}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {login}":
            return Response({"error": "Couldn't authenticate you"}, status_code=401)
        if self.refusals:
            return Response({"error": "later"}, status_code=self.refusals.pop(0))
        with self._lock:
            body = work()
        return Response(body, status_code=409 if "error" in body else good)

    def _write(self, ticket: Ticket, wanted: dict[str, Any]) -> dict[str, Any]:
        if wanted.get("safe_update") and wanted["updated_stamp"] != stamp(ticket.updated_at):
            return {"error": "UpdateConflict"}
        events: list[dict[str, Any]] = []
        if "status" in wanted and wanted["status"] != ticket.status:
            before = ticket.status
            self.change(ticket, {"status": wanted["status"]})
            event = {"current": ticket.status.upper(), "previous": before.upper()}
            events.append(self.event(ticket, "status_changed", event, US))
        new = [tag for tag in wanted.get("additional_tags", []) if tag not in ticket.tags]
        if new:
            self.change(ticket, {"tags": [*ticket.tags, *new]})
            moved = {"tags_added": new, "tags_removed": []}
            events.append(self.event(ticket, "tags_changed", moved, US))
        if "comment" in wanted:
            said = wanted["comment"]
            comment = self.comment(ticket, said["body"], US, public=said["public"])
            events.append(self.event(ticket, "comment_added", {"comment": comment}, US))
        self._tell(events)
        return {"ticket": shown(ticket)}

    def echoes_came(self, count: int) -> None:
        """Wait until so many of our own changes have come home."""
        wait_until(lambda: len(self.echoes) >= count, lambda: f"{len(self.echoes)} echoes came")

    def settle(self) -> None:
        """Wait until everything has been told."""
        while self._echoing:
            self._echoing.pop().join(PATIENCE)

    def _echo(self, events: list[dict[str, Any]]) -> None:
        for event in events:
            try:
                self.echoes.append(self.post(event))
            except httpx.HTTPError:
                return  # the service has been stopped, or was killed by a test


def shown(ticket: Ticket) -> dict[str, Any]:
    return {
        "id": ticket.id,
        "status": ticket.status,
        "priority": ticket.priority,
        "updated_at": stamp(ticket.updated_at),
        "description": ticket.description,
    }


def signed(content: bytes, at: datetime, secret: str = SECRET) -> dict[str, str]:
    """The headers Zendesk proves itself with."""
    when = stamp(at)
    proof = hmac.digest(secret.encode(), when.encode() + content, "sha256")
    return {
        "content-type": "application/json",
        "x-zendesk-webhook-signature": base64.b64encode(proof).decode(),
        "x-zendesk-webhook-signature-timestamp": when,
        "x-zendesk-webhook-invocation-id": uuid.uuid4().hex,
    }
