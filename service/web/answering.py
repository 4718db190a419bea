"""`/a/{token}`: a page answered by a link.

Reading it (GET, HEAD: a preview, a scanner, a browser that looks ahead) shows what a press would do
and does nothing. A press (POST) is done through the desk as the person the link was made for.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from litestar import HttpMethod, Response, post, route
from litestar.di import NamedDependency
from litestar.params import FromPath

from routing.book import Book
from routing.case import Case
from routing.event import Refusal
from routing.offer import ANSWERS, offer
from service.desk import NoSuchCase, NothingLoaded
from service.links import Link, LinkExpired, LinkForged, LinkRefused, Purpose
from service.store import codec
from service.store.pool import AWAY, describe
from service.store.sql import query
from service.web import proving
from service.web.answer_view import choices_of, facts_of, title_of
from service.web.paper import paper, sentence
from service.wiring import Service

VIA = "link"
"""By what an answer came, as the timeline tells it."""
OVER = (
    "This link has expired. Nothing was changed. If you are still being paged, open the newest "
    "message about it, or answer by text or on the phone."
)
GONE = "You are not in the directory any more, so nothing was changed. Ask your manager."
AWAY_WORDS = (
    "Heliograph cannot read or write just now, so it is not certain whether anything was changed. "
    "Please try again in a minute; the other ways to answer a page still work."
)
GOOD, LOST, CONFLICT, EXPIRED, UNAVAILABLE = 200, 404, 409, 410, 503
NOT_NOW: tuple[type[Exception], ...] = (NothingLoaded, *AWAY)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a link leads to, as it is now."""

    link: Link
    case: Case
    book: Book


class Gone(Exception):
    """The link's person is nobody here any more."""


@route(
    "/a/{token:str}",
    http_method=[HttpMethod.GET, HttpMethod.HEAD],
    status_code=200,
    include_in_schema=False,
)
async def look(token: FromPath[str], service: NamedDependency[Service]) -> Response[str]:
    """What it is about, and what a press would do. Changes nothing."""
    try:
        link = _link(service, token)
        if link.purpose is Purpose.VERIFY:
            return await proving.look(service, link, token)
        return _page(service, await _seen(service, link))
    except (LinkRefused, NoSuchCase, Gone) as refused:
        return _refused(refused)
    except NOT_NOW as error:
        return _away(error)


@post("/a/{token:str}", status_code=200, include_in_schema=False)
async def press(token: FromPath[str], service: NamedDependency[Service]) -> Response[str]:
    """Done first, then said. Who is too late is told who has the case."""
    try:
        link = _link(service, token)
        if link.purpose is Purpose.VERIFY:
            return await proving.press(service, link)
        await _seen(service, link)
        said, done = await _act(service, link)
        return _page(service, await _seen(service, link), said, done=done)
    except (LinkRefused, NoSuchCase, Gone) as refused:
        return _refused(refused)
    except NOT_NOW as error:
        return _away(error)


def _link(service: Service, token: str) -> Link:
    return service.signer.read(token, service.clock.now(), Purpose.ANSWER, Purpose.VERIFY)


async def _act(service: Service, link: Link) -> tuple[str, bool]:
    """The sentence of what is true now, and whether it was done."""
    if link.verb not in ANSWERS:
        raise LinkForged
    try:
        acted = await service.desk.act(link.case, ANSWERS[link.verb](link.person, VIA))
    except Refusal as refusal:
        return str(refusal), False
    return acted.answer[:1].upper() + acted.answer[1:], True


async def _seen(service: Service, link: Link) -> Seen:
    """Raises NoSuchCase, Gone."""
    async with service.pool.acquire() as conn:
        row = await conn.fetchrow(query("case_by_id"), link.case)
        shelf = await service.library.shelf(conn, service.clock.now())
    if row is None:
        raise NoSuchCase(link.case)
    if link.person not in shelf.people:
        raise Gone(GONE)
    case = codec.decode_case(row["body"])
    return Seen(link, case, shelf.book(case.policy))


def _page(service: Service, seen: Seen, said: str = "", *, done: bool = True) -> Response[str]:
    link, case, now = seen.link, seen.case, service.clock.now()
    offered = offer(case, seen.book, link.person, link.turn, now)
    choices = [
        (service.signer.token(link.to(choice.verb)), choice)
        for choice in choices_of(offered, link.verb)
    ]
    return paper(
        "answer",
        GOOD if done else CONFLICT,
        title=title_of(case),
        name=seen.book.name(link.person),
        said=said or offered.late or "",
        good=done,
        facts=list(facts_of(case, seen.book, now)),
        choices=choices,
    )


def _refused(refused: Exception) -> Response[str]:
    match refused:
        case LinkExpired() | Gone():
            said = _over(refused) if isinstance(refused, LinkExpired) else str(refused)
            return sentence("This link does nothing any more", said, EXPIRED)
        case _:
            return sentence("This link leads nowhere", str(refused), LOST)


def _over(expired: LinkExpired) -> str:
    return proving.OVER if expired.link.purpose is Purpose.VERIFY else OVER


def _away(error: Exception) -> Response[str]:
    log.warning("database_away", door="link", error=describe(error))
    return sentence("Please try again", AWAY_WORDS, UNAVAILABLE)


HANDLERS = [look, press]
