"""What the stand-ins share: HTTP, proof of who asks, refusals, and answers that get lost."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from urllib.parse import parse_qsl

from litestar import Litestar, Request, Response, route

from notifiers.simulator.server import Served

Json = dict[str, Any]
Answered = tuple[int, Any]


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    """As it was sent, without its query."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Seen:
    """What people see of a ticket, in the words of the test."""

    subject: str
    text: str
    requester: str | None = None
    organization: str | None = None
    priority: str | None = None
    tags: frozenset[str] = frozenset()


class Wrong(Exception):
    """What the system refuses, as it does."""

    def __init__(self, status: int, body: object) -> None:
        super().__init__(f"{status} {body}")
        self.answer = (status, body)


Handler = Callable[..., Answered]


@dataclass
class StandIn:
    """`now` is service time. Of the `routes`, the one to `create` can be troubled."""

    now: Callable[[], datetime]
    tickets: dict[str, Json] = field(default_factory=dict)
    refusals: list[int] = field(default_factory=list)
    """Statuses that the next requests to create something are answered with."""
    loses: int = 0
    """How many tickets are created without anybody being told."""
    bans: set[str] = field(default_factory=set)
    """What of a new ticket is refused: `requester`, `organization`, `priority`."""
    wrongs: list[str] = field(default_factory=list)
    """What was refused, and why."""
    source = ""
    customer = ""
    """The organisation's id there."""
    number = ""
    """What people call the first ticket."""
    tells = frozenset({"requester", "organization", "tags", "url"})
    """What of a ticket the system has a place for."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Without these nobody is believed."""
    open: frozenset[str] = frozenset()
    """The paths where proof is asked for otherwise."""

    def __post_init__(self) -> None:
        @route("/{path:path}", http_method=["GET", "POST", "PUT", "PATCH", "DELETE"])
        async def serve(request: Request[Any, Any, Any]) -> Response[Any]:
            raw = await request.body()
            asked = Asked(
                request.method,
                request.scope["raw_path"].decode(),
                dict(parse_qsl(request.scope["query_string"].decode(), keep_blank_values=True)),
                dict(request.headers),
                _read(raw, request.headers.get("content-type", "")),
            )
            status, body = self.answer(asked)
            return Response(json.dumps(body), status_code=status, media_type="application/json")

        self._served = Served(Litestar([serve], openapi_config=None))
        self.url = self._served.url

    def __enter__(self) -> Self:
        self._served.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._served.__exit__(None, None, None)

    @property
    def settings(self) -> dict[str, str]:
        raise NotImplementedError

    def routes(self) -> list[tuple[str, str, Handler]]:
        raise NotImplementedError

    def seen(self, ticket: Json) -> Seen:
        raise NotImplementedError

    def name(self, ticket: Json) -> str:
        """The ticket's id, as its webhooks tell it."""
        return str(ticket["id"])

    def notes(self, ticket: Json) -> list[str]:
        raise NotImplementedError

    def webhook(self, ticket: Json) -> Json:
        """What it tells of a ticket that we have just created."""
        raise NotImplementedError

    def answer(self, asked: Asked) -> Answered:
        proved = all(asked.headers.get(name) == value for name, value in self.headers.items())
        if not proved and asked.path not in self.open:
            return 401, {"message": "You have to be authenticated to perform this action."}
        for method, pattern, handler in self.routes():
            found = re.fullmatch(pattern, asked.path)
            if found and method == asked.method:
                return self._handled(handler, asked, found.groups())
        self.wrongs.append(f"{asked.method} {asked.path} is no path of {self.source}")
        return 404, {}

    def _handled(self, handler: Handler, asked: Asked, parts: tuple[str, ...]) -> Answered:
        creates = handler.__name__ == "create"
        if creates and self.refusals:
            return self.refusals.pop(0), {"message": "Not now, or not you."}
        try:
            answer = handler(asked, *parts)
        except Wrong as wrong:
            self.wrongs.append(str(wrong))
            return wrong.answer
        if creates and self.loses:
            self.loses -= 1
            return 504, {"message": "Gateway Time-out"}
        return answer


def _read(raw: bytes, content_type: str) -> Any:
    if not raw:
        return None
    if content_type.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(raw.decode()))
    return json.loads(raw)


def is_text(value: object, most: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= most


def words(value: object) -> list[str]:
    """A list of texts. Raises TypeError."""
    if not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
        raise TypeError(value)
    return value
