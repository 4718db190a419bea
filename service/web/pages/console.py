"""`/`: what is now. Signing in and out."""

from __future__ import annotations

import re
from collections.abc import Mapping

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from routing.people import Person
from service import sessions
from service.desk import NothingLoaded
from service.web.pages import door, said
from service.web.pages.board import gather
from service.web.pages.door import Look
from service.web.pages.html import page
from service.web.problems import Problem
from service.web.security import MOST_TOKEN
from service.wiring import Service

ONWARD = re.compile(r"/(me|cases/[A-Za-z0-9._-]{1,100})?")
"""Where signing in may lead: pages of ours, never elsewhere."""
UNKNOWN = "This token is not known here, or was revoked. Ask an administrator for another."
ACTS = "manager"
"""The role of whoever acts in a demo."""


@get("/", opt=door.to(door.ANYONE), include_in_schema=False)
async def home(request: Look, service: NamedDependency[Service]) -> Response[str] | Redirect:
    """The board for whoever may see it; for others the way in."""
    visitor = request.auth
    if not visitor.kind:
        return sign_in_page(request, service)
    if not visitor.console:
        return Redirect("/me", status_code=303, headers={"cache-control": "no-store"})
    now = service.clock.now()
    async with service.pool.acquire() as conn:
        try:
            shelf = await service.library.shelf(conn, now)
        except NothingLoaded as nothing:
            return page("nothing.html", {**frame(request, service), "sentence": str(nothing)})
        board = await gather(conn, shelf, visitor.caller, now)
    seat = shelf.book().name(demo_person(shelf.people))
    facts = {**frame(request, service), "board": board, "seat": seat}
    return page("home.html", facts, cookies=said.forget(request))


def frame(request: Look, service: Service) -> dict[str, object]:
    """What every page shows around what it is about."""
    return {
        "visitor": request.auth,
        "now": service.clock.now(),
        "said": said.read(request),
        "development": not service.settings.production,
    }


def sign_in_page(
    request: Look, service: Service, *, wrong: str = "", onward: str = "", status: int = 200
) -> Response[str]:
    onward = onward or request.url.path
    facts = {"wrong": wrong, "onward": onward if ONWARD.fullmatch(onward) else "/"}
    return page("sign_in.html", {**frame(request, service), **facts}, status=status)


@post("/sign-in", opt=door.to(door.ANYONE, csrf=False), include_in_schema=False)
async def sign_in(request: Look, service: NamedDependency[Service]) -> Response[str] | Redirect:
    """With an API token, which the page forgets at once: the cookie is another secret."""
    given = await door.fields(request)
    token, onward = given.get("token", ""), given.get("onward", "/")
    secret = None
    if 0 < len(token) <= MOST_TOKEN:
        secret = await sessions.open_console(service.pool, service.clock, service.settings, token)
    if secret is None:
        return sign_in_page(request, service, wrong=UNKNOWN, onward=onward, status=401)
    return _enter(service, secret, onward)


@post("/sign-in/demo", opt=door.to(door.ANYONE, csrf=False), include_in_schema=False)
async def sign_in_demo(request: Look, service: NamedDependency[Service]) -> Redirect:
    """On the machine of a demo alone: act as its manager."""
    if not door.is_demo(request, service.settings):
        raise Problem(404, "There is no demo here. Nothing was changed.")
    person = demo_person((await service.desk.shelf()).people)
    secret = await sessions.open_demo(service.pool, service.clock, person)
    return _enter(service, secret, (await door.fields(request)).get("onward", "/"))


def demo_person(people: Mapping[str, Person]) -> str | None:
    """Who acts in a demo: the first manager of its directory."""
    return next((p.id for p in people.values() if ACTS in p.roles), None)


def _enter(service: Service, secret: str, onward: str) -> Redirect:
    path = onward if ONWARD.fullmatch(onward) else "/"
    settings = service.settings
    return said.then(path, "You are signed in.", settings, door.cookie(settings, secret))


@post("/sign-out", opt=door.to(door.SIGNED_IN), include_in_schema=False)
async def sign_out(request: Look, service: NamedDependency[Service]) -> Redirect:
    secret = request.cookies.get(door.cookie_name(service.settings), "")
    await sessions.end(service.pool, secret)
    settings = service.settings
    return said.then("/", "You are signed out.", settings, door.cookie(settings, ""))


HANDLERS = [home, sign_in, sign_in_demo, sign_out]
