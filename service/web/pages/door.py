"""Who looks at a page, and whether a form was sent by that page.

Theory of operation. The cookie names a session and nothing else; it travels with requests of our
own pages alone (`SameSite=Strict`) and no script can read it. Whatever changes anything is a POST
that our own page sent: the browser says so (Fetch Metadata, or `Origin`), and the form brings what
only a page of this session could know. A handler says in `opt` who it is open to; one that says
nothing is open to nobody.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.handlers import BaseRouteHandler

from service import sessions
from service.settings import Settings
from service.web.asking import refuse_nul
from service.web.problems import Problem
from service.web.security import Caller
from service.wiring import Service

LOOKING = "looking"
"""Nobody is signed in, and it is the machine a demo runs on: everything may be looked at."""
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
ANYONE, SIGNED_IN, CONSOLE, OWN = "anyone", "signed in", "console", "own"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks. `kind` is that of the session, LOOKING, or empty for nobody."""

    caller: Caller
    kind: str = ""
    csrf: str = ""

    @property
    def signed_in(self) -> bool:
        return bool(self.csrf)

    @property
    def console(self) -> bool:
        """Whether the console is open to him; a link's session opens its own page alone."""
        return bool(self.caller.role)


NOBODY = Visitor(Caller("", ""))
Look = Request[Visitor, Visitor, Any]


def to(who: str, *, csrf: bool = True) -> Mapping[str, Any]:
    """For a handler's `opt`: who it is open to, and whether its forms belong to a session."""
    return {"who": who, "csrf": csrf}


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Raises Problem: 401 for somebody to sign in, 403 where that would not help."""
    service: Service = connection.app.state.service
    visitor = await visitor_of(connection, service)
    who = handler.opt.get("who")
    if who not in {ANYONE, SIGNED_IN, CONSOLE, OWN}:
        raise Problem(403, "This page is open to nobody.")
    if who != ANYONE and not visitor.kind:
        raise Problem(401, "Please sign in. Nothing was shown and nothing was changed.")
    if who == CONSOLE and not visitor.console:
        raise Problem(403, "The link you came by opens your own page alone: go to /me.")
    if who == OWN and visitor.caller.person is None:
        raise Problem(403, "Whoever is signed in here is no person, and so has no page.")
    connection.scope["user"] = connection.scope["auth"] = visitor


async def visitor_of(connection: ASGIConnection[Any, Any, Any, Any], service: Service) -> Visitor:
    secret = connection.cookies.get(cookie_name(service.settings), "")
    if secret:
        async with service.pool.acquire() as conn:
            wall = service.clock.wall()
            found = await sessions.find(conn, service.settings, secret, wall)
        if found is not None:
            caller = Caller(found.name, found.role, found.person)
            return Visitor(caller, found.kind, sessions.csrf(secret))
    if is_demo(connection, service.settings):
        return Visitor(Caller("demo", "viewer"), LOOKING)
    return NOBODY


def is_demo(connection: ASGIConnection[Any, Any, Any, Any], settings: Settings) -> bool:
    """A demo, asked by a browser on its own machine under its own name, with nothing in between.

    The name is looked at so that no page from elsewhere can have itself resolved to this machine.
    """
    if settings.environment != "development" or any(h in connection.headers for h in FORWARDED):
        return False
    peer = connection.client.host if connection.client else ""
    hosts = (_host(f"//{connection.headers.get('host', '')}"), _host(settings.public_url))
    return _loopback(peer) and all(host in LOCAL_NAMES for host in hosts)


def _loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


async def check_form(request: Look) -> None:
    """For `before_request`: a form is one of ours, of this session. Raises Problem (403, 404)."""
    refuse_nul(request.scope["path"])
    if request.method in {"GET", "HEAD"}:
        return
    if not _ours(request):
        raise Problem(403, "This was not sent by a page of ours. Nothing was changed.")
    if not request.route_handler.opt.get("csrf", True):
        return
    given = (await fields(request)).get("csrf", "")
    expected = request.auth.csrf
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        said = "This form is of another session, or too old. Nothing was changed."
        raise Problem(403, f"{said} Load the page again and repeat it.")


def _ours(request: Look) -> bool:
    """What browsers say of where a form comes from; a program that says nothing is no browser."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")


async def fields(request: Look) -> dict[str, str]:
    """What a form says, the last of what it says twice. Raises Problem for what is no text."""
    found = {}
    for name, value in (await request.form()).multi_items():
        if not isinstance(value, str) or "\0" in value:
            raise Problem(400, f"{name[:40]} is no text that is taken here. Nothing was changed.")
        found[name] = value.strip()
    return found


def cookie_name(settings: Settings) -> str:
    """Behind HTTPS the name itself makes browsers refuse one set by another host, or in clear."""
    return "__Host-heliograph" if _secure(settings) else "heliograph"


def _secure(settings: Settings) -> bool:
    return settings.public_url.startswith("https:")


def cookie(settings: Settings, secret: str) -> Cookie:
    """Without a secret: the one that ends it. It lasts as long as the browser is open."""
    return Cookie(
        cookie_name(settings),
        value=secret,
        max_age=None if secret else 0,
        httponly=True,
        secure=_secure(settings),
        samesite="strict",
    )
