"""`/me`: a person's own page, opened by a signed link on his phone.

Reading a link opens a session and does nothing else: previews and scanners may read it as often as
they like. Whatever changes anything is a POST of that session's own forms.
"""

from __future__ import annotations

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from routing.event import Refusal
from service import reaching, sessions, trying
from service.links import LinkRefused, Purpose
from service.web.pages import door, own_reading, said
from service.web.pages.console import frame
from service.web.pages.door import Look, Visitor
from service.web.pages.html import page
from service.web.problems import Problem
from service.wiring import Service

ME = "/me"
AGAIN = "Text ME to the number that pages you for a new one."
PARTS = frozenset({"pages", "shifts", "swaps", "reach"})
"""Of the page; a link may lead to one."""


@get("/me", opt=door.to(door.OWN), include_in_schema=False)
async def me(request: Look, service: NamedDependency[Service]) -> Response[str]:
    person = person_of(request.auth)
    async with service.pool.acquire() as conn:
        now = service.clock.now()
        shelf = await service.library.shelf(conn, now)
        if person not in shelf.people:
            raise Problem(403, "You are not in the directory any more. Ask a manager.")
        own = await own_reading.gather(conn, shelf, service.settings, person, now)
    facts = {"own": own, "zone": own.person.time_zone, "types": list(reaching.TYPES)}
    return page("me.html", {**frame(request, service), **facts}, cookies=said.forget(request))


def person_of(visitor: Visitor) -> str:
    """Whose page it is: that of whoever is signed in, and never another's. Raises Problem."""
    if visitor.caller.person is None:
        raise Problem(403, "Whoever is signed in here is no person, and so has no page.")
    return visitor.caller.person


@get("/me/{token:str}", opt=door.to(door.ANYONE), include_in_schema=False)
async def enter(
    request: Look, token: FromPath[str], service: NamedDependency[Service]
) -> Response[str]:
    """Opens a session for the person the link was sent to.

    The page leads on by itself and not by a redirect: browsers send a strict cookie along only
    with what one of our own pages asks for.
    """
    try:
        link = service.signer.read(token, service.clock.now(), Purpose.OWN)
    except LinkRefused as refused:
        raise Problem(410, f"{refused} {AGAIN}") from None
    if link.person not in (await service.desk.shelf()).people:
        raise Problem(410, "You are not in the directory any more. Ask a manager.")
    secret = await sessions.open_own(service.pool, service.clock, link.person)
    onward = f"{ME}#{link.verb}" if link.verb in PARTS else ME
    cookies = [door.cookie(service.settings, secret)]
    return page("enter.html", {**frame(request, service), "onward": onward}, cookies=cookies)


@post("/me/test", opt=door.to(door.OWN), include_in_schema=False)
async def test(request: Look, service: NamedDependency[Service]) -> Redirect:
    """A test page to every method that works."""
    try:
        many = await trying.begin(service, person_of(request.auth))
    except Refusal as refusal:
        return back(service, str(refusal), "reach")
    return back(service, f"A test is on its way to {many} of your methods.", "reach")


def back(service: Service, sentence: str, part: str = "") -> Redirect:
    """To the own page, saying what became true."""
    return said.then(f"{ME}#{part}" if part else ME, sentence, service.settings)


HANDLERS = [me, enter, test]
