"""Chats and a webhook's receiver: small HTTP servers that take what the products take.

Mattermost: developers.mattermost.com/integrate/webhooks/incoming; Slack: docs.slack.dev (incoming
webhooks, Block Kit); Rocket.Chat: docs.rocket.chat/docs/integrations; standardwebhooks.com.
"""

import asyncio
import base64
import hmac
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from notifiers.notifier import Fault

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
STATUSES = [
    (301, Fault.CONFIGURATION),
    (401, Fault.CONFIGURATION),
    (403, Fault.CONFIGURATION),
    (404, Fault.CONFIGURATION),
    (400, Fault.OURS),
    (422, Fault.OURS),
    (429, Fault.THROTTLED),
]
"""What a status is a refusal of, where the answer's own words say nothing else."""
Body = dict[str, Any]


class Nobody(Exception):
    """The product knows no such channel or person."""


class Bad(Exception):
    """The product cannot read the post; why."""


def need(fits: object, why: str) -> None:
    if not fits:
        raise Bad(why)


@dataclass
class Posted:
    """What was taken."""

    body: Body
    headers: dict[str, str]
    raw: bytes

    @property
    def name(self) -> str:
        return self.headers.get("webhook-id") or self.headers["idempotency-key"]


@dataclass
class Product:
    """`answer` overrides what it says; `silent` never answers; `keeps` whether it takes at all."""

    kind: str
    now: Callable[[], datetime] | None = None
    posts: list[Posted] = field(default_factory=list)
    asked: int = 0
    told: list[Body] = field(default_factory=list)
    """What clicks were answered with through their `response_url`."""
    answer: tuple[int, bytes, dict[str, str]] | None = None
    silent: bool = False
    keeps: bool = True
    port: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def path(self) -> str:
        return {"slack": "/services/T0/B0/x", "webhook": "/in"}.get(self.kind, "/hooks/secret-key")

    @property
    def response_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/actions/T0/1/x"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.path}"

    async def take(self, request: web.Request) -> web.Response:
        raw = await request.read()
        self.asked += 1
        if request.path.startswith("/actions/"):
            self.told.append(json.loads(raw))
            return web.Response(text="ok")
        if self.answer is not None:
            status, body, headers = self.answer
            return web.Response(status=status, body=body, headers=headers)
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = self._judged(request, raw, headers)
        if self.silent:
            await self.over.wait()
        return answer

    def _judged(self, request: web.Request, raw: bytes, headers: dict[str, str]) -> web.Response:
        if request.path != self.path:
            return web.Response(status=404, text="no such webhook")
        try:
            body = json.loads(raw)
            need(headers["content-type"] == "application/json", "the type of the body")
            CHECKS[self.kind](body)
            placed(body)
            if self.kind == "webhook" and self.now is not None:
                genuine(raw, headers, self.now())
        except Nobody:
            status, said, more = NOBODY[self.kind]
            return web.Response(status=status, body=said, headers=more)
        except (Bad, ValueError, KeyError, TypeError) as wrong:
            return web.Response(status=400, text=f"invalid_payload: {wrong!r}")
        if self.keeps:
            self.posts.append(Posted(body, headers, raw))
        return _good(self.kind)

    def refuses(self, status: int, body: bytes = b"no", **headers: str) -> None:
        self.answer = (status, body, {n.replace("_", "-"): v for n, v in headers.items()})

    def knows_nobody(self) -> None:
        """It answers as it does for an address it does not know."""
        self.answer = NOBODY[self.kind]

    def well(self) -> None:
        self.answer, self.silent, self.keeps = None, False, True


def _good(kind: str) -> web.Response:
    if kind == "rocketchat":
        return web.json_response({"success": True})
    return web.Response(status=204) if kind == "webhook" else web.Response(text="ok")


@asynccontextmanager
async def product(kind: str, now: Callable[[], datetime] | None = None) -> AsyncIterator[Product]:
    made = Product(kind, now)
    application = web.Application()
    application.router.add_route("*", "/{rest:.*}", made.take)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.port = runner.addresses[0][1]
    yield made
    made.over.set()
    await runner.cleanup()


# What each of them reads


def placed(body: Body) -> None:
    if not re.fullmatch(r"[@#]?[a-z0-9._-]+", body.get("channel", "any")):
        raise Nobody


def only(table: Body, *known: str) -> None:
    need(isinstance(table, dict), "a table")
    need(not table.keys() - set(known), f"unknown: {table.keys() - set(known)}")


def text(value: object, most: int = 4000) -> str:
    need(isinstance(value, str) and 0 < len(value) <= most, f"1 to {most} characters")
    return str(value)


def url(value: object) -> None:
    need(re.fullmatch(r"https?://\S+", text(value)), "a URL")


