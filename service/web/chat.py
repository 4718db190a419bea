"""Clicks in chats: `POST /chat/mattermost` and `POST /chat/slack`.

Mattermost signs nothing: what proves a click is our own token, which Mattermost keeps from clients.
Slack signs every request (v0, HMAC-SHA256 over the raw body) and wants its answer within three
seconds, so what takes longer is told through the click's `response_url`.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import structlog
from litestar import Response, post
from litestar.background_tasks import BackgroundTask
from litestar.di import NamedDependency

from notifiers.chat import mattermost, slack
from notifiers.chat.slack_clicks import genuine, may_answer
from notifiers.outgoing import Answer, Outgoing
from service.chatters import of_mattermost, of_slack
from service.clicking import Click, Clicked, Clicks
from service.links import LinkForged
from service.web.problems import AnyRequest, Problem
from service.wiring import Service

MOST_BYTES = 64 * 1024
PATIENCE = 2.0
"""Seconds of Slack's three that a click may take before it is answered."""
MOST_ID = 128
FORGED = "This button is none of ours. Nothing was changed."
UNSIGNED = "The signature is missing, wrong or stale. Nothing was changed."
UNREADABLE = "This cannot be read as a click. Nothing was changed."
log = structlog.get_logger(__name__)


@post("/chat/mattermost", status_code=200, include_in_schema=False)
async def of_team(
    request: AnyRequest, service: NamedDependency[Service]
) -> Response[dict[str, object]]:
    """A click in Mattermost: done first, then said, in the post and to whoever clicked."""
    if "mattermost_webhook" not in service.settings.channels:
        raise Problem(404, "Mattermost is not set up here.")
    said = _table(await _body(request))
    context = said.get("context")
    token = _word(context.get("token") if isinstance(context, dict) else None, most=1000)
    user, name, trigger = (_word(said.get(n)) for n in ("user_id", "user_name", "trigger_id"))
    if not (token and user):
        raise Problem(400, UNREADABLE)
    click = Click(_key("mattermost", user, trigger, token), token, "Mattermost")
    try:
        clicked = await Clicks(service).take(click, lambda shelf: of_mattermost(shelf, user, name))
    except LinkForged:
        raise Problem(403, FORGED) from None
    _count(service, "mattermost", clicked)
    if clicked.post is None:
        return Response(mattermost.told(clicked.words))
    return Response(mattermost.answered(clicked.post, clicked.words))


@post("/chat/slack", status_code=200, include_in_schema=False)
async def of_workspace(request: AnyRequest, service: NamedDependency[Service]) -> Response[bytes]:
    """A click in Slack. What became of it is told through its `response_url`."""
    secrets = service.settings.chat.slack_secrets
    if not secrets:
        raise Problem(404, "Slack is not set up here.")
    raw = await _body(request)
    if not genuine(request.headers, raw, secrets, service.clock.wall()):
        raise Problem(403, UNSIGNED)
    said = _payload(raw)
    action = _first(said.get("actions"))
    user, moment = _word(_sub(said, "user").get("id")), _word(action.get("action_ts"))
    token, url = _word(action.get("value"), most=1000), said.get("response_url")
    if said.get("type") != "block_actions" or not (user and token):
        return Response(b"")  # a button that is only a link, or another kind of interaction
    work = asyncio.ensure_future(_slack_click(service, user, moment, token))
    try:
        async with asyncio.timeout(PATIENCE):
            await asyncio.shield(work)
    except TimeoutError:
        log.warning("slow_click", door="slack")
    except LinkForged:
        raise Problem(403, FORGED) from None
    return Response(b"", background=BackgroundTask(_tell, service, work, url))


async def _slack_click(service: Service, user: str, moment: str, token: str) -> Clicked:
    click = Click(_key("slack", user, moment, token), token, "Slack")
    clicked = await Clicks(service).take(click, lambda shelf: of_slack(shelf, user))
    _count(service, "slack", clicked)
    return clicked


async def _tell(service: Service, work: asyncio.Future[Clicked], url: object) -> None:
    """Change the post and tell who clicked; nothing depends on it, it has been written."""
    try:
        clicked = await work
    except LinkForged:
        return
    if not may_answer(url, service.settings.channels.get("slack_webhook", "")):
        log.warning("response_url_refused", door="slack")
        return
    outgoing = Outgoing()
    try:
        for body in (
            *([slack.answered(clicked.post)] if clicked.post else []),
            slack.told(clicked.words),
        ):
            answer = await outgoing.post(str(url), json.dumps(body).encode(), {})
            if not (isinstance(answer, Answer) and answer.good):
                log.warning("post_not_updated", door="slack")
    finally:
        await outgoing.close()


async def _body(request: AnyRequest) -> bytes:
    body = await request.body()
    if len(body) > MOST_BYTES:
        raise Problem(413, "A click is smaller than this. Nothing was changed.")
    return body


def _payload(raw: bytes) -> Mapping[str, Any]:
    try:
        form = parse_qs(raw.decode(), strict_parsing=True, max_num_fields=20)
    except ValueError:
        raise Problem(400, UNREADABLE) from None
    return _table((form.get("payload") or [""])[0].encode("utf-8", "replace"))


def _table(raw: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        raise Problem(400, UNREADABLE) from None
    if not isinstance(said, dict):
        raise Problem(400, UNREADABLE)
    return said


def _sub(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = table.get(name)
    return found if isinstance(found, dict) else {}


def _first(value: object) -> Mapping[str, Any]:
    first = value[0] if isinstance(value, list) and value else None
    return first if isinstance(first, dict) else {}


def _word(value: object, *, most: int = MOST_ID) -> str:
    """A string that can be kept; anything else is none."""
    fits = isinstance(value, str) and len(value) <= most and value.isprintable()
    return str(value) if fits else ""


def _key(door: str, *parts: str) -> str:
    """The same for every repetition of the same click."""
    return f"{door}/{hashlib.sha256('/'.join(parts).encode()).hexdigest()[:32]}"


def _count(service: Service, door: str, clicked: Clicked) -> None:
    outcome = "done" if clicked.post else "told"
    service.measures.clicks.labels(door, outcome).inc()


HANDLERS = [of_team, of_workspace]
