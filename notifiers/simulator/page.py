"""The page: every phone as a phone, the service's cases beside them, live without a reload.

One template renders the board; the page shows it, and the script asks for it again when something
changed and exchanges only what differs. Everything is escaped by the template engine, in one place,
and the page's security policy lets no script run but its own file.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import ServerSentEvent, ServerSentEventMessage

from notifiers.simulator.board import Board

HERE = Path(__file__).parent
STATIC = {
    "phones.css": "text/css",
    "phones.js": "text/javascript",
    "sun.svg": "image/svg+xml",
}
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

_LULL = 0.08
"""Seconds within which several changes are told as one."""
_GLANCE = 1.0
"""Seconds after which the service's cases are looked at again."""


def instant(value: object) -> datetime | None:
    """What a hook gave as a time, if it is one."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def clock(value: object) -> str:
    at = instant(value)
    return "" if at is None else f"{at:%H:%M:%S}"


def away(value: object, now: datetime) -> str:
    """How far off an instant is, in words: "in 4 min", "2 h ago"."""
    at = instant(value)
    if at is None:
        return ""
    seconds = (at - now).total_seconds()
    amount = abs(seconds)
    if amount < 1:
        return "now"
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if amount >= size:
            words = f"{amount / size:.0f} {unit}"
            break
    else:
        words = f"{amount:.0f} s"
    return f"in {words}" if seconds >= 0 else f"{words} ago"


TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters.update(clock=clock, away=away, instant=instant)


class Page(Controller):
    path = "/"

    @get("/", media_type="text/html")
    async def whole(self, board: NamedDependency[Board]) -> Response[str]:
        return await _html("page.html", board)

    @get("/board", media_type="text/html")
    async def fragment(self, board: NamedDependency[Board]) -> Response[str]:
        return await _html("board.html", board)

    @get("/events")
    async def events(self, board: NamedDependency[Board]) -> ServerSentEvent:
        """`changed` whenever the board would look different."""
        return ServerSentEvent(_changes(board))

    @get("/static/{name:str}")
    async def static(self, name: FromPath[str], request: Request[Any, Any, Any]) -> Response[bytes]:
        if name not in STATIC:
            raise NotFoundException(f"There is no {request.url.path}.")
        content = (HERE / "static" / name).read_bytes()
        return Response(content, media_type=STATIC[name], headers=HEADERS)


async def _html(template: str, board: Board) -> Response[str]:
    content = TEMPLATES.get_template(template).render(await board.context())
    return Response(content, media_type="text/html", headers=HEADERS)


async def _changes(board: Board) -> AsyncIterator[ServerSentEventMessage]:
    changed = asyncio.Event()

    def listener(_: object) -> None:
        changed.set()

    board.exchange.listeners.append(listener)
    try:
        seen = await board.digest()
        yield ServerSentEventMessage(event="changed", data="hello", retry=1000)
        while not board.hushed:
            try:
                async with asyncio.timeout(_GLANCE):
                    await changed.wait()
            except TimeoutError:
                now = await board.digest()
                if now == seen:
                    yield ServerSentEventMessage(comment="still here")
                    continue
                seen = now
            await asyncio.sleep(_LULL)
            changed.clear()
            yield ServerSentEventMessage(event="changed", data="again")
    finally:
        board.exchange.listeners.remove(listener)