def mattermost(body: Body) -> None:
    only(body, "text", "channel", "username", "icon_url", "attachments", "props", "priority")
    need(body.get("text") or body.get("attachments"), "text or attachments")
    need("priority" not in body or body["priority"]["priority"] in {"important", "urgent"}, "p")
    for one in body.get("attachments", ()):
        only(one, "fallback", "color", "title", "title_link", "text", "fields", "actions")
        need(re.fullmatch("#[0-9a-f]{6}", one["color"]), "a colour")
        _fields(one["fields"])
        for action in one["actions"]:
            only(action, "id", "name", "type", "style", "integration")
            need(re.fullmatch("[a-zA-Z0-9]+", action["id"]), "an id of letters and digits")
            need(action["type"] == "button", "a button")
            need(action["style"] in {"default", "primary", "danger", "good", "warning"}, "style")
            text(action["name"])
            url(action["integration"]["url"])
            need(isinstance(action["integration"]["context"], dict), "a context")


def _fields(fields: list[Body]) -> None:
    for one in fields:
        only(one, "title", "value", "short")
        text(one["title"])
        text(one["value"])
        need(isinstance(one["short"], bool), "short is yes or no")


def rocketchat(body: Body) -> None:
    only(body, "text", "alias", "emoji", "channel", "attachments")
    need("channel" not in body or re.match("[@#]", body["channel"]), "@ or #")
    need(body.get("text") or body.get("attachments"), "text or attachments")
    for one in body.get("attachments", ()):
        only(one, "title", "title_link", "text", "color", "fields", "actions")
        _fields(one["fields"])
        need(len(one.get("actions", ())) <= 5, "at most five buttons")
        for action in one.get("actions", ()):
            only(action, "type", "text", "url")
            need(action["type"] == "button", "a button")
            url(action["url"])


def slack(body: Body) -> None:
    only(body, "text", "blocks")
    text(body["text"], 40_000)
    need(len(body.get("blocks", ())) <= 50, "at most fifty blocks")
    for block in body.get("blocks", ()):
        BLOCKS[block["type"]](block)


def _header(block: Body) -> None:
    only(block, "type", "text")
    _words(block["text"], 150, ("plain_text",))


def _section(block: Body) -> None:
    only(block, "type", "text", "fields")
    need("text" in block or block.get("fields"), "text or fields")
    if "text" in block:
        _words(block["text"], 3000)
    need(len(block.get("fields", ())) <= 10, "at most ten fields")
    for one in block.get("fields", ()):
        _words(one, 2000)


def _context(block: Body) -> None:
    only(block, "type", "elements")
    for one in block["elements"]:
        _words(one, 3000)


def _actions(block: Body) -> None:
    only(block, "type", "block_id", "elements")
    text(block["block_id"], 255)
    need(1 <= len(block["elements"]) <= 25, "1 to 25 elements")
    need(len({e["action_id"] for e in block["elements"]}) == len(block["elements"]), "ids differ")
    for one in block["elements"]:
        only(one, "type", "action_id", "text", "value", "style")
        _words(one["text"], 75, ("plain_text",))
        text(one["action_id"], 255)
        text(one["value"], 2000)
        need(one.get("style") in {None, "primary", "danger"}, "a style")


def _words(value: Body, most: int, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> None:
    need(value["type"] in kinds, "a type of text")
    only(value, "type", "text", *(("emoji",) if value["type"] == "plain_text" else ("verbatim",)))
    text(value["text"], most)


BLOCKS: dict[str, Callable[[Body], None]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
}


def webhook(body: Body) -> None:
    """By the schema of docs/channels.md."""
    only(body, "type", "data")
    if body["type"] in {"news", "proof"}:
        only(body["data"], "text", *(("links",) if body["type"] == "proof" else ()))
        return
    need(body["type"] == "page", "a type")
    only(
        body["data"], "case", "purpose", "severity", "account", "plan", "subject", "due", "why",
        "person", "code", "ticket_url", "text", "links",
    )  # fmt: skip
    need(len(body["data"]) == 13, "every member is there")


def genuine(raw: bytes, headers: dict[str, str], now: datetime) -> None:
    """As the specification says, by hand."""
    name, stamp = headers["webhook-id"], headers["webhook-timestamp"]
    need("." not in name, "an id without a dot")
    need(abs(now.timestamp() - int(stamp)) <= timedelta(minutes=5).total_seconds(), "it is stale")
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    proof = hmac.digest(key, f"{name}.{stamp}.".encode() + raw, "sha256")
    right = f"v1,{base64.b64encode(proof).decode()}"
    need(right in headers["webhook-signature"].split(" "), "the signature")


CHECKS: dict[str, Callable[[Body], None]] = {
    "mattermost": mattermost,
    "rocketchat": rocketchat,
    "slack": slack,
    "webhook": webhook,
}
NOBODY: dict[str, tuple[int, bytes, dict[str, str]]] = {
    "mattermost": (404, b'{"id":"web.incoming_webhook.channel.app_error"}', {}),
    "rocketchat": (400, b'{"success":false,"error":"invalid-channel"}', {}),
    "slack": (400, b"user_not_found", {}),
    "webhook": (410, b"", {}),
}
"""What each says to an address it does not know, or wants no more posts for."""
